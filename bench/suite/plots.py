"""The plots of the report, each as PNG and SVG. The only file that needs matplotlib."""

import os
import tempfile

# Its cache belongs to nobody's home.
os.environ.setdefault("MPLCONFIGDIR", os.path.join(tempfile.gettempdir(), f"matplotlib-{os.getuid()}"))

import matplotlib  # noqa: E402

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator  # noqa: E402

from .peers import AGAIN, PEERS, YARDSTICK  # noqa: E402
from .plan import IDLE_COUNTS, SIZES  # noqa: E402
from .tables import ordered, size_name, title  # noqa: E402

PERCENTILES = (("50", "p50_us"), ("90", "p90_us"), ("99", "p99_us"), ("99.9", "p99_9_us"), ("max", "max_us"))
OURS = {"eddy": "#00a0c0", "eddy-task": "#004d33", "eddy-future": "#e4572e"}
YARDSTICKS = {YARDSTICK: "black", AGAIN: "#999999"}
PEER_COLOURS = ("#6a994e", "#c9a227", "#8e5ea2", "#7a4b2a", "#c08a64", "#3d5a80", "#d16ba5")
OTHERS = "#555577"
MARKERS = "os^vDPX*<>hp"  # colours alone are not for everybody
BEYOND = 3.0  # picked: a panel ends at so many times the yardstick, so that small differences are seen

pyplot.rcParams.update(
    {"font.size": 9, "axes.grid": True, "grid.alpha": 0.3, "svg.hashsalt": "eddy", "figure.dpi": 110}
)


def colour(name):
    """A server has one colour in all plots."""
    fixed = OURS | YARDSTICKS
    rest = [p for p in PEERS if p not in fixed]
    return fixed.get(name) or (PEER_COLOURS[rest.index(name) % len(PEER_COLOURS)] if name in rest else OTHERS)


def style(name):
    ours = name.startswith("eddy")
    return {
        "color": colour(name),
        "marker": MARKERS[([*PEERS].index(name) if name in PEERS else -1) % len(MARKERS)],
        "markersize": 5,
        "linewidth": 2.2 if ours else 1.2,
        "label": title(name),
    }


def save(directory, name, figure):
    for kind in ("png", "svg"):
        figure.savefig(
            directory / f"{name}.{kind}", bbox_inches="tight", metadata={"Date": None} if kind == "svg" else None
        )
    pyplot.close(figure)


def plain_log(axis):
    """A logarithmic axis upwards, with plain numbers."""
    axis.axes.set_yscale("log")
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.12g}"))
    axis.set_minor_locator(NullLocator())


def whiskers(estimates):
    return [[e.median - e.low for e in estimates], [e.high - e.median for e in estimates]]


def bars(axes, names, estimates, digits, end=None):
    """Lying bars, the first on top, each with its interval and value. Those that are longer than end are cut there."""
    places = range(len(names))
    axes.barh(
        places,
        [e.median for e in estimates],
        xerr=whiskers(estimates),
        color=[colour(n) for n in names],
        capsize=2,
        height=0.7,
    )
    axes.set_yticks(places, [title(n) for n in names])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    end = end or 1.2 * max(e.high for e in estimates)
    axes.set_xlim(0, end)
    for place, e in zip(places, estimates):
        cut = e.high > 0.85 * end
        at, side = (0.98 * end, "right") if cut else (e.high + 0.02 * end, "left")
        text = f"{e.median:.{digits}f}" + " \N{RIGHTWARDS ARROW}" * (e.high > end)
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1} if cut else None
        axes.text(at, place, text, va="center", ha=side, fontsize=8, bbox=ground)


def known(names, estimate):
    """Names and estimates of those that have one."""
    pairs = [(n, e) for n, e in ((n, estimate(n)) for n in names) if e is not None]
    return [n for n, _ in pairs], [e for _, e in pairs]


def price(f):
    """CPU per echo by connections, a panel for each size. One connection costs several times what many do, each."""
    sizes = {s: [c for c in f.named("echo") if f.settings(c)["size"] == s] for s in SIZES}
    sizes = {s: cells for s, cells in sizes.items() if cells}
    if not sizes:
        return None
    figure, axes = pyplot.subplots(1, len(sizes), figsize=(1.5 + 3.6 * len(sizes), 4), squeeze=False)
    labels = {}
    for panel, (size, cells) in zip(axes[0], sizes.items()):
        counts = [f.settings(c)["connections"] for c in cells]
        for n in ordered({p for c in cells for p in f.peers(c)} - {AGAIN}):
            points = [(f.settings(c)["connections"], y) for c in cells if (y := f.level(c, n))]
            if points:
                (line,) = panel.plot([x for x, _ in points], [y for _, y in points], **style(n))
                labels.setdefault(title(n), line)
        panel.set_xscale("log")
        panel.set_xticks(counts, [f"{n}" for n in counts])
        panel.xaxis.set_minor_locator(NullLocator())
        plain_log(panel.yaxis)
        panel.set_title(f"messages of {size_name(size)}")
        panel.set_xlabel("connections")
    axes[0][0].set_ylabel("server CPU per echo, us (log scale)")
    figure.legend(labels.values(), labels, loc="center left", bbox_to_anchor=(0.92, 0.5), frameon=False)
    return figure


