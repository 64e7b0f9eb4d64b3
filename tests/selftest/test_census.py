"""Which fields bodies hold: documented and not, of which types, among how many objects."""

from __future__ import annotations

from typing import Any

import pytest

from harness.census import ANY_KEY, MOST, Census

ITEM = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "meta": {"type": "object", "properties": {"to": {}}},
                   "free": {"type": "object", "additionalProperties": True}},
}  # fmt: skip
PAGE = {"type": "object", "properties": {"items": {"type": "array", "items": {"allOf": [ITEM]}}}}


def places(*bodies: Any, schema: Any = PAGE) -> dict[str, tuple[bool, int, set[str]]]:
    census = Census()
    for body in bodies:
        census.take(schema, body)
    return {place: (f.documented, f.seen, f.types) for place, f in census.fields.items()}


def test_fields_are_counted_by_place_and_type() -> None:
    found = places({"items": [{"id": 1}, {"id": None, "meta": {"to": []}}, {"odd": {"x": 1.5}}]})
    assert found == {
        "/items": (True, 1, {"array"}),
        "/items/*/id": (True, 2, {"number", "null"}),
        "/items/*/meta": (True, 1, {"object"}),
        "/items/*/meta/to": (True, 1, {"array"}),
        "/items/*/odd": (False, 1, {"object"}),
        "/items/*/odd/x": (False, 1, {"number"}),
    }


def test_it_is_known_how_many_objects_could_hold_a_field() -> None:
    census = Census()
    for count in (2, 3):
        census.take(PAGE, {"items": [{"id": 1}] * count})
    assert (census.among("/items/*/id"), census.among("/items"), census.among("/x/y")) == (5, 2, 0)


def test_what_was_counted_apart_is_counted_together() -> None:
    bodies: list[Any] = [
        {"items": [{"id": 1}, {"id": "x", "odd": []}]},
        {"items": [{"id": None}, {}], "odd": 1},
        {"items": {}},
    ]
    whole, together = Census(), Census()
    for body in bodies:
        whole.take(PAGE, body)
        alone = Census()
        alone.take(PAGE, body)
        together.add(alone)
    assert together == whole
    assert whole.objects["/items/*"] == 4


def test_of_two_kinds_of_answer_no_more_places_are_kept_than_of_one() -> None:
    one, two = Census(), Census()
    one.take(None, {f"a{number}": 1 for number in range(MOST - 1)})
    two.take(None, {"b": 1, "c": 1})
    one.add(two)
    assert len(one.fields) == MOST
    assert one.fields["/b"].seen == 1
    assert "/c" not in one.fields


def test_keys_that_may_be_somebodys_data_are_not_looked_at() -> None:
    found = places({"items": [{"free": {"ann@example.com": 1}}], "odd": {"ann@example.com": {}}})
    assert not [place for place in found if "ann" in place]
    assert f"/odd/{ANY_KEY}" in found


def test_items_alike_count_as_many_as_they_are() -> None:
    alike = [{"id": 1}, {"id": 2}, {"id": 1}, {"id": "x"}]
    assert places({"items": alike}, {"items": alike[:1]})["/items/*/id"] == (
        True,
        5,
        {"number", "string"},
    )
    assert places({"items": [[{"id": 1}] * 2] * 3}, schema=None)["/items/*/*/id"][1] == 6


@pytest.mark.parametrize("body", [None, 1, "x", [], [[1]], {}])
def test_what_is_no_object_holds_no_field(body: Any) -> None:
    assert places(body) == {}


def test_without_a_schema_nothing_is_documented() -> None:
    assert places({"message": "no"}, schema=None) == {"/message": (False, 1, {"string"})}


def test_made_up_keys_and_deep_bodies_fill_nothing() -> None:
    deep: Any = {}
    for _ in range(100):
        deep = {"a": deep}
    assert len(places(deep, schema=None)) < 20
    assert len(places({f"k{n}": n for n in range(9999)}, schema=None)) == MOST
