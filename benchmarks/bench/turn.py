"""Takes turns with others who measure on this machine: one at a time, and nobody for long."""
import fcntl
import os
import time

LONGEST = 105  # seconds, at the end of which others get their turn as soon as a step is done


class Turn:
    """Holds the lock of the file that BENCH_LOCK names, if it names one; flock(1) on it is the other side."""

    def __init__(self):
        path = os.environ.get("BENCH_LOCK")
        self._file = open(path, "a") if path else None
        self._since = 0.0

    def __enter__(self):
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        self._since = time.monotonic()
        return self

    def __exit__(self, *failure):
        if self._file:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def step(self):
        """Between two steps."""
        if self._file and time.monotonic() - self._since > LONGEST:
            self.__exit__()
            time.sleep(0.1)  # who waits has to be faster than we are
            self.__enter__()
