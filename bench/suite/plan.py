"""What is measured: cells, each one workload in one size, the peers in it and in how many rounds each runs.

A cell runs in rounds; in round i run those peers that have more than i rounds, so that the first rounds have all of
them, and those that a target compares go on alone.
"""

import re
from dataclasses import asdict, dataclass, field, replace

from .peers import AGAIN, MANY, PEERS

ALL = tuple(p for p in PEERS if p != AGAIN)
SIZES = (16, 512, 4096, 65536)
SMALL = (16, 512)
COUNTS = (1, 50, 300, 1000, MANY)
MOST_AT_64K = 1000  # connections: more would hold the sockets' buffers full of 64 KiB each
IDLE_COUNTS = (1000, 15000)
MICRO = ("micro-executor", "micro-reactor", "micro-goroutines", "micro-tokio", "micro-allocations")

FEW = 3  # rounds where no target stands
FULL = 15  # rounds where one does

# Which rivals a target names, by the size of the messages.
RIVALS = ("gonet", "gonet-2", "netpoll")
RIVALS_SMALL = ("tokio", "uv")


@dataclass(frozen=True)
class Cell:
    """Names are unique, and no file name needs quoting for them. seconds are measured, after the warm-up."""

    name: str
    kind: str  # echo, pipeline, beside, storm, open, memory, calls, profile or micro
    rounds: dict = field(hash=False)  # of each peer
    connections: int = 50
    size: int = 512
    depth: int = 1
    seconds: float = 0.5
    warmup: float = 0.1

    @property
    def count(self):
        return max(self.rounds.values())

    def peers(self, i):
        return [p for p, n in self.rounds.items() if n > i]

    def settings(self):
        """All that makes one round's figures comparable with another's."""
        return {k: v for k, v in asdict(self).items() if k not in ("name", "rounds")}


def order(names, i):
    """Who goes first moves on with the rounds, so that no server always runs after the same other one."""
    return names[i % len(names) :] + names[: i % len(names)] if names else []


def schedule(cells):
    """(round, cell): a round of each cell, then the next. A drift of the machine meets all cells, and what an
    interruption leaves behind is a whole picture of fewer rounds."""
    for i in range(max((c.count for c in cells), default=0)):
        for cell in cells:
            if i < cell.count:
                yield i, cell


def echo(count, size, rounds, seconds=0.5):
    # Accepts lag behind connects, and a first burst is no steady state.
    warmup = 0.5 if count >= MANY else 0.2 if count >= 1000 else 0.1
    return Cell(f"echo-{count}x{size}", "echo", rounds, count, size, 1, seconds, warmup)


def pipeline(size, rounds, seconds=0.5):
    return Cell(f"pipeline-50x{size}x16", "pipeline", rounds, 50, size, 16, seconds)


def few(peers=ALL, n=FEW):
    return dict.fromkeys(peers, n)


def wanted(size, at_512=()):
    """Rounds in an echo workload: many for eddy and those that it is to undercut there."""
    many = {"eddy", *RIVALS}
    if size in SMALL:
        many.update(RIVALS_SMALL)
    if size == 512:
        many.update(at_512)
    return {p: FULL if p in many else FEW for p in ALL}


def full():
    grid = [
        echo(count, size, wanted(size, ("cloop",) if count in (50, 1000, MANY) else ()))
        for size in SIZES
        for count in COUNTS
        if size < SIZES[-1] or count <= MOST_AT_64K
    ]
    grid = [replace(c, rounds=c.rounds | {AGAIN: FULL}) if c.name == "echo-50x512" else c for c in grid]
    pair = {**few(), "cloop": FULL, "eddy": FULL}
    return [
        *grid,
        *(pipeline(size, wanted(size)) for size in SMALL),
        Cell("beside-idle", "beside", {**few(), "eddy": FULL}, connections=100),
        Cell("storm", "storm", pair),
        Cell("open-loop", "open", pair, seconds=1.0, warmup=0.2),
        Cell(
            "idle-memory", "memory", {**few(), "eddy": FULL, "eddy-future": FULL}, connections=max(IDLE_COUNTS), size=0
        ),
        Cell("kernel-calls", "calls", few(n=1)),
        Cell("profile", "profile", {**few(("cloop", "tokio", "gonet", "eddy-future")), "eddy": FULL}),
        Cell("micro", "micro", {**few(MICRO), **few(MICRO[:2], FULL), "micro-allocations": 1}, seconds=0.1),
    ]


