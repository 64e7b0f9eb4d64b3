"""Requests a second, as the server counts them: never above the rate, in any second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from harness.client import weather
from harness.client.weather import Pace
from tests.selftest.preloaded import PATIENCE

from .conftest import CLOSE, Sleepers, answer, case

LIMITED = answer(b"", "429 Too Many Requests", "Retry-After: 0")


def most_in_a_second(arrived: list[float]) -> int:
    """The largest number of arrivals in any window of one second."""
    ordered = sorted(arrived)
    return max(sum(at <= other < at + 1 for other in ordered) for at in ordered)


def held_up(n: int) -> bytes:
    """Eight requests are long on their way, and arrive among those that were sent later."""
    if 0 < n < 9:
        threading.Event().wait(1)
    return answer()


def slow(n: int) -> bytes:
    threading.Event().wait(0.03 if n % 3 else 0.1)
    return answer()


@pytest.mark.parametrize(
    ("behaviour", "count", "threads", "rate"),
    [
        (lambda n: answer(), 62, 4, 50),
        (lambda n: LIMITED if n % 9 == 3 else answer(), 62, 4, 50),
        (lambda n: CLOSE if n % 11 == 3 else answer(), 62, 4, 50),
        (slow, 62, 4, 50),
        (held_up, 25, 9, 10),
    ],
    ids=["at once", "throttled", "reset", "slow", "held up on its way"],
)
def test_the_server_counts_no_more_than_the_rate_in_any_second(
    serve: Any, opened: Any, behaviour: Callable[[int], Any], count: int, threads: int, rate: int
) -> None:
    arrived: list[float] = []

    def script(request: Any, n: int) -> Any:
        said = behaviour(n)  # what is held up has not arrived yet
        arrived.append(time.monotonic())
        return said

    server = serve(script)
    session = opened(server.url, rate=rate, concurrency=threads)
    session.send([case()] * count)
    assert len(arrived) == count + session.counts.retries > rate
    assert most_in_a_second(arrived) <= rate


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Sleepers:
    """All the time there is."""
    clock = Sleepers()
    monkeypatch.setattr(weather.time, "monotonic", lambda: clock.milliseconds / 1000)
    return clock


def test_less_than_one_a_second_is_one_at_a_time(clock: Sleepers) -> None:
    pace = Pace(0.5, clock.sleep, clock)
    pace.wait().end()
    pace.wait().end()
    assert clock.slept[0] == 1, "the answer to the one before has just come"
    assert sum(clock.slept) >= 2


def test_the_next_one_waits_for_the_answer_to_the_one_before(clock: Sleepers) -> None:
    """At one a second there is nothing else that could keep two from arriving together."""
    pace = Pace(1, clock.sleep, clock)
    first = pace.wait()
    second = threading.Thread(target=pace.wait)
    second.start()
    clock.milliseconds = 700
    first.end()
    second.join(PATIENCE)
    assert clock.slept[0] == 1, "and not the rest of a second since it was sent"
