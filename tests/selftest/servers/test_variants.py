"""Each variant must be odd, and must keep every promise that a client relies on."""

from __future__ import annotations

import gzip
import json
import math
import re
from datetime import datetime
from uuid import UUID

import pytest

from servers.catalogue import VARIANTS, select
from servers.probes import all_probes, get, methods, post, sends
from servers.reference.protocol import Request, wrapped
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import new_server
from servers.testing import CONTACT, NOTE, REPLY, TOKEN, Clock

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
CHANGING = {"other-writers", "insert-and-delete"}


class Visitor:
    """A client that obeys `Retry-After` and asks again after bad weather."""

    def __init__(self, name):
        self.clock = Clock()
        self.server = new_server(self.clock)
        self.handle = self.server.handle
        for wrap in select((), [name] if name else [], self.server):
            self.handle = wrapped(self.handle, wrap, self.server)

    def send(self, request: Request):
        for _ in range(3):
            self.clock.pass_seconds(0.6)
            response = self.handle(request)
            if response.reset or response.status in (429, 502, 503, 504):
                self.clock.pass_seconds(float(response.headers.get("Retry-After", "0")))
                continue
            assert response.status < 500 or (response.status == 501 and request.method != "GET")
            return response
        raise AssertionError("it never cleared up")

    def data(self, request: Request):
        response = self.send(request)
        assert response.status == 200, response.encoded()
        content = response.encoded()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        assert response.headers["Content-Type"].lower().startswith("application/json")
        return json.loads(content)["data"]

    def walk(self, size, *filters, conversation=CONVERSATION):
        found, number, last = [], 1, 1
        while number <= last:
            query = [("page", str(number)), ("page_size", str(size)), *filters]
            page = self.data(get(query, conversation))
            assert (page["page"], page["per_page"]) == (number, size)
            assert page["total_pages"] in {math.ceil(page["total"] / size), 1}
            if number < page["total_pages"]:
                assert len(page["results"]) == size
            found += page["results"]
            number, last = number + 1, page["total_pages"]
        return found, page["total"]


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
def test_lists_are_whole(visitor):
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
        if response.status >= 400 and name != "other-writers":
            assert visitor.server.store.additions == before


def test_strangers_stay_outside(visitor):
    for request in (get([], authorization="token x:y"), post(NOTE, authorization="Basic eDp5")):
        assert visitor.send(request).status == 401


def test_a_walk_is_disturbed_once():
    visitor = Visitor("insert-and-delete")
    first, second, third = (visitor.walk(100)[0] for _ in range(3))
    assert [m["uuid"] for m in first] != [m["uuid"] for m in second]
    assert [m["uuid"] for m in second] == [m["uuid"] for m in third]


def test_others_write_all_the_time():
    visitor = Visitor("other-writers")
    totals = [visitor.data(get([("page_size", "1")]))["total"] for _ in range(30)]
    assert totals == sorted(totals)
    assert 261 <= totals[-1] <= 264


def test_a_lock_out_lasts_a_second():
    visitor = Visitor("locks-out")
    stranger = get([], authorization="token x:y")
    assert [visitor.handle(stranger).status for _ in range(21)] == [401] * 20 + [429]
    assert visitor.handle(get([])).status == 429
    visitor.clock.pass_seconds(1)
    assert visitor.handle(get([])).status == 200


@pytest.mark.parametrize(
    ("name", "request_", "status"),
    [
        ("refuses-422", get([("page", "x")]), 422),
        ("refuses-400", get([], "00000000-0000-4000-8000-000000000000"), 400),
        ("refuses-404-for-ids", get([], "not-a-uuid"), 404),
        ("bounds-like-libredesk", get([("page", "-1"), ("page_size", "500")]), 200),
        ("bounds-like-libredesk", get([("private", "x"), ("type", "bogus")]), 200),
        ("beyond-404", get([("page", "99")]), 404),
        ("unknown-is-empty", get([], "not-a-uuid"), 200),
        ("contact-forbidden", post(CONTACT), 403),
        ("plain-only", post({**NOTE, "echo_id": "e"}), 400),
        ("limits", post({**NOTE, "message": "x" * 50000}), 413),
        ("unknown-ids-ignored", post({**NOTE, "attachments": [-1, 1]}), 200),
        (
            "lenient-bodies",
            post(b'{"Sender_Type":"agent","PRIVATE":true} x', content_type="x"),
            200,
        ),
        ("coerces-scalars", post({**REPLY, "private": "false", "message": 7, "cc": None}), 200),
    ],
)
def test_a_variant_answers_in_its_own_way(name, request_, status):
    assert Visitor(name).handle(request_).status == status


def test_strangers_are_not_kept_waiting():
    visitor = Visitor("slow-60ms")
    delays = [visitor.handle(get([], authorization=a)).delay for a in (TOKEN, "token x:y")]
    assert delays == [0.06, 0.0]


def test_bounds_are_said():
    page = Visitor("bounds-like-libredesk").data(get([("page", "0"), ("page_size", "500")]))
    assert (page["page"], page["per_page"], len(page["results"])) == (1, 100, 100)
    last = Visitor("huge-page-is-last").data(get([("page", str(2**40))]))
    assert (last["page"], len(last["results"])) == (9, 20)


def test_a_repeated_echo_id():
    sent = post({**NOTE, "echo_id": "once"})
    same = Visitor("deduplicates")
    assert same.data(sent)["uuid"] == same.data(sent)["uuid"]
    assert same.server.store.additions == 1
    refused = Visitor("repeats-refused")
    assert [refused.handle(sent).status for _ in range(2)] == [200, 409]
    assert refused.server.store.additions == 1


def test_a_replica_is_half_a_second_late():
    visitor = Visitor("read-replica")
    request = get([("page_size", "1")], WRITE_CONVERSATION)
    visitor.handle(post(NOTE))
    assert visitor.handle(request).payload["data"]["total"] == 40
    visitor.clock.pass_seconds(0.51)
    assert visitor.handle(request).payload["data"]["total"] == 41


def test_a_delivery_moves_on():
    visitor = Visitor("status-moves")
    assert visitor.handle(post(REPLY)).payload["data"]["status"] == "pending"
    request = get([("page_size", "1")], WRITE_CONVERSATION)
    assert visitor.handle(request).payload["data"]["results"][0]["status"] == "pending"
    visitor.clock.pass_seconds(0.2)
    assert visitor.handle(request).payload["data"]["results"][0]["status"] in ("sent", "failed")
