"""Keys that stand twice in an object: told where readers would disagree, and nowhere else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.client import BodyStore
from harness.evidence.repeated import repeated
from harness.model import Case
from tests.selftest.fakes import LIST, SEND, exchange, get, judge, mixed, page, post

STORE = BodyStore()


def told(body: str, status: int = 200, *known: str) -> list[str]:
    """Where keys of an answer to a listing have two values."""
    found = repeated(LIST, status, STORE.put(body.encode()), frozenset(known))
    return [sighting.pointer for sighting in found]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ('{"data": {"total": 5, "total": 137}}', ["/data/total"]),
        ('{"data": {"total": 5, "\\u0074otal": 137}}', ["/data/total"]),
        ('{"data": {"total": 5, "total": 137, "total": 5, "total": 9}}', ["/data/total"]),
        ('{"status": "a", "status": "A"}', ["/status"]),
        ('{"data": {"results": [{}, {"meta": {"to": [], "to": null}}]}}',
         ["/data/results/*/meta/to"]),
        ('{"data": {"results": [{"x@y.example": 1, "x@y.example": 2}]}}', ["/data/results/*/*"]),
        ('{"data": {"results": [], "results": [{}]}}', ["/data/results"]),
        ('{"data": {"results": [{"id": 1}], "results": [{"id": 1}, {}]}}', ["/data/results"]),
        ('{"data": {"total": 1, "total": 2}, "data": {"total": 1}}', ["/data/total", "/data"]),
        ('{"status": 1, "status": true}', ["/status"]),
        ('{"status": 0, "status": false}', ["/status"]),
        ('{"status": null, "status": ""}', ["/status"]),
        ('{"status": 1, "status": "1"}', ["/status"]),
        ('{"data": [{"a": {"b": 1, "b": 2}}]}', ["/data/*/*/*"]),
        ('[{"a": 1, "a": 2}]', ["/*/*"]),
        ('{"status": 9007199254740993, "status": 9007199254740992}', ["/status"]),
        # Readers agree on these.
        ('{"data": {"total": 5, "total": 5}}', []),
        ('{"data": {"total": 5, "total": 5.0}}', []),
        ('{"data": {"total": 5e2, "total": 500}}', []),
        ('{"data": {"total": 5}, "data": {"\\u0074otal": 5}}', []),
        ('{"data": {"total": 5, "page": 1}, "data": {"page": 1, "total": 5}}', []),
        ('{"status": "\\u00e9", "status": "é"}', []),
        ('{"data": [1, {"a": []}], "data": [1, {"a": [], "a": []}]}', []),
        ('{"status": NaN, "status": NaN}', []),
        ('{"a": 1, "A": 2}', []),
        ('[{"a": 1}, {"a": 2}]', []),
        ('{"a": {"a": 1}}', []),
        ('"total"', []),
        ('{"total": 5, "total": 6', []),
        ("", []),
    ],
)  # fmt: skip
def test_keys_with_two_values(body: str, places: list[str]) -> None:
    assert told(body) == places


def test_an_error_that_the_documents_say_nothing_of_has_the_usual_names_at_its_top() -> None:
    body = '{"message": "a", "message": "b", "jane": 1, "jane": 2, "data": {"jane": 1, "jane": 2}}'
    assert told(body, 400, "message", "data") == ["/message", "/*", "/data/*"]
    assert told(body, 400) == ["/*", "/*", "/*/*"]


def test_a_deep_body_and_a_long_one_cost_no_more_than_their_bytes() -> None:
    assert told('{"a":' * 100_000 + "1" + "}" * 100_000) == []
    deep = '{"a":0,"a":' * 300 + "1" + "}" * 300
    assert len(told(deep)) == 300
    wide = "{" + ",".join(f'"k":[{n}],"k":[{n}]' for n in range(100_000)) + "}"
    started = time.process_time()
    assert told(wide) == ["/*"]
    assert time.process_time() - started < 5


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.tuples(st.sampled_from("abc"), inner), max_size=4).map(tuple)
    ),
    max_leaves=12,
)
"""JSON whose objects are tuples of pairs, so that they may hold a key twice."""


def dumped(value: Any) -> str:
    if isinstance(value, tuple):
        return "{" + ", ".join(f'"{name}": {dumped(inner)}' for name, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dumped, value)) + "]"
    return json.dumps(value)


def readings(body: str) -> tuple[str, str]:
    """What a reader sees who keeps the last of equal keys, and one who keeps the first."""

    def first(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return dict(reversed(pairs))

    one, other = json.loads(body), json.loads(body, object_pairs_hook=first)
    return json.dumps(one, sort_keys=True), json.dumps(other, sort_keys=True)


@settings(max_examples=300, deadline=None, database=None)
@given(JSON)
def test_where_readers_disagree_it_is_told(value: Any) -> None:
    """And where nothing is told, the first and the last are the same to all."""
    body = dumped(value)
    last, first = readings(body)
    if last != first:
        assert told(body)
    if not told(body):
        assert last == first


TWO_TOTALS = b'{"status": "success", "data": {"results": [], "total": 5, "total": 137}}'


@pytest.mark.parametrize(
    ("case", "status", "media", "kept"),
    [
        (get(), 200, "application/json", False),
        (get(), 200, "", False),
        (get(), 404, "application/problem+json", False),
        (post({}), 200, "application/json", False),
        (get(), 200, "text/html", True),
        (get(method="HEAD"), 200, "application/json", True),
        (get(method="PUT"), 405, "application/json", True),
    ],
)
def test_of_documented_methods_and_of_what_says_that_it_is_json(
    case: Case, status: int, media: str, kept: bool
) -> None:
    operation = LIST if case.operation == LIST.id else SEND
    record = judge(
        "response.complete", [exchange(1, case, status, TWO_TOTALS, media=media)], operation
    )
    assert (record.deviations == []) is kept
    assert {d.kind for d in record.deviations} <= {"repeated key"}


def test_the_items_that_carry_it_are_told() -> None:
    items = mixed(3)
    body = json.dumps(page(items)).replace('"private": ', '"private": 7, "private": ', 1).encode()
    (deviation,) = judge("response.complete", [exchange(1, get(), 200, body)]).deviations
    assert (deviation.place, deviation.carriers) == (
        "/data/results/*/private", (items[0]["uuid"],),
    )  # fmt: skip
    assert deviation.actual.startswith("7 and ")
