"""Runs the rounds of a plan that are not on disk yet, and keeps each as soon as it is whole."""

import json
import time

from . import plan
from .load import sustained_rate
from .micro import micro
from .peers import YARDSTICK
from .server import Failure
from .turn import KINDS

TRIES = 3  # a peer that has failed so often in a cell is not run there again


class Rounds:
    """store has been opened for each cell; peers are those that can run, by name.

    deadline is a moment of time.monotonic, or None: a round that would not end before it is left out.
    """

    def __init__(self, bench, cells, peers, store, progress, deadline=None):
        self.bench, self.cells, self.peers, self.store = bench, cells, peers, store
        self.progress, self.deadline = progress, deadline

    def due(self):
        """The rounds that are to be run, in their order."""
        for i, cell in plan.schedule(self.cells):
            names = cell.peers(i)
            if names and not self.store.finished(cell.name, i, names):
                yield i, cell, names

    def run(self):
        """Returns how many rounds were left out for want of time."""
        due = [*self.due()]
        self.progress.begin(sum(plan.round_seconds(cell, i) for i, cell, _ in due))
        left_out = 0
        for i, cell, names in due:
            estimated = plan.round_seconds(cell, i)
            if self.deadline and time.monotonic() + self.progress.corrected(estimated) > self.deadline:
                left_out += 1
                continue
            self.progress.show(f"{cell.name}, round {i + 1} of {cell.count}")
            self.store.add(cell.name, i, self.round(cell, i, names))
            self.progress.done(estimated)
        self.progress.end()
        return left_out

    def round(self, cell, i, names):
        results, extra = {}, {}
        if cell.kind == "open":
            try:
                extra["rate"] = self.rate(cell)
            except Failure as e:  # without the rate nobody can run
                return {name: {"failed": f"the yardstick's rate: {e}"} for name in names}
        for name in plan.order(names, i):
            failures = self.store.failures(cell.name, name)
            if len(failures) >= TRIES:
                results[name] = {"failed": f"not run again after: {failures[0]}"}
                continue
            results[name] = self.turn(cell, name, i=i, **extra)
        return results

    def turn(self, cell, name, **extra):
        measure = micro if cell.kind == "micro" else KINDS[cell.kind]
        begun = time.monotonic()
        try:
            result = measure(self.bench, cell, self.peers[name], **extra)
            result["turn_seconds"] = time.monotonic() - begun  # what plan.turn_seconds estimates
            return result
        except (Failure, OSError, json.JSONDecodeError, KeyError, ZeroDivisionError) as e:
            words = str(e) if isinstance(e, Failure) else f"{type(e).__name__}: {e}"
            self.progress.say(f"{cell.name}: {name} failed: {words}")
            return {"failed": words}

    def rate(self, cell):
        """Measured once, and then the same for all peers and rounds."""
        rate = self.store.cells[cell.name].get("rate")
        if rate is None:
            rate = sustained_rate(self.bench, cell, self.peers[YARDSTICK])
            self.store.note(cell.name, rate=rate)
        return rate
