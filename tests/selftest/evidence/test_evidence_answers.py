"""Statuses that are explained, bodies that are not JSON, ids that name nothing."""

from __future__ import annotations

from typing import Any

import pytest

from harness.clauses import Record
from harness.evidence.answers import internals, is_envelope, message
from harness.evidence.view import Evidence
from harness.model import Case
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    SEND,
    clauses,
    exchange,
    found,
    get,
    judge,
    mixed,
    page,
    path,
    post,
    validator,
)  # fmt: skip
from tests.selftest.fakes import message as item

STATUS = "response.status-documented"
NOTE = {"sender_type": "agent", "private": True, "message": "x"}
OTHER = "22222222-2222-4222-8222-222222222222"


def outcome(case: Case, status: int, clause: str = STATUS, value: Any = None) -> str:
    operation = CONTRACT.operation(case.operation)
    record = judge(clause, [exchange(1, case, status, {} if value is None else value)], operation)
    if record.deviations:
        return record.deviations[0].severity
    return "gap" if record.gaps else "kept"


@pytest.mark.parametrize("status", [405, 406, 413, 414, 415, 431])
@pytest.mark.parametrize("case", [get("page=1"), post(NOTE)], ids=["GET", "POST"])
def test_https_own_statuses_are_gaps(case: Case, status: int) -> None:
    assert outcome(case, status) == "gap"


@pytest.mark.parametrize(
    ("case", "status", "expected"),
    [
        (get(), 200, "kept"),
        (get(), 401, "kept"),
        (get(), 500, "kept"),
        (get(), 404, "violation"),
        (get(), 204, "violation"),
        (get(), 302, "violation"),
        (get("page=1"), 400, "violation"),
        (get("page=0"), 400, "gap"),
        (get("page_size=101"), 422, "gap"),
        (get("type=bogus"), 400, "gap"),
        (get("order=asc"), 400, "gap"),
        (get(path=path("{unknown}")), 404, "gap"),
        (get(path=path("%00")), 400, "gap"),
        (get("page=2147483648"), 404, "gap"),
        (get(method="PUT"), 404, "gap"),
        (get(), 429, "kept"),
        (post({**NOTE, "private": "maybe"}), 400, "gap"),
        (post({**NOTE, "extra": 1}), 422, "gap"),
        (post({**NOTE, "message": "\0"}), 400, "gap"),
        (post(NOTE, path=path("{unknown}")), 404, "gap"),
        (post(b"{"), 400, "gap"),
        (post({**NOTE, "message": "\0"}), 302, "violation"),
        (post({**NOTE, "private": "maybe"}), 201, "violation"),
    ],
)
def test_statuses(case: Case, status: int, expected: str) -> None:
    """4xx to what is forbidden, unknown or undocumented is a gap; 429 is weather, neither."""
    assert outcome(case, status) == expected


@pytest.mark.parametrize(
    ("malformed", "room", "cell"),
    [(False, "{unknown}", "unknown.conversation"), (True, "%27", "unknown.malformed-id"),
     (True, "a" * 2001, "unknown.malformed-id")],
)  # fmt: skip
@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (404, {}, "gap"), (400, {}, "gap"), (200, page([]), "leniency"),
        (200, page(mixed(3), 2), "violation"),
        (200, page(mixed(3)), "violation"), (500, {}, "violation"), (302, {}, "violation"),
    ],
)  # fmt: skip
def test_ids_that_name_nothing(
    malformed: bool, room: str, cell: str, status: int, answer: Any, expected: str
) -> None:
    assert outcome(get(path=path(room)), status, cell, answer) == expected
    assert outcome(get(path=path(room)), 404, cell) == "gap"
    other = "unknown.conversation" if malformed else "unknown.malformed-id"
    assert outcome(get(path=path(room)), status, other, answer) == "kept"


@pytest.mark.parametrize(
    ("status", "expected"), [(404, "gap"), (200, "violation"), (500, "violation")]
)
def test_sends_to_nowhere(status: int, expected: str) -> None:
    case = post(NOTE, path=path("{unknown}"))
    assert outcome(case, status, "unknown.conversation", {"data": item(1)}) == expected


@pytest.mark.parametrize(
    ("method", "status", "kept"),
    [
        ("PUT", 405, True), ("PUT", 404, True), ("PUT", 501, True), ("PUT", 200, False),
        ("DELETE", 204, False), ("DELETE", 500, False), ("PATCH", 302, False),
        ("TRACE", 405, True), ("HEAD", 200, True), ("HEAD", 405, True), ("HEAD", 500, False),
        ("OPTIONS", 204, True), ("OPTIONS", 501, True), ("OPTIONS", 500, False),
    ],
)  # fmt: skip
def test_undocumented_methods(method: str, status: int, kept: bool) -> None:
    case = get(method=method, phase="method")
    assert outcome(case, status, "method.undocumented") == ("kept" if kept else "violation")


