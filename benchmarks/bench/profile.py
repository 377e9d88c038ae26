"""Where the CPU time of our server goes, as async-profiler sees it."""
import collections
import pathlib
import platform
import subprocess
import time

from .measure import Failure
from .servers import BUILT, ROOT, java_home

PROFILER = BUILT / "profiler" / f"linux-{ {'x86_64': 'x64', 'aarch64': 'arm64'}.get(platform.machine(), '')}" / "libasyncProfiler.so"
INTERVAL = "500us"  # of CPU time of a thread
CALLS = {  # what a system call is for, by the name of the C function that makes it
    "send": ("send", "sendmsg", "sendmmsg", "write", "writev"),
    "receive": ("recv", "recvmsg", "read", "readv"),
    "wait": ("epoll_wait", "epoll_pwait", "epoll_pwait2"),
}
OF_CALL = {name: kind for kind, names in CALLS.items() for name in names}
WORK = {  # what else is done, by the package of who does it; the first that fits
    "java/util/zip/": "zlib",
    "sun/security/ssl/": "TLS",
    "io/netty/handler/ssl/": "TLS",
    "dev/duplex/core/": "codec",
    "dev/duplex/": "connection, session, handler",
}
KINDS = (*CALLS, *dict.fromkeys(WORK.values()), "Netty and the JDK", "other threads")
LOOP = "duplex-"  # how the name of an event loop's thread begins


def fetch():
    """The profiler, from Maven Central."""
    if not PROFILER.exists():
        subprocess.run(["mvn", "--batch-mode", "--no-transfer-progress", "-q", "-f", ROOT / "pom.xml", "-pl", "benchmarks",
                        "dependency:unpack@profiler"], check=True)


def shares(running, warm_up, seconds):
    """Kind of work -> share of the CPU time of a server that is driven by its scenario for so many seconds."""
    out = pathlib.Path(running.log).with_suffix(".collapsed").absolute()
    out.unlink(missing_ok=True)
    running.warm_up(warm_up, 1)
    _agent(running.process, f"start,event=ctimer,interval={INTERVAL},threads")
    running.drive(0, seconds)
    _agent(running.process, f"stop,collapsed,file={out}")
    deadline = time.monotonic() + 30
    while not (out.exists() and out.stat().st_size):
        if time.monotonic() > deadline:
            raise Failure(f"async-profiler has written no {out}")
        time.sleep(0.1)
    samples = collections.Counter()
    for line in out.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        samples[kind(stack.split(";"))] += int(count)
    return {each: samples[each] / samples.total() for each in KINDS}


def _agent(process, command):
    asked = subprocess.run([f"{java_home()}/bin/jcmd", str(process.pid), "JVMTI.agent_load", PROFILER, f'"{command}"'],
                           capture_output=True, text=True)
    if asked.returncode or "return code: 0" not in asked.stdout:
        raise Failure(f"async-profiler: {asked.stdout.strip()} {asked.stderr.strip()}")


def kind(frames):
    """What a stack is counted as, its thread first and what runs last: the system call, or else the last whose work is known."""
    thread, *calls = frames
    if not thread.lstrip("[").startswith(LOOP):
        return "other threads"
    for frame in calls:
        call = OF_CALL.get(frame.removesuffix("_[k]").removeprefix("__GI_").lstrip("_"))
        if call and "/" not in frame:
            return call
    for frame in reversed(calls):
        for package, name in WORK.items():
            if frame.startswith(package):
                return name
    return "Netty and the JDK"
