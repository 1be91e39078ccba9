"""Made-up results in the shape in which a store keeps them."""


def cell(name, kind="echo", connections=50, size=512, rounds=(), **fields):
    """rounds is a list of {peer: cpu_us, or a whole result}."""
    whole = [{p: r if isinstance(r, dict) else {"cpu_us": r} for p, r in results.items()} for results in rounds]
    settings = {"kind": kind, "connections": connections, "size": size}
    key = {"commit": "c0ffee", "settings": settings, "programs": {}}
    return {name: {"cell": name, "key": key, "rounds": {str(i): r for i, r in enumerate(whole)}, **fields}}


def cells(*some):
    return {name: c for one in some for name, c in one.items()}
