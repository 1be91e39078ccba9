"""Rounds that run, fail, stop and go on: with a turn that only pretends."""

import io
import pathlib
import tempfile
import unittest
from unittest import mock

from suite import plan, rounds
from suite.progress import Progress
from suite.server import Failure
from suite.store import Store

KEY = {"commit": "c0ffee", "settings": {"size": 1}, "programs": {"a": "1", "b": "1"}}


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.ran = []
        self.faults = {}  # of (cell, peer, round)
        self.patch({k: self.turn for k in rounds.KINDS})
        self.store = self.reread()

    def patch(self, kinds):
        patch = mock.patch.object(rounds, "KINDS", kinds)
        patch.start()
        self.addCleanup(patch.stop)

    def turn(self, bench, cell, peer, i, **_):
        self.ran.append((cell.name, peer, i))
        fault = self.faults.get((cell.name, peer, i))
        if fault:
            raise fault
        return {"cpu_us": 1.0}

    def reread(self):
        store = Store(self.directory)
        store.read()
        return store

    def run_rounds(self, cells, key=KEY, fresh=False, deadline=None):
        """As a fresh process would."""
        self.ran = []
        self.store = self.reread()
        self.opened = [self.store.open(c.name, {**key, "programs": dict(key["programs"])}, {}, fresh) for c in cells]
        peers = {p: p for c in cells for p in c.rounds}
        return rounds.Rounds(None, cells, peers, self.store, Progress(io.StringIO()), deadline).run()


def cell(name="x", **counts):
    return plan.Cell(name, "echo", counts)


class Resume(Case):
    def test_who_goes_first_moves_on(self):
        self.run_rounds([cell(a=2, b=2)])
        self.assertEqual(self.ran, [("x", "a", 0), ("x", "b", 0), ("x", "b", 1), ("x", "a", 1)])

    def test_finished_rounds_are_not_run_again(self):
        self.run_rounds([cell(a=2, b=2)])
        self.run_rounds([cell(a=3, b=3)])
        self.assertEqual(self.opened, [(2, None)])
        self.assertEqual({i for _, _, i in self.ran}, {2})

    def test_an_interrupted_round_is_run_again_as_a_whole(self):
        self.faults["x", "a", 1] = KeyboardInterrupt()
        with self.assertRaises(KeyboardInterrupt):
            self.run_rounds([cell(a=3, b=3)])
        self.faults = {}
        self.run_rounds([cell(a=3, b=3)])
        self.assertEqual([i for _, _, i in self.ran], [1, 1, 2, 2])

    def test_a_round_without_a_wanted_peer_is_run_again_as_a_whole(self):
        self.run_rounds([cell(a=1)])
        self.run_rounds([cell(a=1, b=1)])
        self.assertEqual(self.ran, [("x", "a", 0), ("x", "b", 0)])

    def test_another_commit_setting_or_build_begins_anew(self):
        for changed, why in (
            ({"commit": "other"}, "other commit"),
            ({"settings": {"size": 2}}, "other settings"),
            ({"programs": {"a": "1", "b": "2"}}, "another build of b"),
        ):
            self.run_rounds([cell(a=1, b=1)], fresh=True)
            self.run_rounds([cell(a=1, b=1)], key=KEY | changed)
            self.assertEqual(self.opened, [(0, why)])
            self.assertEqual(len(self.ran), 2)

    def test_a_program_more_is_no_other_build(self):
        self.run_rounds([cell(a=1)], key=KEY | {"programs": {"a": "1"}})
        self.run_rounds([cell(a=1)])
        self.assertEqual(self.opened, [(1, None)])

    def test_fresh_begins_anew(self):
        self.run_rounds([cell(a=1)])
        self.run_rounds([cell(a=1)], fresh=True)
        self.assertEqual(len(self.ran), 1)

    def test_no_half_written_file_stays(self):
        self.run_rounds([cell(a=2)])
        self.assertEqual([p.name for p in self.directory.iterdir()], ["x.json"])

    def test_other_files_are_left_alone(self):
        (self.directory / "x.json").write_text("{")
        (self.directory / "run.json").write_text('{"mode": "full"}')
        self.assertEqual(self.reread().cells, {})


class Failing(Case):
    def test_others_go_on(self):
        self.faults["x", "a", 0] = Failure("lost a byte")
        self.run_rounds([cell(a=1, b=1)])
        results = self.reread().cells["x"]["rounds"]["0"]
        self.assertEqual(results["a"], {"failed": "lost a byte"})
        self.assertEqual(results["b"]["cpu_us"], 1.0)

    def test_not_run_again_after_some_failures(self):
        self.faults = {("x", "a", i): Failure("lost a byte") for i in range(4)}
        self.run_rounds([cell(a=4, b=4)])
        self.assertEqual([i for _, p, i in self.ran if p == "a"], [*range(rounds.TRIES)])
        self.assertIn("lost a byte", self.store.cells["x"]["rounds"]["3"]["a"]["failed"])

    def test_a_result_that_is_none_fails_too(self):
        self.faults["x", "a", 0] = KeyError("total_echoes")
        self.run_rounds([cell(a=1)])
        self.assertIn("total_echoes", self.store.cells["x"]["rounds"]["0"]["a"]["failed"])


class Deadline(Case):
    def test_what_does_not_fit_is_left_out(self):
        self.assertEqual(self.run_rounds([cell(a=3)], deadline=1e-9), 3)
        self.assertEqual(self.ran, [])

    def test_what_fits_is_run(self):
        self.assertEqual(self.run_rounds([cell(a=3)], deadline=1e12), 0)
        self.assertEqual(len(self.ran), 3)


class Rate(Case):
    def test_measured_once_and_kept(self):
        with mock.patch.object(rounds, "sustained_rate", return_value=1234) as measured:
            for count in (1, 3):
                self.run_rounds([plan.Cell("x", "open", {"cloop": count})])
        self.assertEqual(measured.call_count, 1)
        self.assertEqual(self.reread().cells["x"]["rate"], 1234)
