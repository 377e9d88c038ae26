"""Starts a server on one core, drives it from another, and tells what that cost the server."""
import contextlib
import functools
import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import tempfile
import time

from .servers import BUILT, java_home, java_release

START_DEADLINE = 60
SHORT_ROUNDS = 2
SHORT_ROUND_SECONDS = 1
HISTOGRAM = re.compile(r"^ *\d+: +(\d+) +(\d+) +(\S+)", re.MULTILINE)
NODE_HEAP = re.compile(r"^heap (\d+)$", re.MULTILINE)


class Failure(Exception):
    """The server did not do what the scenario asks for; the message says what it did instead."""


class Cores:
    """Where the server runs and where the load generator does, and what stands before their commands."""

    def __init__(self, server, generator):
        self.server = server
        self.generator = generator

    def for_server(self, command):
        return [*shlex.split(os.environ.get("BENCH_SERVER_PREFIX", "")), "taskset", "-c", self.server, *command]

    def for_generator(self, command):
        return [*shlex.split(os.environ.get("BENCH_PREFIX", "")), "taskset", "-c", self.generator, *command]


class Allocations:
    """Asks a JVM how much its threads have allocated; of other servers, and of a JVM before 21, nothing is known."""

    def __init__(self, running):
        self._asked = None
        if running.server.is_java and java_release() >= 21:
            self._asked = subprocess.Popen(
                running.cores.for_generator([f"{java_home()}/bin/java", "-XX:TieredStopAtLevel=1", "-cp", str(BUILT / "classes"),
                                             "dev.duplex.benchmarks.Allocations", str(running.process.pid)]),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.so_far()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self._asked:
            self._asked.communicate()

    def so_far(self):
        if not self._asked:
            return None
        self._asked.stdin.write("\n")
        self._asked.stdin.flush()
        line = self._asked.stdout.readline()
        if not line:
            raise Failure("does not tell what it has allocated")
        return int(line)


class Running:
    """A server that listens. The process is the server itself: whatever starts it has to `exec`."""

    def __init__(self, server, scenario, cores, logs):
        self.server = server
        self.scenario = scenario
        self.cores = cores
        self.port = _free_port()
        self.log = pathlib.Path(logs) / f"{server.name}-{scenario.name}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                cores.for_server(server.command(self.port, scenario)), env=server.environment(scenario), stdout=log,
                stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self._await_listening()
        except BaseException:
            self.stop()
            raise

    def _await_listening(self):
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"did not start: {_tail(self.log)}")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise Failure(f"does not listen after {START_DEADLINE} s: {_tail(self.log)}")

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stop()

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # there is nothing to save
        self.process.wait()

    def transport(self):
        """What our own server prints when it listens."""
        printed = re.search(r"^transport (\w+)$", self.log.read_text(), re.MULTILINE)
        return {"transport": printed[1]} if printed else {}

    def warm_up(self, seconds, settle):
        """Drives it for so long, LEAST or LEAST:MOST, and tells what `settle` seconds behind that cost.

        Two short rounds follow, each with connections of its own: a JVM that has only seen messages throws the code away that
        reads from connections when some end and others begin, and the first interval would pay for that.
        """
        warm = self.drive(seconds, settle)
        for _ in range(SHORT_ROUNDS):
            self.drive(settle, SHORT_ROUND_SECONDS)
        return warm

    def drive(self, warm_up, seconds, front=()):
        """Runs the scenario's load; `warm_up` is LEAST or LEAST:MOST seconds. `front` stands before the command."""
        result = subprocess.run(
            self.cores.for_generator([*front, str(BUILT / "wsload"), *self.scenario.arguments(self.port), "-w", str(warm_up),
                                      "-t", str(seconds), "-P", str(self.process.pid)]),
            capture_output=True, text=True)
        if result.returncode:
            raise Failure(_last_line(result.stderr) or f"wsload ended with {result.returncode}")
        return json.loads(result.stdout)

    def count(self, seconds):
        """System calls and allocated bytes per message; None where nobody can tell.

        Two intervals of their own, because counting costs something, and the second longer than the first: what the
        handshakes of a run and the counting itself take is the same in both, so the difference is of messages alone.
        """
        with Allocations(self) as allocations:
            short, long = (self._counted(allocations, seconds, factor * seconds) for factor in (1, 3))
        messages = long["messages"] - short["messages"]
        return {name: None if short[name] is None or messages <= 0 else max(0.0, (long[name] - short[name]) / messages)
                for name in ("calls", "heap_allocated")}

    def _counted(self, allocations, warm_up, seconds):
        with tempfile.NamedTemporaryFile("r") as counted:
            perf = ["perf", "stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", str(self.process.pid), "-o", counted.name, "--"]
            before = allocations.so_far()
            messages = self.drive(warm_up, seconds, front=perf if can_count_calls() else [])["all_messages"]
            calls = [line.split(",")[0] for line in counted.read().splitlines() if "sys_enter" in line]
            return {"messages": messages, "calls": int(calls[0]) if calls else None,
                    "heap_allocated": None if before is None else allocations.so_far() - before}

    # --- memory -----------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def crowd(self, count, path, *more):
        """Holds idle connections meanwhile; tells how long it took to open them, and what that cost the server."""
        generator = subprocess.Popen(
            self.cores.for_generator([str(BUILT / "wsload"), "-m", "idle", "-p", str(self.port), "-u", path, "-c",
                                      str(count), "-P", str(self.process.pid), *more]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            line = generator.stdout.readline()
            if not line:
                raise Failure(_last_line(generator.stderr.read()) or "wsload ended early")
            yield json.loads(line)
            if generator.poll() is not None:
                raise Failure(_last_line(generator.stderr.read()) or "idle connections were lost")
        finally:
            generator.kill()
            generator.communicate()

    def hold(self, steps, collect=True):
        """Opens idle connections, up to each number of `steps`, and returns the memory that the server has at each.

        Without `collect` it does not look, and so no collection empties the young generation.
        """
        generator = subprocess.Popen(
            self.cores.for_generator([str(BUILT / "wsload"), "-m", "idle", "-p", str(self.port), "-u", "/echo", "-c",
                                      ",".join(map(str, steps)), "-P", str(self.process.pid)]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        memory = []
        try:
            for _ in steps:
                line = generator.stdout.readline()
                if not line:
                    raise Failure(_last_line(generator.stderr.read()) or "wsload ended early")
                memory.append({**json.loads(line), **(self.memory() if collect else {})})
                try:
                    generator.stdin.write("go on\n")
                    generator.stdin.flush()
                except BrokenPipeError:
                    pass
            if generator.wait():
                raise Failure(_last_line(generator.stderr.read()))
        finally:
            generator.kill()
            generator.communicate()
        return memory

    def memory(self):
        """Resident and, of a JVM and of Node, live heap bytes after a collection."""
        heap = None
        if self.server.is_java:
            heap = sum(size for _, size in self.histogram().values())
        elif self.server.kind == "node":
            heap = self._node_heap()
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
        return {"rss": rss * 1024, "heap": heap}

    def histogram(self):
        """Class -> live objects and their bytes, of a JVM."""
        self._jcmd("GC.run")
        # It counts what a second collection leaves.
        return {name: (int(count), int(size)) for count, size, name in HISTOGRAM.findall(self._jcmd("GC.class_histogram"))}

    def _node_heap(self):
        """What our Node peers print when they get the signal."""
        said = len(re.findall(NODE_HEAP, self.log.read_text()))
        os.kill(self.process.pid, signal.SIGUSR2)
        deadline = time.monotonic() + START_DEADLINE
        while time.monotonic() < deadline:
            heaps = re.findall(NODE_HEAP, self.log.read_text())
            if len(heaps) > said:
                return int(heaps[-1])
            time.sleep(0.05)
        raise Failure("does not tell its heap")

    def _jcmd(self, command):
        return subprocess.run([f"{java_home()}/bin/jcmd", str(self.process.pid), command], check=True, capture_output=True,
                              text=True).stdout


@functools.cache
def can_count_calls():
    """Whether perf is there and may see tracepoints."""
    try:
        return subprocess.run(["perf", "stat", "-e", "raw_syscalls:sys_enter", "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _tail(path):
    return " / ".join(path.read_text(errors="replace").strip().splitlines()[-3:])


def _last_line(text):
    return (text.strip().splitlines() or [""])[-1]
