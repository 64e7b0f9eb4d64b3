"""Each value is the kind of thing that the contract calls it (contract.md, *Grid*)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.model import Cell
from harness.wire import kinds

KINDS = {
    "missing", "null", "empty", "wrong type", "zero", "negative", "not an integer", "too small",
    "beyond bound", "beyond 32 bits", "offset beyond 64 bits", "beyond 64 bits", "float notation",
    "valid value", "undocumented value", "undocumented property", "unknown id", "malformed", "NUL",
    "control character", "not UTF-8", "lone surrogate", "emoji", "right-to-left", "quote",
    "template", "SQL metacharacter",
    "very long", "too many", "duplicate", "media type",
}  # fmt: skip
"""The contract's closed list."""
BODIES = {"trailing bytes", "keys in another case"}
"""Malformed, told apart because such a body may be read all the same."""


def test_the_list_of_kinds_is_closed() -> None:
    """Those that the contract names, and two by which bodies with an obvious meaning are known."""
    named = {v for k, v in vars(kinds).items() if k.isupper() and isinstance(v, str)}
    assert named == KINDS | BODIES


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a\x00b", "NUL"),
        ("\x01", "control character"),
        ("\x1b[0m", "control character"),
        ("a \U0001f600", "emoji"),
        ("\u05e9\u05dc", "right-to-left"),
        ("\u0645", "right-to-left"),
        ("\u202etxt", "right-to-left"),
        ("it's", "quote"),
        ('"', "quote"),
        ("{{ .Contact }}", "template"),
        ("${x}", "template"),
        ("a; b", "SQL metacharacter"),
        ("a -- b", "SQL metacharacter"),
        ("100%", "SQL metacharacter"),
        ("a\\b", "SQL metacharacter"),
        ("\ud800", "lone surrogate"),
        ("x" * (kinds.LONG + 1), "very long"),
    ],
)
def test_unusual_texts(text: str, kind: str) -> None:
    assert kinds.text_kinds(text) == [kind]


@pytest.mark.parametrize("text", ["", "plain", "two\nlines\tand more", "Grüße", "a_b (c) [d] #1?"])
def test_usual_texts(text: str) -> None:
    assert kinds.text_kinds(text) == []


def test_undecodable_bytes_are_no_surrogates_of_json() -> None:
    text = b"a\xff".decode("utf-8", "surrogateescape")
    assert kinds.text_kinds(text, raw_bytes=True) == ["not UTF-8"]
    assert kinds.text_kinds(text) == ["lone surrogate"]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.text(st.characters(codec=None), max_size=30), st.text(max_size=10))
def test_what_is_unusual_stays_so_whatever_follows(text: str, more: str) -> None:
    found = kinds.text_kinds(text)
    assert len(found) == len(set(found))
    assert set(found) <= KINDS
    assert set(found) <= set(kinds.text_kinds(text + more))
    assert "NUL" in kinds.text_kinds(f"{text}\0{more}")
    assert ("lone surrogate" in found) == any("\ud800" <= c <= "\udfff" for c in text)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text("abcXYZ 0189.,!?()\n", max_size=kinds.LONG))
def test_letters_and_figures_are_usual(text: str) -> None:
    assert kinds.text_kinds(text) == []


BOUNDED = {"type": "integer", "minimum": 5, "maximum": 100}


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (0, "zero"), (-1, "negative"), (1, "too small"), (4, "too small"), (5, "valid value"),
        (100, "valid value"), (101, "beyond bound"), (2**31 - 1, "beyond bound"),
        (2**31, "beyond 32 bits"), (2**63 - 1, "beyond 32 bits"), (2**63, "beyond 64 bits"),
        (-(2**31), "negative"), (-(2**31) - 1, "beyond 32 bits"), (-(2**63) - 1, "beyond 64 bits"),
    ],
)  # fmt: skip
def test_integers(value: int, kind: str) -> None:
    assert kinds.integer_kind(value, BOUNDED) == kind


@pytest.mark.parametrize(
    ("value", "kind"),
    [(0, "zero"), (-7, "negative"), (3, "unknown id"), (2**40, "unknown id"),
     (2**63, "beyond 64 bits")],
)  # fmt: skip
def test_integers_that_name_something(value: int, kind: str) -> None:
    assert kinds.integer_kind(value, {"type": "integer"}, reference=True) == kind