@pytest.mark.parametrize(
    ("method", "status", "failure", "kept"),
    [
        ("GET", 500, "", False), ("GET", 502, "", False), ("GET", 599, "", False),
        ("GET", 501, "", False), ("PUT", 501, "", True), ("PUT", 500, "", False),
        ("GET", 0, "reset", False), ("GET", 0, "timeout", False), ("GET", 404, "", True),
    ],
)  # fmt: skip
def test_no_server_error(method: str, status: int, failure: str, kept: bool) -> None:
    one = exchange(1, get(method=method), status, {}, failure=failure)
    assert (judge("response.no-server-error", [one]).deviations == []) is kept


@pytest.mark.parametrize(
    ("value", "failure", "kinds"),
    [
        (page([]), "", []),
        (b"", "", ["malformed"]),
        (b"{", "", ["malformed"]),
        (page([]), "broken off", ["truncated"]),
        (page([]), "undecodable", ["malformed"]),
        (None, "reset", []),
    ],
)
def test_whole_bodies(value: Any, failure: str, kinds: list[str]) -> None:
    """A connection that is reset before the answer starts is weather, not half an answer."""
    one = exchange(1, get(), 0 if failure == "reset" else 200, value, failure=failure)
    assert [d.kind for d in judge("response.complete", [one]).deviations] == kinds


@pytest.mark.parametrize(
    ("media", "kept"),
    [("application/json", True), ("application/json; charset=utf-8", True),
     ("Application/JSON", True), ("text/html", False), ("", False)],
)  # fmt: skip
def test_media_types(media: str, kept: bool) -> None:
    one = exchange(1, get(), 200, page([]), media=media)
    assert (judge("response.content-type", [one]).deviations == []) is kept
    error = exchange(1, get(), 404, {}, media="application/problem+json")
    assert judge("response.content-type", [error]).deviations == []


def test_each_place_is_told_once_with_the_items_that_carry_it() -> None:
    items = [item(1, type="activity"), item(2), item(3, type="activity"), item(4, type="odd")]
    del items[1]["status"]
    one = exchange(1, get(), value=page(items))
    enums = {(d.kind, d.carriers) for d in judge("response.enums", [one]).deviations}
    carrier = [i["uuid"] for i in items]
    assert enums == {
        ("undocumented value activity", (carrier[0], carrier[2])),
        ("undocumented value odd", (carrier[3],)),
    }
    (absent,) = judge("response.fields-present", [one]).deviations
    assert (absent.place, absent.carriers) == ("/data/results/*/status", (carrier[1],))


@pytest.mark.parametrize(
    ("value", "envelope"),
    [({"status": "error", "message": "no"}, True), ({"error": "no"}, False), ([], False),
     (b"<html>", False)],
)  # fmt: skip
def test_another_error_envelope_is_a_gap(value: Any, envelope: bool) -> None:
    one = exchange(1, get("page=0"), 400, value)
    assert is_envelope(CONTRACT, one) is envelope
    record = judge("response.error-envelope", [one])
    assert (record.deviations, bool(record.gaps)) == ([], not envelope)


def test_what_the_request_itself_contained_is_no_secret() -> None:
    text = "/home/x/y.go:12 failed"
    said = {"status": "error", "message": text}
    view = Evidence(CONTRACT, LIST, [], validator(), {})
    assert list(internals(view, exchange(1, get("page=0"), 400, said)))
    asked = post({**NOTE, "message": text})
    assert list(internals(view, exchange(1, asked, 400, said))) == []
    gateway = exchange(1, get(), 502, b"<pre>/usr/share/x.py:3</pre>", media="text/html")
    assert found(judge("response.no-internals", [gateway])) == []
    assert message(exchange(1, get(), 400, said)) == text


@pytest.mark.parametrize(("limit", "kept"), [(0.5, True), (0.009, False)])
def test_in_time(limit: float, kept: bool) -> None:
    view = Evidence(CONTRACT, LIST, [exchange(1, get())], validator(), {}, limit)
    record = Record(clauses()["response.in-time"], LIST)
    record.clause.function(evidence=view, record=record)
    assert (record.deviations == []) is kept
    assert judge("response.in-time", [exchange(1, post(NOTE))], SEND).missed


@pytest.mark.parametrize("elapsed", [0.5001, 0.5004, 0.504, 0.51, 7.0])
def test_what_is_too_late_is_shown_to_be(elapsed: float) -> None:
    """A rounded time that reads like the bound would accuse for nothing."""
    late = exchange(1, get(), elapsed=elapsed)
    record = Record(clauses()["response.in-time"], LIST)
    view = Evidence(CONTRACT, LIST, [late], validator(), {}, 0.5)
    record.clause.function(evidence=view, record=record)
    (deviation,) = record.deviations
    assert deviation.expected == "at most 0.5 s"
    assert 0.5 < float(deviation.actual.removesuffix(" s")) < elapsed + 0.002


@pytest.mark.parametrize(("room", "kept"), [(OTHER, False), (None, True)])
def test_a_message_of_another_conversation(room: str | None, kept: bool) -> None:
    items = [item(1), item(2, room) if room else item(2)]
    record = judge("list.isolation", [exchange(1, get(), value=page(items))])
    assert (record.deviations == []) is kept
