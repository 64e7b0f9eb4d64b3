"""For tests: a fixed sequence of requests, wide enough that every fault shows on some of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from servers.reference.protocol import Request
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.registry import LIST, NONE, SEND
from servers.testing import BASIC, CONTACT, KEY, NOTE, REPLY, SECRET, TOKEN

Query = list[tuple[str, str]]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
IDS = (UNKNOWN, "not-a-uuid", "a" * 300, "%6eot", "%07", "1")
FILTERS: list[Query] = [
    [],
    [("private", "true")],
    [("private", "false")],
    [("type", "incoming")],
    [("type", "outgoing")],
    [("type", "activity")],
    [("type", "incoming"), ("type", "outgoing")],
    [("type", "outgoing"), ("private", "true")],
    [("type", "outgoing"), ("private", "false")],
    [("type", "incoming"), ("private", "true")],
]
WINDOWS = [
    {},
    *({"page_size": str(size)} for size in (1, 2, 20, 29, 30, 31, 37, 64, 65, 99, 100)),
    *({"page": str(page), "page_size": "30"} for page in (1, 2, 3, 5, 9, 10)),
    *({"page": str(page), "page_size": "100"} for page in (1, 2, 3, 4)),
    {"page": "2", "page_size": "99"},
    {"page": "2"},
]
BAD_VALUES: list[Query] = [
    *(
        [("page", v)]
        for v in ("0", "-1", "", "x", "1.5", str(2**31), str(2**63 - 1), str(2**63), "9" * 90)
    ),
    *([("page_size", v)] for v in ("0", "-5", "", "x", "101", "500", "1000", str(2**63))),
    *([("private", v)] for v in ("", "garbage", "1", "\0")),
    *([("type", v)] for v in ("", "bogus", "\0", "\ufffd", "x" * 300)),
    [("page", "1"), ("page", "2")],
    [("type", "incoming")] * 12,
    [("unheard-of", "1")],
    [("page", "2"), ("type", "activity")],
]
TEXTS = ("", "👍", "\u202eשלום", 'it\'s "q"', "{{ .X }}", "a; b -- c", "a\0b", "\x01", "\ud800")
WRONG: list[dict[str, Any]] = [
    *({"attachments": [n]} for n in (1, 0, -1, 999, 2**40, 2**63, -(2**63) - 1, "x", 1.5, 2.0)),
    *({"mentions": [{"type": "agent", "id": n}]} for n in (7, 0, -1, 999, 2**40, 2**70, "x", 7.0)),
    *({name: 7} for name in ("message", "private", "sender_type")),
    *({name: [1]} for name in ("message", "private", "sender_type")),
    *({name: {}} for name in ("message", "private", "sender_type")),
    *({name: {"a": 1}} for name in ("to", "cc", "bcc", "attachments", "mentions", "echo_id")),
    *({name: "maybe"} for name in ("to", "cc", "private", "sender_type", "mentions")),
    *({name: ["a\0@example.com"]} for name in ("to", "cc", "bcc")),
    *({name: []} for name in ("to", "cc", "bcc", "attachments", "mentions")),
    {"to": [""]},
    {"to": ["nobody"]},
    {"to": ["a@example.com", "b@example.com", "c@example.com"]},
    {"to": [f"a{n}@example.com" for n in range(100)]},
    {"cc": ["a@example.com"]},
    {"cc": ["a@example.com"] * 2},
    {"cc": ["a@example.com"], "bcc": ["b@example.com"]},
    {"attachments": [1] * 100},
    {"mentions": [{"type": "team", "id": 1}] * 100},
    {"mentions": [{"type": "robot", "id": 1}]},
    {"mentions": ["x"]},
    {"mentions": [{"type": "agent", "id": 7}], "echo_id": "m"},
    {"echo_id": "e"},
    {"echo_id": "e"},
    {"echo_id": "e" * 300},
    {"echo_id": "\0"},
    {"unheard-of": 1},
]
BODIES = [b"", b"{", b"[]", b"null", b'"x"', b'{"sender_type": "agent", "private": true}\xff']


def get(query: Query, conversation: str = CONVERSATION, authorization: str = TOKEN) -> Request:
    """A listing."""
    path = f"/api/v1/conversations/{conversation}/messages"
    return Request("GET", path, tuple(query), (("authorization", authorization),))


def post(
    body: bytes | dict[str, Any],
    conversation: str = WRITE_CONVERSATION,
    authorization: str = TOKEN,
    content_type: str = "application/json",
) -> Request:
    """A message."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("authorization", authorization), ("content-type", content_type))
    path = f"/api/v1/conversations/{conversation}/messages"
    return Request("POST", path, (), headers, content)


