"""What is particular to one variant each."""

from __future__ import annotations

import pytest

from servers.probes import get, post
from servers.reference.seed import WRITE_CONVERSATION
from servers.testing import CONTACT, NOTE, REPLY, TOKEN
from servers.visitor import Visitor


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


@pytest.mark.parametrize(("name", "late"), [("read-replica", 0.5), ("slow-read-replica", 1.9)])
def test_a_replica_is_late(name, late):
    visitor = Visitor(name)
    request = get([("page_size", "1")], WRITE_CONVERSATION)
    visitor.handle(post(NOTE))
    assert visitor.handle(request).payload["data"]["total"] == 40
    visitor.clock.pass_seconds(late)
    assert visitor.handle(request).payload["data"]["total"] == 40
    visitor.clock.pass_seconds(0.01)
    assert visitor.handle(request).payload["data"]["total"] == 41


def test_a_delivery_moves_on():
    visitor = Visitor("status-moves")
    assert visitor.handle(post(REPLY)).payload["data"]["status"] == "pending"
    request = get([("page_size", "1")], WRITE_CONVERSATION)
    assert visitor.handle(request).payload["data"]["results"][0]["status"] == "pending"
    visitor.clock.pass_seconds(0.2)
    assert visitor.handle(request).payload["data"]["results"][0]["status"] in ("sent", "failed")
