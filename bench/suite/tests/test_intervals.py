import math
import random
import unittest

from suite.intervals import estimate, quotients, ranks


class Ranks(unittest.TestCase):
    def test_known(self):
        # By the binomial distribution: 2 P(X <= 3) = 0.035 with 15 values, 2 P(X <= 4) = 0.118.
        self.assertEqual(ranks(15), (4, 12))
        self.assertEqual(ranks(6), (1, 6))

    def test_too_few(self):
        for n in range(6):
            self.assertIsNone(ranks(n))

    def test_narrowest_that_covers(self):
        for n in range(6, 60):
            low, high = ranks(n)

            def outside(low, n=n):
                return 2 * sum(math.comb(n, k) for k in range(low)) / 2**n

            self.assertEqual(high, n + 1 - low)
            self.assertLessEqual(outside(low), 0.05)
            self.assertGreater(outside(low + 1), 0.05)

    def test_covers_the_median_of_a_skewed_distribution(self):
        source, hits = random.Random(1), 0
        for _ in range(2000):
            e = estimate(source.expovariate(1) for _ in range(15))
            hits += e.low <= math.log(2) <= e.high
        self.assertGreater(hits, 1900)


class Estimates(unittest.TestCase):
    def test_few_values_give_least_and_greatest(self):
        e = estimate([3.0, 1.0, 2.0])
        self.assertEqual((e.median, e.low, e.high, e.is_interval), (2.0, 1.0, 3.0, False))

    def test_many_give_the_interval(self):
        e = estimate(range(15, 0, -1))
        self.assertEqual((e.median, e.low, e.high, e.is_interval), (8, 4, 12, True))

    def test_none_gives_none(self):
        self.assertIsNone(estimate([]))

    def test_quotients_pair_rounds(self):
        self.assertEqual(
            quotients({"0": 2.0, "1": 9.0, "3": 1.0}, {"0": 4.0, "1": 3.0, "2": 1.0}), {"0": 0.5, "1": 3.0}
        )

    def test_quotients_skip_a_zero_below(self):
        self.assertEqual(quotients({"0": 2.0}, {"0": 0.0}), {})
