"""What a message costs as a server grows, where that goes, and a storm of clients that all come back at once: see --help."""
import argparse
import contextlib
import dataclasses
import json
import pathlib
import statistics
import sys

from . import build, machine, memory, profile, report, servers
from .measure import Cores, Failure, Running
from .results import FLOOR
from .scenarios import SCENARIOS, Scenario
from .turn import Turn

CONNECTIONS = (64, 1_000, 10_000, 18_000)
SUBSCRIBERS = (10, 100, 1_000, 10_000)
TOPICS = (0, 10_000, 100_000)
TOPICS_EACH = 100
LOOPS = (1, 2)
STORM = 15_000
STORM_TLS = 3_000
STORMS = 2  # the first one meets a JVM that has just started
SETTLE = 0.5
PROFILED = ("A", "B", "C", "D", "E", "E1", "G", "A-tls", "C-tls")
PROFILED_SECONDS = 8


def main(arguments):
    options = parse(arguments)
    out = pathlib.Path(options.out)
    if options.page_only:
        report.publish_scaling(out, servers.ROOT / "docs")
        return 0
    build.check()
    build.build(["duplex", servers.TCNATIVE])
    build.make_certificate()
    server = servers.find(options.server)
    (out / "logs").mkdir(parents=True, exist_ok=True)
    run = machine.describe(arguments, [server])
    run["command"] = " ".join(["scripts/scaling", *arguments])
    failed = False
    for name in options.tables:
        lines = []
        print(f"{name}: {TABLES[name].__doc__}", flush=True)
        try:
            for line in TABLES[name](server, options, out / "logs"):
                lines.append({"table": name, **line})
                print("  " + ", ".join(f"{key} {_text(value)}" for key, value in line.items()), flush=True)
        except Failure as failure:
            failed = True
            lines.append({"table": name, "failure": str(failure)})
            print(f"  {failure}", flush=True)
        (out / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [{"run": run}, *lines]))
    print(f"results in {out}: a .jsonl for each table, logs/")
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
    parser.add_argument("--page-only", action="store_true", help="write the tables of docs/performance.md, measure nothing")
    options = parser.parse_args(arguments)
    options.tables = [name for name in options.tables.split(",") if name]
    for name in options.tables:
        if name not in TABLES:
            raise SystemExit(f"scaling: no table {name}; there are: {', '.join(TABLES)}")
    return options


class Yardstick:
    """The floor, driven right before each interval: rows are measured one after the other, and the machine changes meanwhile."""

    def __init__(self, running, floor):
        self.running = running
        self.floor = floor

    def cost(self, options, turn):
        """Medians of the intervals: microseconds of the server's CPU time per message, and the ratio to the floor."""
        self.running.warm_up(options.warm_up, SETTLE)
        pairs = []
        for _ in range(options.repeat):
            turn.step()
            pairs.append([each.drive(SETTLE, options.seconds)["cpu_us"] for each in (self.floor, self.running)])
        return {"cpu_us": statistics.median(ours for _, ours in pairs),
                "to_floor": statistics.median(ours / floor for floor, ours in pairs)}


@contextlib.contextmanager
def measured(server, load, options, logs, cores=None):
    """A server that is driven by this load, beside a floor that is driven by it, too; `cores` of the server if not the same."""
    ordinary = Cores(*options.cores.split(","))
    with Turn() as turn, Running(servers.find(FLOOR), load, ordinary, logs) as floor:
        with Running(server, load, cores or ordinary, logs) as running:
            yield running, lambda: Yardstick(running, floor).cost(options, turn)


def connections(server, options, logs):
    """microseconds of server CPU per message of 64 connections that send, as more and more idle ones are beside them"""
    for name in ("A", "B"):
        with measured(server, SCENARIOS[name], options, logs) as (running, cost):
            running.warm_up(options.warm_up, SETTLE)  # the first row is not to be the one that pays for the compiler
            for count in CONNECTIONS:
                with running.crowd(count - 64, "/echo") if count > 64 else contextlib.nullcontext():
                    yield {"scenario": name, "connections": count, **cost()}


