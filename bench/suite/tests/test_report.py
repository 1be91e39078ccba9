import unittest

from suite import report, targets
from suite.figures import Figures
from suite.intervals import estimate
from suite.tables import spread

from .made_up import cell, cells


def found(f, title):
    (one,) = [t for t in targets.targets(f) if t.title.startswith(title)]
    return one


def pair(*ratios):
    """Rounds in which eddy costs so much more than the yardstick, whatever that costs."""
    return [{"cloop": 5.0 + i, "eddy": (5.0 + i) * r} for i, r in enumerate(ratios)]


class Targets(unittest.TestCase):
    def test_met_if_the_lower_end_is_not_above(self):
        for ratios, met in (((1.10, 1.2, 1.3), True), ((1.11, 1.2, 1.3), False), ((1.0, 1.0, 1.0), True)):
            f = Figures(cell("echo-50x512", rounds=pair(*ratios)))
            self.assertIs(found(f, "server CPU per echo of 512 B").parts[0].met, met, ratios)

    def test_fifteen_rounds_use_the_interval(self):
        f = Figures(cell("echo-50x512", rounds=pair(*[0.5] * 3, *[1.2] * 12)))
        self.assertIs(found(f, "server CPU per echo of 512 B").parts[0].met, False)

    def test_unknown_is_neither(self):
        target = found(Figures({}), "server CPU per echo of 512 B")
        self.assertIsNone(target.met)
        self.assertIsNone(target.worst)

    def test_one_missed_part_is_enough(self):
        f = Figures(
            cells(cell("echo-50x512", rounds=pair(1.0)), cell("echo-1000x512", connections=1000, rounds=pair(1.3)))
        )
        target = found(f, "server CPU per echo of 512 B")
        self.assertIs(target.met, False)
        self.assertEqual(target.worst.where, "echo-1000x512")

    def test_rivals_in_every_echo_workload(self):
        few = [{"eddy": 1.0, "gonet": 2.0, "tokio": 2.0}]
        f = Figures(cells(cell("echo-1x16", size=16, rounds=few), cell("echo-1x4096", size=4096, rounds=few)))
        self.assertEqual(
            [p.where for p in found(f, "server CPU per echo below that of Go net, GOMAXPROCS=1").parts],
            ["echo-1x16", "echo-1x4096"],
        )
        self.assertEqual([p.where for p in found(f, "server CPU per echo below that of tokio").parts], ["echo-1x16"])
        self.assertIs(found(f, "server CPU per echo below that of Go net, GOMAXPROCS=1").met, True)
        self.assertIsNone(found(f, "server CPU per echo below that of cloudwego/netpoll").met)

    def test_growth_is_relative_to_the_yardsticks(self):
        one = cell("echo-50x512", rounds=[{"cloop": 4.0, "eddy": 5.0}])
        many = cell("echo-10000x512", connections=10000, rounds=[{"cloop": 8.0, "eddy": 9.0}])
        self.assertAlmostEqual(found(Figures(cells(one, many)), "growth").parts[0].estimate.median, 0.9)

    def test_servers_compare_though_they_ran_in_different_rounds(self):
        slow_day = [{"cloop": 1.0, "eddy": 1.5}, {"cloop": 3.0}, {"cloop": 3.0}]
        f = Figures(cell("echo-50x512", rounds=slow_day))
        self.assertEqual(f.level("echo-50x512", "eddy"), 4.5)
        self.assertEqual(Figures(cell("echo-50x512", rounds=[{"eddy": 1.5}])).level("echo-50x512", "eddy"), 1.5)

    def test_micro_benchmarks_by_their_names(self):
        result = {"benchmarks": {"ParkAndResume": {"ns/op": 90.0, "allocs/op": 0.0}}}
        f = Figures(cell("micro", "micro", rounds=[{"micro-executor": result}]))
        self.assertIs(found(f, "park and resume").met, True)

    def test_a_limit_of_nothing(self):
        for allocations, met in ((0.0, True), (1.0, False)):
            result = {"benchmarks": {"TestEchoAllocatesNothing": {"allocs/op": allocations}}}
            f = Figures(cell("micro", "micro", rounds=[{"micro-allocations": result}]))
            self.assertIs(found(f, "allocations per echo").met, met)
            targets.verdict(targets.targets(f))

    def test_verdict_counts(self):
        f = Figures(cell("echo-50x512", rounds=pair(1.3)))
        self.assertIn("0 of", targets.verdict(targets.targets(f)))
        self.assertIn("1 missed by more than 10%", targets.verdict(targets.targets(f)))


