"""One server's turn in a round, by the kind of its workload. Each function returns flat figures, or raises Failure."""

from dataclasses import replace

from .idle import beside, memory
from .load import STEADY, Late, loaded, steady_cload
from .observed import calls, profile

PATIENCE = 6  # picked: times the warm-up, for a server that accepts slowly


def echo(bench, cell, peer, **_):
    if cell.connections < STEADY:
        return loaded(bench, cell, peer)
    try:
        return loaded(bench, cell, peer, load=steady_cload)
    except Late:  # it gets the time it needs, the others do not pay for it
        return loaded(bench, replace(cell, warmup=PATIENCE * cell.warmup), peer, load=steady_cload)


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
