"""Each variant must be odd, and must keep every promise that a client relies on."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

import pytest

from servers.catalogue import VARIANTS
from servers.probes import all_probes, get, methods, post, sends
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.testing import CONTACT, NOTE, REPLY
from servers.visitor import Visitor

FIELDS = {
    "id", "created_at", "updated_at", "uuid", "type", "status", "conversation_id",
    "conversation_uuid", "content", "text_content", "content_type", "private", "sender_id",
    "sender_type", "meta", "attachments",
}  # fmt: skip
ENUMS = {
    "type": {"incoming", "outgoing"},
    "status": {"pending", "sent", "received", "failed"},
    "content_type": {"html", "text"},
    "sender_type": {"agent", "contact"},
    "private": {True, False},
}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
CHANGING = {
    "other-writers", "busy-writers", "insert-and-delete", "writers-come-and-go", "taken-back",
    "deletions", "stale-replica",
}  # fmt: skip
FILTERED_OTHERWISE = {"filtered-oldest-first"}


@pytest.fixture(params=VARIANTS)
def name(request):
    return request.param


@pytest.fixture
def visitor(name):
    return Visitor(name)


def check_message(message, conversation):
    assert message.keys() >= FIELDS
    for field, values in ENUMS.items():
        assert message[field] in values
    for field in ("created_at", "updated_at"):
        assert RFC3339.fullmatch(message[field])
        assert datetime.fromisoformat(message[field].upper()).tzinfo
    assert UUID(message["uuid"])
    assert message["conversation_uuid"].lower() == conversation


def test_there_are_as_many_as_promised():
    assert len(VARIANTS) >= 15
    assert all(variant.shows.count(".") >= 2 for variant in VARIANTS.values())


def test_a_variant_is_odd(name):
    plain, odd = Visitor(None), Visitor(name)
    requests = [*methods(), *(get([("page", "2")]) for _ in range(61)), *all_probes()]
    if name == "cookies":
        requests = [get([])]
    assert any(plain.handle(request) != odd.handle(request) for request in requests)


@pytest.mark.parametrize("name", sorted(VARIANTS.keys() - CHANGING))
def test_lists_are_whole(name, visitor):
    whole, total = visitor.walk(30)
    assert len({m["uuid"] for m in whole}) == len({m["id"] for m in whole}) == len(whole) == total
    for message in whole:
        check_message(message, CONVERSATION)
    assert [m["uuid"] for m in visitor.walk(100)[0]] == [m["uuid"] for m in whole]
    for filters, matches in (
        ([("private", "true")], lambda m: m["private"]),
        ([("private", "false")], lambda m: not m["private"]),
        ([("type", "incoming")], lambda m: m["type"] == "incoming"),
        ([("type", "outgoing"), ("private", "false")],
         lambda m: m["type"] == "outgoing" and not m["private"]),
        ([("type", "activity")], lambda m: False),
        ([("type", "incoming"), ("type", "outgoing")], lambda m: True),
    ):  # fmt: skip
        found, count = visitor.walk(30, *filters)
        found = found[::-1] if name in FILTERED_OTHERWISE else found
        assert [m["uuid"] for m in found] == [m["uuid"] for m in whole if matches(m)]
        assert count == len(found)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        (name, sent)
        for name in VARIANTS
        for sent in (NOTE, REPLY, CONTACT)
        if (name, sent) != ("contact-forbidden", CONTACT)
    ],
)
def test_what_is_sent_is_listed(visitor, sent):
    text = "marker7f3a " + sent["message"]
    message = visitor.data(post({**sent, "message": text}))
    check_message(message, WRITE_CONVERSATION)
    private = str(sent.get("private", False)).lower()
    filters = [("private", private)]
    visitor.clock.pass_seconds(2)
    listed, _ = visitor.walk(100, *filters, conversation=WRITE_CONVERSATION)
    found = [m for m in listed if m["uuid"].lower() == message["uuid"].lower()]
    assert len(found) == 1
    for shown in (message, found[0]):
        assert "marker7f3a" in shown["content"] + shown["text_content"]
        assert shown["private"] is sent.get("private", False)
        assert shown["sender_type"] == sent["sender_type"]
        assert set(shown["meta"].get("to", sent.get("to", []))) == set(sent.get("to", []))


def test_what_is_refused_is_not_stored(name, visitor):
    for request in sends():
        before = visitor.server.store.additions
        response = visitor.send(request)
        if response.status >= 400 and name not in CHANGING:
            assert visitor.server.store.additions == before


def test_strangers_stay_outside(visitor):
    for request in (get([], authorization="token x:y"), post(NOTE, authorization="Basic eDp5")):
        assert visitor.send(request).status == 401
