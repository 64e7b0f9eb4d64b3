"""What a send must come back as, and what it must not leave behind (contract: `send.*`).

Longer than a file should be: one subject, clause by clause.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from harness.evidence.echoes import echo_deviations
from harness.explore.sending import SendingJourney
from harness.model import Exchange
from tests.selftest.fakes import (
    LIST,
    READ,
    SEND,
    SINK,
    WRITE,
    FakeServer,
    Twist,
    clauses,
    evidence,
    exchange,
    get,
    judge,
    message,
    mixed,
    page,
    post,
)  # fmt: skip

SENDING = [name for name in clauses() if name.startswith("send.")]
TO = {"to": [f"contract-test@{SINK}"]}


def sent(body: dict[str, Any], **item: Any) -> list[tuple[str, str, str]]:
    """What `send.echo` says of an answer to `body`."""
    made = message(7, WRITE, **item)
    one = exchange(1, post(body, phase="baseline"), value={"status": "success", "data": made})
    view = evidence([one], SEND)
    return list(echo_deviations(view, view.sends[0], made))


NOTE = {"sender_type": "agent", "private": True, "message": "x"}
REPLY = {"sender_type": "agent", "message": "x", "to": ["a@b.example"]}
CONTACT = {"sender_type": "contact", "message": "x"}


@pytest.mark.parametrize(
    ("body", "item", "places"),
    [
        (NOTE, {"private": True}, []),
        (NOTE, {"private": False}, ["/private"]),
        (NOTE, {"private": True, "sender_type": "contact"}, ["/sender_type"]),
        (NOTE, {"private": True, "type": "incoming"}, ["/type"]),
        (NOTE, {"private": True, "conversation_uuid": WRITE.upper()}, []),
        (NOTE, {"private": True, "conversation_uuid": WRITE.replace("2", "5")},
         ["/conversation_uuid"]),
        (NOTE, {"private": True, "meta": {"to": ["z@z.z"]}}, []),
        ({**NOTE, "to": ["a@b.example"]}, {"private": True, "meta": {"to": []}}, []),
        (CONTACT, {"sender_type": "contact", "type": "incoming"}, []),
        (CONTACT, {"sender_type": "contact", "type": "outgoing"}, ["/type"]),
        (CONTACT, {"sender_type": "contact", "type": "incoming", "private": True}, ["/private"]),
        (REPLY, {"meta": {"to": ["a@b.example"]}}, []),
        (REPLY, {"meta": {"to": ["A@B.Example", "more@b.example"]}}, []),
        (REPLY, {"meta": {"to": ["Ann <a@b.example>"]}}, []),
        (REPLY, {"meta": {}}, []),
        (REPLY, {"meta": {"to": []}}, ["/meta/to"]),
        (REPLY, {"meta": {"to": ["other@b.example"]}}, ["/meta/to"]),
        (REPLY, {"private": True, "meta": {"to": ["a@b.example"]}}, ["/private"]),
        ({**REPLY, "cc": ["c@b.example"]}, {"meta": {"cc": []}}, ["/meta/cc"]),
        ({**REPLY, "bcc": ["c@b.example"]}, {"meta": {"bcc": []}}, []),
        ({**REPLY, "bcc": ["c@b.example"]}, {"meta": {"bcc": ["x@b.example"]}}, ["/meta/bcc"]),
        ({**REPLY, "to": ["b@b.example", "a@b.example", "A@b.example"]},
         {"meta": {"to": ["a@b.example", "b@b.example"]}}, []),
    ],
)  # fmt: skip
def test_what_is_echoed(body: dict[str, Any], item: dict[str, Any], places: list[str]) -> None:
    assert [place for place, _, _ in sent(body, **item)] == places


def test_the_resource_may_stand_at_the_end_of_the_path() -> None:
    """As in `POST /rooms/{uuid}`; nothing of the harness knows this API's paths."""
    operation = replace(SEND, path="/api/v1/conversations/{uuid}")
    case = post(NOTE, phase="baseline", path="/api/v1/conversations/{write}")
    made = message(7, WRITE, private=True)
    one = exchange(1, case, value={"data": made})
    view = evidence([one], operation)
    assert list(echo_deviations(view, view.sends[0], made)) == []


