"""Questions to the rounds on disk: series by round, their estimates, and ratios paired round by round."""

from . import intervals
from .peers import YARDSTICK


class Figures:
    """cells is what a store has, by name."""

    def __init__(self, cells):
        self.cells = cells

    def rounds(self, cell):
        rounds = self.cells.get(cell, {}).get("rounds", {})
        return [(i, rounds[i]) for i in sorted(rounds, key=int)]

    def settings(self, cell):
        return self.cells[cell]["key"]["settings"]

    def named(self, *kinds):
        """The cells of these kinds, in the order of their sizes."""
        found = [n for n in self.cells if self.settings(n)["kind"] in kinds]
        return sorted(found, key=lambda n: (self.settings(n)["size"], self.settings(n)["connections"]))

    def peers(self, cell):
        """Those that have run there, whatever came of it."""
        return list(dict.fromkeys(p for _, results in self.rounds(cell) for p in results))

    def series(self, cell, peer, key):
        """The figure by round; rounds in which the peer failed, or has no such figure, are left out."""
        values = {i: results.get(peer, {}).get(key) for i, results in self.rounds(cell)}
        return {i: v for i, v in values.items() if v is not None}

    def estimate(self, cell, peer, key):
        return intervals.estimate(self.series(cell, peer, key).values())

    def ratios(self, cell, peer, base, key="cpu_us"):
        return intervals.quotients(self.series(cell, peer, key), self.series(cell, base, key))

    def ratio(self, cell, peer, base, key="cpu_us"):
        return intervals.estimate(self.ratios(cell, peer, base, key).values())

    def level(self, cell, peer, key="cpu_us"):
        """The figure as a multiple of the yardstick's. Servers that have run in different rounds can be compared by it:
        the machine is not equally fast in all of them. Where the yardstick is missing, the median of the server's own."""
        base, ratio = self.estimate(cell, YARDSTICK, key), self.ratio(cell, peer, YARDSTICK, key)
        if base and ratio:
            return base.median * ratio.median
        own = self.estimate(cell, peer, key)
        return own.median if own else None

    def growth(self, many, one, peer, base):
        """How much more the figure of peer grows from cell one to cell many than base's does, round by round."""
        above, below = self.ratios(many, peer, base), self.ratios(one, peer, base)
        return intervals.estimate(intervals.quotients(above, below).values())

    def benchmark(self, source, name, unit="ns/op"):
        series = self.series("micro", source, "benchmarks").values()
        return intervals.estimate(b[name][unit] for b in series if unit in b.get(name, {}))

    def benchmarks(self, source):
        """The names, in the order in which they ran."""
        return list(dict.fromkeys(n for b in self.series("micro", source, "benchmarks").values() for n in b))

    def failures(self):
        """(cell, peer, rounds that failed, all its rounds, what it said first)."""
        for cell in self.cells:
            for peer in self.peers(cell):
                results = [r[peer] for _, r in self.rounds(cell) if peer in r]
                failed = [r["failed"] for r in results if "failed" in r]
                if failed:
                    yield cell, peer, len(failed), len(results), failed[0]
