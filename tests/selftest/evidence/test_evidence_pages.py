"""One answer of a listing, read: what is asked, who is on the page, what must not move."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence.pages import MISSING, at, page_of, same_stable, scope_of
from harness.evidence.starred import carrier
from harness.evidence.windows import window_of
from tests.selftest.fakes import LIST, READ, evidence, exchange, get, message, page


def read(item: dict[str, Any]) -> Any:
    found = page_of(LIST, exchange(1, get(), value=page([item])))
    assert found is not None
    return found.items[0]


@pytest.mark.parametrize(
    ("query", "filters", "number", "size"),
    [
        ("", (), None, None),
        ("page=2&page_size=50", (), 2, 50),
        ("page_size=1", (), None, 1),
        ("page_size=100", (), None, 100),
        ("private=true", (("private", ("true",)),), None, None),
        ("type=outgoing&type=incoming", (("type", ("incoming", "outgoing")),), None, None),
        ("type=activity&private=false",
         (("private", ("false",)), ("type", ("activity",))), None, None),
        ("%70age=%31", (), 1, None),
    ],
)  # fmt: skip
def test_valid_windows(query: str, filters: Any, number: int | None, size: int | None) -> None:
    window = window_of(LIST, query)
    assert window is not None
    assert (window.filters, window.page, window.size) == (filters, number, size)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=x", "page=", "page=1.0", "page=1&page=2", "page=2147483648",
        "page_size=0", "page_size=101", "page_size=", "private=yes", "private=true&private=false",
        "type=bogus", "type=", "order=asc", "page=%00", "page=%D9%A3",
    ],
)  # fmt: skip
def test_what_is_not_validly_asked_for_has_no_window(query: str) -> None:
    assert window_of(LIST, query) is None


@pytest.mark.parametrize(
    ("query", "item", "matches"),
    [
        ("", {}, True),
        ("private=true", {"private": True}, True),
        ("private=true", {"private": False}, False),
        ("private=false", {"private": False}, True),
        ("type=incoming&type=outgoing", {"type": "incoming"}, True),
        ("type=incoming", {"type": "outgoing"}, False),
        ("type=incoming&private=true", {"type": "incoming", "private": True}, True),
        ("type=incoming&private=true", {"type": "incoming", "private": False}, False),
        ("type=incoming&private=true", {"type": "outgoing", "private": True}, False),
    ],
)
def test_filters_match(query: str, item: dict[str, Any], matches: bool) -> None:
    window = window_of(LIST, query)
    assert window is not None
    assert window.matches(LIST, read(message(1, **item))) is matches


A = "abcdefab-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({}, True),
        ({"content": "other", "meta": {"a": 1}, "status": "failed"}, True),
        ({"conversation_uuid": READ.upper()}, True),
        ({"created_at": "2024-05-01T00:01:00.9Z"}, True),
        ({"created_at": "2024-05-01T02:01:00+02:00"}, True),
        ({"created_at": "2024-05-01T00:01:02Z"}, False),
        ({"type": "incoming"}, False),
        ({"private": True}, False),
        ({"sender_type": "contact"}, False),
        ({"sender_id": 2}, False),
        ({"conversation_id": 2}, False),
        ({"conversation_uuid": A}, False),
    ],
)
def test_what_must_not_move(changes: dict[str, Any], same: bool) -> None:
    """Contract: type, private, sender_*, conversation_* and created_at within a second."""
    assert same_stable(read(message(1)), read(message(1, **changes))) is same


def test_two_items_are_the_same_if_their_uuid_is() -> None:
    assert read(message(1, uuid=A)).key == read(message(2, uuid=A.upper())).key
    assert read(message(1)).key != read(message(2)).key


@pytest.mark.parametrize(
    ("status", "value", "failure"),
    [
        (200, b"", ""), (200, b"no JSON", ""), (200, [], ""), (200, b"[" * 100_000, ""),
        (404, page([]), ""), (500, page([]), ""), (200, page([]), "broken off"), (0, None, "reset"),
    ],
)  # fmt: skip
def test_what_is_no_page(status: int, value: Any, failure: str) -> None:
    assert page_of(LIST, exchange(1, get(), status, value, failure=failure)) is None


def test_a_page_without_its_traits_is_read_all_the_same() -> None:
    found = page_of(LIST, exchange(1, get(), value={"data": {"results": None}}))
    assert found is not None
    assert (found.is_list, found.items, found.total) == (False, (), None)
    assert (found.pages, found.echo_page, found.echo_size) == (None, None, None)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", {"a": [{"b/c": 1}]}), ("/a/0/b~1c", 1), ("/a/1", MISSING), ("/x", MISSING),
     ("/a/b", MISSING)],
)  # fmt: skip
def test_pointers(pointer: str, value: Any) -> None:
    assert at({"a": [{"b/c": 1}]}, pointer) == value


def test_the_resource_asked_for_is_read_from_the_wire() -> None:
    assert scope_of(LIST, exchange(1, get("page=1"))) == READ


@pytest.mark.parametrize("foreign", [None, 5, "text"])
def test_an_item_that_is_no_object_moves_no_other(foreign: Any) -> None:
    """`/data/results/1` is the second of the list, whatever the first is."""
    made = exchange(1, get(), value=page([foreign, message(7)]))
    own = message(7)["uuid"]
    assert carrier(evidence([made]), made, "/data/results/1/type") == own