def subscribers(server, options, logs):
    """microseconds of server CPU per delivery of 64 bytes, by the subscribers of the topic"""
    for count in SUBSCRIBERS:
        load = Scenario("E", "", f"-m fanout -c {count} -s 64 -W 4", broadcast=True)
        with measured(server, load, options, logs) as (_, cost):
            yield {"subscribers": count, **cost()}


def topics(server, options, logs):
    """microseconds of server CPU per delivery to 1,000 subscribers, as more and more other topics are beside theirs"""
    with measured(server, SCENARIOS["E"], options, logs) as (running, cost):
        running.warm_up(options.warm_up, SETTLE)
        for count in TOPICS:
            with running.crowd(count // TOPICS_EACH, f"/topics/{TOPICS_EACH}") if count else contextlib.nullcontext():
                yield {"other topics": count, **cost()}


def loops(server, options, logs):
    """microseconds of server CPU per message by the number of event loops, which share both cores with the generator"""
    both = Cores(options.cores, options.cores.split(",")[1])
    for name in ("A", "B", "E"):
        for count in LOOPS:
            several = WithFlags(**dataclasses.asdict(server), flags=(f"-Dloops={count}",))
            with measured(several, SCENARIOS[name], options, logs, both) as (_, cost):
                yield {"scenario": name, "event loops": count, **cost()}


@dataclasses.dataclass(frozen=True)
class WithFlags(servers.Server):
    flags: tuple = ()

    def command(self, port, scenario):
        java, *rest = super().command(port, scenario)
        return [java, *self.flags, *rest]


def objects(server, options, logs):
    """live objects of an idle connection and their bytes, by whose they are, and the bytes with headers of 8 instead of 12"""
    cores = Cores(*options.cores.split(","))
    usual = memory.of_each(server, cores, logs)
    compact = {}
    if servers.java_release() >= 25:
        compact = memory.of_each(WithFlags(**dataclasses.asdict(server), flags=("-XX:+UseCompactObjectHeaders",)), cores, logs)
    for owner, classes in usual.items():
        yield {"whose": owner, "objects": sum(count for count, _ in classes.values()), "bytes": memory.size(classes),
               "compact headers": memory.size(compact[owner]) if compact else "", "the largest": memory.largest(classes)}
    yield {"whose": "all", "objects": sum(count for classes in usual.values() for count, _ in classes.values()),
           "bytes": sum(map(memory.size, usual.values())),
           "compact headers": sum(map(memory.size, compact.values())) if compact else "", "the largest": ""}


def storm(server, options, logs):
    """clients connect at the same moment: seconds until each has a session or has failed, and the server's CPU time for each"""
    plain, encrypted = SCENARIOS["F"], dataclasses.replace(SCENARIOS["A-tls"], name="storm-tls")
    for asked, scenario, clients in ((servers.find(FLOOR), plain, STORM), (server, plain, STORM), (server, encrypted, STORM_TLS),
                                     (servers.find(servers.TCNATIVE), encrypted, STORM_TLS)):
        with Turn() as turn, Running(asked, scenario, Cores(*options.cores.split(",")), logs) as running:
            for number in range(1, STORMS + 1):
                turn.step()
                tls = ["-T"] if scenario.tls else []
                with running.crowd(clients, "/echo", "-f", "-n", str(clients), *tls) as opened:
                    yield {"server": asked.title + (" over TLS" if scenario.tls else ""), "storm": number, "clients": clients,
                           "failed": opened["failed"], "seconds": opened["seconds"], "cpu_us": opened["cpu_us"] / opened["open"]}


def shares(server, options, logs):
    """of the server's CPU time under the load of a scenario, by kind of work"""
    profile.fetch()
    asked = [(name, server) for name in PROFILED] + [(name, servers.find(servers.TCNATIVE)) for name in PROFILED if "tls" in name]
    for name, each in asked:
        with Turn(), Running(each, SCENARIOS[name], Cores(*options.cores.split(",")), logs) as running:
            found = profile.shares(running, options.warm_up, PROFILED_SECONDS)
            yield {"scenario": name + (" with tcnative" if each is not server else ""),
                   **{kind: f"{share:.0%}" for kind, share in found.items()}}


TABLES = {made.__name__: made for made in (connections, subscribers, topics, loops, objects, shares, storm)}


def _text(value):
    return f"{value:.3g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
