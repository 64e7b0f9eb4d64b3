"""One request until it is answered: at its pace, through weather and outages, all counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from harness.client.budget import Budget
from harness.client.outage import Outage
from harness.client.transport import Answer, Transport
from harness.client.weather import Pace, Sleep, Weather, bad_weather
from harness.client.wire import Wire
from harness.model import Case

Note = Callable[[int], None]
"""Notes an attempt down before it leaves; attempts count from 1."""


class Attempts:
    """Shared by all threads. `stop` is set when nothing more is to be sent.

    Of `budget` one request is taken already when `send` is called; retries take theirs. `stores`
    tells which may store something.
    """

    def __init__(
        self,
        transport: Transport,
        sleep: Sleep,
        rate: float | None,
        stop: threading.Event,
        budget: Budget,
        stores: Callable[[Wire], bool],
    ) -> None:
        self._transport, self._stop, self._budget = transport, stop, budget
        self._stores = stores
        self._weather = Weather(sleep)
        self._outage = Outage(self._ask, sleep)
        self._pace = Pace(rate, sleep) if rate else None
        self._lock = threading.Lock()
        self._met: Counter[str] = Counter()

    @property
    def met(self) -> Mapping[str, int]:
        """`retries` and every kind of weather -> how many attempts."""
        with self._lock:
            return dict(self._met)

    def send(self, case: Case, wire: Wire, note: Note) -> tuple[Answer, int] | str | None:
        """The answer and how often the request was sent again.

        A reason where the time was over before it could leave at all; None when the run ends.
        Raises TargetLost.
        """
        answer: Answer | None = None
        attempt = 0
        while True:
            with self._turn():
                if self._stop.is_set():
                    return None
                if reason := self._budget.over():
                    self._budget.give_back(writes=self._stores(wire))
                    return (answer, attempt - 1) if answer else reason
                attempt += 1
                note(attempt)
                answer = self._transport.send(wire)
            if self._stop.is_set() and answer.failure:
                return None
            self._account(wire, answer)
            if not self._again(case, wire, answer, attempt):
                return answer, attempt - 1
            self._count("retries")

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for the weather and for the pace."""
        self._weather.wait()
        slot = self._pace.wait() if self._pace else None
        try:
            yield
        finally:
            if slot:
                slot.end()

    def _again(self, case: Case, wire: Wire, answer: Answer, attempt: int) -> bool:
        """Whether to send once more: if there is a request left for it, and if that is of use."""
        if not bad_weather(answer):
            return self._outage.again(case, wire, answer, attempt)
        if self._budget.take(writes=self._stores(wire)):
            return False
        again = self._weather.again(answer, wire.method, attempt)
        if again or self._outage.again(case, wire, answer, attempt):
            return True
        self._budget.give_back(writes=self._stores(wire))
        return False

    def _ask(self, wire: Wire) -> Answer | None:
        """Once more what was answered well before: it shows whether the target is there.

        None where no request is left for asking.
        """
        if self._budget.take(writes=self._stores(wire)):
            return None
        with self._turn():
            answer = self._transport.send(wire)
        self._count("retries")
        self._account(wire, answer)
        return answer

    def _account(self, wire: Wire, answer: Answer) -> None:
        if answer.failure == "unreachable":
            self._budget.give_back(writes=self._stores(wire))
        self._count(bad_weather(answer))

    def _count(self, kind: str) -> None:
        if kind:
            with self._lock:
                self._met[kind] += 1
