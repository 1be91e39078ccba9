"""Micro benchmarks: Go's, as `go test -bench` prints them, and tokio's, which prints one line of JSON."""

import json
import re
from dataclasses import dataclass

from .load import run
from .server import BENCH, Failure

LIMIT = 90.0  # seconds for the benchmarks of one choice
ROOT = BENCH.parent


@dataclass(frozen=True)
class Choice:
    """Some benchmarks of a program: which, for how long (the plan's seconds if it is empty), on how many processors."""

    pattern: str
    benchtime: str = ""
    processors: int = 2


@dataclass(frozen=True)
class Source:
    """A program of benchmarks. package is what `go test -c` builds it from, in module; None: make does."""

    program: str
    module: object = None
    package: str = ""
    choices: tuple = ()
    test: str = ""  # instead of benchmarks a test, which fails at the first allocation

    def path(self):
        return BENCH / self.program


EXECUTOR = Choice("^Benchmark(AwaitReady|ParkAndResume|WakeAndPoll|Spawn.*|WakeRemote|GroupChild)$")
REACTOR = Choice("^Benchmark(ArmCancel|RearmLater|ArmFire)$")
CONTESTS = (
    # A runtime has one core whatever it is given: goroutines on one processor compare like with like.
    Choice("^Benchmark(Spawn|Yield|ParkResume|PingPong|Timer.*)$", processors=1),
    Choice("^BenchmarkJoinMillion$", benchtime="1000000x", processors=1),
    Choice("^BenchmarkRemoteWake$"),
)

SOURCES = {
    "micro-executor": Source("bin/executor.test", ROOT, "./internal/executor", (EXECUTOR,)),
    "micro-reactor": Source("bin/reactor.test", ROOT, "./internal/reactor", (REACTOR,)),
    "micro-goroutines": Source("bin/micro.test", BENCH, "./micro", CONTESTS),
    "micro-tokio": Source("bin/tokio-micro"),
    "micro-allocations": Source("bin/echo-server.test", ROOT, "./cmd/echo-server", test="TestEchoAllocatesNothing"),
}

LINE = re.compile(r"^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$")


def parsed(out):
    """The figures of each benchmark by its name, without the number of processors: {"SpawnCode": {"ns/op": 12.5}}."""
    found = {}
    for line in out.splitlines():
        match = LINE.match(line)
        if match:
            words = match[2].split()
            found[match[1]] = {unit: float(value) for value, unit in zip(words[::2], words[1::2])}
    return found


def micro(bench, cell, peer, **_):
    """Not pinned: nothing else runs, and a wake from another thread needs a second core."""
    source = SOURCES[peer.name]
    if source.module is None:
        return flattened(json.loads(run([str(source.path())], None, LIMIT)))
    if source.test:
        out = run([str(source.path()), "-test.v", "-test.run", f"^{source.test}$"], None, LIMIT)
        if f"--- PASS: {source.test}" not in out:
            raise Failure(f"{source.program} has no {source.test}")
        return {"benchmarks": {source.test: {"allocs/op": 0.0}}}
    found = {}
    for choice in source.choices:
        argv = [str(source.path()), "-test.run", "^$", "-test.bench", choice.pattern, "-test.benchmem"]
        argv += ["-test.benchtime", choice.benchtime or f"{cell.seconds:g}s", "-test.cpu", str(choice.processors)]
        found.update(parsed(run(argv, None, LIMIT)))
    if not found:
        raise Failure(f"{source.program} has no benchmark that is wanted")
    return {"benchmarks": found}


def flattened(values):
    """tokio's figures in the shape of Go's: its names stand for nanoseconds an operation."""
    numbers = {name: value for name, value in values.items() if isinstance(value, (int, float))}
    return {"benchmarks": {name: {"ns/op": value} for name, value in numbers.items()}}
