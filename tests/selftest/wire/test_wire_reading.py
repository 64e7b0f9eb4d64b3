"""What a request is, judged from the wire alone."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model import SEND_PLACEHOLDER, Case
from harness.wire.reading import understand
from tests.selftest.fakes import CONTRACT, get, path, post

NOTE = {"sender_type": "agent", "private": True, "message": "A note"}
REPLY = {"sender_type": "agent", "message": "A reply", "to": ["a@sink.invalid"]}
UUID = "99999999-9999-4999-8999-999999999999"
FORM = (("Content-Type", "application/x-www-form-urlencoded"),)


def note(**changes: Any) -> Case:
    return post({**NOTE, **changes})


def cells(case: Case) -> set[str]:
    return {str(cell) for cell in understand(CONTRACT, case).cells}


@pytest.mark.parametrize(
    "case",
    [
        get(), get("page=1"), get("page=2147483648"), get("page_size=100"), get("page_size=1"),
        get("private=true&type=incoming&type=outgoing"), get("type=activity"),
        note(), post(REPLY), note(message=""), note(message="\0"), note(attachments=[]),
        note(attachments=[0, -1, 2**63]), note(mentions=[{}]), note(echo_id="x"), note(to=["no"]),
        note(mentions=[{"type": "team", "id": 1}]), post({"sender_type": "contact"}),
        note(cc=[]), note(private=False),
    ],
)  # fmt: skip
def test_what_the_contract_allows(case: Case) -> None:
    reading = understand(CONTRACT, case)
    assert reading.forbidden == ()
    assert reading.is_valid


@pytest.mark.parametrize(
    ("case", "cell", "obvious"),
    [
        (get("page=0"), "query page: zero", False),
        (get("page=-1"), "query page: negative", False),
        (get("page=abc"), "query page: not an integer", False),
        (get("page="), "query page: empty", False),
        (get("page_size=0"), "query page_size: zero", False),
        (get("page_size=101"), "query page_size: beyond bound", False),
        (get("page_size=1.5"), "query page_size: not an integer", False),
        (get("private=garbage"), "query private: wrong type", False),
        (get("type=bogus"), "query type: undocumented value", False),
        (get("type=%00"), "query type: NUL", False),
        (get("page=1&page=2"), "query page: duplicate", True),
        (note(sender_type="robot"), "body /sender_type: undocumented value", False),
        (note(sender_type=""), "body /sender_type: empty", False),
        (note(sender_type=None), "body /sender_type: null", False),
        (post({"private": True, "message": "x"}), "body /sender_type: missing", False),
        (note(mentions=[{"type": "robot"}]), "body /mentions/*/type: undocumented value", False),
        (note(private={}), "body /private: wrong type", False),
        (note(private=[]), "body /private: wrong type", False),
        (note(private="maybe"), "body /private: wrong type", False),
        (note(private=2), "body /private: wrong type", False),
        (note(to="a@sink.invalid"), "body /to: wrong type", False),
        (note(to={}), "body /to: wrong type", False),
        (note(attachments=["x"]), "body /attachments/*: wrong type", False),
        (note(attachments=[1.5]), "body /attachments/*: not an integer", False),
        (note(message=["x"]), "body /message: wrong type", False),
        (note(private="true"), "body /private: wrong type", True),
        (note(private="false"), "body /private: wrong type", True),
        (note(private=1), "body /private: wrong type", True),
        (note(private=0), "body /private: wrong type", True),
        (note(attachments=["1"]), "body /attachments/*: wrong type", True),
        (note(message=5), "body /message: wrong type", True),
        (note(message=True), "body /message: wrong type", True),
        (note(private=None), "body /private: null", True),
        (note(message=None), "body /message: null", True),
        (post(b""), "body: empty", False),
        (post(b"{"), "body: malformed", False),
        (post(b"null"), "body: null", False),
        (post(b"[]"), "body: wrong type", False),
        (post(b'"text"'), "body: wrong type", False),
        (post(b'{"sender_type":"agent"} x'), "body: trailing bytes", True),
        (post(b'{"sender_type":"agent","sender_type":"agent"}'), "body: duplicate", True),
        (post(b'{"sender_type":"agent","message":"\xff"}'), "body: not UTF-8", True),
        (post(b"\xc8\xae\xa3\x83"), "body: malformed", False),
        (post('{"sender_type":"agent","message":"x"}'.encode("utf-16")), "body: not UTF-8", True),
        (post(b'{"sender_type":"agent"} \xff'), "body: trailing bytes", True),
        (post(NOTE, headers=()), "body: media type", True),
        (post(b"sender_type=agent", headers=FORM), "body: media type", True),
    ],
)
def test_what_the_contract_forbids(case: Case, cell: str, obvious: bool) -> None:
    """And whether its meaning is obvious all the same (contract.md, *send.forbidden*)."""
    reading = understand(CONTRACT, case)
    assert [(str(f.cell), f.obvious) for f in reading.forbidden] == [(cell, obvious)]
    assert not reading.is_valid


@pytest.mark.parametrize(
    ("case", "cell"),
    [
        (get("order=desc"), "query: undocumented property"),
        (note(extra=1), "body: undocumented property"),
        (note(mentions=[{"extra": 1}]), "body /mentions/*: undocumented property"),
    ],
)
def test_what_is_not_documented(case: Case, cell: str) -> None:
    reading = understand(CONTRACT, case)
    assert cell in cells(case)
    assert reading.undocumented
    assert not reading.is_valid


@pytest.mark.parametrize(
    ("raw", "cell"),
    [
        ("{unknown}", "path uuid: unknown id"),
        (UUID, "path uuid: unknown id"),
        ("not-a-uuid", "path uuid: malformed"),
        ("%6eot", "path uuid: malformed"),
        ("%00", "path uuid: NUL"),
        ("%FF", "path uuid: not UTF-8"),
        ("a" * 2001, "path uuid: very long"),
    ],
)
def test_what_is_not_known(raw: str, cell: str) -> None:
    reading = understand(CONTRACT, get(path=path(raw)))
    assert reading.unknown
    assert not reading.is_valid
    assert cells(get(path=path(raw))) == {cell}


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "HEAD", "OPTIONS"])
def test_methods_that_no_operation_documents(method: str) -> None:
    reading = understand(CONTRACT, get(method=method))
    assert not reading.documented_method
    assert not reading.is_valid
    assert [cell.place for cell in reading.cells] == [f"method {method}"]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (get("page=2&page_size=50"), {"query page: valid value", "query page_size: valid value"}),
        (get("type=incoming"), {"query type: valid value incoming"}),
        (get("type=incoming&type=incoming"),
         {"query type: valid value incoming", "query type: duplicate"}),
        (get("page=2147483648&page_size=0"), {"query page: beyond 32 bits",
                                              "query page_size: zero"}),
        (get("page=4294967296"), {"query page: beyond 32 bits"}),
        (get("page=307445734561825861"), {"query page: beyond 32 bits"}),
        (get("page=307445734561825862"), {"query page: offset beyond 64 bits"}),
        (get("page=92233720368547760&page_size=100"), {"query page: offset beyond 64 bits",
                                                       "query page_size: valid value"}),
        (get("page=92233720368547760&page_size=99"), {"query page: beyond 32 bits",
                                                      "query page_size: valid value"}),
        (get("page=9223372036854775807&page_size=1"), {"query page: beyond 32 bits",
                                                       "query page_size: valid value"}),
        (get("page=9223372036854775807&page_size="), {"query page: offset beyond 64 bits",
                                                      "query page_size: empty"}),
        (get("page=9223372036854775808"), {"query page: beyond 64 bits"}),
        (get("page_size=9223372036854775807"), {"query page_size: beyond 32 bits"}),
        (note(message=f"Another {SEND_PLACEHOLDER}"), set()),
        (note(message="it's"), {"body /message: quote"}),
        (note(to=["nobody"]), {"body /to/*: malformed"}),
        (note(to=[""]), {"body /to/*: empty"}),
        (post({**REPLY, "to": ["b@x.invalid", "c@x.invalid"]}), {"body /to/*: valid value"}),
        (post({**REPLY, "to": ["b@x.invalid"]}), set()),
        (post({**REPLY, "to": ["b@x.invalid"] * 2}), {"body /to: duplicate"}),
        (post({"sender_type": "agent", "message": "x"}), {"body /to: missing"}),
        (note(mentions=[{"type": "agent", "id": 0}]), {"body /mentions/*/id: zero"}),
        (note(mentions=[{"type": "robot", "id": 3}]), {"body /mentions/*/type: undocumented value",
                                                      "body /mentions/*/id: unknown id"}),
        (note(mentions=[{"id": 2**40}]), {"body /mentions/*/id: unknown id",
                                          "body /mentions/*/id: beyond 32 bits"}),
        (note(attachments=[3.0]), {"body /attachments/*: unknown id",
                                   "body /attachments/*: float notation"}),
        (note(attachments=[0.0]), {"body /attachments/*: zero",
                                   "body /attachments/*: float notation"}),
        (note(attachments=[3.5]), {"body /attachments/*: not an integer"}),
        (get("page=-99999999999999999999"), {"query page: negative",
                                             "query page: beyond 64 bits"}),
        (note(private="maybe"), {"body /private: wrong type"}),
        (post({**NOTE, "sender_type": "contact"}), {"body /private: valid value true"}),
        (post({"SENDER_TYPE": "agent", "private": True, "message": "x"}),
         {"body: keys in another case"}),
    ],
)  # fmt: skip
def test_the_differences_from_the_baseline(case: Case, expected: set[str]) -> None:
    assert cells(case) == expected


def test_the_label_of_a_generator_is_not_trusted() -> None:
    """Nothing but the bytes counts: not the phase, the id or the cells that were planned."""
    one = get("page=1", phase="fuzz", id="negative", role="invalid", group="x", context="note")
    assert understand(CONTRACT, one) == understand(CONTRACT, get("page=1"))
