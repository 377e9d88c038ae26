"""What is asked of a server."""
import dataclasses


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    load: str = ""  # arguments of wsload
    broadcast: bool = False
    deflate: bool = False
    tls: bool = False
    max_message: int = 8192  # what a server that takes buffers beforehand has to take

    @property
    def idle(self):
        return not self.load

    @property
    def path(self):
        return "/broadcast" if self.broadcast else "/echo"

    def arguments(self, port):
        arguments = [*self.load.split(), "-p", str(port), "-u", self.path]
        return arguments + ["-z"] * self.deflate + ["-T"] * self.tls


A = "-m echo -c 64 -s 20 -d 1"
C = "-m echo -c 64 -s 1024 -d 16"

SCENARIOS = {
    scenario.name: scenario
    for scenario in [
        Scenario("A", "64 connections, 20 bytes of text, 1 message in flight", A),
        Scenario("B", "64 connections, 20 bytes of text, 64 messages in flight", "-m echo -c 64 -s 20 -d 64"),
        Scenario("C", "64 connections, 1 KiB of text, 16 messages in flight", C),
        Scenario("D", "16 connections, 64 KiB of binary, 4 messages in flight", "-m echo -c 16 -s 65536 -d 4 -b",
                 max_message=131072),
        Scenario("E", "64 bytes of text to 1,000 subscribers, 4 messages in flight, per delivery",
                 "-m fanout -c 1000 -s 64 -W 4", broadcast=True),
        Scenario("E1", "E with 1 message in flight", "-m fanout -c 1000 -s 64 -W 1", broadcast=True),
        Scenario("E16", "E with 16 messages in flight", "-m fanout -c 1000 -s 64 -W 16", broadcast=True),
        Scenario("F", "idle connections, bytes each after garbage collection"),
        Scenario("G", "C with permessage-deflate, without context takeover", C, deflate=True),
        Scenario("A-tls", "A over TLS 1.3, AES-256-GCM", A, tls=True),
        Scenario("C-tls", "C over TLS 1.3, AES-256-GCM", C, tls=True),
    ]
}
