"""The listing, as `handleGetMessages` documents it."""

from __future__ import annotations

import math
from datetime import datetime
from uuid import UUID

import pytest

from servers.reference.seed import CONVERSATION, READ_MESSAGES, WRITE_CONVERSATION

MESSAGE_FIELDS = {
    "id": int,
    "created_at": str,
    "updated_at": str,
    "uuid": str,
    "type": str,
    "status": str,
    "conversation_id": int,
    "conversation_uuid": str,
    "content": str,
    "text_content": str,
    "content_type": str,
    "private": bool,
    "sender_id": int,
    "sender_type": str,
    "meta": dict,
    "attachments": list,
}


def walk(client, *filters, size=100):
    first = client.page(("page_size", size), *filters)
    items = list(first["results"])
    for number in range(2, first["total_pages"] + 1):
        items += client.page(("page", number), ("page_size", size), *filters)["results"]
    return items


def test_every_documented_field_is_there_in_its_documented_type(client):
    messages = walk(client)
    assert len(messages) == READ_MESSAGES
    for message in messages:
        assert {name: type(value) for name, value in message.items()} == MESSAGE_FIELDS
        assert datetime.fromisoformat(message["created_at"]).tzinfo is not None
        assert UUID(message["uuid"])
        assert message["conversation_uuid"] == CONVERSATION


def test_the_default_page_is_page_1_of_30(client):
    page = client.page()
    assert page == client.page(("page", 1), ("page_size", 30))
    assert len(page.pop("results")) == 30
    assert page == {"total": 260, "per_page": 30, "total_pages": 9, "page": 1}


def test_newest_first(client):
    dates = [message["created_at"] for message in walk(client)]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("size", [*range(1, 5), 29, 30, 31, 37, 99, 100])
def test_every_size_shows_the_same_items_in_the_same_order(client, size):
    uuids = [message["uuid"] for message in walk(client, size=size)]
    assert uuids == [message["uuid"] for message in walk(client)]
    assert len(set(uuids)) == READ_MESSAGES
    last = math.ceil(READ_MESSAGES / size)
    rest = client.page(("page", last), ("page_size", size))
    assert len(rest["results"]) == READ_MESSAGES - size * (last - 1)


@pytest.mark.parametrize("number", [4, 2**31, 2**63 - 1, 2**63, 10**99])
def test_beyond_the_last_page_the_list_is_empty_and_the_total_right(client, number):
    page = client.page(("page", number), ("page_size", 100))
    assert page == {
        "results": [],
        "total": 260,
        "per_page": 100,
        "total_pages": 3,
        "page": number,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("page", value) for value in ("0", "-1", "", "x", "1.5", "1e2", "١", "+1", "9" * 5000)),
        *(("page_size", value) for value in ("0", "-5", "101", "", "abc", "2.0", str(2**63))),
        *(("private", value) for value in ("", "1", "True", "yes", "null", "\0")),
        *(("type", value) for value in ("", "bogus", "Incoming", "incoming,outgoing", "\ufffd")),
    ],
)
def test_values_outside_of_the_schema_are_refused(client, name, value):
    response = client.get((name, value))
    assert response.status == 400
    assert response.payload["status"] == "error"
    assert name in response.payload["message"]


@pytest.mark.parametrize("name", ["page", "page_size", "private"])
def test_a_parameter_that_is_no_array_is_refused_when_repeated(client, name):
    value = "true" if name == "private" else "1"
    assert client.get((name, value), (name, value)).status == 400


def test_private_splits_the_whole(client):
    notes = walk(client, ("private", "true"))
    public = walk(client, ("private", "false"))
    assert all(message["private"] for message in notes)
    assert not any(message["private"] for message in public)
    assert notes
    assert len(notes) + len(public) == READ_MESSAGES


def test_types_are_united_and_filters_combined(client):
    incoming = walk(client, ("type", "incoming"))
    outgoing = walk(client, ("type", "outgoing"))
    both = walk(client, ("type", "incoming"), ("type", "outgoing"))
    assert {message["type"] for message in incoming} == {"incoming"}
    assert {message["type"] for message in outgoing} == {"outgoing"}
    assert both == walk(client)
    combined = walk(client, ("type", "outgoing"), ("private", "false"))
    assert combined == [message for message in outgoing if not message["private"]]
    assert 0 < len(combined) < len(outgoing)


def test_activity_is_a_filter_that_matches_nothing(client):
    page = client.page(("type", "activity"))
    assert (page["results"], page["total"], page["total_pages"]) == ([], 0, 0)
    assert client.page(("type", "activity"), ("type", "incoming"))["total"] > 0


def test_totals_count_the_filtered_items(client):
    page = client.page(("private", "true"), ("page_size", 7))
    count = len(walk(client, ("private", "true")))
    assert (page["total"], page["total_pages"]) == (count, math.ceil(count / 7))


def test_undocumented_parameters_are_ignored(client):
    assert client.page(("order", "asc"), ("Page", 3)) == client.page()


def test_the_other_conversation_has_messages_of_its_own(client):
    other = walk(client, size=100)
    page = client.page(("page_size", 100), conversation=WRITE_CONVERSATION)
    assert page["total"] == 40
    assert not {item["uuid"] for item in other} & {item["uuid"] for item in page["results"]}


def test_a_uuid_is_found_in_either_case(client):
    assert client.page(conversation=CONVERSATION.upper()) == client.page()


@pytest.mark.parametrize(
    ("uuid", "status"),
    [
        ("00000000-0000-4000-8000-000000000000", 404),
        ("not-a-uuid", 400),
        ("1" * 3000, 400),
        ("%00", 400),
        ("%FF%FE", 400),
        ("%6eot", 400),
    ],
)
def test_unknown_and_malformed_conversations_are_refused(client, uuid, status):
    assert client.get(conversation=uuid).status == status


@pytest.mark.parametrize("path", ["/", "/api/v1/conversations", "/__stats__"])
def test_other_paths_do_not_exist(client, path):
    assert client.get(path=path).status == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY", "BREW"])
def test_undocumented_methods_are_refused_with_the_documented_ones(client, method):
    response = client.request(method, authorization=None)
    assert response.status == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_head_and_options(client):
    assert client.request("OPTIONS").status == 204
    assert client.request("HEAD").status == 401
