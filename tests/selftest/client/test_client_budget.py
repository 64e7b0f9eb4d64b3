"""What a run may send: never more, whoever asks; and what was kept back is told."""

from __future__ import annotations

from typing import Any

import pytest

from harness.client import Budget
from harness.model import Credentials

from .conftest import CLOSE, answer, case

LIMITED = answer(b"", "429 Too Many Requests", "Retry-After: 9")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_requests_than_the_budget(serve: Any, opened: Any, concurrency: int) -> None:
    server = serve(lambda request, n: answer())
    session = opened(server.url, budget=Budget(7), concurrency=concurrency)
    sent = [*session.send([case()] * 5), *session.send([case()] * 5)]
    assert [e is not None for e in sent] == [True] * 7 + [False] * 3
    assert len(server.received) == 7
    assert [reason for _, reason in session.cut] == ["--max-requests 7 was used up"] * 3
    assert (session.counts.exchanges, session.counts.cut, session.counts.dropped) == (7, 3, 0)


@pytest.mark.parametrize("step", [LIMITED, CLOSE, answer(b"", "502 Bad Gateway")])
def test_what_is_sent_again_counts_again(serve: Any, opened: Any, step: Any) -> None:
    server = serve(lambda request, n: step if n == 0 else answer())
    session = opened(server.url, budget=Budget(4), sleep=lambda seconds: None)
    first = session.send([case()])
    later = session.send([case()] * 5)
    assert len(server.received) == 4
    assert first[0].retries == 1
    assert sum(e is not None for e in later) == 2


def test_what_was_promised_to_a_request_is_not_spent_on_repeating_another(
    serve: Any, opened: Any
) -> None:
    """Otherwise the weather would decide which requests are sent."""
    server = serve(lambda request, n: LIMITED if n == 0 else answer())
    session = opened(server.url, budget=Budget(3), sleep=lambda seconds: None)
    sent = session.send([case()] * 3)
    assert [e.status for e in sent] == [429, 200, 200]
    assert len(server.received) == 3
    assert session.counts.retries == 0


def test_writes_are_counted_apart(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    session = opened(server.url, budget=Budget(writes=2))
    methods = ["POST", "GET", "TRACE", "HEAD", "OPTIONS", "PUT", "POST", "GET"]
    sent = session.send([case(method, body=b"{}" if method == "POST" else None)
                         for method in methods])  # fmt: skip
    kept = [method for method, e in zip(methods, sent, strict=True) if e is None]
    assert kept == ["PUT", "POST"]
    assert {reason for _, reason in session.cut} == {"--max-writes 2 was used up"}
    assert len(server.received) == 6


def test_a_throttled_write_is_a_write_each_time(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: LIMITED)
    session = opened(server.url, budget=Budget(writes=2), sleep=lambda seconds: None)
    credentials = Credentials("basicAuth")
    [sent] = session.send([case("POST", body=b"{}", credentials=credentials)])
    assert (sent.status, sent.retries, len(server.received)) == (429, 1, 2)


def test_what_never_reached_the_server_is_not_counted(opened: Any) -> None:
    session = opened("http://127.0.0.1:9", budget=Budget(1))
    for _ in range(3):
        [exchange] = session.send([case()])
        assert exchange.failure == "unreachable"


def test_nothing_is_sent_when_the_time_is_over(serve: Any, opened: Any) -> None:
    clock = Clock()

    def script(request: Any, n: int) -> bytes:
        clock.now += 1
        return answer()

    server = serve(script)
    budget = Budget(seconds=3, clock=clock)
    session = opened(server.url, budget=budget)
    session.send([case()] * 5)
    assert len(server.received) == 5, "the time runs from start() on"
    budget.start()
    sent = session.send([case()] * 9)
    assert [e is not None for e in sent] == [True] * 3 + [False] * 6
    assert {reason for _, reason in session.cut} == {"--max-seconds 3 were over"}
    assert session.send([case()]) == [None]
    assert (len(server.received), session.counts.cut) == (8, 7)


def test_a_pause_that_ends_too_late_keeps_the_answer_that_there_is(serve: Any, opened: Any) -> None:
    clock = Clock()

    def sleep(seconds: float) -> None:
        clock.now += seconds

    server = serve(lambda request, n: LIMITED)
    budget = Budget(seconds=3, clock=clock)
    session = opened(server.url, budget=budget, sleep=sleep)
    budget.start()
    sent = session.send([case()] * 2)
    assert sent[0].status == 429
    assert sent[1] is None
    assert len(server.received) == 1


def test_no_pause_is_longer_than_there_is_time(serve: Any, opened: Any) -> None:
    """A server that asks for 9 s cannot hold up a run that has none left."""
    clock = Clock()
    budget = Budget(seconds=1, clock=clock)
    server = serve(lambda request, n: LIMITED)
    session = opened(server.url, budget=budget)
    budget.start()
    clock.now += 1
    assert not session._wait(9)
    assert session.send([case()]) == [None]
