"""Builds what is measured. A program that cannot be built is missing, with the reason; the others are measured."""

import os
import signal
import subprocess

from .micro import SOURCES
from .peers import PEERS
from .server import BENCH, Failure

ROOT = BENCH.parent
FUTURE = "examples/echo-future"
LIMIT = 900.0  # seconds for one program: tokio's, on a slow machine
TARGETS = {"bin/echo-server": "eddy"}  # where make's target is no file


def make(target):
    return ["make", "-s", "-C", str(BENCH), TARGETS.get(target, target)], BENCH


def attempt(argv, cwd):
    """None, or in one line why the build failed."""
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # compilers that make has started end with it, below
        )
    except OSError as e:
        return f"{argv[0]}: {e.strerror}"
    try:
        output, _ = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"{argv[0]}: no end within {LIMIT:.0f} s"
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return None if process.returncode == 0 else reason(output)


def reason(output):
    """The last line that says more than that make has given up."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("make:", "make["))]
    return (telling or lines or ["no word of why"])[-1]


def instruments():
    """The load generator and the yardstick, without which there is nothing to say."""
    for target in ("bin/cload", "bin/cloop"):
        failed = attempt(*make(target))
        if failed:
            raise Failure(f"{target}: {failed}")


def recipe(name):
    """What builds a peer or a program of micro benchmarks; None with the reason if that is known to be in vain."""
    if name in SOURCES:
        source = SOURCES[name]
        if source.module is None:
            return make(source.program)
        if not (source.module / source.package).is_dir():
            return None, f"{source.package} is not there"
        return ["go", "test", "-c", "-o", str(source.path()), source.package], source.module
    if name == "eddy-future":
        if not (ROOT / FUTURE).is_dir():
            return None, f"{FUTURE} is not there"
        return ["go", "build", "-o", str(BENCH / PEERS[name].program), f"./{FUTURE}"], ROOT
    return make(PEERS[name].program)


def build(names, say):
    """Builds these peers and programs. Returns those that are missing, each with its reason."""
    (BENCH / "bin").mkdir(exist_ok=True)
    missing, done = {}, {}
    for name in names:
        argv, cwd = recipe(name)
        if argv is None:
            missing[name] = cwd
            continue
        if tuple(argv) not in done:  # two peers may be one program
            say(f"building {name}")
            done[tuple(argv)] = attempt(argv, cwd)
        if done[tuple(argv)]:
            missing[name] = done[tuple(argv)]
            say(f"{name} is missing: {missing[name]}")
    return missing