def listings() -> Iterator[Request]:
    """Every filter at every window, twice the first, and every bad value."""
    for filters in FILTERS:
        for window in WINDOWS:
            yield get([*window.items(), *filters])
    yield from (get(query) for query in BAD_VALUES)
    yield from (get([("page_size", "1")]) for _ in range(40))
    yield from (get([("page_size", "30"), ("page", "2")]) for _ in range(2))
    yield from (get([], conversation) for conversation in IDS)


def sends() -> Iterator[Request]:
    """Plain messages and hostile ones; after each, both ends of what can be seen of it."""
    bodies: list[bytes | dict[str, Any]] = [NOTE, REPLY, CONTACT, NOTE, REPLY, CONTACT]
    bodies += [{**NOTE, "message": text} for text in (*TEXTS, "x" * 70000, "x" * 20000)]
    bodies += [{**base, **change} for base in (REPLY, NOTE) for change in WRONG]
    bodies += [{"private": True}, {"sender_type": "agent"}, {**CONTACT, "to": ["a@example.com"]}]
    bodies += BODIES
    newest = [("page_size", "2")]
    for body in bodies:
        yield get(newest, WRITE_CONVERSATION)
        yield post(body)
        yield get(newest, WRITE_CONVERSATION)
        yield get([*newest, ("private", "true")], WRITE_CONVERSATION)
        yield get([*newest, ("private", "false")], WRITE_CONVERSATION)
    yield post(NOTE, content_type="text/plain")
    yield from (post(NOTE, conversation) for conversation in IDS)
    yield from (post(NOTE) for _ in range(30))
    yield get(newest, WRITE_CONVERSATION)


def basic(pair: str) -> str:
    """A Basic header's value."""
    return "Basic " + base64.b64encode(pair.encode()).decode()


def credentials() -> list[list[str]]:
    """All values of `Authorization` for one request, one list for each defect, and the two good."""
    pairs = [f"x{KEY}:{SECRET}", f"{KEY}:x{SECRET[1:]}", f"{KEY}:{SECRET[:-1]}", f"{KEY}:{SECRET}x"]
    pairs += [f"{KEY}:{SECRET.swapcase()}", "x:y", f"{SECRET}:{KEY}", f"{KEY}:", f":{SECRET}", KEY]
    pairs += [SECRET, f"{KEY}:{SECRET[1:]}", f"{KEY}: ", f"{KEY}:x:y"]
    values = [[scheme(pair)] for pair in pairs for scheme in (basic, "token {}".format)]
    values += [["Basic"], ["token"], ["Basic ???"], ["garbage"], [f"Bearer {KEY}:x"], []]
    values += [
        [f"Basic {KEY}:x"],
        ["token" + basic(f"{KEY}:x")[5:]],
        [f"token {KEY}:x", "Bearer x"],
    ]
    values += [["token " + "A" * 5000], ["token x:y", "token x:z"], [BASIC], [TOKEN]]
    return values


def strangers() -> Iterator[Request]:
    """Every defect of credentials on both operations, known, unknown and malformed ids."""
    for values in credentials():
        headers = tuple(("authorization", value) for value in values)
        json_type = ("content-type", "application/json")
        for request in (get([]), get([], UNKNOWN), get([], "not-a-uuid")):
            yield replace(request, headers=headers)
        for request in (post(CONTACT), post(NOTE), post(NOTE, "not-a-uuid")):
            yield replace(request, headers=(*headers, json_type))
        yield get([("page_size", "2")], WRITE_CONVERSATION)
    for _ in range(6):
        yield get([], authorization="token " + KEY + ":wrong")


def methods() -> Iterator[Request]:
    """Every undocumented method, with good credentials."""
    for name in ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "BREW"):
        yield replace(post(NOTE), method=name)


def all_probes() -> list[Request]:
    """The whole sequence."""
    return [*methods(), *strangers(), *sends(), *listings()]


def probes_of(operation: str) -> list[Request]:
    """The part of it that concerns one operation."""
    parts = {LIST: listings, SEND: sends, NONE: methods}
    return [*parts[operation](), *(strangers() if operation != NONE else ())]
