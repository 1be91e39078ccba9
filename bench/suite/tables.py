"""The tables of the report, in Markdown. A function for each section returns its lines; none if it has no figures."""

from .intervals import estimate
from .peers import PEERS, YARDSTICK
from .plan import IDLE_COUNTS, SIZES
from .targets import ECHO


def spread(e, digits=2):
    """A median with its interval in brackets, or with the least and the greatest value in parentheses."""
    if e is None:
        return "-"
    low, high = f"{e.low:.{digits}f}", f"{e.high:.{digits}f}"
    return f"{e.median:.{digits}f} " + (f"[{low}, {high}]" if e.is_interval else f"({low} to {high})")


def middle(e, digits=2):
    return number(e and e.median, digits)


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}"


def table(head, rows):
    def line(cells):
        return "| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in cells) + " |"

    return [line(head), "|" + "---|" * len(head), *map(line, rows), ""]


def section(title, *lines):
    return [f"## {title}", "", *lines]


def size_name(size):
    return f"{size // 1024} KiB" if size >= 1024 else f"{size} B"


def ordered(names):
    """The known peers in their order, then those from outside."""
    known = [p for p in PEERS if p in names]
    return known + [n for n in names if n not in PEERS]


def title(name):
    return PEERS[name].title if name in PEERS else name


def said(met, excess):
    """A figure may be met although its median is above: the rounds vary too much to say that it is missed."""
    if met is None:
        return "not measured"
    if met:
        return "met" if excess <= 0 else "met, by its lower end only"
    return f"**missed by {excess:.1%}**"


def of_targets(all_targets):
    """A row for each figure; for a rival only that of the workload where eddy undercuts it least."""
    rows = []
    for t in all_targets:
        worst = t.worst
        if t.rival and worst:
            measured = [p for p in t.parts if p.estimate]
            below, shown = sum(p.excess < 0 for p in measured), sum(not p.met for p in measured)
            counted = f"median below in {below} of {len(measured)}, above by the interval in {shown}; worst: {worst.where}"
            word = said(t.met, worst.excess)
            if t.met is None:
                word = f"met, {len(t.parts) - len(measured)} not measured"
            rows.append([t.title, counted, f"{worst.limit:g}", spread(worst.estimate), word])
            continue
        if t.rival:
            rows.append([t.title, "-", "1", "-", said(None, 0)])
            continue
        for p in t.parts:
            excess = p.excess if p.estimate else 0
            rows.append([t.title, p.where, f"{p.limit:g}", spread(p.estimate, p.digits), said(p.met, excess)])
    return table(["target", "where", "at most", "value", "verdict"], rows)


LEVELS = "Server CPU per echo in us, as its ratio to bare C epoll says: times the median of that."


def of_echo(f):
    """A table for each size: the price of an echo by connections."""
    lines = []
    for size in SIZES:
        cells = [c for c in f.named("echo") if f.settings(c)["size"] == size]
        if not cells:
            continue
        names = ordered({p for c in cells for p in f.peers(c)})
        head = ["server", *(f"{f.settings(c)['connections']} connections" for c in cells)]
        price = [[title(n), *(number(f.level(c, n)) for c in cells)] for n in names]
        ratio = [[title(n), *(spread(f.ratio(c, n, YARDSTICK)) for c in cells)] for n in names if n != YARDSTICK]
        lines += [f"### {size_name(size)}", "", LEVELS, "", *table(head, price)]
        lines += ["Relative to bare C epoll in the same round:", "", *table(head, ratio)]
    return section("Echo", *lines) if lines else []


def marked(part):
    words = spread(part.estimate, 3)
    return f"**{words}**" if part.met is False else words


def of_rivals(f, all_targets):
    """Every echo workload against those that eddy is to undercut."""
    rivals = [t for t in all_targets if t.rival and t.worst]
    cells = list(dict.fromkeys(p.where for t in rivals for p in t.parts))
    if not cells:
        return []
    found = [{p.where: marked(p) for p in t.parts} for t in rivals]
    names = [title(t.rival) for t in rivals]
    rows = [[c, *(said_of.get(c, "-") for said_of in found)] for c in cells]
    words = "Server CPU per echo, straight-line; below 1 is cheaper. Bold: the whole interval is above 1."
    return section("eddy relative to its rivals", words, "", *table(["workload", *names], rows))


def of_pace(f):
    """What a client sees at full load."""
    lines, cells = [], f.named(*ECHO)
    if len(cells) > 3:  # of a whole plan those that say most
        cells = [c for c in cells if c in ("echo-50x512", "echo-1000x512") or f.settings(c)["kind"] == "pipeline"]
    for cell in cells:
        rows = []
        for n in ordered(f.peers(cell)):
            figures = [f.estimate(cell, n, k) for k in ("p50_us", "p99_us", "p99_9_us")]
            rows.append(
                [
                    title(n),
                    number(f.level(cell, n)),
                    spread(f.ratio(cell, n, YARDSTICK)),
                    number(f.level(cell, n, "echoes_per_second"), 0),
                    *(middle(e, 0) for e in figures),
                ]
            )
        head = ["server", "CPU us/echo", "relative to bare C", "echoes/s", "p50 us", "p99 us", "p99.9 us"]
        lines += [f"### {cell}", "", *table(head, rows)]
    words = "CPU and pace are ratios to bare C epoll times its median; latencies are medians of a server's own rounds."
    return section("Pace and latency of a closed loop, pipelining", words, "", *lines) if lines else []