def ratios(f):
    """Relative to the yardstick with 512 B."""
    cells = [c for c in f.named("echo") if f.settings(c)["size"] == 512]
    panels = []
    for c in cells:
        names, estimates = known([n for n in ordered(f.peers(c)) if n != YARDSTICK], lambda n: f.ratio(c, n, YARDSTICK))
        if names:
            panels.append((c, names, estimates))
    if not panels:
        return None
    figure, axes = pyplot.subplots(1, len(panels), figsize=(1.5 + 3.6 * len(panels), 3.6), squeeze=False)
    for panel, (c, names, estimates) in zip(axes[0], panels):
        bars(panel, names, estimates, 2, BEYOND)
        panel.axvline(1, color="black", linewidth=1)
        count = f.settings(c)["connections"]
        panel.set_title(f"{count} connection{'s' * (count > 1)}, 512 B")
        panel.set_xlabel("relative to bare C epoll")
    figure.suptitle("server CPU per echo")
    figure.tight_layout()
    return figure


def latency(f):
    """Percentiles at a fixed rate."""
    if not f.rounds("open-loop"):
        return None
    figure, axes = pyplot.subplots(figsize=(7, 4.2))
    for n in ordered(f.peers("open-loop")):
        points = [(label, e.median) for label, key in PERCENTILES if (e := f.estimate("open-loop", n, key))]
        if points:
            axes.plot([label for label, _ in points], [v for _, v in points], **style(n))
    plain_log(axes.yaxis)
    axes.set_xlabel("percentile")
    axes.set_ylabel("latency from the due time, us (log scale)")
    axes.set_title(f"open loop, {f.cells['open-loop'].get('rate')} messages of 512 B a second on 50 connections")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def memory(f):
    """Bytes of an idle connection."""
    panels = []
    for count in IDLE_COUNTS:
        names, estimates = known(
            ordered(f.peers("idle-memory")), lambda n: f.estimate("idle-memory", n, f"bytes_{count}")
        )
        if names:
            panels.append((count, names, estimates))
    if not panels:
        return None
    figure, axes = pyplot.subplots(1, len(panels), figsize=(5 * len(panels), 3.8), squeeze=False)
    for panel, (count, names, estimates) in zip(axes[0], panels):
        bars(panel, names, estimates, 0)
        panel.set_title(f"{count} idle connections")
        panel.set_xlabel("bytes each, anonymous resident memory")
        panel.xaxis.set_major_locator(MaxNLocator(5))
    figure.tight_layout()
    return figure


def micro(f):
    """Operations side by side, and those inside the runtime."""
    contests = {}
    for name in f.benchmarks("micro-goroutines"):
        operation, _, who = name.partition("/")
        contests.setdefault(operation, {})[who] = f.benchmark("micro-goroutines", name)
    for name in f.benchmarks("micro-tokio"):
        contests.setdefault(name, {})["tokio"] = f.benchmark("micro-tokio", name)
    who = [w for w in ("goroutines", "tokio", "eddy", "eddy-future") if any(w in c for c in contests.values())]
    if not who:
        return None
    figure, axes = pyplot.subplots(figsize=(10, 4))
    width = 0.6 / len(who)
    colours = {"goroutines": colour("gonet")}
    for k, w in enumerate(who):
        found = [(i, c[w]) for i, c in enumerate(contests.values()) if c.get(w)]
        places = [i + (k - (len(who) - 1) / 2) * width for i, _ in found]
        estimates = [e for _, e in found]
        axes.errorbar(
            places,
            [e.median for e in estimates],
            yerr=whiskers(estimates),
            label=title(w),
            color=colours.get(w, colour(w)),
            fmt=MARKERS[k],
            markersize=6,
            capsize=2,
        )
    plain_log(axes.yaxis)
    axes.set_xticks(range(len(contests)), contests)
    axes.set_ylabel("ns an operation (log scale)")
    axes.set_title("tasks and timers")
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


PLOTS = (
    ("cpu", "Server CPU per echo by connections", price),
    ("ratio", "CPU per echo of 512 B relative to bare C epoll", ratios),
    ("latency", "Open-loop latency", latency),
    ("memory", "Memory of an idle connection", memory),
    ("micro", "Micro benchmarks", micro),
)


def draw(directory, f):
    """Draws what there are figures for. Returns (name, title) of each plot."""
    drawn = []
    for name, caption, plot in PLOTS:
        figure = plot(f)
        if figure is not None:
            save(directory, name, figure)
            drawn.append((name, caption))
    return drawn
