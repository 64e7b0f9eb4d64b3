"""What a run may still send: requests, writes and seconds, whoever asks for them.

The caller that plans shares this out; here it is enforced, so that no journey, repetition or retry
goes beyond it. What was promised to a request is never taken away again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from math import inf


class Budget:
    """None stands for no limit. The seconds run from `start`."""

    def __init__(
        self,
        requests: int | None = None,
        writes: int | None = None,
        seconds: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._requests, self._writes, self._seconds = requests, writes, seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._taken = self._written = 0
        self._until = inf

    def start(self) -> None:
        """The target answers: from now on its time counts."""
        if self._seconds is not None:
            self._until = self._clock() + self._seconds

    @property
    def left(self) -> float:
        """Seconds."""
        return max(0.0, self._until - self._clock())

    def over(self) -> str:
        """Why nothing may be sent any more at this moment; empty while there is time."""
        return "" if self.left > 0 else f"--max-seconds {self._seconds:g} were over"

    def take(self, *, writes: bool) -> str:
        """Promise one request, which `writes` if it may store something; or the reason why not."""
        if reason := self.over():
            return reason
        with self._lock:
            if self._requests is not None and self._taken >= self._requests:
                return f"--max-requests {self._requests} was used up"
            if writes and self._writes is not None and self._written >= self._writes:
                return f"--max-writes {self._writes} was used up"
            self._taken += 1
            self._written += writes
        return ""

    def give_back(self, *, writes: bool) -> None:
        """A promised request that never reached the server."""
        with self._lock:
            self._taken -= 1
            self._written -= writes
