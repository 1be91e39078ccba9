"""Idle connections: what they cost in memory, and what they cost others that are active."""

import signal
import subprocess
import time

from .load import LIMIT, started, steady_cload
from .plan import IDLE_COUNTS, MANY
from .server import CLOAD, Failure, pinned, raise_descriptor_limit

BEYOND = 1100  # picked: descriptors beyond the connections themselves, in the server and in the clients' process
SETTLED = 0.3  # seconds without a change of the memory


class Idle:
    """Connections that another process holds. Each has made one echo when the constructor returns, and is silent."""

    def __init__(self, bench, server, count):
        argv = [CLOAD, "-i", "-a", server.address, "-c", str(count), "-n", str(count)]
        self.process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=pinned(bench.load_cpu),
        )
        try:
            if self.process.stdout.readline() != "ready\n":
                raise Failure(
                    self.process.communicate(timeout=LIMIT)[1].strip() or "the idle connections' process ended"
                )
        except BaseException:
            self.kill()
            raise

    def end(self):
        """In order: each connection is closed, and was whole until now."""
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.stdin = None
        _, words = self.process.communicate(timeout=LIMIT)
        if self.process.returncode != 0:
            raise Failure(words.strip() or f"the idle connections' process: exit {self.process.returncode}")

    def kill(self):
        if self.process.returncode is None:
            self.process.kill()
            self.process.communicate()


def active(bench, cell, peer, idle):
    """What an echo on the active connections costs in the time measured: the idle ones come before and leave after."""
    server, others = started(bench, cell, peer), None
    try:
        if idle:
            others = Idle(bench, server, idle)
        result = steady_cload(bench, cell, server)
        if others:
            others.end()
        server.stop()
    finally:
        if others:
            others.kill()
        server.kill()
    return result


def beside(bench, cell, peer, i, **_):
    """Twice: alone and beside idle connections, in turns the one first and the other."""
    raise_descriptor_limit(MANY + BEYOND)
    results = {}
    for idle in (0, MANY) if i % 2 == 0 else (MANY, 0):
        results[idle] = active(bench, cell, peer, idle)
    return {
        "cpu_us": results[MANY]["cpu_us"],
        "alone_cpu_us": results[0]["cpu_us"],
        "growth": results[MANY]["cpu_us"] / results[0]["cpu_us"],
        "p99_us": results[MANY]["p99_us"],
        "alone_p99_us": results[0]["p99_us"],
    }


def settled_memory(server):
    """Waits until the memory has not changed for a while."""
    limit = time.monotonic() + LIMIT
    value, since = server.anonymous_memory(), time.monotonic()
    while time.monotonic() - since < SETTLED:
        if time.monotonic() > limit:
            raise Failure("the server's memory does not settle")
        time.sleep(0.02)
        now = server.anonymous_memory()
        if now != value:
            value, since = now, time.monotonic()
    return value


def release(peer, server):
    """Has a server that can give back what it does not use."""
    if not peer.released:
        return
    before = server.stderr().count(peer.released)
    server.process.send_signal(signal.SIGUSR1)
    limit = time.monotonic() + LIMIT
    while server.stderr().count(peer.released) == before:
        if server.process.poll() is not None or time.monotonic() > limit:
            raise Failure(f"{peer.name} does not answer SIGUSR1")
        time.sleep(0.01)


def memory_with(bench, cell, peer, count):
    server, others = started(bench, cell, peer), None
    try:
        if count:
            others = Idle(bench, server, count)
        settled_memory(server)
        release(peer, server)
        value = settled_memory(server)
        if others:
            others.end()
        server.stop()
        return value
    finally:
        if others:
            others.kill()
        server.kill()


def memory(bench, cell, peer, **_):
    """A fresh server for each number of connections: what one leaves behind is not in the next figure."""
    raise_descriptor_limit(max(IDLE_COUNTS) + BEYOND)
    result = {"empty": memory_with(bench, cell, peer, 0)}
    for count in IDLE_COUNTS:
        result[f"with_{count}"] = memory_with(bench, cell, peer, count)
        result[f"bytes_{count}"] = (result[f"with_{count}"] - result["empty"]) / count
    return result
