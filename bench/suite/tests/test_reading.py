"""What other programs print, read."""

import io
import unittest

from suite import build, load, micro, observed
from suite.progress import Progress


class Reading(unittest.TestCase):
    def test_go_benchmarks(self):
        out = "goos: linux\nBenchmarkArmCancel/1000000-2   \t 7308484\t 16.19 ns/op\t 0 B/op\t 1 allocs/op\n"
        out += "BenchmarkSpawn/eddy-future \t 100\t 9 ns/op\nPASS\n"
        self.assertEqual(
            micro.parsed(out),
            {"ArmCancel/1000000": {"ns/op": 16.19, "B/op": 0.0, "allocs/op": 1.0}, "Spawn/eddy-future": {"ns/op": 9.0}},
        )

    def test_counters_of_the_servers_in_c(self):
        words = 'listening\n{"waits":3,"recvs":12,"sends":10,"epoll_ctls":4,"accepts":2}\n'
        self.assertEqual(
            load.counted_calls(words), {"waits": 3, "receives": 12, "sends": 10, "epoll_ctls": 4, "accepts": 2}
        )

    def test_counters_of_eddy(self):
        words = (
            '{"msg":"stats","waits":1}\n{"msg":"stopped","waits":5,"registers":3,"deregisters":2}\n{"msg":"later"}\n'
        )
        self.assertEqual(load.counted_calls(words), {"waits": 5, "epoll_ctls": 5})

    def test_no_counters(self):
        for words in ("", "bye\n", '{"bytes":7}\n', "[1]\n"):
            self.assertIsNone(load.counted_calls(words))

    def test_strace(self):
        summary = "syscall     calls\n------- ---------\nsendto      10000\nrecvfrom    10051\n------- ---------\ntotal       20051\n"
        self.assertEqual(observed.traced_calls(summary), {"sendto": 10000, "recvfrom": 10051})

    def test_samples(self):
        user, kernel = [0x401000] * 30, [0xFFFFFFFF81000000] * 90
        self.assertEqual(observed.shares(user + kernel), {"samples": 120, "user_percent": 25.0})
        for few in (user + kernel[:60], user * 5, []):
            with self.assertRaises(load.Failure):
                observed.shares(few)

    def test_why_a_build_failed(self):
        words = "uv.c:3: fatal error: uv.h: No such file\nmake: *** [Makefile:9: bin/peer-uv] Error 1\n"
        self.assertEqual(build.reason(words), "uv.c:3: fatal error: uv.h: No such file")
        self.assertEqual(
            build.reason("make: *** No rule to make target 'x'.  Stop.\n"),
            "make: *** No rule to make target 'x'.  Stop.",
        )
        self.assertEqual(build.reason(""), "no word of why")


class Telling(unittest.TestCase):
    def test_estimates_follow_what_was_seen(self):
        now = [0.0]
        progress = Progress(io.StringIO(), clock=lambda: now[0])
        progress.begin(1000)
        self.assertEqual(progress.corrected(100), 100)
        progress.done(200)
        now[0] = 400.0  # twice as slow as thought
        self.assertAlmostEqual(progress.corrected(100), 100 * 420 / 220)

    def test_a_line_now_and_then_where_there_is_no_terminal(self):
        now, out = [0.0], io.StringIO()
        progress = Progress(out, clock=lambda: now[0])
        progress.begin(100)
        for now[0] in (0.0, 1.0, 29.0, 30.0, 31.0):
            progress.show("x")
        self.assertEqual(out.getvalue().count("left: x"), 2)
