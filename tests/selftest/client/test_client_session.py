"""Order, threads, budget, counts, and what is left when somebody presses Ctrl-C."""

from __future__ import annotations

import concurrent.futures
import json
import threading
import traceback
from typing import Any

import pytest

from harness.client import Budget, Session, Target, TargetError, WritePolicy
from harness.client import session as session_module
from harness.model import SEND_PLACEHOLDER, Credentials, Exchange
from tests.selftest.preloaded import PATIENCE

from .conftest import CLOSE, KEY, READ, SECRET, UNKNOWN, answer, case


def numbered(count: int) -> list[Any]:
    return [case(query=f"n={n}") for n in range(count)]


def test_results_and_numbers_follow_the_cases_not_the_answers(serve: Any, opened: Any) -> None:
    late = threading.Event()

    def script(request: Any, n: int) -> Any:
        if "n=0 " in request.line:
            return [late, answer(b"0")]
        if "n=9 " in request.line:
            late.set()
        return answer(request.line.split("n=")[1].split(" ")[0].encode())

    server = serve(script)
    arrivals: list[int] = []
    session = opened(server.url, concurrency=2, on_exchange=lambda e: arrivals.append(e.number))
    results = session.send(numbered(10))
    assert [e.response.body.read() for e in results] == [str(n).encode() for n in range(10)]
    assert [e.number for e in results] == list(range(10))
    assert session.exchanges == results
    assert sorted(arrivals) == list(range(10))
    assert arrivals[0] != 0
    assert [e.number for e in session.send(numbered(3))] == [10, 11, 12]


@pytest.mark.parametrize("concurrency", [1, 2, 5])
def test_never_more_requests_at_once_than_asked_for(
    serve: Any, opened: Any, concurrency: int
) -> None:
    meeting = threading.Barrier(concurrency)

    def script(request: Any, n: int) -> bytes:
        if n < concurrency:
            meeting.wait(PATIENCE)
        return answer()

    server = serve(script)
    opened(server.url, concurrency=concurrency).send(numbered(30))
    assert server.most_busy == concurrency
    assert server.connections <= concurrency


def test_what_is_dropped_is_counted_and_takes_no_number(
    serve: Any, contract: Any, secrets: Any, binding: Any
) -> None:
    server = serve(lambda request, n: answer())
    target = Target(server.url, secrets, binding)
    policy = WritePolicy(contract, "none", embedded=False, binding=binding, secrets=secrets)
    cases = [
        case("POST", body=b"{}", credentials=Credentials("basicAuth")),
        case(),
        case("DELETE"),
        case("POST", "/things/{unknown}/entries", body=b"{}"),
        case("GET", credentials=Credentials("basicAuth")),
    ]
    with Session(
        target, contract.schemes, policy, run_id="r", budget=Budget(2), concurrency=1
    ) as session:
        results = session.send(cases)
        assert [r and r.number for r in results] == [None, 0, None, 1, None]
        reasons = [reason for _, reason in session.dropped]
        assert [dropped for dropped, _ in session.dropped] == [cases[0], cases[2]]
        assert "--writes" in reasons[0]
        assert "--writes" in reasons[1]
        assert session.cut == [(cases[4], "--max-requests 2 was used up")]
        counts = session.counts
    assert (counts.exchanges, counts.dropped, counts.cut, counts.writes) == (2, 2, 1, 0)
    assert [r.line.split(" ")[:2] for r in server.received] == [
        ["GET", f"/things/{READ}/entries"],
        ["POST", f"/things/{UNKNOWN}/entries"],
    ]


