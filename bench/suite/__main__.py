"""The command line of bench/run: builds, measures what is not on disk yet, reports."""

import argparse
import dataclasses
import os
import pathlib
import re
import shlex
import signal
import sys
import time

from . import build, peers, plan, store
from .environment import environment, siblings
from .load import Bench
from .micro import SOURCES
from .progress import Progress, minutes
from .report import write_report
from .rounds import Rounds
from .server import BENCH, Failure, raise_descriptor_limit

RESULTS = {"full": BENCH / "results", "quick": BENCH / "results/quick"}
LIMITS = {"full": 60 * 60, "quick": 8 * 60}  # seconds in all, installation and build included
RESERVE = 20  # seconds: what the report takes
SETTINGS = "run.json"


def parse(arguments):
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures echo servers side by side and reports.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_const", dest="mode", const="quick", help="at most 8 minutes in all")
    mode.add_argument(
        "--full", action="store_const", dest="mode", const="full", help="at most 60 minutes (the default)"
    )
    parser.add_argument("--only", metavar="REGEX", help='searched in "CELL/PEER"; --list shows the cells')
    parser.add_argument(
        "--shape", action="append", default=[], metavar="CxS[xD]", help="instead of the plan: connections, bytes, depth"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="of each cell, instead of the plan's")
    parser.add_argument("--seconds", type=float, metavar="S", help="measured in each turn, instead of the plan's")
    parser.add_argument(
        "--server", action="append", default=[], metavar="NAME=COMMAND", help="one more server; {port} in COMMAND"
    )
    parser.add_argument(
        "--results", type=pathlib.Path, metavar="DIR", help="default: bench/results, quick: bench/results/quick"
    )
    parser.add_argument("--fresh", action="store_true", help="begin anew instead of going on with what is on disk")
    parser.add_argument("--report-only", action="store_true", help="write the report from what is on disk")
    parser.add_argument("--list", action="store_true", help="say what would be measured, and how long that takes")
    parser.set_defaults(mode="full")
    options = parser.parse_args(arguments)
    options.results = (options.results or RESULTS[options.mode]).resolve()
    options.outside = {}
    for text in options.server:
        name, equals, command = text.partition("=")
        if not (name and equals and command) or name in peers.PEERS or name in SOURCES or name in options.outside:
            parser.error(f"--server {text}: NAME=COMMAND with a new name is needed")
        options.outside[name] = peers.outside(name, command)
    for text in options.shape:
        try:
            plan.shaped(text)
        except ValueError:
            parser.error(f"--shape {text}: CONNECTIONSxBYTES or CONNECTIONSxBYTESxDEPTH is needed")
    if options.rounds is not None and options.rounds < 1:
        parser.error("--rounds: at least 1")
    if options.seconds is not None and options.seconds <= 0:
        parser.error("--seconds: more than 0")
    try:
        re.compile(options.only or "")
    except re.error as e:
        parser.error(f"--only: {e}")
    return options


def cells_of(options):
    cells = [*map(plan.shaped, options.shape)] or (plan.quick() if options.mode == "quick" else plan.full())
    cells = plan.adjusted(cells, options.only, options.rounds, options.seconds, [*options.outside])
    if not cells:
        raise Failure(f"nothing matches --only {options.only}")
    return cells


def show(cells):
    for cell in cells:
        rounds = ", ".join(f"{name} {n}" for name, n in cell.rounds.items())
        print(f"{cell.name:22}{minutes(plan.total_seconds([cell])):>9}  rounds: {rounds}")
    print(f"{'in all':22}{minutes(plan.total_seconds(cells)):>9}  without installation and build")


def without(cells, missing):
    """The cells without the peers that cannot run."""
    kept = (dataclasses.replace(c, rounds={p: n for p, n in c.rounds.items() if p not in missing}) for c in cells)
    return [c for c in kept if c.rounds]


def two_cores():
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        raise Failure("two cores are needed, one for the server and one for the load")
    shared = siblings(cpus[0])
    apart = [c for c in cpus[1:] if c not in shared]
    return Bench(cpus[0], (apart or cpus[1:])[0])


