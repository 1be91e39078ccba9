"""The load on a server from its first connection to its end, and what that cost the server."""

import json
import subprocess
from dataclasses import dataclass

from .plan import MANY
from .server import CLOAD, Failure, Server, pinned

CALLS = ("waits", "receives", "sends", "epoll_ctls", "accepts")
LIMIT = 30.0  # seconds for any one step
STEADY = 300  # connections from which on their begin and end would be more than a percent of a short load


class Late(Failure):
    """The warm-up was too short for the server to answer on every connection."""


@dataclass(frozen=True)
class Bench:
    """Which core is whose."""

    server_cpu: int = 0
    load_cpu: int = 1


def cload_line(cell, address, rate=None, more=(), before=()):
    argv = [*before, CLOAD, "-a", address, "-c", cell.connections, "-s", cell.size, "-d", cell.depth, *more]
    if "-n" not in more:
        argv += ["-t", cell.seconds, "-w", cell.warmup]
    if rate is not None:
        argv += ["-r", rate]
    return [str(a) for a in argv]


def cload(bench, cell, server, **more):
    return json.loads(run(cload_line(cell, server.address, **more), bench.load_cpu, LIMIT + cell.seconds + cell.warmup))


def run(argv, cpu, limit):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=limit, preexec_fn=pinned(cpu))
    except subprocess.TimeoutExpired as e:
        raise Failure(f"{argv[0]}: no end within {limit:.0f} s") from e
    except OSError as e:
        raise Failure(f"{argv[0]}: {e.strerror}") from e
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or f"{argv[0]}: exit {done.returncode}")
    return done.stdout


def started(bench, cell, peer):
    many = cell.connections >= MANY or cell.kind in ("beside", "memory")
    return Server(peer.name, peer.command(many), cpu=bench.server_cpu)


def counted_calls(stderr):
    """The kernel calls that a server counted itself, from its last line of JSON on stderr; None if there is none.

    The servers in C print their counters alone; eddy's last log line has msg "stopped" and them among its fields.
    """
    names = {"recvs": "receives", "registers": "epoll_ctls"}
    for line in reversed(stderr.splitlines()):
        try:
            fields = json.loads(line)
        except ValueError:
            continue
        if isinstance(fields, dict) and fields.get("msg", "stopped") == "stopped":
            counted = {names.get(k, k): v for k, v in fields.items()}
            if "deregisters" in counted:  # a call of its own; cloop leaves it to close
                counted["epoll_ctls"] = counted.get("epoll_ctls", 0) + counted["deregisters"]
            return {k: counted[k] for k in CALLS if isinstance(counted.get(k), int)} or None
    return None


def loaded(bench, cell, peer, load=cload, **more):
    """A load from its first connection to the server's end. Start-up and a first echo are over when it begins: what the
    reaped process has used beyond that point is the price of the load's echoes, those of the warm-up included."""
    server = started(bench, cell, peer)
    try:
        cpu, switches = server.cpu_seconds(), server.switches()
        result = load(bench, cell, server, **more)
        usage, stderr = server.stop()
    finally:
        server.kill()
    result["startup_cpu_seconds"] = cpu
    result["whole_cpu_seconds"] = usage.ru_utime + usage.ru_stime - cpu
    echoes = result["total_echoes"]
    if not echoes or not result["echoes_per_second"]:
        raise Failure("not one echo in the time measured")
    result["whole_cpu_us"] = result["whole_cpu_seconds"] / echoes * 1e6
    result.setdefault("cpu_us", result["whole_cpu_us"])
    result["switches_per_echo"] = (usage.ru_nvcsw + usage.ru_nivcsw - switches) / echoes
    result["preemptions"] = usage.ru_nivcsw
    calls = counted_calls(stderr)
    if calls:  # the counters know the first echo and its connection, too
        result["calls"] = calls
        result.update({f"{call}_per_echo": n / (echoes + 1) for call, n in calls.items()})
    return result


def steady_cload(bench, cell, server):
    """A load whose cpu_us has neither the price of the connections' begin nor of their end in it: cload reads the
    server's CPU clock when the time measured begins and when it ends, and counts the server's echoes between."""
    result = cload(bench, cell, server, more=("-p", server.pid))
    if "late_connections" not in result:
        raise Failure("no echo after the time measured")
    if result["late_connections"]:
        raise Late(f"{result['late_connections']} connections had no echo in the warm-up")
    if result["server_echoes"] <= 0:
        raise Failure("not one echo in the time measured")
    result["cpu_us"] = result["server_cpu_seconds"] / result["server_echoes"] * 1e6
    return result


def sustained_rate(bench, cell, yardstick):
    """Half the highest rate that the yardstick sustains on these connections: the middle of three closed loops."""
    rates = sorted(loaded(bench, cell, yardstick)["echoes_per_second"] for _ in range(3))
    return round(rates[1] / 2)