class Text(unittest.TestCase):
    def test_nothing_measured(self):
        self.assertIn("not measured", report.text({}, {}))

    def test_a_rival_that_is_not_in_all_workloads(self):
        some = cell("echo-50x512", rounds=[{"eddy": 1.0, "netpoll": 2.0}])
        text = report.text(cells(some, cell("echo-1x512", connections=1, rounds=[{"eddy": 1.0}])), {})
        self.assertIn(
            "| median below in 1 of 1, above by the interval in 0; worst: echo-50x512 | 1 | 0.50 (0.50 to 0.50) | met, 1 not measured |",
            text,
        )

    def test_workloads_in_which_a_rival_is_cheaper_stand_out(self):
        text = report.text(cells(cell("echo-50x512", rounds=[{"eddy": 2.0, "netpoll": 1.0, "tokio": 2.0}])), {})
        self.assertIn("| echo-50x512 | **2.000 (2.000 to 2.000)** | 1.000 (1.000 to 1.000) |", text)

    def test_a_verdict_says_what_it_rests_on(self):
        for ratios, verdict in (
            ((0.9, 1.0), "| met |"),
            ((1.0, 1.4), "| met, by its lower end only |"),
            ((1.2, 1.3), "**missed by 13.6%**"),
        ):
            self.assertIn(verdict, report.text(cell("echo-50x512", rounds=pair(*ratios)), {}))

    def test_intervals_and_extremes_look_different(self):
        self.assertEqual(spread(estimate([1, 2, 3])), "2.00 (1.00 to 3.00)")
        self.assertEqual(spread(estimate(range(1, 16)), 0), "8 [4, 12]")

    def test_missing_and_failed_are_said(self):
        rounds = [{"cloop": 1.0, "uv": {"failed": "lost a byte"}}, {"cloop": 1.0, "uv": 2.0}]
        text = report.text(cell("echo-50x512", rounds=rounds), {"missing": {"uring": "no liburing.h"}})
        self.assertIn("| C, io_uring | no liburing.h |", text)
        self.assertIn("| echo-50x512 | libuv | 1 of 2 | lost a byte |", text)
        self.assertIn("2.00 (2.00 to 2.00)", text)  # the round in which it did not fail

    def test_fewer_rounds_than_planned_are_said(self):
        text = report.text(cell("echo-50x512", rounds=pair(1.0), planned={"cloop": 15}), {})
        self.assertIn("| echo-50x512 | 1 | 15 |", text)

    def test_commits_that_differ_are_said(self):
        some = cells(cell("echo-50x512", rounds=pair(1.0)), cell("storm", "storm", rounds=pair(1.0)))
        self.assertNotIn("different commits", report.text(some, {}))
        some["storm"]["key"]["commit"] = "decaf"
        self.assertIn("c0ffee, decaf", report.text(some, {}))

    def test_words_of_a_failure_do_not_break_the_table(self):
        text = report.text(cell("storm", "storm", rounds=[{"uv": {"failed": "one\ntwo | three"}}]), {})
        self.assertIn(r"one two \| three", text)

    def test_every_section(self):
        echo = {
            "cpu_us": 1.0,
            "echoes_per_second": 9.0,
            "p50_us": 1,
            "p90_us": 1,
            "p99_us": 1,
            "p99_9_us": 1,
            "max_us": 1,
        }
        echo |= {"switches_per_echo": 0.1, "waits_per_echo": 0.2, "sent_rate": 5.0}
        go = {"benchmarks": {"Spawn/goroutines": {"ns/op": 300.0}, "Spawn/eddy": {"ns/op": 200.0}}}
        inside = {"benchmarks": {"SpawnCode": {"ns/op": 200.0, "allocs/op": 1.0, "B/op": 288.0}}}
        micro = {
            "micro-goroutines": go,
            "micro-tokio": {"benchmarks": {"Spawn": {"ns/op": 150.0}}},
            "micro-executor": inside,
        }
        some = cells(
            cell("echo-50x512", rounds=[{"cloop": echo, "eddy": echo, "gonet": echo}]),
            cell("pipeline-50x512x16", "pipeline", rounds=[{"cloop": echo, "eddy": echo}]),
            cell("storm", "storm", rounds=[{"cloop": echo, "eddy": echo}]),
            cell("open-loop", "open", rounds=[{"cloop": echo, "eddy": echo}], rate=77777),
            cell("beside-idle", "beside", rounds=[{"eddy": {"cpu_us": 2.0, "alone_cpu_us": 1.9, "growth": 1.05}}]),
            cell(
                "idle-memory", "memory", rounds=[{"eddy": {"empty": 2048, "bytes_1000": 3000.0, "bytes_15000": 2900.0}}]
            ),
            cell(
                "kernel-calls",
                "calls",
                rounds=[{"eddy": {"calls": {"sendto": 10}, "total_echoes": 10, "calls_per_echo": 1.0}}],
            ),
            cell("profile", "profile", rounds=[{"eddy": {"user_percent": 4.5}}]),
            cell("micro", "micro", rounds=[micro]),
        )
        text = report.text(some, {"commands": ["bench/run"], "environment": {"kernel": "Linux 9"}})
        for words in (
            "Linux 9", "    bench/run", "## Echo", "## eddy relative to its rivals", "## Pace", "## Kernel calls", "sendto 1.000",
            "## Open loop", "77777", "## Connect, echo, close", "## 100 active", "1.05 (1.05 to 1.05)", "2900", "4.5",
            "| Spawn | 200 | 300 | 150 |", "| SpawnCode | 200.0 (200.0 to 200.0) | 1 | 288 |",
        ):  # fmt: skip
            self.assertIn(words, text)