def key(cell, programs, commit):
    used = {name: programs[name] for name in cell.rounds}
    return {"commit": commit, "settings": cell.settings(), "programs": used | {"cload": peers.load_digest()}}


@dataclasses.dataclass(frozen=True)
class Micro:
    """A program of micro benchmarks in the place of a peer."""

    name: str

    def digest(self):
        return peers.digest(SOURCES[self.name].path())


def open_cells(options, cells, runnable, kept, settings, progress):
    """Tells the store what is to be measured, and the user what is there already."""
    programs = {name: peer.digest() for name, peer in runnable.items()}
    finished, anew = 0, {}
    for cell in cells:
        wanted = key(cell, programs, settings["environment"].get("commit"))
        rounds, why = kept.open(cell.name, wanted, settings["environment"], options.fresh)
        kept.note(cell.name, planned=cell.rounds)
        finished += min(rounds, cell.count)
        if why:
            anew.setdefault(why, []).append(cell.name)
    if finished:
        progress.say(f"going on with {finished} of {sum(c.count for c in cells)} rounds that are in {options.results}")
    for why, names in anew.items():
        progress.say(f"begun anew, {why}: {', '.join(names)}")


def measure(options, kept, settings, progress):
    bench, cells = two_cores(), cells_of(options)
    raise_descriptor_limit(0)  # to what the hard limit allows: children inherit it
    started = float(os.environ.get("BENCH_STARTED", time.time()))
    deadline = time.monotonic() - (time.time() - started) + LIMITS[options.mode] - RESERVE
    about = f"{len(cells)} cells, about {minutes(plan.total_seconds(cells))} without build"
    progress.say(f"{about}; at most {minutes(LIMITS[options.mode])} in all")
    build.instruments()
    names = {name: None for cell in cells for name in cell.rounds}
    own = [n for n in names if n not in options.outside]
    missing = build.build(own, progress.say)
    cells = without(cells, missing)
    known = {**peers.PEERS, **options.outside, **{name: Micro(name) for name in SOURCES}}
    runnable = {name: known[name] for name in names if name not in missing}
    runnable.setdefault(peers.YARDSTICK, known[peers.YARDSTICK])
    settings["environment"] = environment()
    settings["missing"] = {k: v for k, v in settings.get("missing", {}).items() if k not in own} | missing
    settings["outside"] = settings.get("outside", {}) | {n: p.line for n, p in options.outside.items()}
    settings["commands"] = [*settings.get("commands", []), shlex.join(["bench/run", *sys.argv[1:]])]
    settings["mode"] = options.mode
    open_cells(options, cells, runnable, kept, settings, progress)
    store.write_json(options.results / SETTINGS, settings)  # a power cut must not take it along
    begun = time.monotonic()
    try:
        rounds = Rounds(bench, cells, runnable, kept, progress, deadline)
        settings["left_out"] = rounds.run()
    finally:
        settings["seconds"] = settings.get("seconds", 0) + time.monotonic() - begun
        store.write_json(options.results / SETTINGS, settings)
    if settings["left_out"]:
        progress.say(f"{settings['left_out']} rounds did not fit into the time; the same command goes on with them")


def main(arguments):
    options = parse(arguments)
    if options.list:
        show(cells_of(options))
        return
    progress, kept = Progress(), store.Store(options.results)
    options.results.mkdir(parents=True, exist_ok=True)
    kept.read()
    settings = store.read_json(options.results / SETTINGS) or {}
    if options.fresh:
        settings = {}
    if not options.report_only:
        measure(options, kept, settings, progress)
    for line in write_report(options.results, kept.cells, settings):
        print(line)


if __name__ == "__main__":

    def interrupted(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        print("\ninterrupted; finished rounds are on disk, the same command goes on with the others", file=sys.stderr)
        sys.exit(130)
    except (Failure, OSError) as e:
        sys.exit(f"bench: {e}")
