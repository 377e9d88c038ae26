"""What we want to cost, and whether we do.

uWebSockets is in no registry, so it is not measured here. Its figures, and those of the floor beside it, were measured on
2026-11-20 (uWebSockets of August 2026); they hold for that machine and hour. What links them to a run is the server that
was measured in both: ours / uWebSockets = (ours / link, now) * (link / uWebSockets, then).
"""
import dataclasses

from .results import FLOOR, OURS

JAVA_PEERS = ("netty", "vertx", "helidon", "undertow", "jetty", "tomcat", "java-websocket")
TRANSPORTS = (OURS, "duplex-epoll", "duplex-io_uring", "duplex-nio")

# Microseconds of server CPU per message on 2026-11-20; where a range was measured, its middle.
UWEBSOCKETS = {"A": 3.3, "B": 0.095, "C": 0.41, "D": 13.5, "E": 1.05, "E1": 2.6, "G": 11.3}
LINK = {
    FLOOR: {"A": 3.25, "B": 0.063, "C": 0.32, "D": 11.5, "E": 1.2, "E1": 2.5},
    "netty": {"G": 18.4},
}


@dataclasses.dataclass(frozen=True)
class Goal:
    what: str
    most: float
    found: object  # None: not measured
    how: str = ""

    @property
    def met(self):
        return None if self.found is None else self.found <= self.most


def goals(results):
    epoll = "duplex-epoll" if results.median("A", "duplex-epoll") else OURS
    best = _cheapest(results, "A", TRANSPORTS)
    return [
        _uwebsockets(results, "A on the best transport", "A", best, 1.00),
        _uwebsockets(results, "A on epoll", "A", epoll, 1.10),
        _uwebsockets(results, "B", "B", OURS, 0.75),
        _uwebsockets(results, "C", "C", OURS, 1.00),
        _uwebsockets(results, "D", "D", OURS, 1.10),
        _uwebsockets(results, "E, several in flight", "E", OURS, 0.75),
        _uwebsockets(results, "E, one in flight", "E1", OURS, 1.00),
        _java_peer(results, "E", 0.30),
        Goal("F, bytes of live heap", 1_400, results.median("F", OURS, "heap_slope"), "measured"),
        Goal("F, resident bytes", 2_400, results.median("F", OURS, "rss_slope"), "measured"),
        _uwebsockets(results, "G", "G", OURS, 1.00, link="netty"),
        _java_peer(results, "A-tls", 0.60),
        _java_peer(results, "C-tls", 0.60),
    ]


def _uwebsockets(results, what, scenario, server, most, link=FLOOR):
    now = results.ratio(scenario, server, link) if server else None
    then = LINK[link][scenario] / UWEBSOCKETS[scenario]
    by = "the floor" if link == FLOOR else "Netty websocketx"
    return Goal(f"{what}, beside uWebSockets", most, now and now * then, f"by way of {by}: {now:.2f} of it, now" if now else "")


def _java_peer(results, scenario, most):
    peer = _cheapest(results, scenario, JAVA_PEERS)
    found = results.ratio(scenario, OURS, peer) if peer else None
    return Goal(f"{scenario}, beside the cheapest Java peer", most, found, f"{peer}, in the same run" if found else "")


def _cheapest(results, scenario, servers):
    medians = {server: results.median(scenario, server) for server in servers}
    return min((server for server in servers if medians[server]), key=medians.get, default=None)
