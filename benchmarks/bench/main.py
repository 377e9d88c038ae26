"""The command line, and the order in which things are measured."""
import argparse
import contextlib
import json
import pathlib
import resource
import signal
import statistics
import sys

from . import build, machine, report, servers
from .measure import Cores, Failure, Running
from .scenarios import SCENARIOS
from .turn import Turn

SETTLE = 0.7  # seconds of load before each interval that counts; the warm-up proper comes once, before the first
IDLE_STEPS = (2_000, 10_000, 18_000)
DESCRIPTORS_OF_ITS_OWN = 1_000


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, so that no server stays behind
    options = parse(arguments)
    if options.page_only:
        report.publish(options.out, servers.ROOT / "docs")
        return 0
    chosen = [server.name for server in options.servers]
    build.check()
    build.build(chosen)
    options.servers = [server if server.external else servers.find(server.name) for server in options.servers]
    out = pathlib.Path(options.out)
    (out / "logs").mkdir(parents=True, exist_ok=True)
    scenarios = [SCENARIOS[name] for name in options.scenarios]
    if any(scenario.tls for scenario in scenarios):
        build.make_certificate()
    recorder = Recorder(out, machine.describe(arguments, options.servers))
    for scenario in scenarios:
        print(f"{scenario.name}: {scenario.title}", flush=True)
        able = [server for server in options.servers if server.can(scenario)]
        (idle if scenario.idle else load)(scenario, able, options, recorder)
    report.write(out)
    if options.page:
        report.publish(out, servers.ROOT / "docs")
    print(f"results in {out}: report.md, plot.svg, results.jsonl, logs/")
    return 1 if recorder.failures else 0


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Server CPU time per message and memory per idle connection, side by side.",
        epilog=f"servers: {', '.join(servers.known())}. scenarios: "
        + "; ".join(f"{each.name} {each.title}" for each in SCENARIOS.values()) + ".")
    defaults = [*servers.FLOORS, "duplex", "duplex-io_uring", "duplex-nio", servers.TCNATIVE, *servers.PEERS]
    parser.add_argument("--peers", metavar="A,B", default=",".join(defaults), help="which servers (default: %(default)s)")
    parser.add_argument("--scenarios", metavar="A,B", default=",".join(SCENARIOS), help="default: %(default)s")
    parser.add_argument("--server", metavar="NAME=COMMAND", action="append", default=[], type=servers.given,
                        help="one more server, with {port} in its command; it echoes at /echo, broadcasts at /broadcast")
    parser.add_argument("--repeat", type=int, default=3, help="intervals of each server (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2, help="length of an interval (default: %(default)s)")
    parser.add_argument("--warm-up", metavar="LEAST:MOST", default="4:15",
                        help="seconds of load before: until two seconds in a row cost the same (default: %(default)s)")
    parser.add_argument("--cores", metavar="SERVER,GENERATOR", default="0,1", help="default: %(default)s")
    parser.add_argument("--out", metavar="DIR", default=str(servers.BUILT / "results"), help="default: target/bench/results")
    parser.add_argument("--quick", action="store_true", help="floor and ours, A and B, 2 seconds, once: does it work here?")
    parser.add_argument("--page", action="store_true", help="write the tables of docs/performance.md from the results, too")
    parser.add_argument("--page-only", action="store_true", help="the same without measuring anything")
    options = parser.parse_args(arguments)
    if options.quick:
        options.peers, options.scenarios, options.repeat, options.warm_up = "floor,duplex", "A,B", 1, "2:2"
    options.scenarios = _names(options.scenarios, SCENARIOS, "scenario")
    names = _names(options.peers, servers.known(), "server")
    options.servers = [servers.Server(name) for name in names] + options.server
    options.cores = Cores(*options.cores.split(","))
    return options


def _names(text, known, what):
    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in known:
            raise SystemExit(f"bench: no {what} {name}; there are: {', '.join(known)}")
    return names


class Recorder:
    """Writes each figure as soon as it is there. What a run measures anew takes the place of what was there."""

    def __init__(self, out, run):
        self.path = out / "results.jsonl"
        self.failures = 0
        self._append({"run": run})

    def measured(self, scenario, server, repetition, figures):
        self._append({"scenario": scenario.name, "server": server.name, "repetition": repetition, **figures})
        print(f"  {server.title}: {figures}" if "failure" in figures else f"  {server.title}: {_short(figures)}", flush=True)

    def failed(self, scenario, server, failure):
        self.failures += 1
        self.measured(scenario, server, 0, {"failure": str(failure)})

    def _append(self, line):
        with open(self.path, "a") as file:
            file.write(json.dumps(line) + "\n")


def _short(figures):
    if "calls" in figures:
        return f"system calls {figures['calls']}, allocated bytes {figures['heap_allocated']}, per message"
    if "rss_slope" in figures:
        heap = "" if figures["heap_slope"] is None else f", {figures['heap_slope']:,.0f} of live heap"
        return f"{figures['rss_slope']:,.0f} bytes resident{heap}"
    return f"{figures['cpu_us']:.4g} us, server {figures['cpu_share']:.0%} of its core, generator {figures['own_cpu_share']:.0%}"


def load(scenario, able, options, recorder):
    """All servers run; each is warmed up, then the intervals go round, so that what disturbs one disturbs all."""
    with Turn() as turn, contextlib.ExitStack() as stack:
        running = {}
        for server in able:
            turn.step()
            try:
                running[server] = stack.enter_context(Running(server, scenario, options.cores, recorder.path.parent / "logs"))
                warm = running[server].warm_up(options.warm_up, SETTLE)
                recorder.measured(scenario, server, 0, {**warm, **running[server].transport()})
            except Failure as failure:
                running.pop(server, None)
                recorder.failed(scenario, server, failure)
        for repetition in range(1, options.repeat + 1):
            for server in list(running):
                turn.step()
                try:
                    recorder.measured(scenario, server, repetition, running[server].drive(SETTLE, options.seconds))
                except Failure as failure:
                    del running[server]
                    recorder.failed(scenario, server, failure)
        for server in running:
            turn.step()
            try:
                recorder.measured(scenario, server, 0, running[server].count(SETTLE))
            except Failure as failure:
                recorder.failed(scenario, server, failure)


def idle(scenario, able, options, recorder):
    """A new process for each repetition: what a process has once taken it hardly gives back."""
    descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = min(IDLE_STEPS[-1], descriptors - DESCRIPTORS_OF_ITS_OWN)
    steps = tuple(sorted({min(step, most) for step in IDLE_STEPS}))
    if most <= IDLE_STEPS[0]:
        raise SystemExit(f"bench: F needs more than {IDLE_STEPS[0]} descriptors, `ulimit -Hn` says {descriptors}")
    broken = set()
    with Turn() as turn:
        for repetition in range(1, options.repeat + 1):
            for server in able:
                if server in broken:
                    continue
                turn.step()
                try:
                    with Running(server, scenario, options.cores, recorder.path.parent / "logs") as running:
                        recorder.measured(scenario, server, repetition, idle_slope(running, steps))
                except Failure as failure:
                    broken.add(server)
                    recorder.failed(scenario, server, failure)


def idle_slope(running, steps):
    """Bytes of each connection: the slope of the line that fits best through what was read at each step."""
    # As many handshakes as will be measured, so that what they need besides their connection is there before.
    for _ in range((steps[-1] - steps[0]) // steps[0]):
        running.hold([steps[0]], collect=False)
    readings = running.hold(steps)
    counts = [reading["open"] for reading in readings]
    rss = statistics.linear_regression(counts, [reading["rss"] for reading in readings]).slope
    heap = None
    if readings[0]["heap"] is not None:
        heap = statistics.linear_regression(counts, [reading["heap"] for reading in readings]).slope
    # All pages of a JVM's heap were resident from the beginning: what has been added is outside of it.
    outside = rss if running.server.is_java else None
    return {"rss_slope": rss + heap if running.server.is_java else rss, "heap_slope": heap, "outside_slope": outside,
            "from": steps[0], "to": steps[-1]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
