"""Who is let in, and what a lock-out hides (contract: `auth.*`)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.client.credentials import MALFORMED, WRONG
from harness.evidence import authentication
from harness.model import Credentials, Exchange
from tests.selftest.fakes import GOOD, LIST, SEND, exchange, found, get, judge, mixed, page, path

PROBE = get(phase="auth", role="probe")


def cell(number: int, defect: str, status: int, **changes: Any) -> Exchange:
    credentials = Credentials("basicAuth", defect)
    case = get(phase="auth", credentials=credentials, id=f"auth {defect}", **changes)
    return exchange(number, case, status, {})


def probe(number: int, status: int = 200) -> Exchange:
    return exchange(number, PROBE, status, page([]))


def test_the_defects_are_the_clients() -> None:
    """Two lists in two rooms that must not part."""
    assert set(WRONG) <= authentication.WRONG
    assert set(MALFORMED) == authentication.MALFORMED


@pytest.mark.parametrize("defect", WRONG)
@pytest.mark.parametrize(
    ("status", "kept"),
    [(401, True), (400, False), (403, False), (200, False), (302, False), (500, False)],
)
def test_wrong_credentials(defect: str, status: int, kept: bool) -> None:
    record = judge("auth.wrong", [cell(1, defect, status), probe(2)])
    tolerated = status == 400 and defect in authentication.NO_COLON
    assert record.judged == {1}
    assert (record.deviations == []) is (kept or tolerated)
    assert bool(record.gaps) is tolerated


@pytest.mark.parametrize("defect", MALFORMED)
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, "kept"), (400, "gap"), (413, "gap"), (431, "gap"), (403, "violated"),
     (200, "violated"), (302, "violated"), (500, "violated"), (404, "violated")],
)  # fmt: skip
def test_malformed_credentials(defect: str, status: int, outcome: str) -> None:
    record = judge("auth.malformed", [cell(1, defect, status), probe(2)])
    assert record.judged == {1}
    assert bool(record.gaps) is (outcome == "gap")
    assert bool(record.deviations) is (outcome == "violated")


@pytest.mark.parametrize("status", [403, 429])
def test_a_lock_out_is_not_taken_for_an_answer(status: int) -> None:
    """It counts only if good credentials are answered well directly afterwards."""
    record = judge("auth.wrong", [cell(1, "wrong secret", status), probe(2, status)])
    assert record.deviations == []
    assert record.judged == set()
    assert [m.reason for m in record.missed] == ["locked out after wrong credentials"]


@pytest.mark.parametrize("status", [403, 429])
def test_a_refusal_of_only_the_wrong_ones_counts(status: int) -> None:
    record = judge("auth.wrong", [cell(1, "wrong secret", status), probe(2)])
    assert found(record) == [("violation", str(status))]


@pytest.mark.parametrize(
    ("afterwards", "counts"),
    [([400], True), ([404], True), ([500, 200], True), ([500, 403], False), ([401], False)],
)
def test_who_is_refused_for_another_reason_was_let_in(afterwards: list[int], counts: bool) -> None:
    """Whatever good credentials ask for next; what a server error means nobody knows."""
    probes = [probe(number, status) for number, status in enumerate(afterwards, 2)]
    record = judge("auth.wrong", [cell(1, "wrong secret", 403), *probes])
    assert bool(record.deviations) is counts
    assert bool(record.missed) is not counts


def test_a_cell_that_was_sent_again_after_the_lock_out_is_judged() -> None:
    attempts = [cell(1, "swapped", 403), probe(2, 403), cell(3, "swapped", 401), probe(4)]
    record = judge("auth.wrong", attempts)
    assert (record.judged, record.deviations, record.missed) == ({3}, [], [])


@pytest.mark.parametrize(
    ("status", "kept"), [(401, True), (403, False), (400, False), (200, False), (500, False)]
)
def test_no_credentials(status: int, kept: bool) -> None:
    case = get(phase="auth", credentials=None, role="missing|known")
    record = judge("auth.missing", [exchange(1, case, status, {})])
    assert record.judged == {1}
    assert (record.deviations == []) is kept


@pytest.mark.parametrize(
    ("known", "unknown", "no_id", "wrong"),
    [(401, 401, 401, set()), (403, 403, 403, set()), (401, 404, 401, {2}), (401, 401, 400, {3}),
     (401, 500, 404, {2, 3}), (502, 401, 401, set()), (401, 503, 429, set())],
)  # fmt: skip
def test_without_credentials_nothing_is_told_apart(
    known: int, unknown: int, no_id: int, wrong: set[int]
) -> None:
    rows = [("known", known, "{read}"), ("unknown", unknown, "{unknown}"), ("no id", no_id, "x")]
    made = [
        exchange(n, get(credentials=None, role=f"missing|{role}", path=path(room)), status, {})
        for n, (role, status, room) in enumerate(rows, 1)
    ]
    assert {d.exchange.number for d in judge("auth.first", made).deviations} == wrong


def good(number: int, scheme: str, status: int, items: Any = ()) -> Exchange:
    case = get(phase="auth", role=f"good|{scheme}", credentials=Credentials(scheme))
    return exchange(number, case, status, page(items))


def bracketed(*middle: Exchange) -> list[Exchange]:
    ends = [exchange(n, get(role="bracket"), value=page(mixed(3))) for n in (1, 2, 8, 9)]
    return [*ends[:2], *middle, *ends[2:]]


@pytest.mark.parametrize(
    ("basic", "token", "broken"),
    [(200, 200, set()), (401, 200, {"auth.basic"}), (200, 403, {"auth.token"}),
     (500, 200, {"auth.basic"})],
)  # fmt: skip
def test_each_scheme_is_accepted(basic: int, token: int, broken: set[str]) -> None:
    made = bracketed(good(3, "basicAuth", basic), good(4, "tokenAuth", token))
    assert {n for n in ("auth.basic", "auth.token") if judge(n, made).deviations} == broken


def test_each_scheme_sees_the_same_items() -> None:
    made = bracketed(good(3, "basicAuth", 200, mixed(3)), good(4, "tokenAuth", 200, mixed(2)))
    assert not judge("auth.basic", made).deviations, "it sees all, and more"
    assert judge("auth.token", made).deviations
    other = bracketed(
        good(3, "basicAuth", 200, mixed(9)[:2]), good(4, "tokenAuth", 200, mixed(9)[4:6])
    )
    assert judge("auth.basic", other).deviations
    assert judge("auth.token", other).deviations
    same = bracketed(good(3, "basicAuth", 200, mixed(3)), good(4, "tokenAuth", 200, mixed(3)))
    assert not judge("auth.basic", same).deviations


def test_answers_of_schemes_are_not_compared_while_the_data_changes() -> None:
    made = bracketed(good(3, "basicAuth", 200, mixed(3)), good(4, "tokenAuth", 200, mixed(2)))
    made[-2:] = [exchange(n, get(role="bracket"), value=page(mixed(2))) for n in (8, 9)]
    assert not judge("auth.basic", made).deviations


def test_good_credentials_and_other_operations_are_nobodys_defect() -> None:
    stranger = cell(1, "wrong secret", 200, operation=SEND.id)
    assert judge("auth.wrong", [stranger, exchange(2, get(credentials=GOOD))], LIST).judged == set()