def of_calls(f):
    """Kernel calls and context switches of an echo."""
    lines = []
    if "kernel-calls" in f.cells:
        rows = []
        for n in ordered(f.peers("kernel-calls")):
            counted = [*f.series("kernel-calls", n, "calls").values()]
            echoes = [*f.series("kernel-calls", n, "total_echoes").values()]
            if counted:
                most = sorted(counted[-1].items(), key=lambda item: -item[1])
                named = ", ".join(
                    f"{name} {count / echoes[-1]:.3f}" for name, count in most if count >= echoes[-1] / 200
                )
                rows.append([title(n), middle(f.estimate("kernel-calls", n, "calls_per_echo"), 3), named])
        lines += ["50 connections, 512 B, under strace; it slows each call, and so a wait finds more events:", ""]
        lines += table(["server", "calls per echo", "of these"], rows)
    rows = []
    cell = "echo-50x512"
    for n in ordered(f.peers(cell)):
        keys = ("switches_per_echo", "waits_per_echo", "receives_per_echo", "sends_per_echo")
        rows.append([title(n), *(spread(f.estimate(cell, n, k), 4) for k in keys)])
    if rows:
        words = "context switches by the kernel's count, calls by the servers' own where they count"
        lines += [f"In the timed rounds of {cell}, {words}:", ""]
        lines += table(["server", "switches per echo", "waits per echo", "receives per echo", "sends per echo"], rows)
    return section("Kernel calls and context switches", *lines) if lines else []


def of_open_loop(f):
    cell, keys = "open-loop", ("p50_us", "p90_us", "p99_us", "p99_9_us", "max_us")
    rows = []
    for n in ordered(f.peers(cell)):
        latencies = (middle(f.estimate(cell, n, k), 0) for k in keys)
        ratio, sent = f.ratio(cell, n, YARDSTICK, "p99_us"), f.estimate(cell, n, "sent_rate")
        rows.append([title(n), *latencies, spread(ratio), middle(sent, 0)])
    rate = f.cells[cell].get("rate")
    words = (
        f"512 B on 50 connections at {rate} messages a second, half of what bare C epoll sustains in a closed loop.",
        "Latency in us from the moment at which a message was due.",
    )
    head = ["server", "p50", "p90", "p99", "p99.9", "max", "p99 relative to bare C", "sent a second"]
    return section("Open loop", *words, "", *table(head, rows))


def of_storm(f):
    rows = []
    for n in ordered(f.peers("storm")):
        price, pace = f.level("storm", n), f.level("storm", n, "echoes_per_second")
        ratio, late = f.ratio("storm", n, YARDSTICK), f.estimate("storm", n, "p99_us")
        rows.append([title(n), number(price), spread(ratio), number(pace, 0), middle(late, 0)])
    head = ["server", "CPU us/cycle", "relative to bare C", "cycles/s", "p99 us"]
    return section("Connect, echo, close", "50 at a time, 512 B.", "", *table(head, rows))


def of_beside(f):
    cell, rows = "beside-idle", []
    for n in ordered(f.peers(cell)):
        alone, beside = f.estimate(cell, n, "alone_cpu_us"), f.estimate(cell, n, "cpu_us")
        rows.append([title(n), middle(alone), middle(beside), spread(f.estimate(cell, n, "growth"))])
    head = ["server", "CPU us/echo alone", "beside", "ratio"]
    return section("100 active connections beside 10 000 idle ones", *table(head, rows))


def of_memory(f):
    cell, rows = "idle-memory", []
    for n in ordered(f.peers(cell)):
        empty = estimate(v / 1024 for v in f.series(cell, n, "empty").values())
        each = (spread(f.estimate(cell, n, f"bytes_{count}"), 0) for count in IDLE_COUNTS)
        rows.append([title(n), middle(empty, 0), *each, "yes" if n in PEERS and PEERS[n].released else "no"])
    head = ["server", "empty, KiB", *(f"bytes each of {c}" for c in IDLE_COUNTS), "gives back on request"]
    words = "Anonymous resident memory of the process; the kernel's is not in it."
    return section("Memory of idle connections", words, "", *table(head, rows))


def of_profile(f):
    rows = [[title(n), spread(f.estimate("profile", n, "user_percent"), 1)] for n in ordered(f.peers("profile"))]
    words = "50 connections, 512 B, sampled."
    return section("User space's share of the server's CPU", words, "", *table(["server", "percent"], rows))


SINGLE = {
    "open-loop": of_open_loop,
    "storm": of_storm,
    "beside-idle": of_beside,
    "idle-memory": of_memory,
    "profile": of_profile,
}


def of_single(f):
    """The workloads that are one cell each."""
    return [line for cell, lines in SINGLE.items() if f.peers(cell) for line in lines(f)]


def of_micro(f):
    """Operations side by side where names agree, then those that only the inside of the runtime has."""
    lines, contests = [], {}
    for name in f.benchmarks("micro-goroutines"):
        operation, _, who = name.partition("/")
        contests.setdefault(operation, {})[who] = f.benchmark("micro-goroutines", name)
    for name in f.benchmarks("micro-tokio"):
        contests.setdefault(name, {})["tokio"] = f.benchmark("micro-tokio", name)
    if contests:
        who = sorted({w for c in contests.values() for w in c})
        rows = [[operation, *(middle(c.get(w), 0) for w in who)] for operation, c in contests.items()]
        lines += ["Nanoseconds an operation:", "", *table(["operation", *who], rows)]
    rows = []
    for source in ("micro-executor", "micro-reactor"):
        for name in f.benchmarks(source):
            memory = (middle(f.benchmark(source, name, unit), 0) for unit in ("allocs/op", "B/op"))
            rows.append([name, spread(f.benchmark(source, name), 1), *memory])
    if rows:
        lines += ["Inside the runtime:", "", *table(["benchmark", "ns", "allocations", "bytes"], rows)]
    return section("Micro benchmarks", *lines) if lines else []
