"""A real load on a real server, if both are built: nothing is timed, only that the figures belong together."""

import os
import unittest

from suite import idle, load, peers, plan, turn


@unittest.skipUnless(peers.load_digest() and peers.PEERS["cloop"].digest(), "make first")
class Load(unittest.TestCase):
    def setUp(self):
        self.bench = load.Bench(None, None)

    def test_echo(self):
        cell = plan.Cell("x", "echo", {"cloop": 1}, connections=5, size=64, seconds=0.1, warmup=0.01)
        result = turn.echo(self.bench, cell, peers.PEERS["cloop"])
        self.assertEqual(result["cpu_us"], result["whole_cpu_us"])
        self.assertEqual(result["calls"]["sends"], result["total_echoes"] + 1)

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
