"""What we want to cost, and whether we do.

uWebSockets is in no registry, so it is not measured here. Its figures, and those of the floor beside it, were measured on
2026-11-20 (uWebSockets of August 2026); they hold for that machine and hour. What links them to a run are servers that
were measured in both: ours / uWebSockets = (ours / link, now) * (link / uWebSockets, then); of several links the median.
"""
import dataclasses
import statistics

from .results import FLOOR, OURS
from .servers import TCNATIVE, TITLES

JAVA_PEERS = ("netty", "vertx", "helidon", "undertow", "jetty", "tomcat", "java-websocket")
TRANSPORTS = (OURS, "duplex-epoll", "duplex-io_uring", "duplex-nio")

# Microseconds of server CPU per message on 2026-11-20; where a range was measured, its middle.
UWEBSOCKETS = {"A": 3.3, "B": 0.095, "C": 0.41, "D": 13.5, "E": 1.05, "E1": 2.6, "G": 11.3}
LINK = {
    FLOOR: {"A": 3.25, "B": 0.063, "C": 0.32, "D": 11.5, "E": 1.2, "E1": 2.5},
    # No floor was measured in G; Netty and Vert.x have settings for it that are not known of then.
    "undertow": {"G": 42},
    "jetty": {"G": 33},
    "tomcat": {"G": 25},
    "java-websocket": {"G": 22},
    "ws": {"G": 62},
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
        _uwebsockets(results, "G", "G", OURS, 1.00),
        _java_peer(results, "A-tls", 0.60),
        _java_peer(results, "C-tls", 0.60),
        _java_peer(results, "A-tls", 0.60, TCNATIVE, " with tcnative"),
        _java_peer(results, "C-tls", 0.60, TCNATIVE, " with tcnative"),
    ]


def _uwebsockets(results, what, scenario, server, most):
    """`server` may be None: not measured."""
    name = f"{what}, beside uWebSockets"
    now = {link: server and results.ratio(scenario, server, link) for link, then in LINK.items() if scenario in then}
    now = {link: ratio for link, ratio in now.items() if ratio}
    if not now:
        return Goal(name, most, None)
    found = statistics.median(ratio * LINK[link][scenario] / UWEBSOCKETS[scenario] for link, ratio in now.items())
    by = ", ".join(f"{TITLES[link] if link != FLOOR else 'the floor'} ({ratio:.2f} of it, now)" for link, ratio in now.items())
    return Goal(name, most, found, f"by way of {by}{_spread(results, scenario, server)}")


def _java_peer(results, scenario, most, server=OURS, with_what=""):
    peer = _cheapest(results, scenario, JAVA_PEERS)
    found = results.ratio(scenario, server, peer) if peer else None
    return Goal(f"{scenario}{with_what}, beside the cheapest Java peer", most, found,
                f"{peer}, in the same run{_spread(results, scenario, server)}" if found else "")


def _spread(results, scenario, server):
    """How far apart our own repetitions were: what is less than that has not been measured."""
    spread = results.spread(scenario, server)
    return "" if spread is None else f"; ours ±{spread:.0%}"


def _cheapest(results, scenario, servers):
    medians = {server: results.median(scenario, server) for server in servers}
    return min((server for server in servers if medians[server]), key=medians.get, default=None)