def journey(twist: Twist | None = None, **how: Any) -> list[Exchange]:
    server = FakeServer({WRITE: mixed(5, WRITE)}, **how)
    if twist:
        server.twist = twist
    made = SendingJourney(SEND, LIST, server, SINK, clock=lambda: server.now, wait=server.wait)
    made.plain()
    made.check("grid", 9)
    return server.exchanges


def broken(exchanges: list[Exchange]) -> set[str]:
    return {name for name in SENDING if judge(name, exchanges, SEND).deviations}


def test_a_correct_server_breaks_nothing() -> None:
    exchanges = journey()
    assert broken(exchanges) == set()
    for name in ("accepted", "echo", "content", "identity", "listed", "counted", "repeat"):
        assert judge(f"send.{name}", exchanges, SEND).judged, name


def _item(change: Any) -> Twist:
    """Changes the item of every answer to a send."""

    def twist(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        answer = deepcopy(answer)
        if case.method == "POST" and status == 200:
            change(answer["data"])
        return status, answer

    return twist


def _list(change: Any) -> Twist:
    """Changes the data of every page."""

    def twist(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        answer = deepcopy(answer)
        if case.method == "GET" and status == 200:
            change(answer["data"])
        return status, answer

    return twist


def _other_sender(data: dict[str, Any]) -> None:
    for item in data["results"]:
        item["sender_type"] = "agent" if item["sender_type"] == "contact" else "contact"


def _hide(data: dict[str, Any]) -> None:
    data["results"] = [i for i in data["results"] if i["id"] < 1000]


def _twice(data: dict[str, Any]) -> None:
    data["results"] += [{**i, "uuid": i["uuid"][:-1] + "f"} for i in data["results"]]


def _again(data: dict[str, Any]) -> None:
    data["results"] += data["results"]


def _cut(data: dict[str, Any]) -> None:
    for item in data["results"]:
        item["content"] = item["text_content"] = item["content"][:4000]


def _renamed(data: dict[str, Any]) -> None:
    for item in data["results"]:
        item["uuid"] = item["uuid"].replace("a", "b")


@pytest.mark.parametrize(
    ("twist", "clause"),
    [
        (_item(lambda i: i.update(private=not i["private"])), "send.echo"),
        (_list(_other_sender), "send.echo"),
        (_item(lambda i: i.update(content="", text_content="")), "send.content"),
        (_list(_cut), "send.content"),
        (_item(lambda i: i.update(id=7)), "send.identity"),
        (_item(lambda i: i.update(uuid=message(1)["uuid"])), "send.identity"),
        (_list(_hide), "send.listed"),
        (_list(_twice), "send.listed"),
        (_list(_again), "send.listed"),
        (_list(_renamed), "send.listed"),
        (_list(lambda d: d.update(total=5)), "send.counted"),
        (lambda c, s, a: (422, {}) if c.method == "POST" else (s, a), "send.accepted"),
        (lambda c, s, a: (500, {}) if c.role == "repeat|second" else (s, a), "send.repeat"),
    ],
)
def test_a_lie_breaks_its_clause(twist: Twist, clause: str) -> None:
    assert clause in broken(journey(twist))


@pytest.mark.parametrize("status", [400, 409, 422])
def test_the_second_of_a_repeated_key_may_be_refused(status: int) -> None:
    """Contract: *other clauses don't apply to it*, so it may be stored as well."""

    def twist(case: Any, was: int, answer: Any) -> tuple[int, Any]:
        return (status, {}) if case.role == "repeat|second" else (was, answer)

    assert broken(journey(twist)) == set()


def refused_note(status: int, *others: Exchange) -> list[Exchange]:
    case = replace(post(NOTE, phase="baseline"), context="note")
    return [exchange(1, case, status, {"status": "error", "message": "no"}), *others]


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_may_not_write_break_nothing(status: int) -> None:
    """Nothing else was written after it: the client ended all writing."""
    exchanges = refused_note(status)
    record = judge("send.accepted", exchanges, SEND)
    assert record.deviations == []
    assert [n.reason for n in record.missed] == [
        f"the credentials may not write: the first item sent was answered {status}"
    ]
    assert judge("response.status-documented", exchanges, SEND).deviations == []


def test_a_refused_note_among_others_is_the_servers_fault() -> None:
    """On the embedded server, whose credentials may write, the others are sent all the same."""
    reply = {"sender_type": "agent", "message": "x", **TO}
    other = exchange(2, replace(post(reply, phase="baseline"), context="reply"), 403, {})
    record = judge("send.accepted", refused_note(403, other), SEND)
    assert {d.exchange.number for d in record.deviations} >= {1}
    assert judge("send.accepted", refused_note(400), SEND).deviations


def test_an_agent_without_the_right_to_send_as_a_contact() -> None:
    """Contract: 403 while an agent's passes is *not exercised*."""

    def twist(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        return (403, {}) if b'"contact"' in (case.body or b"") else (status, answer)

    record = judge("send.accepted", journey(twist), SEND)
    assert record.deviations == []
    assert ["contact" in m.reason for m in record.missed] == [True]


MARKER = "ct12345612345678"


def answered_before(**changes: Any) -> set[str]:
    """What is broken where a reply is answered with a message that was sent before."""
    body = {**REPLY, "message": f"x {MARKER}", "echo_id": "again", **changes}
    earlier = message(7, WRITE, content="earlier", text_content="earlier", meta={"to": ["z@z.z"]})
    answer = {"status": "success", "data": earlier}
    return broken([exchange(1, post(body, phase="fuzz"), value=answer, marker=MARKER)])


@pytest.mark.parametrize("key", ["again", "", 5, 1.5, True])
def test_of_a_key_that_may_have_been_used_before_nothing_else_is_said(key: Any) -> None:
    """Contract: *the same `echo_id` twice … Other clauses don't apply to it*, also across runs."""
    assert answered_before(echo_id=key) == set()
    assert answered_before(echo_id=key, sender_type="bogus") == set()
    assert answered_before(**{"echo_id": None, "ECHO_ID": key, "sender_type": "bogus"}) == set()


def test_a_key_that_holds_the_marker_is_new() -> None:
    assert answered_before(echo_id=f"a {MARKER}") >= {"send.echo", "send.content"}
    assert "send.forbidden" in answered_before(echo_id=f"a {MARKER}", sender_type="bogus")


@pytest.mark.parametrize("key", [{}, ["a"]])
def test_a_key_of_the_wrong_type_is_forbidden_all_the_same(key: Any) -> None:
    assert "send.forbidden" in answered_before(echo_id=key)


def test_only_a_marked_text_can_be_found_though_it_was_refused() -> None:
    """A marker in the repeat key alone is shown nowhere, so nothing can be said of the send."""
    cases = [
        post({**NOTE, "message": f"x {MARKER}"}, phase="fuzz"),
        post({**NOTE, "echo_id": MARKER}, phase="fuzz"),
        post(f'{{"message": "{MARKER}'.encode(), phase="fuzz"),
    ]
    refused = [exchange(n, c, 400, {}, marker=MARKER) for n, c in enumerate(cases, 1)]
    looked = [
        replace(e, number=e.number + 9, started=9.0) for e in journey() if "look" in e.case.role
    ]
    assert judge("send.atomic", [*refused, *looked], SEND).judged == {1, 3}


@pytest.mark.parametrize(("is_kept", "is_leak"), [(True, True), (False, False)])
def test_what_was_sent_and_is_shown_elsewhere_too_is_a_leak(is_kept: bool, is_leak: bool) -> None:
    """Stored in the wrong place it is send.listed's; shown in two places it is list.isolation's."""

    def twist(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        if case.method == "GET" and "{read}" in case.path:
            ours = [i for i in server.rooms[WRITE] if i["id"] >= 1000]
            return status, page(ours)
        if case.method == "GET" and not is_kept:
            return status, page([i for i in server.rooms[WRITE] if i["id"] < 1000], 1, 100)
        return status, answer

    server = FakeServer({READ: [], WRITE: mixed(5, WRITE)}, twist)
    SendingJourney(SEND, LIST, server, SINK, lambda: server.now, server.wait).plain()
    server.send([get()])
    assert bool(judge("list.isolation", server.exchanges).deviations) is is_leak
    assert bool(judge("send.listed", server.exchanges, SEND).deviations) is not is_kept
