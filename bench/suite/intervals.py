"""Medians with their intervals, free of any assumption about how the values are distributed."""

import math
import statistics
from dataclasses import dataclass

CONFIDENCE = 0.95


def ranks(n):
    """Which two of n sorted values, counted from 1, hold the true median between them with at least CONFIDENCE.

    Each value lies below the median with probability 1/2, so the number of those that do is binomial. None if even the
    least and the greatest do not suffice, which is so below 6 values.
    """
    outside = 0.0  # the chance that the true median lies below the value of rank low + 1
    low = 0
    while low < n // 2:
        outside += math.comb(n, low) / 2**n
        if 2 * outside > 1 - CONFIDENCE:
            break
        low += 1
    return (low, n + 1 - low) if low > 0 else None


@dataclass(frozen=True)
class Estimate:
    """A median and what surrounds it: a 95 % interval, or the least and the greatest value where few are known."""

    median: float
    low: float
    high: float
    rounds: int

    @property
    def is_interval(self):
        return ranks(self.rounds) is not None


def estimate(values):
    """None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    low, high = ranks(len(ordered)) or (1, len(ordered))
    return Estimate(statistics.median(ordered), ordered[low - 1], ordered[high - 1], len(ordered))


def quotients(above, below):
    """The quotients of two series, by round: only rounds that both have can be compared."""
    return {i: above[i] / below[i] for i in above if below.get(i)}
