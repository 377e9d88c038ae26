"""What was measured, read back from results.jsonl, and the statistics on it."""
import json
import statistics

from .servers import known

OURS = "duplex"
FLOOR = "floor"


class Results:
    """Of each scenario the run that measured it last: figures of different runs are never compared."""

    def __init__(self, lines):
        self.runs = []  # in order, only those of which something is left
        self._cells = {}  # (scenario, server) -> its lines
        run, run_of = None, {}
        for line in lines:
            if "run" in line:
                run = line["run"]
                continue
            scenario = line["scenario"]
            if run_of.get(scenario) is not run:
                run_of[scenario] = run
                self._cells = {key: value for key, value in self._cells.items() if key[0] != scenario}
            self._cells.setdefault((scenario, line["server"]), []).append(line)
        self.runs = [each for each in (line["run"] for line in lines if "run" in line)
                     if any(each is used for used in run_of.values())]

    @classmethod
    def read(cls, path):
        with open(path) as file:
            return cls([json.loads(line) for line in file])

    def scenarios(self):
        return list(dict.fromkeys(scenario for scenario, _ in self._cells))

    def servers(self):
        """The floor first, then ours, then the others, in whatever order they were measured."""
        order = known()
        return sorted(dict.fromkeys(server for _, server in self._cells),
                      key=lambda server: order.index(server) if server in order else len(order))

    def versions(self):
        return {name: version for run in self.runs for name, version in run["versions"].items()}

    def failure(self, scenario, server):
        return next((line["failure"] for line in self._cells.get((scenario, server), []) if "failure" in line), None)

    def steady(self, scenario, server):
        """Whether the warm-up ended because the figure had become steady, not because its time was over."""
        return all(line["steady"] for line in self._cells.get((scenario, server), []) if "steady" in line and not line["repetition"])

    def transport(self):
        """What AUTO came to."""
        return next((line["transport"] for (_, server), lines in self._cells.items() for line in lines
                     if server == OURS and "transport" in line), None)

    def values(self, scenario, server, key="cpu_us"):
        """By repetition; empty if the server failed or was not asked."""
        if self.failure(scenario, server):
            return {}
        lines = self._cells.get((scenario, server), [])
        return {line["repetition"]: line[key] for line in lines if line["repetition"] and line.get(key) is not None}

    def median(self, scenario, server, key="cpu_us"):
        values = self.values(scenario, server, key)
        return statistics.median(values.values()) if values else None

    def spread(self, scenario, server, key="cpu_us"):
        """Half of the way from the least to the greatest value, as a share of the median; of a single value None."""
        values = self.values(scenario, server, key).values()
        return (max(values) - min(values)) / 2 / abs(statistics.median(values)) if len(values) > 1 else None

    def count(self, scenario, server, key):
        """What was counted in an interval of its own: `calls` or `heap_allocated`, per message."""
        if self.failure(scenario, server):
            return None
        return next((line[key] for line in self._cells.get((scenario, server), []) if key in line), None)

    def ratio(self, scenario, server, base, key="cpu_us"):
        """The median of the ratios within each repetition, in which both were measured right after each other."""
        mine, others = self.values(scenario, server, key), self.values(scenario, base, key)
        ratios = [mine[repetition] / others[repetition] for repetition in mine if others.get(repetition)]
        return statistics.median(ratios) if ratios else None