def quick():
    ours = ("cloop", "gonet", "eddy", "eddy-future")
    brief = {"seconds": 0.25}
    return [
        *(echo(count, 512, few(ALL + (AGAIN,) * (count == 50)), **brief) for count in (1, 50, 1000)),
        echo(MANY, 512, few(("cloop", "gonet", "eddy")), **brief),
        *(echo(50, size, few(), **brief) for size in SIZES if size != 512),
        pipeline(512, few(), **brief),
        Cell("beside-idle", "beside", few(("cloop", "gonet", "eddy")), connections=100, **brief),
        Cell("storm", "storm", few(), **brief),
        Cell("open-loop", "open", few(), **brief),
        Cell("idle-memory", "memory", few(ours), connections=max(IDLE_COUNTS), size=0),
        Cell("kernel-calls", "calls", few(n=1)),
        # As long as in full(): a quarter of a second shows the start.
        Cell("profile", "profile", few(("cloop", "tokio", "gonet", "eddy"))),
        Cell("micro", "micro", {**few(MICRO), "micro-allocations": 1}, seconds=0.05),
    ]


def shaped(text):
    """The cell of CONNECTIONSxBYTES or CONNECTIONSxBYTESxDEPTH; ValueError for anything else."""
    match = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)(?:x([1-9]\d*))?", text)
    if not match:
        raise ValueError(text)
    count, size, depth = int(match[1]), int(match[2]), int(match[3] or 1)
    if depth == 1:
        return echo(count, size, few(n=FULL))
    return Cell(f"pipeline-{text}", "pipeline", few(n=FULL), count, size, depth)


def adjusted(cells, only=None, rounds=None, seconds=None, outside=()):
    """The cells as the command line wants them. only is searched in "CELL/PEER"."""
    out = []
    for c in cells:
        counts = dict(c.rounds)
        if c.kind != "micro":
            counts.update(few(outside, min(FEW, c.count)))
        counts = {p: rounds or n for p, n in counts.items() if only is None or re.search(only, f"{c.name}/{p}")}
        if counts:
            values = {k: v for k, v in c.settings().items() if k != "kind"}
            if seconds is not None:
                values.update(seconds=seconds, warmup=min(c.warmup, seconds))
            out.append(Cell(c.name, c.kind, counts, **values))
    return out


# What a turn takes beside the time of its load, in seconds. Measured on two cores of a server of 2024; a run corrects
# them as it goes on.
TURN = 0.12  # start, first echo, stop
CONNECTION = 60e-6  # connect, accept, close
SETTLING = 0.8  # of memory
TRACED = 1.0  # a turn under strace
PROFILED = 1.0  # what perf takes to begin, and to read its file
MICRO_SECONDS = dict(zip(MICRO, (1.5, 3.0, 17.0, 5.0, 0.3)))  # with 0.1 s a benchmark


def turn_seconds(cell, peer):
    """An estimate."""
    loaded = TURN + cell.connections * CONNECTION + cell.seconds + cell.warmup
    if cell.kind == "beside":
        return 2 * loaded + MANY * CONNECTION
    if cell.kind == "memory":
        return 3 * (TURN + SETTLING) + 2 * sum(IDLE_COUNTS) * CONNECTION
    if cell.kind == "calls":
        return TURN + TRACED
    if cell.kind == "profile":
        return loaded + PROFILED
    if cell.kind == "micro":
        return MICRO_SECONDS.get(peer, 5.0) * cell.seconds / 0.1
    return loaded


def round_seconds(cell, i):
    return sum(turn_seconds(cell, p) for p in cell.peers(i))


def total_seconds(cells):
    return sum(round_seconds(cell, i) for i, cell in schedule(cells))
