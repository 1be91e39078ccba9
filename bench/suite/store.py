"""Every figure of every round on disk: one JSON file a cell, replaced in one step, and so whole at any moment."""

import json
import os


class Store:
    """The files of one directory. A file holds the key under which its rounds were measured: rounds of another key, by
    other programs or with other settings, are never mixed with them."""

    def __init__(self, directory):
        self.directory = directory
        self.cells = {}

    def path(self, name):
        return self.directory / f"{name}.json"

    def read(self):
        """Takes in what the directory holds."""
        for path in sorted(self.directory.glob("*.json")):
            data = read_json(path)
            if isinstance(data, dict) and data.get("cell") == path.stem and isinstance(data.get("rounds"), dict):
                self.cells[path.stem] = data

    def open(self, name, key, environment, fresh=False):
        """Continues a cell, or begins it anew. Returns how many rounds it has, and why not those on disk, if so."""
        old = self.cells.get(name)
        why = None if old is None else "asked for" if fresh else difference(old["key"], key)
        if old is None or why:
            self.cells[name] = {"cell": name, "key": key, "environment": environment, "rounds": {}}
        else:
            old["key"]["programs"].update(key["programs"])
        return len(self.cells[name]["rounds"]), why

    def finished(self, name, i, peers):
        """Whether round i has all of these peers: a ratio needs both of its figures from one round."""
        return set(peers) <= set(self.cells[name]["rounds"].get(str(i), {}))

    def failures(self, name, peer):
        return [r[peer]["failed"] for r in self.cells[name]["rounds"].values() if "failed" in r.get(peer, {})]

    def add(self, name, i, results):
        self.cells[name]["rounds"][str(i)] = results
        self.write(name)

    def note(self, name, **fields):
        self.cells[name].update(fields)

    def write(self, name):
        write_json(self.path(name), self.cells[name])


def difference(old, new):
    """In what two keys differ, in words; None if they do not. A program that only one of them has is no difference: it
    is missing in some rounds, and those are run again."""
    for k in sorted(new.keys() | old.keys()):
        if k != "programs" and old.get(k) != new.get(k):
            return f"other {k}"
    a, b = old.get("programs", {}), new.get("programs", {})
    others = sorted(p for p in a.keys() & b.keys() if a[p] != b[p])
    return f"another build of {', '.join(others)}" if others else None


def read_json(path):
    """None if it is not there, or not JSON, and so not one of ours: ours are replaced in one step."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def write_text(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with open(part, "w") as f:
        f.write(text)
        f.flush()
        os.fsync(f.fileno())
    os.replace(part, path)


def write_json(path, data):
    write_text(path, json.dumps(data, indent=1) + "\n")
