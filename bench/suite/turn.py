"""One server's turn in a round, by the kind of its workload. Each function returns flat figures, or raises Failure."""

from .idle import beside, memory
from .load import STEADY, loaded, steady_cload
from .observed import calls, profile


def echo(bench, cell, peer, **_):
    if cell.connections >= STEADY:
        return loaded(bench, cell, peer, load=steady_cload)
    return loaded(bench, cell, peer)


def storm(bench, cell, peer, **_):
    return loaded(bench, cell, peer, more=("--storm",))


def open_loop(bench, cell, peer, rate, **_):
    return loaded(bench, cell, peer, rate=rate)


KINDS = {
    "echo": echo,
    "pipeline": echo,
    "storm": storm,
    "open": open_loop,
    "beside": beside,
    "memory": memory,
    "calls": calls,
    "profile": profile,
}
