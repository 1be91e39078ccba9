"""A real load on a real server, if both are built: nothing is timed, only that the figures belong together."""

import os
import unittest
from unittest import mock

from suite import idle, load, peers, plan, turn
from suite.load import Late


@unittest.skipUnless(peers.load_digest() and peers.PEERS["cloop"].digest(), "make first")
class Load(unittest.TestCase):
    def setUp(self):
        self.bench = load.Bench(None, None)

    def test_echo(self):
        cell = plan.Cell("x", "echo", {"cloop": 1}, connections=5, size=64, seconds=0.1, warmup=0.01)
        result = turn.echo(self.bench, cell, peers.PEERS["cloop"])
        self.assertEqual(result["cpu_us"], result["whole_cpu_us"])
        self.assertEqual(result["calls"]["sends"], result["total_echoes"] + 1)

    def test_with_many_connections_the_begin_and_the_end_are_not_in_it(self):
        cell = plan.Cell("x", "echo", {"cloop": 1}, connections=load.STEADY, size=64, seconds=0.2, warmup=0.1)
        result = turn.echo(self.bench, cell, peers.PEERS["cloop"])
        self.assertEqual(result["cpu_us"], result["server_cpu_seconds"] / result["server_echoes"] * 1e6)
        self.assertLess(result["server_cpu_seconds"], result["whole_cpu_seconds"])
        self.assertLess(result["server_echoes"], result["total_echoes"])

    def test_a_warm_up_that_was_too_short_is_made_longer(self):
        cell = plan.Cell("x", "echo", {"cloop": 1}, connections=load.STEADY, seconds=0.1, warmup=0.05)
        tried = []

        def late_at_first(bench, cell, peer, load):
            tried.append(cell.warmup)
            if len(tried) == 1:
                raise Late("5 connections had no echo in the warm-up")
            return {"cpu_us": 1.0}

        with mock.patch.object(turn, "loaded", late_at_first):
            turn.echo(self.bench, cell, peers.PEERS["cloop"])
        self.assertEqual(tried, [0.05, 0.05 * turn.PATIENCE])

    def test_a_stopped_server_is_reaped(self):
        cell = plan.Cell("x", "echo", {"cloop": 1})
        server = load.started(self.bench, cell, peers.PEERS["cloop"])
        server.stop()
        with self.assertRaises(ChildProcessError):
            os.waitpid(server.pid, 0)

    def test_idle_connections_are_there_and_leave(self):
        cell = plan.Cell("x", "echo", {"cloop": 1})
        server = load.started(self.bench, cell, peers.PEERS["cloop"])
        self.addCleanup(server.kill)
        before = server.descriptors()
        others = idle.Idle(self.bench, server, 20)
        self.addCleanup(others.kill)
        self.assertEqual(server.descriptors(), before + 20)
        others.end()
        server.stop()

    def test_a_load_that_fails_says_why(self):
        cell = plan.Cell("x", "echo", {"cloop": 1}, connections=5, size=64, seconds=0.1, warmup=0.01)
        peer = peers.outside("gone", "/nonexistent/server {port}")
        with self.assertRaisesRegex(load.Failure, "gone: /nonexistent/server: No such file"):
            turn.echo(self.bench, cell, peer)
