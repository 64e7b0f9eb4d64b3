"""A matrix of defective credentials that meets a lock-out."""

from __future__ import annotations

from typing import Any

from harness.explore.credentials import CredentialsJourney
from harness.model import Case, Credentials
from tests.selftest.fakes import CONTRACT, READ, FakeServer, clauses, get, judge, mixed

DEFECTS = ("wrong secret", "swapped", "empty key", "not Base64", "no colon", "very long", "x", "y")
CELLS = [
    get(id=f"auth {d}", phase="auth", credentials=Credentials("basicAuth", d)) for d in DEFECTS
]


def matrix(twist: Any = None) -> tuple[CredentialsJourney, FakeServer]:
    server = FakeServer({READ: mixed(1)})
    if twist:
        server.twist = twist
    journey = CredentialsJourney(CONTRACT, server, clock=lambda: server.now, wait=server.wait)
    journey.run(CELLS)
    return journey, server


def sent(server: FakeServer) -> list[str]:
    return [e.case.id for e in server.exchanges if e.case.role != "probe"]


def test_without_a_lock_out_every_cell_is_sent_once() -> None:
    journey, server = matrix()
    assert sent(server) == [case.id for case in CELLS]
    assert journey.locked_out == []


def test_a_403_to_wrong_credentials_alone_is_an_answer() -> None:
    journey, server = matrix(lambda c, s, a: (403, a) if s == 401 else (s, a))
    assert sent(server) == [case.id for case in CELLS]
    assert journey.locked_out == []
    assert judge("auth.wrong", server.exchanges).deviations


def test_after_a_lock_out_the_cells_are_sent_again() -> None:
    """Contract: at most twice, then *not exercised: locked out*."""
    state = {"wrong": 0, "until": 0.0}

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        state["wrong"] += status == 401
        if state["wrong"] == 4:
            state.update(wrong=5, until=box[0].now + 1.0)
        return (429, {}) if box and box[0].now < state["until"] else (status, answer)

    box: list[FakeServer] = []
    server = FakeServer({READ: mixed(1)}, twist)
    box.append(server)
    journey = CredentialsJourney(CONTRACT, server, clock=lambda: server.now, wait=server.wait)
    journey.run(CELLS)
    answered = {e.case.id for e in server.exchanges if e.status == 401}
    assert answered == {case.id for case in CELLS}
    assert journey.locked_out == []


def test_a_lock_out_for_good_is_no_finding() -> None:
    journey, server = matrix(lambda _c, _s, _a: (429, {}))
    assert {c.id for c in journey.locked_out} == {c.id for c in CELLS}
    assert max(sent(server).count(case.id) for case in CELLS) == 3, "once, and twice again"
    assert server.now < 120
    record = judge("auth.wrong", server.exchanges)
    assert record.deviations == []
    assert record.missed
    assert clauses()["auth.wrong"].id == "auth.wrong"
