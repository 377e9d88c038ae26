"""Where and how the figures came about."""
import datetime
import platform
import subprocess

from . import servers


def describe(arguments, chosen):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "command": " ".join(["scripts/bench", *_without_out(arguments)]),
        "cpu": _cpu(),
        "kernel": f"{platform.system()} {platform.release()}",
        "java": servers.java_version(),
        "node": _first_line("node", "--version"),
        "gcc": _first_line("gcc", "--version"),
        "openssl": _first_line("openssl", "version"),
        "versions": {server.name: server.version for server in chosen},
    }


def _without_out(arguments):
    """Where the results went is nobody else's business."""
    kept = list(arguments)
    if "--out" in kept:
        at = kept.index("--out")
        del kept[at:at + 2]
    return kept


def _cpu():
    with open("/proc/cpuinfo") as cpuinfo:
        models = [line.split(":")[1].strip() for line in cpuinfo if line.startswith("model name")]
    return f"{models[0]}, {len(models)} cores" if models else platform.machine()


def _first_line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except FileNotFoundError:
        return "none"
