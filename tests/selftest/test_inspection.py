"""What a walk along the schema sees, and how strictly it reads dates and UUIDs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.inspection import Inspection, Sighting, inspect, is_date_time, is_uuid

UUID = "0b9d4c1e-8a1f-4c1b-9a43-1d2f3a4b5c6d"
ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": {"type": "integer"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "at": {"type": "string", "format": "date-time"},
        "room_uuid": {"type": "string", "x-format": "uuid"},
        "meta": {"type": "object", "properties": {"level": {"type": "string", "enum": ["x"]}}},
        "free": {"type": "array", "items": {"type": "object"}},
        "a/b": {"type": "integer", "enum": [1]},
    },
}
PAGE = {
    "type": "object",
    "required": ["items", "total"],
    "properties": {"items": {"type": "array", "items": ITEM}, "total": {"type": "integer"}},
}


def seen(sightings: list[Sighting]) -> list[tuple[str, str, Any]]:
    return [(s.pointer, s.exact, s.value) for s in sightings]


def test_a_good_page_shows_its_enum_values_only() -> None:
    result = inspect(PAGE, {"items": [{"id": 1, "kind": "a", "at": "2024-05-06T07:08:09Z"}],
                            "total": 1})  # fmt: skip
    assert seen(result.enums) == [("/items/*/kind", "/items/0/kind", "a")]
    assert result.enums[0].documented == ("a", "b")
    assert (result.missing, result.formats, result.undocumented) == ([], [], [])
    assert result.deviations == 0


def test_missing_properties_name_their_items() -> None:
    result = inspect(PAGE, {"items": [{"id": 1, "kind": "a"}, {"id": 2}, {"kind": None}]})
    assert seen(result.missing) == [
        ("/total", "/total", None),
        ("/items/*/kind", "/items/1/kind", None),
        ("/items/*/id", "/items/2/id", None),
    ]
    assert [s.indices for s in result.missing] == [(), (1,), (2,)]


def test_an_item_that_comes_again_is_seen_where_it_stands() -> None:
    nested = {"type": "array", "items": PAGE}
    page = {"items": [{"id": 1, "kind": "c"}, {"id": 2, "kind": "a"}], "total": 2}
    for body in ([page], [page, page]):
        result = inspect(nested, body)
        assert seen(result.undocumented_values) == [
            ("/*/items/*/kind", f"/{index}/items/0/kind", "c") for index in range(len(body))
        ]
    assert [s.indices for s in result.undocumented_values] == [(0, 0), (1, 0)]


def test_items_that_only_python_takes_for_equal_are_told_apart() -> None:
    items = [{"id": 1, "a/b": value} for value in (1, True, 1.0, 1)]
    result = inspect({"type": "array", "items": ITEM}, items)
    assert [s.exact for s in result.undocumented_values] == ["/1/a~1b", "/2/a~1b"]


def test_items_of_another_schema_are_others() -> None:
    other = {"properties": {"kind": {"enum": ["c"]}}}
    for schema, wrong in ((ITEM, 1), (other, 0), (ITEM, 1)):
        result = inspect({"type": "array", "items": schema}, [{"id": 1, "kind": "c"}])
        assert len(result.undocumented_values) == wrong


def test_an_item_too_deep_to_be_remembered_is_looked_at() -> None:
    deep: Any = []
    for _ in range(3000):
        deep = [deep]
    result = inspect({"type": "array", "items": ITEM}, [{"id": 1, "kind": "c", "x": deep}])
    assert seen(result.undocumented_values) == [("/*/kind", "/0/kind", "c")]


def test_a_null_is_not_missing() -> None:
    assert inspect(ITEM, {"id": None, "kind": None}).missing == []


@pytest.mark.parametrize("value", ["c", "A", "", None, 1, True, ["a"], {"a": 1}])
def test_undocumented_enum_values_of_any_type(value: Any) -> None:
    result = inspect(PAGE, {"items": [{"id": 1, "kind": value}], "total": 1})
    assert seen(result.undocumented_values) == [("/items/*/kind", "/items/0/kind", value)]


@pytest.mark.parametrize(("value", "documented"), [(1, True), (1.0, False), (True, False)])
def test_one_and_true_are_two_values(value: Any, documented: bool) -> None:
    (sighting,) = inspect(ITEM, {"id": 1, "a/b": value}).enums
    assert sighting.pointer == "/a~1b"
    assert sighting.is_documented is documented


@pytest.mark.parametrize(
    "schema", [{"enum": ["a"], "nullable": True}, {"enum": ["a"], "type": ["string", "null"]}]
)
def test_a_nullable_enum_documents_null(schema: dict[str, Any]) -> None:
    assert inspect(schema, None).undocumented_values == []


def test_enums_stand_anywhere() -> None:
    result = inspect(ITEM, {"id": 1, "kind": "a", "meta": {"level": "y"}})
    assert [s.pointer for s in result.undocumented_values] == ["/meta/level"]


def test_formats_are_told_by_format_and_annotation() -> None:
    good, bad = "2024-05-06T07:08:09Z", "now"
    result = inspect(
        PAGE, {"items": [{"at": bad, "room_uuid": UUID}, {"at": good, "room_uuid": ""}]}
    )
    assert [(s.exact, s.format) for s in result.formats] == [
        ("/items/0/at", "date-time"),
        ("/items/1/room_uuid", "uuid"),
    ]


def test_wrong_types_are_left_to_the_validator() -> None:
    body = {"items": [{"id": "x", "kind": "a", "at": 5, "room_uuid": None, "meta": []}, 7, None]}
    result = inspect(PAGE, body)
    assert (result.formats, seen(result.missing)) == ([], [("/total", "/total", None)])
    assert inspect(PAGE, []).deviations == 0
    assert inspect(None, {"a": 1}) == Inspection()


def test_undocumented_properties() -> None:
    result = inspect(PAGE, {"items": [{"author": 1, "free": [{"name": 1}]}], "next": {"kind": 1}})
    assert sorted(s.pointer for s in result.undocumented) == ["/items/*/author", "/next"]


def test_an_open_object_documents_all_it_holds() -> None:
    schema = {"properties": {"a": {}}, "additionalProperties": {"enum": ["x"]}}
    result = inspect(schema, {"a": 1, "b": "y"})
    assert result.undocumented == []
    assert [s.pointer for s in result.undocumented_values] == ["/*"]
    assert [s.exact for s in result.undocumented_values] == ["/b"]


def test_all_parts_of_all_of_count() -> None:
    parts = [
        {"properties": {"a": {}}, "required": ["a"]},
        {"properties": {"b": {"enum": ["x"]}}},
    ]
    schema = {"allOf": parts, "properties": {"c": {}}}
    result = inspect(schema, {"b": "y", "c": 1, "d": 1})
    assert [s.pointer for s in result.missing] == ["/a"]
    assert [s.pointer for s in result.undocumented_values] == ["/b"]
    assert [s.pointer for s in result.undocumented] == ["/d"]


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_the_best_branch_speaks(keyword: str) -> None:
    schema = {keyword: [{"required": ["x", "y"]}, {"properties": {"kind": {"enum": ["b"]}}}]}
    result = inspect(schema, {"kind": "b"})
    assert (result.missing, seen(result.enums)) == ([], [("/kind", "/kind", "b")])


def test_a_body_deeper_than_its_schema_is_walked_as_deep_as_the_schema() -> None:
    deep = json.loads('{"items":' * 300 + "1" + "}" * 300)
    assert inspect(PAGE, {"items": [deep], "total": 1}).deviations == 2


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06T07:08:09Z",
        "2024-05-06t07:08:09z",
        "2024-05-06T07:08:09.1Z",
        "2024-05-06T07:08:09.123456789012345Z",
        "2024-05-06T07:08:09+05:45",
        "2024-05-06T07:08:09-00:00",
        "2024-02-29T23:59:59+23:59",
        "0001-01-01T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2016-12-31T23:59:60Z",
        "2017-01-01T05:44:60+05:45",
        "2016-12-31T15:59:60.5-08:00",
    ],
)
def test_date_times(text: str) -> None:
    assert is_date_time(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-05-06",
        "2024-05-06T07:08:09",
        "2024-05-06T07:08Z",
        "2024-05-06 07:08:09Z",
        "2024-05-06T07:08:09Z\n",
        " 2024-05-06T07:08:09Z",
        "2024-05-06T07:08:09.Z",
        "2024-05-06T07:08:09,5Z",
        "2024-05-06T07:08:09+0100",
        "2024-05-06T07:08:09+01",
        "2024-05-06T07:08:09+24:00",
        "2024-05-06T07:08:09+01:60",
        "2024-05-06T24:00:00Z",
        "2024-05-06T07:60:00Z",
        "2024-05-06T07:08:61Z",
        "2024-05-06T07:08:60Z",
        "2017-01-01T05:44:60+05:00",
        "2024-00-06T07:08:09Z",
        "2024-13-06T07:08:09Z",
        "2024-02-30T07:08:09Z",
        "2023-02-29T07:08:09Z",
        "1900-02-29T07:08:09Z",
        "2024-04-31T07:08:09Z",
        "2024-05-00T07:08:09Z",
        "24-05-06T07:08:09Z",
        "12024-05-06T07:08:09Z",
        "٢٠٢٤-05-06T07:08:09Z",
        "2024-05-06T07:08:09Z[Europe/Berlin]",
        "1714979289",
    ],
)
def test_no_date_times(text: str) -> None:
    assert not is_date_time(text)


@pytest.mark.parametrize("text", [UUID, UUID.upper(), "00000000-0000-0000-0000-000000000000"])
def test_uuids(text: str) -> None:
    assert is_uuid(text)


@pytest.mark.parametrize(
    "text",
    [
        "", UUID + "\n", UUID[:-1], UUID + "0", UUID.replace("-", ""), "{" + UUID + "}",
        "urn:uuid:" + UUID, UUID.replace("-", "_"), UUID[:-1] + "g", UUID.replace("0", "０"),
    ],
)  # fmt: skip
def test_no_uuids(text: str) -> None:
    assert not is_uuid(text)
