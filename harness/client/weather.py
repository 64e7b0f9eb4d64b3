"""When to wait and when to try again (contract.md, *A shared server*).

"429 is obeyed (`Retry-After`), a reset connection or a gateway's 502/503/504 is retried once for
safe requests; both are counted." A request that the server throttled was not carried out, so it is
sent again whatever its method.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil

from pyrate_limiter import MonotonicClock, Rate, RateItem, StateBucket

from harness.client.transport import Answer

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that may be sent twice without doing anything twice (RFC 9110, 9.2.1)."""

THROTTLED = 429
GATEWAY = frozenset({502, 503, 504})
TRIES = 4
"""Attempts at a throttled request, the first one included."""
LONGEST_WAIT = 30.0
PATIENCE = 120.0
"""Seconds that a run waits for a throttling server, all in all; then 429 is what it answers."""
GATEWAY_WAIT = 0.1
KINDS = {"reset": "resets", "timeout": "timeouts", "unreachable": "unreachable"}
"""Failures that are the network's until they come again -> how they are counted."""
SLACK = 1.03
"""The pace is kept a little below the rate, so that jitter on the way cannot bunch it above."""

Sleep = Callable[[float], object]


class Weather:
    """Shared by all threads: when one is told to wait, all do."""

    def __init__(
        self,
        sleep: Sleep,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sleep, self._clock, self._now = sleep, clock, now
        self._lock = threading.Lock()
        self._until = 0.0
        self._waited = 0.0

    def wait(self) -> None:
        """Until the pause that the server asked for is over."""
        delay = self._until - self._clock()
        if delay > 0:
            self._sleep(delay)

    def again(self, answer: Answer, method: str, attempt: int) -> bool:
        """Whether to send the request once more; `attempt` counts from 1. Sets the pause."""
        if answer.status == THROTTLED:
            return attempt < TRIES and self._pause(answer, float(2 ** (attempt - 1)))
        if attempt > 1 or method not in SAFE:
            return False
        if answer.failure == "reset":
            return True
        return answer.status in GATEWAY and self._pause(answer, GATEWAY_WAIT)

    def _pause(self, answer: Answer, default: float) -> bool:
        asked = retry_after(answer, self._now)
        delay = min(default if asked is None else asked, LONGEST_WAIT)
        with self._lock:
            now = self._clock()
            more = max(0.0, now + delay - max(self._until, now))
            if self._waited + more > PATIENCE:
                return False
            self._waited += more
            self._until = max(self._until, now + delay)
        return True


def bad_weather(answer: Answer) -> str:
    """How an answer that is not the target's own is counted; empty for any other answer."""
    if answer.status == THROTTLED:
        return "throttled"
    return "gateway_errors" if answer.status in GATEWAY else KINDS.get(answer.failure, "")


def retry_after(answer: Answer, now: Callable[[], datetime]) -> float | None:
    """Seconds from Retry-After, which holds seconds or an HTTP date; None if neither.

    A date is the server's: it counts from the server's own `Date` where there is one, so that a
    clock that is wrong does no harm.
    """
    text = answer.header("retry-after").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = _date(text)
    if until is None:
        return None
    return max(0.0, (until - (_date(answer.header("date")) or now())).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


class Slot:
    """The right to send one request now, until `end`."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._when = 0.0

    def end(self) -> None:
        """The answer came, or none: whatever the server counts, it counted before."""
        self._when = time.monotonic()
        self._over.set()

    def age(self) -> float:
        """Seconds since its end, for which it waits."""
        self._over.wait()
        return time.monotonic() - self._when


class Pace:
    """Evenly spaced requests, no bursts: at most `rate` in any second, over all threads.

    Even spacing alone holds where requests are sent. One that is held up on its way would arrive
    together with later ones, so a request also waits until a second has passed since the *answer*
    to the one that is `rate` before it: however long each took, the server cannot have counted
    both within one second.
    """

    def __init__(self, rate: float, sleep: Sleep, clock: MonotonicClock | None = None) -> None:
        self._sleep = sleep
        self._clock = clock or MonotonicClock()
        self._bucket = StateBucket([Rate(1, ceil(1000 * SLACK / rate), burst=1)])
        self._lock = threading.Lock()
        self._slots: deque[Slot] = deque(maxlen=max(1, int(rate)))

    def wait(self) -> Slot:
        """Until it is this request's turn. Threads queue, so none overtakes for ever.

        The caller ends the slot, always, before it asks for another.
        """
        slot = Slot()
        with self._lock:
            while (delay := self._delay()) > 0:
                if self._sleep(delay / 1000):
                    break
            self._slots.append(slot)
        return slot

    def _delay(self) -> float:
        """Milliseconds."""
        if len(self._slots) == self._slots.maxlen:
            rest = 1000 * (1 - self._slots[0].age())
            if rest > 0:
                return rest
        item = RateItem("request", self._clock.now())
        if self._bucket.put(item):
            return 0
        delay = self._bucket.waiting(item)
        return max(1, delay) if isinstance(delay, int) else 1
