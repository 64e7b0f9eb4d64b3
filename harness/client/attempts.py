"""One request until it is answered: at its pace, through weather and outages, all counted."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from harness.client.outage import Outage
from harness.client.transport import Answer, Transport
from harness.client.weather import Pace, Sleep, Weather, bad_weather
from harness.client.wire import Wire
from harness.model import Case


class Attempts:
    """Shared by all threads. `stop` is set when nothing more is to be sent."""

    def __init__(
        self, transport: Transport, sleep: Sleep, rate: float | None, stop: threading.Event
    ) -> None:
        self._transport, self._stop = transport, stop
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

    def send(self, case: Case, wire: Wire) -> tuple[Answer, int] | None:
        """The answer and how often the request was sent again; None when the run ends.

        Raises TargetLost.
        """
        attempt = 0
        while True:
            self._weather.wait()
            if self._pace:
                self._pace.wait()
            if self._stop.is_set():
                return None
            attempt += 1
            answer = self._transport.send(wire)
            if self._stop.is_set() and answer.failure:
                return None
            self._count(bad_weather(answer))
            again = self._weather.again(answer, wire.method, attempt)
            if not again and not self._outage.again(case, wire, answer, attempt):
                return answer, attempt - 1
            self._count("retries")

    def _ask(self, wire: Wire) -> Answer:
        """Once more what was answered well before: it shows whether the target is there."""
        if self._pace:
            self._pace.wait()
        answer = self._transport.send(wire)
        self._count("retries")
        self._count(bad_weather(answer))
        return answer

    def _count(self, kind: str) -> None:
        if kind:
            with self._lock:
                self._met[kind] += 1
