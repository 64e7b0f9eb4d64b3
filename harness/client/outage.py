"""Whether the target is still there, when request after request goes without an answer of its own.

A server that fails on certain requests must be told from one that is being restarted, or is gone.
What was answered well before tells them apart: while that is answered again, the failures are the
requests' own; while it is not, everything waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

from harness.client.environment import TargetError
from harness.client.transport import Answer
from harness.client.weather import SAFE, THROTTLED, Sleep, bad_weather, retry_after
from harness.client.wire import Wire
from harness.model import Case

PATIENCE = 60.0
"""Seconds that a run waits for a target that went away, all in all."""
SUSPECT = 2
"""Attempts in a row without an answer of the target's own, from which on it is asked for."""
MOST = 8
"""Attempts at one request; what is not answered then never will be."""
SHORTEST, LONGEST = 0.2, 2.0
"""Seconds between two questions, doubled from one to the other."""


class TargetLost(TargetError):
    """The target went away in the middle of the run and did not come back."""


class Outage:
    """Shared by all threads: what one finds out, the others need not."""

    def __init__(self, ask: Callable[[Wire], Answer | None], sleep: Sleep) -> None:
        self._ask, self._sleep = ask, sleep
        self._asking, self._lock = threading.Lock(), threading.Lock()
        self._known: Wire | None = None
        self._answered = self._failed = 0
        self._waited = 0.0

    def again(self, case: Case, wire: Wire, answer: Answer, attempt: int) -> bool:
        """Whether to send a request again because the target was away and is back.

        Raises TargetLost, one sentence, when it has been away for too long. A target that never
        answered is left to whoever asked.
        """
        kind = bad_weather(answer)
        if not kind or (kind == "throttled" and _is_refused(case)):
            self._is_well(wire, answer)
            return False
        with self._lock:
            self._failed += attempt
            suspect = kind == "unreachable" or self._failed >= SUSPECT
        if self._known is None or not suspect or attempt >= MOST or not self._was_away():
            return kind == "unreachable" and self._known is not None and attempt < MOST
        return kind in {"unreachable", "throttled"} or wire.method in SAFE

    def _is_well(self, wire: Wire, answer: Answer) -> None:
        with self._lock:
            self._failed = 0
            self._answered += 1
            if wire.method == "GET" and 200 <= answer.status < 300 and not answer.failure:
                self._known = wire

    def _was_away(self) -> bool:
        """Ask until the target answers; whether it had to be asked more than once."""
        assert self._known
        with self._asking:
            pause, again = SHORTEST, False
            while (answer := self._ask(self._known)) and (kind := bad_weather(answer)):
                if self._waited >= PATIENCE:
                    raise TargetLost(self._lost(kind, answer))
                asked = retry_after(answer, lambda: datetime.now(UTC)) or 0.0
                delay = min(max(pause, asked), PATIENCE - self._waited)
                self._waited += delay + answer.elapsed
                if self._sleep(delay):
                    return False
                pause, again = min(2 * pause, LONGEST), True
            with self._lock:
                self._failed = 0
        return again

    def _lost(self, kind: str, answer: Answer) -> str:
        what = {
            "gateway_errors": f"a gateway answers {answer.status} in its place",
            "throttled": f"it answers {THROTTLED}, too many requests, to everything",
        }
        return (
            f"the target was lost after {self._answered} good answer{'s' * (self._answered != 1)}: "
            f"{what.get(kind, answer.detail)}, and {self._waited:.0f} s of waiting did not "
            "change that; look what became of it, and run again when it answers"
        )


def _is_refused(case: Case) -> bool:
    """Whether 429 may be a lock-out after wrong secrets, which the matrix expects."""
    return case.phase == "auth" or bool(case.credentials and case.credentials.defect)
