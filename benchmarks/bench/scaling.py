"""What a message costs as a server grows, and a storm of clients that all come back at once: see --help."""
import argparse
import contextlib
import dataclasses
import json
import pathlib
import statistics
import sys

from . import build, machine, servers
from .measure import Cores, Failure, Running
from .scenarios import SCENARIOS, Scenario

CONNECTIONS = (64, 1_000, 10_000, 18_000)
SUBSCRIBERS = (10, 100, 1_000, 10_000)
TOPICS = (0, 10_000, 100_000)
TOPICS_EACH = 100
LOOPS = (1, 2)
STORM = 15_000
SETTLE = 0.5


def main(arguments):
    options = parse(arguments)
    build.check()
    build.build(["duplex"])
    server = servers.find(options.server)
    out = pathlib.Path(options.out)
    (out / "logs").mkdir(parents=True, exist_ok=True)
    run = machine.describe(arguments, [server])
    run["command"] = " ".join(["scripts/scaling", *arguments])
    failed = False
    for name in options.tables:
        lines = []
        print(f"{name}: {TABLES[name].__doc__}", flush=True)
        try:
            for line in TABLES[name](server, options, out / "logs"):
                lines.append(line)
                print("  " + ", ".join(f"{key} {_text(value)}" for key, value in line.items()), flush=True)
        except Failure as failure:
            failed = True
            lines.append({"failure": str(failure)})
            print(f"  {failure}", flush=True)
        (out / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [{"run": run}, *lines]))
        (out / f"{name}.md").write_text(table(lines))
    print(f"results in {out}: a .jsonl and a .md for each table, logs/")
    return 1 if failed else 0


def parse(arguments):
    parser = argparse.ArgumentParser(prog="scripts/scaling", description=__doc__, epilog="tables: "
                                     + "; ".join(f"{name}: {made.__doc__}" for name, made in TABLES.items()))
    parser.add_argument("--tables", metavar="A,B", default=",".join(TABLES), help="default: %(default)s")
    parser.add_argument("--server", choices=list(servers.OURS), default="duplex", help="default: %(default)s")
    parser.add_argument("--repeat", type=int, default=3, help="measured intervals of each row (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="length of an interval (default: %(default)s)")
    parser.add_argument("--warm-up", metavar="LEAST:MOST", default="4:15", help="default: %(default)s")
    parser.add_argument("--cores", metavar="SERVER,GENERATOR", default="0,1", help="default: %(default)s")
    parser.add_argument("--out", metavar="DIR", default=str(servers.BUILT / "scaling"), help="default: target/bench/scaling")
    options = parser.parse_args(arguments)
    options.tables = [name for name in options.tables.split(",") if name]
    for name in options.tables:
        if name not in TABLES:
            raise SystemExit(f"scaling: no table {name}; there are: {', '.join(TABLES)}")
    return options


def cost(running, options):
    """The median of the intervals, in microseconds of the server's CPU time per message."""
    running.drive(options.warm_up, SETTLE)
    return statistics.median(running.drive(SETTLE, options.seconds)["cpu_us"] for _ in range(options.repeat))


def connections(server, options, logs):
    """microseconds of server CPU per message of 64 connections that send, as more and more idle ones are beside them"""
    for name in ("A", "B"):
        with Running(server, SCENARIOS[name], Cores(*options.cores.split(",")), logs) as running:
            for count in CONNECTIONS:
                with running.crowd(count - 64, "/echo") if count > 64 else contextlib.nullcontext():
                    yield {"scenario": name, "connections": count, "cpu_us": cost(running, options)}


def subscribers(server, options, logs):
    """microseconds of server CPU per delivery of 64 bytes, by the subscribers of the topic"""
    for count in SUBSCRIBERS:
        load = Scenario("E", "", f"-m fanout -c {count} -s 64 -W 4", broadcast=True)
        with Running(server, load, Cores(*options.cores.split(",")), logs) as running:
            yield {"subscribers": count, "cpu_us": cost(running, options)}


def topics(server, options, logs):
    """microseconds of server CPU per delivery to 1,000 subscribers, as more and more other topics are beside theirs"""
    with Running(server, SCENARIOS["E"], Cores(*options.cores.split(",")), logs) as running:
        for count in TOPICS:
            beside = running.crowd(count // TOPICS_EACH, f"/topics/{TOPICS_EACH}") if count else contextlib.nullcontext()
            with beside:
                yield {"other topics": count, "cpu_us": cost(running, options)}


def loops(server, options, logs):
    """microseconds of server CPU per message by the number of event loops, which share both cores with the generator"""
    on_all, generator = options.cores, options.cores.split(",")[1]
    for name in ("A", "B", "E"):
        for count in LOOPS:
            several = WithLoops(**dataclasses.asdict(server), loops=count)
            with Running(several, SCENARIOS[name], Cores(on_all, generator), logs) as running:
                yield {"scenario": name, "event loops": count, "cpu_us": cost(running, options)}


@dataclasses.dataclass(frozen=True)
class WithLoops(servers.Server):
    loops: int = 1

    def command(self, port, scenario):
        java, *rest = super().command(port, scenario)
        return [java, f"-Dloops={self.loops}", *rest]


def storm(server, options, logs):
    """15,000 clients connect at the same moment: seconds until all sessions are open, and the server's CPU time for each"""
    with Running(server, SCENARIOS["F"], Cores(*options.cores.split(",")), logs) as running:
        for number in range(1, options.repeat + 1):
            with running.crowd(STORM, "/echo", "-f", "-n", str(STORM)) as opened:
                yield {"storm": number, "open": opened["open"], "failed": opened["failed"], "seconds": opened["seconds"],
                       "cpu_us": opened["cpu_us"] / opened["open"]}


TABLES = {made.__name__: made for made in (connections, subscribers, topics, loops, storm)}


def table(lines):
    keys = list(dict.fromkeys(key for line in lines for key in line))
    rows = ["| " + " | ".join(keys) + " |", "|" + "---|" * len(keys)]
    rows += ["| " + " | ".join(_text(line.get(key, "")) for key in keys) + " |" for line in lines]
    return "\n".join(rows) + "\n"


def _text(value):
    return f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
