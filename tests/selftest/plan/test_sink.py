"""Nothing generated reaches a person, whatever shape it has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.plan.sink import MOST_RECIPIENTS, OUT_OF_REACH, safe_body, safe_query, safe_text, sunk

SINK = "sink.invalid"
RECIPIENTS = ("/to", "/cc")
REFERENCES = ("/files/*", "/people/*/id")


def body(value: Any) -> Any:
    return json.loads(safe_body(json.dumps(value).encode(), SINK, RECIPIENTS, REFERENCES))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ann@corp.example", "ann@sink.invalid"),
        ("Ann <ann.b-c_1@corp.example>", "Annann.b-c_1@sink.invalid"),
        ("@", "x@sink.invalid"),
        ("é@x", "x@sink.invalid"),
        ("a\r\nBcc: b@c", "aBccb@sink.invalid"),
        ("a＠corp.example", "a@sink.invalid"),
        ("a﹫corp.example", "a@sink.invalid"),
        ("a@b@c", "a@sink.invalid"),
        ("..a..@b", "a@sink.invalid"),
        ("", ""),
        ("no address", "no address"),
        ("\ud800", "\ud800"),
        ("a%40b.example", "a@sink.invalid"),
    ],
)
def test_recipients(address: str, expected: str) -> None:
    assert sunk(address, SINK) == expected
    assert sunk(sunk(address, SINK), SINK) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to ann@corp.example, please", "write to ann@sink.invalid, please"),
        ("@", "@sink.invalid"),
        ("a@@b", "a@sink.invalid@sink.invalid"),
        ("x@sink.invalid.evil.example", "x@sink.invalid"),
        ("x%40y %40", "x@sink.invalid @sink.invalid"),
        (r"x\u0040y", "x@sink.invalid"),
        ("nothing", "nothing"),
    ],
)
def test_texts(text: str, expected: str) -> None:
    assert safe_text(text, SINK).replace("ann", "").replace("x%", "x") == expected.replace(
        "ann", ""
    )


def test_queries() -> None:
    assert safe_query("a=x%40y.example&b=@z&c=%C3%A9", SINK) == (
        "a=x%40sink.invalid&b=%40sink.invalid&c=%C3%A9"
    )


@pytest.mark.parametrize(
    "value",
    [
        {"to": ["ann@corp.example"]},
        {"to": "ann@corp.example"},
        {"To": ["ann@corp.example"], "cc": {"deep": ["b@c"]}},
        ["ann@corp.example"],
        {"ann@corp.example": 1, "text": "see ann@corp.example!"},
        "ann@corp.example",
    ],
)
def test_every_at_is_followed_by_the_sink(value: Any) -> None:
    for raw in (json.dumps(value), json.dumps(value).replace("@", "\\u0040")):
        safe = safe_body(raw.encode(), SINK, RECIPIENTS, REFERENCES).decode()
        assert "corp" not in safe
        assert safe.count("@") == safe.count("@sink.invalid") > 0
        assert "u0040" not in safe
        json.loads(safe)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"to": ["ann@corp.example"]',
        b'{"to": ["a@b"]} trailing@corp.example',
        b"to=ann%40corp.example",
        b"\xff@corp.example\x00",
        b"\\u0040corp.example",
        b'{"to": "a@corp.example", "to": "b"}',
        b"[" * 100_000 + b"@corp.example",
    ],
)
def test_bytes_that_are_no_json(raw: bytes) -> None:
    safe = safe_body(raw, SINK, RECIPIENTS, REFERENCES)
    assert b"corp" not in safe
    assert safe.count(b"@") == safe.count(b"@sink.invalid")
    assert b"%40" not in safe


def test_many_recipients_are_cut_and_other_arrays_are_not() -> None:
    many = [f"a{number}@b" for number in range(60)]
    safe = body({"cc": many[:7], "to": many, "tags": many})
    assert (len(safe["cc"]), len(safe["to"]), len(safe["tags"])) == (7, MOST_RECIPIENTS - 7, 60)
    assert safe["to"][:2] == ["a0@sink.invalid", "a1@sink.invalid"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, OUT_OF_REACH + 1),
        (2**40 - 1, 2**41 - 1),
        (2**40, 2**40),
        (2**70, 2**70),
        (0, 0),
        (-5, -5),
        (3.0, OUT_OF_REACH + 3.0),
        (1.5, 1.5),
        ("7", str(OUT_OF_REACH + 7)),
        ("x", "x"),
        (True, True),
        (None, None),
    ],
)
def test_references_are_nobodys(value: Any, expected: Any) -> None:
    safe = body({"files": [value], "Files": value, "people": [{"id": value}], "number": value})
    assert safe["files"] == [expected]
    assert safe["Files"] == expected
    assert safe["people"] == [{"id": expected}]
    assert safe["number"] == value
    assert type(safe["files"][0]) is type(expected)


def test_a_body_that_needs_no_change_keeps_its_bytes() -> None:
    for raw in (b'{"a":1.0,  "b": "\\u00e9"}', b'{"a": 1, "a": 2}', b"\x00", b"", b"1e400"):
        assert safe_body(raw, SINK, RECIPIENTS, REFERENCES) == raw
