"""The servers that are measured: how each is built, started, and what it can do."""

import hashlib
import shlex
from dataclasses import dataclass

from .server import BENCH, CLOAD

YARDSTICK = "cloop"
AGAIN = "cloop-again"  # the yardstick against itself: the noise of the day
MANY = 10000  # connections from which on eddy needs a larger --max-conns than its default


@dataclass(frozen=True)
class Peer:
    name: str
    title: str
    program: str  # relative to bench/, what make builds; None: it is given from outside
    line: str  # the command line; {port} stands for the port to listen on
    for_many: str = ""  # appended where more connections are needed than the defaults allow
    source: str = ""  # what the program only starts, relative to bench/
    released: str = ""  # what the server writes to stderr after SIGUSR1, when it has given back unused memory

    def command(self, many=False):
        return f"{self.line} {self.for_many}" if many and self.for_many else self.line

    def path(self):
        return BENCH / self.program if self.program else None

    def digest(self):
        """What tells one build from another."""
        if not self.program:
            return digest_of(self.line.encode())
        return digest(self.path(), *([BENCH / self.source] if self.source else []))


def digest_of(data):
    return hashlib.sha256(data).hexdigest()[:16]


def digest(*paths):
    """None if there is no such file."""
    try:
        return digest_of(b"".join(path.read_bytes() for path in paths))
    except OSError:
        return None


def load_digest():
    return digest(BENCH / CLOAD)


def quoted(program):
    return shlex.quote(str(BENCH / program))


def peer(name, title, program=None, before="", after="{port}", **more):
    program = program or f"bin/peer-{name}"
    return Peer(name, title, program, f"{before} {quoted(program)} {after}".strip(), **more)


GIVEN_BACK = "memory given back"
EDDY_FLAGS = "run --listen 127.0.0.1:{port} --log-format json"

PEERS = {
    p.name: p
    for p in (
        peer("cloop", "bare C epoll", program="bin/cloop"),
        peer(AGAIN, "bare C epoll, again", program="bin/cloop"),
        peer("uring", "C, io_uring"),
        peer("uv", "libuv"),
        peer("tokio", "tokio, current thread"),
        peer("gonet", "Go net, GOMAXPROCS=1", before="env GOMAXPROCS=1", released=GIVEN_BACK),
        peer(
            "gonet-2",
            "Go net, GOMAXPROCS=2",
            program="bin/peer-gonet",
            before="env GOMAXPROCS=2",
            released=GIVEN_BACK,
        ),
        peer("netpoll", "cloudwego/netpoll", released=GIVEN_BACK),
        peer("node", "node", source="peers/node.js", released=GIVEN_BACK),
        peer(
            "eddy",
            "eddy, straight-line",
            program="bin/echo-server",
            after=EDDY_FLAGS,
            for_many="--max-conns 20000 --idle-timeout 0",
            released='"msg":"stats"',
        ),
        peer("eddy-task", "eddy, Read and Write", program="bin/peer-task", released=GIVEN_BACK),
        peer("eddy-future", "eddy, hand-written future", program="bin/eddy-future", released=GIVEN_BACK),
    )
}


def outside(name, command):
    """A server that --server names."""
    return Peer(name, name, None, command)
