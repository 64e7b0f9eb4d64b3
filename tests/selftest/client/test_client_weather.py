"""Throttling, resets and gateways: waited out as promised, counted, never a finding by itself."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from harness.client.transport import Answer
from harness.client.weather import LONGEST_WAIT, PATIENCE, TRIES, Pace, Weather, retry_after
from tests.selftest import preloaded

from .conftest import CLOSE, RESET, Sleepers, answer, case

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.time += seconds

    def __call__(self) -> float:
        return self.time


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30.0),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30.0),
        ("Fri, 02 Jan 2026 03:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u0665", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(throttled(value), lambda: NOW) == seconds


@pytest.mark.parametrize("skew", [timedelta(hours=3), timedelta(days=-400), timedelta(0)])
def test_a_date_counts_from_the_servers_own_clock(skew: timedelta) -> None:
    """Or a clock that is three hours ahead would cost the longest wait each time."""
    dates = [(NOW + skew + timedelta(seconds=s)).strftime(HTTP_DATE) for s in (0, 7)]
    answer = Answer(429, (("Date", dates[0]), ("Retry-After", dates[1])))
    assert retry_after(answer, lambda: NOW) == 7.0


HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def throttled(seconds: str = "") -> Answer:
    return Answer(429, (("Retry-After", seconds),) if seconds else ())


@pytest.mark.parametrize(
    ("answer", "method", "attempt", "again"),
    [
        (Answer(200), "GET", 1, False),
        (Answer(500), "GET", 1, False),
        (throttled(), "GET", 1, True),
        (throttled(), "POST", TRIES - 1, True),
        (throttled(), "POST", TRIES, False),
        (Answer(failure="reset"), "GET", 1, True),
        (Answer(failure="reset"), "GET", 2, False),
        (Answer(failure="reset"), "POST", 1, False),
        (Answer(200, failure="broken off"), "GET", 1, False),
        (Answer(failure="timeout"), "GET", 1, False),
        (Answer(failure="unreachable"), "GET", 1, False),
        *((Answer(status), "HEAD", 1, True) for status in (502, 503, 504)),
        *((Answer(status), "PATCH", 1, False) for status in (502, 503, 504)),
        (Answer(503), "GET", 2, False),
    ],
)
def test_when_to_send_again(answer: Answer, method: str, attempt: int, again: bool) -> None:
    clock = Clock()
    assert Weather(clock.sleep, clock).again(answer, method, attempt) is again


def test_how_long_to_wait() -> None:
    clock = Clock()
    weather = Weather(clock.sleep, clock, lambda: NOW)
    later = (NOW + timedelta(seconds=9)).strftime(HTTP_DATE)
    for asked in ("3", later, "86400", ""):
        assert weather.again(throttled(asked), "GET", 2)
        weather.wait()
        weather.wait()
    assert clock.slept == [3.0, 9.0, LONGEST_WAIT, 2.0]


def test_patience_ends() -> None:
    clock = Clock()
    weather = Weather(clock.sleep, clock)
    tries = 0
    while weather.again(throttled("30"), "GET", 1):
        weather.wait()
        tries += 1
        assert tries < 100
    assert sum(clock.slept) == PATIENCE


def test_throttled_requests_are_sent_again_and_counted(serve: Any, opened: Any) -> None:
    slept: list[float] = []
    limit = answer(b"slow down", "429 Too Many Requests", "Retry-After: 2")
    server = serve(lambda request, n: limit if n in {0, 1} else answer(b"fine"))
    session = opened(server.url, sleep=slept.append)
    first, second = session.send([case("POST", body=b"{}"), case()])
    assert (first.status, first.retries, second.retries) == (200, 2, 0)
    assert first.response.body.read() == b"fine"
    assert (session.counts.throttled, session.counts.retries) == (2, 2)
    assert session.counts.exchanges == 2
    assert 1.5 < slept[0] <= 2.0


def test_a_server_that_always_throttles_is_recorded_as_such(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer(b"", "429 Too Many Requests", "Retry-After: 1"))
    session = opened(server.url, sleep=lambda seconds: None)
    [exchange] = session.send([case()])
    assert (exchange.status, exchange.retries) == (429, TRIES - 1)
    assert (session.counts.throttled, session.counts.retries) == (TRIES, TRIES - 1)


def test_all_threads_pause_when_one_is_throttled(serve: Any, opened: Any) -> None:
    paused: set[str] = set()
    both, one = threading.Barrier(2, timeout=preloaded.PATIENCE), threading.Event()

    def sleep(seconds: float) -> None:
        name = threading.current_thread().name
        if name not in paused and len(paused) < 2:
            paused.add(name)
            one.set()
            both.wait()

    def script(request: Any, n: int) -> Any:
        limit = answer(b"", "429 Too Many Requests", "Retry-After: 20")
        return limit if n == 0 else [one, answer()]

    session = opened(serve(script).url, sleep=sleep, concurrency=2)
    session.send([case()] * 5)  # the other thread has an answer, and then more to send
    assert len(paused) == 2


@pytest.mark.parametrize("step", [CLOSE, RESET, answer(b"<html>", "502 Bad Gateway")])
def test_weather_is_tried_once_more_for_safe_requests(serve: Any, opened: Any, step: Any) -> None:
    server = serve(lambda request, n: step if n == 0 else answer(b"fine"))
    session = opened(server.url, sleep=lambda seconds: None)
    [exchange] = session.send([case()])
    assert (exchange.failure, exchange.status, exchange.retries) == ("", 200, 1)
    assert session.counts.retries == 1


@pytest.mark.parametrize("step", [CLOSE, RESET, answer(b"<html>", "504 Gateway Timeout")])
def test_weather_is_never_tried_again_for_what_may_write(
    serve: Any, opened: Any, step: Any
) -> None:
    server = serve(lambda request, n: step)
    [exchange] = opened(server.url, sleep=lambda seconds: None).send([case("POST", body=b"{}")])
    assert exchange.retries == 0
    assert len(server.received) == 1


def test_the_pace_is_even_and_below_the_rate() -> None:
    clock, times = Sleepers(), []
    pace = Pace(200, clock.sleep, clock)
    for _ in range(12):
        pace.wait().end()
        times.append(clock.milliseconds)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 5
    assert max(gaps) < 8


def test_the_rate_holds_over_all_threads(serve: Any, opened: Any) -> None:
    arrived: list[float] = []

    def script(request: Any, n: int) -> bytes:
        arrived.append(time.monotonic())
        return answer()

    server = serve(script)
    # From before the first is sent: that one may arrive late, the last never early.
    began = time.monotonic()
    opened(server.url, rate=100, concurrency=4).send([case()] * 20)
    assert arrived[-1] - began >= 19 * 0.010


def test_a_pause_ends_when_the_run_does() -> None:
    stop = threading.Event()
    stop.set()
    Pace(0.001, stop.wait).wait()
    pace = Pace(0.001, stop.wait)
    pace.wait().end()
    pace.wait().end()
