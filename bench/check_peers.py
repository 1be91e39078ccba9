"""Checks that a peer echoes right, whatever the shape of the load, and counts right. Used by check."""

import json
import os
import pathlib
import shlex
import signal
import socket
import struct
import threading
import time

from suite.server import BENCH, Failure, Server

LATE_READERS = 4
UNBOUNDED = {"netpoll"}  # it reads ahead of its handler, and queues what comes without a limit
STOP_LIMIT = 2.0  # seconds from SIGTERM to the end

SHAPES = (
    "-c 20 -n 4000 -s 1",
    "-c 20 -n 4000 -s 16",
    "-c 50 -n 10000 -s 512",
    "-c 50 -n 4000 -s 4096",
    "-c 50 -n 1000 -s 65536",
    "-c 20 -n 60 -s 1048576",
    "-c 50 -n 50000 -s 16 -d 16",
    "-c 5 -n 100000 -s 100 -d 5000",
    "-c 4 -n 24 -s 5000000 -d 3",
    "-c 2000 -n 10000 -s 512",
    "-c 50 -n 2000 -s 512 --storm",
    "-c 50 -n 2000 -s 512 -r 20000",
)


def names():
    """The yardstick, and every peer that has been built."""
    found = pathlib.Path(BENCH / "bin").glob("peer-*")
    return ["cloop", *sorted(path.name.removeprefix("peer-") for path in found)]


def start(name):
    program = BENCH / "bin" / (name if name == "cloop" else f"peer-{name}")
    return Server(name, f"{shlex.quote(str(program))} {{port}}")


def late_reader(port, data, until=lambda: None):
    """Sends all of data and half-closes, and reads only when half a second has passed, or all is sent, and until() has
    returned. Returns what came back, and whether something was left to send."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as s:
        sent = threading.Event()

        def write_and_end():
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)
            sent.set()

        threading.Thread(target=write_and_end, daemon=True).start()
        left_over = not sent.wait(0.5)
        until()
        back = bytearray()
        while piece := s.recv(1 << 16):
            back += piece
    return bytes(back), left_over


def check_shapes(check, cload, name):
    """All shapes of load, clients that read late, and the totals of it all."""
    server = start(name)
    try:
        size, connections = 1, 1  # Server's own
        for shape in SHAPES:
            arguments = shape.split()
            wanted = int(arguments[3])
            code, out, err = cload(server.address, "--verify", *arguments)
            result = json.loads(out) if code == 0 else {}
            check(f"{name}: cload {shape}", result.get("total_echoes") == wanted, (code, out, err))
            size += wanted * int(arguments[5])
            connections += wanted if "--storm" in arguments else int(arguments[1])

        data = os.urandom(1 << 20) * 32  # more than the sockets hold
        waiting, back, stuck = threading.Barrier(LATE_READERS + 1), [], []

        def read_late():
            received, left_over = late_reader(server.port, data, waiting.wait)
            back.append(received == data)
            stuck.append(left_over)

        readers = [threading.Thread(target=read_late, daemon=True) for _ in range(LATE_READERS)]
        for reader in readers:
            reader.start()
        code, out, err = cload(server.address, "--verify", "-c", 50, "-n", 5000)
        check(f"{name}: others are served while {LATE_READERS} clients do not read", code == 0, (code, out, err))
        waiting.wait()
        for reader in readers:
            reader.join(60)
        check(f"{name}: those get every byte after their half-close", back == [True] * LATE_READERS, back)
        if name not in UNBOUNDED:
            check(f"{name}: those stop it from reading", stuck == [True] * LATE_READERS, stuck)
        size += 5000 * 512 + LATE_READERS * len(data)
        connections += 50 + LATE_READERS

        begun = time.monotonic()
        _, stderr = server.stop()
        took = time.monotonic() - begun
        check(f"{name}: SIGTERM ends it", server.process.returncode == 0, server.process.returncode)
        check(f"{name}: and at once", took < STOP_LIMIT, took)
        counted = json.loads(stderr.splitlines()[-1])
        check(f"{name}: bytes", counted["bytes"] == size, (counted, size))
        check(f"{name}: accepts", counted["accepts"] == connections, (counted, connections))
    finally:
        server.kill()


def check_rude_clients(check, cload, name):
    """Clients that reset with bytes on their way back, and SIGTERM with connections open."""
    server = start(name)
    try:
        for _ in range(50):
            s = socket.create_connection(("127.0.0.1", server.port))
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            s.setblocking(False)
            try:
                while True:
                    s.send(bytes(1 << 16))
            except BlockingIOError:
                s.close()
        code, out, err = cload(server.address, "--verify", "-c", 50, "-n", 5000)
        check(f"{name}: lives on after 50 clients that reset", code == 0, (code, out, err))
        with socket.create_connection(("127.0.0.1", server.port)) as s:
            s.sendall(b"?")
            right = s.recv(1) == b"?"
            server.process.send_signal(signal.SIGTERM)
            code = server.process.wait(10)
        check(f"{name}: SIGTERM ends it with a connection open", right and code == 0, code)
    finally:
        server.kill()


def check_peers(check, cload, wanted):
    for name in wanted:
        try:
            check_shapes(check, cload, name)
            check_rude_clients(check, cload, name)
        except Failure as e:
            check(f"{name} runs", False, e)
