"""A server under observation: its kernel calls by strace, and where its CPU time goes by perf."""

import shutil
import signal
import subprocess
import tempfile

from .load import LIMIT, cload, run, started
from .server import Failure, pinned

TRACED_ECHOES = 10000  # picked: what 50 connections do once in their life is then 2 % of the calls
SAMPLES = 4999  # a second; picked: prime, so that nothing periodic hides from it
KERNEL = 1 << 63  # addresses from here on are the kernel's


def calls(bench, cell, peer, **_):
    """All kernel calls of a running server under a short load, as strace counts them. It makes each call many times as
    dear, so nothing is timed; a server that sees more events in one wait then has fewer waits."""
    strace = tool("strace", "strace")
    server, tracer = started(bench, cell, peer), None
    with tempfile.NamedTemporaryFile("r") as summary:
        try:
            argv = [strace, "-c", "-f", "-U", "name,calls", "-o", summary.name, "-p", str(server.pid)]
            tracer = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=pinned(None)
            )
            words = tracer.stderr.readline()
            if "attached" not in words:
                raise Failure(words.strip() or "strace ended")
            result = cload(bench, cell, server, more=("-n", TRACED_ECHOES))
            tracer.send_signal(signal.SIGINT)
            tracer.communicate(timeout=LIMIT)
            server.stop()
        finally:
            if tracer is not None and tracer.returncode is None:
                tracer.kill()
                tracer.communicate()
            server.kill()
        counted = traced_calls(summary.read())
    echoes = result["total_echoes"]
    return {"calls": counted, "total_echoes": echoes, "calls_per_echo": sum(counted.values()) / echoes}


def traced_calls(summary):
    """Lines of a name and a number, between a head and a sum."""
    counted = {}
    for line in summary.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].isdigit() and words[0] != "total":
            counted[words[0]] = int(words[1])
    return counted


def profile(bench, cell, peer, **_):
    """The share of user space in the server's CPU time, by samples of its CPU clock."""
    perf = tool("perf", "linux-perf")
    server = started(bench, cell, peer)
    with tempfile.TemporaryDirectory() as directory:
        data = f"{directory}/perf.data"
        try:
            record = (
                perf,
                "record",
                "-q",
                "-e",
                "cpu-clock",
                "-F",
                str(SAMPLES),
                "-p",
                str(server.pid),
                "-o",
                data,
                "--",
            )
            result = cload(bench, cell, server, before=record)
            server.stop()
        finally:
            server.kill()
        script = run([perf, "script", "-i", data, "-F", "ip"], bench.load_cpu, LIMIT)
    return {**shares([int(line, 16) for line in script.split()]), "echoes": result["total_echoes"]}


def shares(addresses):
    user = sum(a < KERNEL for a in addresses)
    if user == len(addresses):  # perf leaves the kernel out, without a word, where it may not look
        raise Failure("perf may not sample the kernel: root is needed, or kernel.perf_event_paranoid of at most 1")
    if len(addresses) < 100:
        raise Failure(f"perf took {len(addresses)} samples only")
    return {"samples": len(addresses), "user_percent": 100 * user / len(addresses)}


def tool(name, package):
    path = shutil.which(name)
    if path is None:
        raise Failure(f"{name} is not installed (Debian's {package})")
    return path
