"""The report: what was measured where and how, the targets, all tables and plots."""

from . import tables
from .figures import Figures
from .progress import minutes
from .store import write_text
from .targets import targets, verdict

NAME = "report.md"
RULES = """\
Each server runs alone, pinned to one core, the load on another, both on this machine; rounds are interleaved, and who
goes first moves on. Workloads are named after connections, bytes of a message and, if it is not 1, messages in flight:
`pipeline-50x512x16`. Ratios pair two figures of one round; the value is the median of the rounds. `[a, b]` is a 95 %
interval of the median (by order statistics), `(a to b)` the least and the greatest value where there are too few rounds
for that. A target is met when the lower end is not above its figure, so with few rounds that vary it is met easily;
"missed by" is the median's distance. CPU is user and system time of the reaped server less its start-up, and from 300
connections on that of the time measured. bench/README.md has the rest.
"""


def header(cells, settings):
    found = settings.get("environment", {})
    lines = ["# Echo servers side by side", "", RULES]
    lines += tables.table(["where", ""], [[k, v] for k, v in found.items()])
    commits = sorted({c["key"].get("commit") or "unknown" for c in cells.values()})
    if len(commits) > 1:
        lines += [f"**The cells are of different commits: {', '.join(commits)}.**", ""]
    for name, line in settings.get("outside", {}).items():
        lines += [f"{name} is `{line}`.", ""]
    commands = dict.fromkeys(settings.get("commands", []))
    lines += ["Measured in {} by".format(minutes(settings.get("seconds", 0))), "", *(f"    {c}" for c in commands), ""]
    return lines


def gaps(f, settings):
    """What is not in the tables, and why."""
    lines = []
    missing = settings.get("missing", {})
    if missing:
        rows = [[tables.title(n), why] for n, why in missing.items()]
        lines += ["Missing, because they could not be built:", "", *tables.table(["what", "why"], rows)]
    failed = [[c, tables.title(p), f"{n} of {total}", why] for c, p, n, total, why in f.failures()]
    if failed:
        lines += ["Failed:", "", *tables.table(["workload", "server", "rounds", "first"], failed)]
    partial = []
    for name, cell in f.cells.items():
        wanted = max(cell.get("planned", {}).values(), default=0)
        if len(cell["rounds"]) < wanted:
            partial.append([name, len(cell["rounds"]), wanted])
    if partial:
        lines += ["Not all rounds are measured:", "", *tables.table(["workload", "rounds", "planned"], partial)]
    return tables.section("Missing and failed", *lines) if lines else []


def text(cells, settings, plots=()):
    f = Figures(cells)
    wanted = targets(f)
    lines = header(cells, settings)
    lines += tables.section("Targets", verdict(wanted) + ".", "", *tables.of_targets(wanted))
    lines += gaps(f, settings)
    if plots:
        pictures = (f"![{title}]({name}.svg)" for name, title in plots)
        lines += tables.section("Plots", *(line for p in pictures for line in (p, "")))
    lines += [*tables.of_echo(f), *tables.of_rivals(f, wanted), *tables.of_pace(f), *tables.of_calls(f)]
    lines += [*tables.of_single(f), *tables.of_micro(f)]
    return "\n".join(lines).rstrip() + "\n"


def write_report(directory, cells, settings):
    """Writes the report and its plots. Returns lines for the terminal."""
    said = []
    try:
        from . import plots

        drawn = plots.draw(directory, Figures(cells))
    except ImportError as e:
        drawn = ()
        said.append(f"no plots: {e} (Debian's python3-matplotlib)")
    path = directory / NAME
    write_text(path, text(cells, settings, drawn))
    wanted = targets(Figures(cells))
    said += [
        f"missed: {t.title}: {tables.spread(t.worst.estimate)} at {t.worst.where}, at most {t.worst.limit:g}"
        for t in wanted
        if t.met is False
    ]
    said += [f"missing: {name}: {why}" for name, why in settings.get("missing", {}).items()]
    return [*said, verdict(wanted), f"report: {path}"]