BOUNDS = [sign * 2**bits for bits in (0, 7, 31, 53, 63) for sign in (1, -1)]
INTEGERS = st.integers(-(2**70), 2**70) | st.sampled_from(
    [bound + near for bound in BOUNDS for near in (-1, 0, 1)]
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(INTEGERS, st.integers(1, 100))
def test_a_label_names_the_smallest_class_that_a_number_is_in(value: int, size: int) -> None:
    """Each class has its bounds, and a number that another class has is not in it."""
    classes = {
        "beyond 64 bits": not -(2**63) <= value < 2**63,
        "offset beyond 64 bits": value < 2**63 <= (value - 1) * size,
        "beyond 32 bits": not -(2**31) <= value < 2**31 and -(2**63) <= value < 2**63,
        "zero": value == 0,
        "negative": -(2**31) <= value < 0,
        "valid value": 0 < value < 2**31,
    }
    own = kinds.parameter_kinds({"type": "integer"}, str(value))
    label = next(kind for kind, is_in in classes.items() if is_in)
    found = kinds.page_kinds(own, str(value), size)
    assert found in ([label], ["negative", label])
    assert ("negative" in found) is (value < 0)


ENUM = {"type": "string", "enum": ["in", "out"]}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (BOUNDED, "", ["empty"]),
        (BOUNDED, "abc", ["not an integer"]),
        (BOUNDED, "7.5", ["not an integer"]),
        (BOUNDED, "7", ["valid value"]),
        (BOUNDED, "9" * 30, ["beyond 64 bits"]),
        (BOUNDED, "1\x00", ["NUL"]),
        ({"type": "boolean"}, "true", ["valid value true"]),
        ({"type": "boolean"}, "false", ["valid value false"]),
        ({"type": "boolean"}, "TRUE", ["wrong type"]),
        ({"type": "boolean"}, "garbage", ["wrong type"]),
        (ENUM, "in", ["valid value in"]),
        (ENUM, "up", ["undocumented value"]),
        (ENUM, "\udcff", ["not UTF-8"]),
        ({"type": "string"}, "anything", ["valid value"]),
    ],
)
def test_query_values(schema: dict[str, Any], value: str, expected: list[str]) -> None:
    assert kinds.parameter_kinds(schema, value) == expected


ITEMS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "kind": {**ENUM}},
    },
}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        (ITEMS, [], {("body /a", "empty")}),
        (ITEMS, {}, {("body /a", "wrong type")}),
        (ITEMS, None, {("body /a", "null")}),
        (ITEMS, [None], {("body /a/*", "null")}),
        (ITEMS, ["x"], {("body /a/*", "wrong type")}),
        (ITEMS, [{}], {("body /a/*", "empty"), ("body /a/*/id", "missing")}),
        (ITEMS, [{"id": 0}], {("body /a/*/id", "zero")}),
        (ITEMS, [{"id": 3}], {("body /a/*/id", "unknown id")}),
        (ITEMS, [{"id": 1.5}], {("body /a/*/id", "not an integer")}),
        (ITEMS, [{"id": 3, "kind": "in"}],
         {("body /a/*/id", "unknown id"), ("body /a/*/kind", "valid value in")}),
        (ITEMS, [{"id": 3, "no": 1}],
         {("body /a/*/id", "unknown id"), ("body /a/*", "undocumented property")}),
        (ITEMS, [{"id": 3}] * 2,
         {("body /a/*/id", "unknown id"), ("body /a", "duplicate")}),
        (ITEMS, [{"id": n + 1} for n in range(kinds.MANY)],
         {("body /a/*/id", "unknown id"), ("body /a", "too many")}),
        (ENUM, "", {("body /a", "empty")}),
        (ENUM, {}, {("body /a", "wrong type")}),
        ({"type": "boolean"}, 1, {("body /a", "wrong type")}),
        ({"type": "boolean"}, False, {("body /a", "valid value false")}),
        ({"type": "integer"}, True, {("body /a", "wrong type")}),
        ({"type": "string"}, 5, {("body /a", "wrong type")}),
    ],
)  # fmt: skip
def test_values_of_properties(
    schema: dict[str, Any], value: Any, expected: set[tuple[str, str]]
) -> None:
    assert set(kinds.property_cells("body /a", schema, value, ("/a/*/id",))) == expected


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize("schema", [{"type": "number"}, {}, {"type": "integer"}])
def test_numbers_without_end_are_some_kind(schema: dict[str, Any], value: float) -> None:
    """`1e999` is JSON, and Python reads it as infinity."""
    cells = list(kinds.property_cells("body /a", schema, value))
    assert [cell.place for cell in cells] == ["body /a"]
    assert isinstance(cells[0], Cell)
