"""What can be measured: the floor, ourselves on each transport, the peers of peers/, and a command of the caller's."""
import dataclasses
import functools
import os
import pathlib
import shlex
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "target" / "bench"
JVM = ["-XX:+UseSerialGC", "-Xmx2g"]  # what peers/run gives to the Java peers, too
# Helidon lets no object be read from a stream, not even what JMX asks for, unless one says that this is ours to decide.
HELIDON = ["-Dhelidon.serialFilter.missing.action=ignore"]
PEERS = ["netty", "vertx", "helidon", "undertow", "jetty", "tomcat", "java-websocket", "ws", "websocket"]
# For memory: all pages of the heap are there from the beginning, so that what comes in addition is outside of it.
TOUCHED = ["-Xms2g", "-XX:+AlwaysPreTouch"]
OURS = {"duplex": "AUTO", "duplex-epoll": "EPOLL", "duplex-io_uring": "IO_URING", "duplex-nio": "NIO", "duplex-tcnative": "AUTO"}
FLOOR_EACH = "floor-each"  # what the floor costs where it sends large messages one by one, as others do
FLOORS = {"floor": [], FLOOR_EACH: ["each"]}
TCNATIVE = "duplex-tcnative"  # with BoringSSL in place of the JDK's TLS
TITLES = {
    "duplex": "Duplex",
    "duplex-epoll": "Duplex on epoll",
    "duplex-io_uring": "Duplex on io_uring",
    "duplex-nio": "Duplex on NIO",
    "duplex-tcnative": "Duplex with tcnative",
    "floor": "floor in C",
    FLOOR_EACH: "floor in C, a send for each message",
    "netty": "Netty websocketx",
    "vertx": "Vert.x",
    "helidon": "Helidon",
    "undertow": "Undertow",
    "jetty": "Jetty",
    "tomcat": "Tomcat",
    "java-websocket": "Java-WebSocket",
    "ws": "ws (Node)",
    "websocket": "websocket (Node)",
    "websockets": "websockets (Python)",
}


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    version: str = ""
    kind: str = "native"  # java, node or native
    external: str = ""  # a command with {port}

    @property
    def title(self):
        return TITLES.get(self.name, self.name)

    @property
    def is_java(self):
        return self.kind == "java"

    def can(self, scenario):
        if self.name == "floor":
            return not scenario.tls
        if self.name == FLOOR_EACH:
            return scenario.name == "D"
        if self.name == TCNATIVE:
            return scenario.tls
        if scenario.deflate:
            return self.name not in ("websocket", "helidon")  # they know no permessage-deflate
        return not (scenario.tls and (self.external or self.name == "websockets"))

    def command(self, port, scenario):
        if self.external:
            return [part.replace("{port}", str(port)) for part in shlex.split(self.external)]
        if self.name in FLOORS:
            return [str(BUILT / "floor"), str(port), *FLOORS[self.name]]
        if self.name in OURS:
            tls = [str(BUILT / "certificate.pem"), str(BUILT / "key.pem")] if scenario.tls else []
            engine = ["-Dtls=OPENSSL"] if self.name == TCNATIVE else []
            return [*java(), *self._jvm(scenario), *engine, "-cp", f"{BUILT / 'classes'}:{ROOT / 'duplex-cli/target/duplex.jar'}:{BUILT / 'tcnative/*'}",
                    "dev.duplex.benchmarks.EchoServer", str(port), OURS[self.name], *tls]
        return [str(ROOT / "peers/run"), self.name, str(port)]

    def _jvm(self, scenario):
        return TOUCHED if scenario.idle else []

    def environment(self, scenario):
        extra = {"JAVA_HOME": java_home(), "PEER_MAX_MESSAGE": str(scenario.max_message),
                 "PEER_JAVA_OPTS": " ".join(JVM + self._jvm(scenario) + (HELIDON if self.name == "helidon" else []))}
        if scenario.deflate:
            extra["PEER_NO_CONTEXT_TAKEOVER"] = "1"
        if scenario.tls:
            extra["PEER_KEYSTORE"] = str(BUILT / "keystore.p12")
        return {**os.environ, **extra}


def known():
    """All names that --peers takes."""
    return [*FLOORS, *OURS, *PEERS, "websockets"]


def find(name):
    if name in FLOORS:
        return Server(name)
    if name in OURS:
        return Server(name, _our_version(), "java")
    version = _output(ROOT / "peers/run", "--version", name)
    return Server(name, version, "node" if name in ("ws", "websocket") else "native" if name == "websockets" else "java")


def given(text):
    """A server somebody has built: NAME=COMMAND with {port} in it."""
    name, _, command = text.partition("=")
    if not command or "{port}" not in command:
        raise SystemExit(f"bench: --server expects NAME=COMMAND with {{port}} in the command, came: {text}")
    return Server(name, external=command)


@functools.cache
def java_home():
    return _output("bash", "-c", f". {shlex.quote(str(ROOT / 'peers/newest-java'))} && echo \"$JAVA_HOME\"")


def java_version():
    return next(line for line in _output(f"{java_home()}/bin/java", "-version", error=True).splitlines() if "Runtime" in line)


@functools.cache
def java_release():
    return int(_output("sed", "-n", r's/^JAVA_VERSION="\([0-9]*\).*/\1/p', f"{java_home()}/release"))


def java():
    flags = []
    if java_release() >= 24:
        flags = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"]
    return [f"{java_home()}/bin/java", *flags, *JVM]


@functools.cache
def _our_version():
    version = _output("sed", "-n", r"0,/<version>/s/ *<version>\(.*\)<.version>/\1/p", ROOT / "pom.xml")
    commit = _output("git", "-C", ROOT, "describe", "--always", "--dirty", "--exclude=*")
    return f"{version} ({commit})"


def _output(*command, error=False):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=True)
    return (result.stderr if error else result.stdout).strip()
