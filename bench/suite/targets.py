"""What is wanted, and whether it is so."""

from dataclasses import dataclass

from .intervals import Estimate
from .peers import MANY, PEERS, YARDSTICK
from .plan import IDLE_COUNTS, RIVALS, RIVALS_SMALL, SMALL

TOLERATED = 0.10  # how far a target may be missed, as a share of its figure
ECHO = ("echo", "pipeline")


@dataclass(frozen=True)
class Part:
    """One figure of a target. It is met when the interval's lower end is not above the limit."""

    where: str
    limit: float
    estimate: Estimate | None
    digits: int = 2

    @property
    def met(self):
        return None if self.estimate is None else self.estimate.low <= self.limit

    @property
    def excess(self):
        """By which share of the limit the median is above it; a limit of 0 is missed by all or nothing."""
        if self.limit == 0:
            return float(self.estimate.median > 0)
        return self.estimate.median / self.limit - 1


@dataclass(frozen=True)
class Target:
    title: str
    parts: tuple
    rival: str = ""  # whom eddy is to undercut, in many workloads

    @property
    def met(self):
        """False if one part is missed, None if none is missed but one is not known."""
        verdicts = [p.met for p in self.parts]
        return False if False in verdicts else None if None in verdicts or not verdicts else True

    @property
    def worst(self):
        """The missed part that is missed by most, or the part that is nearest to its limit."""
        known = [p for p in self.parts if p.estimate]
        return max(known, key=lambda p: (not p.met, p.excess), default=None)


def targets(f):
    """All targets, by the figures f."""
    at_512 = [f"echo-{count}x512" for count in (50, 1000, MANY)]

    def ratios(limit, cells, base, key):
        return tuple(Part(c, limit, f.ratio(c, "eddy", base, key)) for c in cells)

    def against(title, limit, cells, key="cpu_us"):
        return Target(title, ratios(limit, cells, YARDSTICK, key))

    def below(rival, cells):
        sizes = "with 16 and 512 B" if rival in RIVALS_SMALL else "in every echo workload"
        return Target(
            f"server CPU per echo below that of {PEERS[rival].title}, {sizes}",
            ratios(1.0, cells, rival, "cpu_us"),
            rival,
        )

    def one(title, limit, where, estimate, digits=0):
        return Target(title, (Part(where, limit, estimate, digits),))

    def benchmark(title, limit, source, name, unit="ns/op", digits=0):
        return one(title, limit, name, f.benchmark(source, name, unit), digits)

    every = f.named(*ECHO)
    small = [c for c in every if f.settings(c)["size"] in SMALL]
    idle = f"bytes_{max(IDLE_COUNTS)}"
    million = f"{10**6}"
    growth = f.growth(at_512[-1], at_512[0], "eddy", YARDSTICK)
    return [
        against("server CPU per echo of 512 B, relative to bare C epoll", 1.10, at_512),
        *(below(rival, every) for rival in RIVALS),
        *(below(rival, small) for rival in RIVALS_SMALL),
        against("waits per echo, relative to bare C epoll", 1.10, at_512, "waits_per_echo"),
        one(
            "user-space share of the server's CPU at 50 connections, percent",
            5,
            "profile",
            f.estimate("profile", "eddy", "user_percent"),
            1,
        ),
        against("open loop: p99, relative to bare C epoll", 1.10, ["open-loop"], "p99_us"),
        one(
            "bytes per idle connection at 15 000, straight-line",
            3000,
            "idle-memory",
            f.estimate("idle-memory", "eddy", idle),
        ),
        one(
            "bytes per idle connection at 15 000, hand-written future",
            300,
            "idle-memory",
            f.estimate("idle-memory", "eddy-future", idle),
        ),
        benchmark("park and resume, ns", 100, "micro-executor", "ParkAndResume"),
        benchmark("spawn to done, reused coroutine task, ns", 200, "micro-executor", "SpawnCode"),
        benchmark("spawn to done, hand-written future, ns", 80, "micro-executor", "SpawnFuture"),
        benchmark("timer re-arm at 1 M, ns", 20, "micro-reactor", f"RearmLater/{million}"),
        benchmark("timer arm plus cancel at 1 M, ns", 60, "micro-reactor", f"ArmCancel/{million}"),
        benchmark("allocations per echo", 0, "micro-allocations", "TestEchoAllocatesNothing", "allocs/op"),
        against("server CPU per connect-echo-close, relative to bare C epoll", 1.15, ["storm"]),
        one(
            "active connections beside 10 000 idle ones, relative to alone",
            1.05,
            "beside-idle",
            f.estimate("beside-idle", "eddy", "growth"),
            2,
        ),
        one(
            "growth of CPU per echo from 50 to 10 000 connections, relative to bare C epoll's",
            1.0,
            "echo 512 B",
            growth,
            2,
        ),
    ]


def verdict(all_targets):
    """In one line: how many are met, missed, unknown, and whether that is within what is tolerated."""
    met = [t.met for t in all_targets]
    missed = [t for t in all_targets if t.met is False]
    far = [t for t in missed if t.worst.excess > TOLERATED]
    text = f"{met.count(True)} of {len(met)} targets met, {len(missed)} missed, {met.count(None)} not measured"
    return text + (f"; {len(far)} missed by more than {TOLERATED:.0%}" if far else "")