def test_counts_tell_good_credentials_and_writes(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    session = opened(server.url)
    session.send(
        [
            case(credentials=Credentials("basicAuth")),
            case("POST", credentials=Credentials("bearer")),
            case("POST", credentials=Credentials("bearer", "wrong secret")),
            case("HEAD"),
        ]
    )
    counts = session.counts
    assert (counts.exchanges, counts.authenticated, counts.writes) == (4, 2, 2)


def test_times_are_those_of_the_last_attempt(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: CLOSE if n == 0 else answer())
    session = opened(server.url)
    [first], [second] = session.send([case()]), session.send([case()])
    assert 0 < first.started < second.started < session.run()
    assert first.started < first.started + first.elapsed <= second.started


def test_an_interrupt_keeps_what_was_recorded_and_sends_no_more(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())

    def interrupt(exchange: Exchange) -> None:
        if exchange.number == 3:
            raise KeyboardInterrupt

    session = opened(server.url, on_exchange=interrupt)
    with pytest.raises(KeyboardInterrupt):
        session.send(numbered(50))
    assert [e.number for e in session.exchanges] == [0, 1, 2, 3]
    assert len(server.received) == 4


def test_an_interrupt_cuts_off_what_is_under_way(
    serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang, both = threading.Event(), threading.Semaphore(0)

    def script(request: Any, n: int) -> Any:
        if n == 0:
            return answer()
        both.release()
        return [hang, answer()]

    def interrupted_wait(futures: Any) -> None:
        if not interrupted:
            assert all(both.acquire(timeout=PATIENCE) for _ in range(2))
            interrupted.append(True)
            raise KeyboardInterrupt
        real_wait(futures)

    interrupted: list[bool] = []
    real_wait = concurrent.futures.wait
    monkeypatch.setattr(session_module, "wait", interrupted_wait)
    server = serve(script)
    session = opened(server.url, concurrency=2)
    with pytest.raises(KeyboardInterrupt):
        session.send([case("POST", body=b"{}")] * 20)
    hang.set()
    assert len(session.exchanges) == 1
    assert session.exchanges[0].failure == ""
    assert len(server.received) == 3


def test_a_mistake_of_the_callback_is_not_swallowed(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())

    def broken(exchange: Exchange) -> None:
        if exchange.number == 0:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        opened(server.url, concurrency=3, on_exchange=broken).send(numbered(400))
    assert len(server.received) < 400


def test_canaries_planted_everywhere_come_out_nowhere(
    serve: Any, opened: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)

    def echo(request: Any, n: int) -> Any:
        if n == 5:
            return [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nX: " + SECRET.encode(), CLOSE]
        seen = json.dumps({"you sent": request.raw.decode("latin-1"), "key": KEY, "s": SECRET})
        return answer(seen.encode(), "200 OK", f"X-Echo: {SECRET}", f"Set-Cookie: a={KEY}")

    server = serve(echo)
    session = opened(server.url)
    session.send(
        [
            case(credentials=Credentials("basicAuth")),
            case(credentials=Credentials("pairAuth")),
            case(credentials=Credentials("bearer")),
            case(credentials=Credentials("basicAuth", "secret and one more")),
            case("POST", query=f"q={SECRET}", body=SECRET.encode(), headers=(("X-A", KEY),)),
            case("POST", credentials=Credentials("bare", "secret less its last character")),
        ]
    )
    written = caplog.text
    for exchange in session.exchanges:
        written += repr((exchange.request, exchange.response, exchange.detail))
        written += (exchange.response.body.read() if exchange.response else b"").decode("latin-1")
    assert "you sent" in written
    assert "Canary" not in written.replace("CanaryCookie", "")
    assert "Q2FuYXJ5" not in written
    wrong = opened(server.url)
    try:
        wrong._writer.wire(case(credentials=Credentials("unheard of")), 0)
    except KeyError:
        assert "Canary" not in traceback.format_exc()


def test_headers_of_an_access_proxy_are_sent_and_hidden(
    serve: Any, contract: Any, secrets: Any, binding: Any
) -> None:
    server = serve(lambda request, n: answer())
    target = Target(server.url, secrets, binding, headers=(("CF-Access", "CanaryAccess"),))
    policy = WritePolicy(contract, "none", embedded=False, binding=binding, secrets=secrets)
    with Session(target, contract.schemes, policy, run_id="r") as session:
        [exchange] = session.send([case()])
    assert exchange
    assert server.received[0].values("CF-Access") == ["CanaryAccess"]
    assert ("CF-Access", "<hidden>") in exchange.request.headers
    assert "CanaryAccess" not in repr(target) + repr(exchange)


def test_the_same_cases_make_the_same_bytes_at_any_concurrency(serve: Any, opened: Any) -> None:
    cases = [case("POST", query=f"n={n}", body=SEND_PLACEHOLDER.encode()) for n in range(20)]
    bodies = []
    for concurrency in (1, 4):
        server = serve(lambda request, n: answer())
        opened(server.url, concurrency=concurrency).send(cases)
        bodies.append(sorted((r.line, r.body) for r in server.received))
    assert bodies[0] == bodies[1]
    assert len({body for _, body in bodies[0]}) == 20


def test_a_target_of_no_use_leaves_nothing_open(contract: Any, secrets: Any, binding: Any) -> None:
    policy = WritePolicy(contract, "none", embedded=False, binding=binding, secrets=secrets)
    target = Target("nonsense", secrets, binding)
    with pytest.raises(TargetError):
        Session(target, contract.schemes, policy, run_id="r")


def test_closing_leaves_no_thread(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    session = opened(server.url, concurrency=3)
    session.send(numbered(9))
    assert any(t.name.startswith("client") for t in threading.enumerate())
    session.close()
    assert not any(t.name.startswith("client") for t in threading.enumerate())
