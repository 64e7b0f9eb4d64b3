"""What must be refused, what a refusal must not leave behind, and what must not break a server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.model import Exchange
from tests.selftest.fakes import SEND, WRITE, exchange, found, get, judge, message, page, path, post

NOTE = {"sender_type": "agent", "private": True, "message": "x"}
MARKER = "ct00000000000001"
ILL = post({**NOTE, "message": "ctMARKERMARKER00", "private": "maybe"})


def look(*, stored: bool) -> Exchange:
    """The written conversation's list, read later on."""
    items = [message(9, WRITE, content=f"a {MARKER}")] if stored else [message(8, WRITE)]
    room = path("{write}")
    case = get("page=1", phase="sending", role="look|grid|9|first", group="unfiltered", path=room)
    return exchange(2, case, value=page(items), started=1.0)


@pytest.mark.parametrize("status", [400, 403, 404, 422])
@pytest.mark.parametrize("stored", [True, False])
def test_what_was_refused_is_not_stored(status: int, stored: bool) -> None:
    refused = exchange(1, ILL, status, {}, marker=MARKER)
    record = judge("send.atomic", [refused, look(stored=stored)], SEND)
    assert record.judged == {1}
    assert bool(record.deviations) is stored


def test_what_was_accepted_may_be_stored() -> None:
    accepted = exchange(1, ILL, 200, {}, marker=MARKER)
    assert judge("send.atomic", [accepted, look(stored=True)], SEND).deviations == []


def test_a_look_before_the_request_tells_nothing() -> None:
    refused = exchange(1, ILL, 400, {}, marker=MARKER, started=2.0)
    assert judge("send.atomic", [look(stored=False), refused], SEND).judged == set()


@pytest.mark.parametrize("status", [401, 403, 500])
@pytest.mark.parametrize("stored", [True, False])
def test_strangers_store_nothing(status: int, stored: bool) -> None:
    stranger = exchange(1, replace(ILL, credentials=None), status, {}, marker=MARKER)
    made = [stranger, look(stored=stored)]
    assert bool(judge("auth.no-effect", made, SEND).deviations) is stored
    assert judge("send.atomic", made, SEND).judged == set()


@pytest.mark.parametrize(
    ("body", "status", "clause", "expected"),
    [
        ({"private": True}, 400, "send.required", []),
        ({"private": True}, 200, "send.required", ["violation"]),
        ({**NOTE, "private": "maybe"}, 200, "send.forbidden", ["violation"]),
        ({**NOTE, "private": "true"}, 200, "send.forbidden", ["leniency"]),
        ({**NOTE, "private": "true"}, 400, "send.forbidden", []),
        ({**NOTE, "private": None}, 200, "send.forbidden", ["leniency"]),
        ({**NOTE, "private": None}, 500, "send.forbidden", ["violation"]),
        ({**NOTE, "mentions": [{"type": "robot"}]}, 200, "send.forbidden", ["violation"]),
        ({**NOTE, "private": "true", "to": {}}, 200, "send.forbidden", ["violation"]),
        (b"{", 200, "send.malformed", ["violation"]),
        (b"[]", 200, "send.malformed", ["violation"]),
        (b"", 415, "send.malformed", []),
        (b'{"sender_type":"agent"} x', 200, "send.malformed", ["leniency"]),
        (b'{"SENDER_TYPE":"agent"}', 200, "send.malformed", ["leniency"]),
        ({**NOTE, "message": "a\0b"}, 500, "send.any-text", ["violation"]),
        ({**NOTE, "message": "a\0b"}, 400, "send.any-text", []),
        ({**NOTE, "attachments": [-1]}, 500, "send.any-number", ["violation"]),
        ({**NOTE, "attachments": []}, 500, "send.any-length", ["violation"]),
        ({**NOTE, "to": []}, 400, "send.any-length", []),
    ],
)
def test_what_must_be_refused_and_what_must_not_break(
    body: Any, status: int, clause: str, expected: list[str]
) -> None:
    answer = {"data": message(7, WRITE, private=True)} if status == 200 else {}
    record = judge(clause, [exchange(1, post(body), status, answer)], SEND)
    assert record.judged == {1}
    assert [severity for severity, _ in found(record)] == expected


CONTACT = post({"sender_type": "contact", "message": "A message"}, context="contact")


def test_a_right_that_is_lacking_is_named_whoever_made_the_request() -> None:
    """A generated request has no context of its own to be named by."""
    accepted = exchange(1, post(NOTE, context="note"), 200, {"data": message(7, WRITE)})
    refused = exchange(2, replace(CONTACT, phase="fuzz", context=""), 403, {})
    record = judge("send.accepted", [accepted, refused], SEND)
    assert record.deviations == []
    assert [m.reason for m in record.missed] == ["the credentials may not send a contact"]


@pytest.mark.parametrize("phase", ["coverage", "fuzz", "baseline"])
def test_a_plain_request_is_plain_whoever_made_it(phase: str) -> None:
    refused = exchange(1, replace(CONTACT, phase=phase, context=""), 422, {})
    assert found(judge("send.accepted", [refused], SEND)) == [("violation", "422")]
