import unittest

from suite import plan
from suite.peers import PEERS, YARDSTICK


def by_name(cells):
    return {c.name: c for c in cells}


class Plans(unittest.TestCase):
    def test_names_are_unique_and_plain(self):
        for cells in (plan.full(), plan.quick()):
            names = [c.name for c in cells]
            self.assertEqual(len(names), len(set(names)))
            for name in names:
                self.assertRegex(name, r"^[a-z0-9-]+$")

    def test_the_yardstick_runs_in_every_round_that_is_compared_with_it(self):
        f = by_name(plan.full())
        for name in ("echo-50x512", "echo-1000x512", "echo-10000x512", "storm", "open-loop"):
            self.assertEqual(f[name].rounds[YARDSTICK], plan.FULL, name)
            self.assertEqual(f[name].rounds["eddy"], plan.FULL, name)

    def test_rivals_run_as_often_as_eddy(self):
        for c in plan.full():
            if c.kind in ("echo", "pipeline"):
                for rival in plan.RIVALS + plan.RIVALS_SMALL * (c.size in plan.SMALL):
                    self.assertEqual(c.rounds[rival], plan.FULL, (c.name, rival))

    def test_every_peer_is_in_every_echo_workload(self):
        for c in plan.full():
            if c.kind in ("echo", "pipeline", "storm", "open"):
                self.assertLessEqual(set(plan.ALL), set(c.rounds), c.name)

    def test_the_largest_messages_stay_within_a_thousand_connections(self):
        large = [c.connections for c in plan.full() if c.kind == "echo" and c.size == 65536]
        self.assertEqual(large, [1, 50, 300, 1000])

    def test_estimates_leave_room(self):
        self.assertLess(plan.total_seconds(plan.full()), 45 * 60)
        self.assertLess(plan.total_seconds(plan.quick()), 6 * 60)

    def test_all_names_are_known(self):
        for c in plan.full() + plan.quick():
            for name in c.rounds:
                self.assertIn(name, set(PEERS) | set(plan.MICRO))


class Order(unittest.TestCase):
    def test_everyone_goes_first_in_turn(self):
        names = ["a", "b", "c"]
        self.assertEqual([plan.order(names, i)[0] for i in range(4)], ["a", "b", "c", "a"])
        self.assertEqual(plan.order(names, 1), ["b", "c", "a"])

    def test_first_rounds_have_all_peers(self):
        c = plan.Cell("x", "echo", {"a": 3, "b": 1})
        self.assertEqual([c.peers(i) for i in range(3)], [["a", "b"], ["a"], ["a"]])

    def test_a_round_of_each_cell_before_the_next(self):
        x, y = plan.Cell("x", "echo", {"a": 2}), plan.Cell("y", "echo", {"a": 1})
        self.assertEqual([(i, c.name) for i, c in plan.schedule([x, y])], [(0, "x"), (0, "y"), (1, "x")])


class Adjusted(unittest.TestCase):
    def test_only_is_searched_in_cell_and_peer(self):
        cells = plan.adjusted(plan.full(), only="^echo-50x512/(cloop|eddy)$")
        self.assertEqual([(c.name, c.rounds) for c in cells], [("echo-50x512", {"cloop": 15, "eddy": 15})])

    def test_rounds_and_seconds(self):
        (cell,) = plan.adjusted(plan.full(), only="^open-loop/eddy$", rounds=2, seconds=0.05)
        self.assertEqual((cell.rounds, cell.seconds, cell.warmup), ({"eddy": 2}, 0.05, 0.05))

    def test_a_server_from_outside_joins_all_but_the_micro_benchmarks(self):
        for cell in plan.adjusted(plan.full(), outside=["other"]):
            self.assertEqual("other" in cell.rounds, cell.kind != "micro", cell.name)

    def test_settings_do_not_know_names_and_rounds(self):
        self.assertEqual(set(plan.full()[0].settings()), {"kind", "connections", "size", "depth", "seconds", "warmup"})


class Shaped(unittest.TestCase):
    def test_echo_and_pipeline(self):
        c = plan.shaped("200x64")
        self.assertEqual((c.name, c.kind, c.connections, c.size, c.depth), ("echo-200x64", "echo", 200, 64, 1))
        c = plan.shaped("2x64x8")
        self.assertEqual((c.name, c.kind, c.connections, c.size, c.depth), ("pipeline-2x64x8", "pipeline", 2, 64, 8))

    def test_nonsense(self):
        for text in ("", "5", "0x5", "5x", "5x5x5x5", "5 x 5"):
            with self.assertRaises(ValueError):
                plan.shaped(text)
