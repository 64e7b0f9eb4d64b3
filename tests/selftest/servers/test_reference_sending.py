"""Sending, as `handleSendMessage` documents it."""

from __future__ import annotations

import json

import pytest

from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.testing import CONTACT, NOTE, REPLY


def newest(client, *query):
    return client.page(*query, conversation=WRITE_CONVERSATION)["results"][0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (NOTE, {"type": "outgoing", "private": True, "sender_type": "agent", "meta": {}}),
        (REPLY, {"type": "outgoing", "private": False, "sender_type": "agent"}),
        (CONTACT, {"type": "incoming", "private": False, "sender_type": "contact"}),
    ],
)
def test_a_plain_message_is_answered_as_it_is_listed(client, body, expected):
    response = client.post(body)
    message = response.payload["data"]
    assert response.status == 200
    assert response.payload["status"] == "success"
    assert message["content"] == message["text_content"] == body["message"]
    assert message["conversation_uuid"] == WRITE_CONVERSATION
    assert message["created_at"] == "2030-01-01T12:00:00.000Z"
    assert expected.items() <= message.items()
    assert newest(client) == message
    private = str(expected["private"]).lower()
    assert newest(client, ("private", private)) == message


def test_recipients_come_back(client):
    recipients = {"to": ["a@example.com", "b@example.com"], "cc": ["c@example.com"], "bcc": []}
    meta = client.post({**REPLY, **recipients}).payload["data"]["meta"]
    assert recipients.items() <= meta.items()


def test_identities_are_new_and_totals_grow(client):
    sent = [client.post(body).payload["data"] for body in (NOTE, NOTE, REPLY)]
    page = client.page(("page_size", 100), conversation=WRITE_CONVERSATION)
    assert page["total"] == 43
    assert len({message["id"] for message in page["results"]}) == 43
    assert len({message["uuid"] for message in page["results"]}) == 43
    assert [message["uuid"] for message in page["results"][:3]] == [
        message["uuid"] for message in reversed(sent)
    ]
    assert client.page()["total"] == 260


@pytest.mark.parametrize(
    "text",
    [
        "",
        "👍",
        "\u202eשלום",
        "'\"; DROP TABLE messages;--",
        "{{ .Contact }}",
        "\x01\x7f",
        "x" * 70000,
    ],
)
def test_any_text_comes_back_unchanged(client, text):
    assert client.post({**NOTE, "message": text}).payload["data"]["content"] == text
    assert newest(client)["text_content"] == text


def test_known_attachments_and_mentions_are_accepted(client):
    mentions = [{"type": "agent", "id": 7}, {"type": "team", "id": 1}]
    message = client.post({**NOTE, "attachments": [1, 3], "mentions": mentions}).payload["data"]
    assert [attachment["name"] for attachment in message["attachments"]] == [
        "invoice.pdf",
        "log.txt",
    ]


def test_a_repeated_echo_id_stores_twice(client):
    body = {**NOTE, "echo_id": "e-1"}
    first, second = (client.post(body).payload["data"] for _ in range(2))
    assert first["uuid"] != second["uuid"]


def test_undocumented_properties_are_ignored(client):
    assert client.post({**NOTE, "Message": 1, "x": None, "\ud800": "\ud800"}).status == 200


WRONG_TYPES = [
    (name, value)
    for name, values in {
        "message": (None, 1, True, [], {}),
        "private": (None, 1, "true", "maybe", []),
        "sender_type": (None, 1, "", "Agent", "system", ["agent"]),
        "to": (None, "a@example.com", {}, [1], [None], [""], ["x"], ["a@b c"], ["a@b\n"]),
        "cc": ("c@example.com", [[]]),
        "bcc": ({}, ["a@b@c"]),
        "attachments": (
            None,
            1,
            {},
            ["1"],
            [1.5],
            [4.0],
            [True],
            [None],
            [0],
            [-1],
            [4],
            [2**63],
            [2**70],
        ),
        "mentions": (None, {}, [1], [{}], [{"type": "agent"}], [{"id": 7}]),
        "echo_id": (None, 1, {}),
    }.items()
    for value in values
] + [
    ("mentions", [{"type": "robot", "id": 7}]),
    ("mentions", [{"type": "agent", "id": "7"}]),
    ("mentions", [{"type": "agent", "id": 1}]),
    ("mentions", [{"type": "team", "id": -(2**63)}]),
    ("message", "a\0b"),
    ("message", "a\ud800"),
    ("echo_id", "\0"),
    ("to", ["a\0@example.com"]),
]


def test_an_integer_may_have_a_fraction_of_zero(client):
    assert client.post({**REPLY, "attachments": [1.0]}).status == 200
    assert client.post({**NOTE, "mentions": [{"type": "agent", "id": 7.0}]}).status == 200


@pytest.mark.parametrize(("name", "value"), WRONG_TYPES)
def test_what_the_schema_forbids_is_refused_and_stores_nothing(client, name, value):
    base = NOTE if name == "mentions" else REPLY
    response = client.post({**base, name: value})
    assert response.status == 400
    assert response.payload["status"] == "error"
    assert name in response.payload["message"]
    assert client.server.store.additions == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"1",
        b"[" * 100_000,
        b'{"sender_type": "agent", "private": true, "message": "\xff"}',
        b'{"sender_type": "agent", "private": true} trailing',
        b'{"sender_type": "agent", "sender_type": "agent", "private": true}',
        b'{"sender_type": "agent", "private": true, "x": NaN}',
        b'{"sender_type": "agent", "private": true, "x": ' + b"9" * 5000 + b"}",
        b"\xef\xbb\xbf" + json.dumps(NOTE).encode(),
        b'{"private": true, "message": "no sender"}',
        json.dumps({"sender_type": "agent", "message": "to nobody"}).encode(),
        json.dumps({"sender_type": "agent", "message": "to nobody", "to": []}).encode(),
        json.dumps({"sender_type": "contact", "private": True}).encode(),
    ],
)
def test_malformed_and_meaningless_bodies_are_refused(client, body):
    response = client.post(body)
    assert response.status == 400
    assert response.payload["status"] == "error"
    assert client.server.store.additions == 0


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON", 200),
        (None, 415),
        ("", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/vnd.api+json", 415),
    ],
)
def test_the_body_is_json_and_says_so(client, content_type, status):
    assert client.post(NOTE, content_type=content_type).status == status


@pytest.mark.parametrize(
    ("uuid", "status"), [("00000000-0000-4000-8000-000000000000", 404), ("not-a-uuid", 400)]
)
def test_unknown_and_malformed_conversations_are_refused(client, uuid, status):
    assert client.post(NOTE, conversation=uuid).status == status
    assert client.server.store.additions == 0


def test_a_message_goes_to_the_conversation_addressed(client):
    client.post(NOTE, conversation=CONVERSATION)
    assert client.page()["total"] == 261
    assert client.page(conversation=WRITE_CONVERSATION)["total"] == 40
