"""Tables and a plot of what was measured."""
import json
import pathlib
import re
import shutil

from . import plot
from .goals import goals
from .results import FLOOR, OURS, Results
from .scenarios import SCENARIOS
from .servers import TITLES

IDLE = "F"
SCALING = {"cpu_us": "µs", "to_floor": "ratio to the floor"}  # heads of columns


def write(out):
    """Writes report.md and plot.svg beside results.jsonl."""
    out = pathlib.Path(out)
    results = Results.read(out / "results.jsonl")
    parts = [f"## {title}\n\n{table}" for title, table in tables(results).values() if table]
    (out / "report.md").write_text("# What a message costs\n\n" + "\n".join(parts))
    (out / "plot.svg").write_text(plot.draw(results))


def tables(results):
    """Name -> (title, Markdown)."""
    return {
        "machine": ("Machine and versions", machine(results)),
        "goals": ("Goals", wanted(results)),
        "cost": ("Server CPU time per message, in microseconds: median of the repetitions and half their range", costs(results)),
        "user": ("Of it in user space, in microseconds", user(results)),
        "floor": ("Ratio to the floor", ratios(results, FLOOR)),
        "ours": ("Ratio to Duplex", ratios(results, OURS)),
        "calls": ("System calls per message", counts(results, "calls")),
        "allocated": ("Bytes of heap allocated per message", counts(results, "heap_allocated")),
        "memory": ("Bytes per idle connection", memory(results)),
        "failures": ("What failed, or was not steady after the warm-up", failures(results)),
    }


def publish(out, docs):
    """Writes the tables into the marked blocks of docs/performance*.md, and puts beside them what they are made from."""
    source, target = pathlib.Path(out), docs / "performance"
    target.mkdir(exist_ok=True)
    shutil.copy(source / "results.jsonl", target)
    results = Results.read(target / "results.jsonl")
    (target / "plot.svg").write_text(plot.draw(results))
    for page in docs.glob("performance*.md"):
        page.write_text(filled(page.read_text(), results))


def filled(page, results):
    """The page with each block `<!-- bench: NAME --> ... <!-- end -->` as the results have it."""
    return _filled(page, "bench", {name: made for name, (_, made) in tables(results).items()})


def publish_scaling(out, docs):
    """The same for what scripts/scaling has measured; a table that it has not measured now stays as it is."""
    kept = docs / "performance" / "scaling.jsonl"
    lines = read_scaling(kept) if kept.exists() else []
    for path in sorted(pathlib.Path(out).glob("*.jsonl")):
        run, *measured = map(json.loads, path.read_text().splitlines())
        lines = [line for line in lines if line["table"] != path.stem]
        lines += [{**line, "date": run["run"]["date"]} for line in measured]
    kept.write_text("".join(json.dumps(line) + "\n" for line in lines))
    for page in docs.glob("performance*.md"):
        page.write_text(filled_scaling(page.read_text(), lines))


def read_scaling(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def filled_scaling(page, lines):
    names = dict.fromkeys(line["table"] for line in lines)
    return _filled(page, "scaling", {name: grown([line for line in lines if line["table"] == name]) for name in names})


def grown(lines):
    keys = [key for key in dict.fromkeys(key for line in lines for key in line) if key not in ("table", "date")]
    rows = [[value if isinstance(value, str) else f"{value:,}" if isinstance(value, int) else number(value)
             for value in (line.get(key, "") for key in keys)] for line in lines]
    return table([SCALING.get(key, key) for key in keys], rows) + f"\nMeasured {lines[-1]['date']}.\n"


def _filled(page, kind, made):
    def block(found):
        table_or_word = made.get(found[2]) or ("None." if found[2] in made else "Not measured.")
        return found[1] + table_or_word.rstrip("\n") + "\n" + found[3]

    return re.sub(rf"(<!-- {kind}: (\w+) -->\n).*?(<!-- end -->)", block, page, flags=re.DOTALL)


def number(value):
    """Three significant digits, and no more than are there."""
    if value is None:
        return ""
    value = float(f"{value:.3g}")
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 1:
        return f"{value:.{1 if abs(value) >= 10 else 2}f}"
    return f"{value:.{2 if abs(value) >= 0.1 else 3}f}"


def with_spread(results, scenario, server, key):
    """The median, and how far apart the repetitions were, if there was more than one."""
    spread = results.spread(scenario, server, key)
    return number(results.median(scenario, server, key)) + ("" if spread is None else f" ±{spread:.0%}")


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def timed(results):
    return [name for name in SCENARIOS if name in results.scenarios() and name != IDLE]


def title(server):
    return TITLES.get(server, server)


def _by_server(results, scenarios, cell):
    rows = [[title(server), *(cell(scenario, server) for scenario in scenarios)] for server in results.servers()]
    rows = [row for row in rows if any(row[1:])]
    return table(["server", *scenarios], rows) if scenarios and rows else ""


def costs(results):
    def cell(scenario, server):
        if results.failure(scenario, server):
            return "failed"
        return with_spread(results, scenario, server, "cpu_us")

    return _by_server(results, timed(results), cell)


def user(results):
    """What is not the kernel's: the server's own code, and that of its runtime."""
    def cell(scenario, server):
        return number(results.median(scenario, server, "user_us"))

    return _by_server(results, [name for name in timed(results) if cell(name, OURS)], cell)


def ratios(results, base):
    scenarios = [scenario for scenario in timed(results) if results.median(scenario, base)]
    return _by_server(results, scenarios, lambda scenario, server: number(results.ratio(scenario, server, base)))


def counts(results, key):
    return _by_server(results, timed(results), lambda scenario, server: number(results.count(scenario, server, key)))


def wanted(results):
    rows = [[goal.what, number(goal.most), number(goal.found) or "not measured", {True: "yes", False: "no", None: ""}[goal.met],
             goal.how] for goal in goals(results)]
    return table(["what", "at most", "found", "met", "how"], rows)


def memory(results):
    rows = []
    for server in results.servers():
        resident = with_spread(results, IDLE, server, "rss_slope")
        if resident:
            rows.append([title(server), resident, *(with_spread(results, IDLE, server, key) or "–"
                                                    for key in ("heap_slope", "outside_slope"))])
    return table(["server", "resident", "live heap", "outside the heap"], rows) if rows else ""


def failures(results):
    lines = []
    for scenario in results.scenarios():
        for server in results.servers():
            failure = results.failure(scenario, server)
            if failure:
                lines.append(f"- {title(server)} in {scenario}: {failure}")
        unsteady = [title(server) for server in results.servers()
                    if not results.failure(scenario, server) and not results.steady(scenario, server)]
        if unsteady:
            lines.append(f"- {scenario}, measured, but not steady within the longest warm-up: {', '.join(unsteady)}")
    return "\n".join(lines) + "\n" if lines else ""


def machine(results):
    if not results.runs:
        return ""
    last = results.runs[-1]
    rows = [[name, last[name]] for name in ("cpu", "kernel", "java", "node", "gcc", "openssl")]
    rows += [[title(name), version] for name, version in results.versions().items() if version and not name.startswith(OURS)]
    rows += [["transport that Duplex chooses here", results.transport()]] if results.transport() else []
    rows += [[run["date"], f"Duplex {run['versions'].get(OURS, 'not among them')}: `{run['command']}`"] for run in results.runs]
    return table(["what", "which"], rows)
