"""Builds what is measured, and what measures, into target/bench."""
import shutil
import subprocess

from .servers import BUILT, FLOORS, OURS, ROOT, TCNATIVE, java_home

LOAD = ROOT / "benchmarks" / "load"
NEEDED = {  # what has to be there: how to tell, and the package of Debian that has it
    "gcc": (lambda: shutil.which("gcc"), "gcc"),
    "taskset": (lambda: shutil.which("taskset"), "util-linux"),
    "openssl": (lambda: shutil.which("openssl"), "openssl"),
    "zlib.h": (lambda: _has_header("zlib.h"), "zlib1g-dev"),
    "openssl/ssl.h": (lambda: _has_header("openssl/ssl.h"), "libssl-dev"),
}


def _has_header(name):
    return shutil.which("gcc") and subprocess.run(
        ["gcc", "-E", "-include", name, "-x", "c", "/dev/null"], capture_output=True).returncode == 0


def check():
    missing = {name: package for name, (is_there, package) in NEEDED.items() if not is_there()}
    if missing:
        raise SystemExit(f"bench: no {', '.join(missing)}. On Debian: apt install {' '.join(missing.values())}")


def build(names):
    BUILT.mkdir(parents=True, exist_ok=True)
    _compile("wsload", "-lssl", "-lcrypto", "-lz")
    _compile("floor", "-lz")
    subprocess.run([ROOT / "duplex", "--version"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([f"{java_home()}/bin/javac", "-d", BUILT / "classes", "-cp", ROOT / "duplex-cli/target/duplex.jar",
                    *(ROOT / "benchmarks/src/main/java/dev/duplex/benchmarks").glob("*.java")], check=True)
    if TCNATIVE in names:
        subprocess.run(["mvn", "--batch-mode", "--no-transfer-progress", "-q", "-f", ROOT / "pom.xml", "-pl", "benchmarks",
                        "dependency:copy@tcnative"], check=True)
    if any(name not in OURS and name not in FLOORS for name in names):
        subprocess.run([ROOT / "peers/build"], check=True, stdout=subprocess.DEVNULL)


def _compile(program, *libraries):
    sources = sorted((LOAD / program).glob("*.c"))
    binary = BUILT / program
    newest = max(path.stat().st_mtime for path in (LOAD / program).iterdir())
    if not binary.exists() or binary.stat().st_mtime < newest:
        subprocess.run(["gcc", "-O3", "-march=native", "-flto", "-std=gnu11", "-Wall", "-Wextra", "-o", binary, *sources,
                        *libraries], check=True)


def make_certificate():
    """A key and a certificate for localhost, for these runs only."""
    certificate, key, keystore = (BUILT / name for name in ("certificate.pem", "key.pem", "keystore.p12"))
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", key, "-out", certificate)
    _openssl("pkcs12", "-export", "-name", "server", "-inkey", key, "-in", certificate, "-out", keystore,
             "-passout", "pass:benchmark")


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


