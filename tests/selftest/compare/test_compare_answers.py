"""In what two answers differ, and what stored data may explain."""

from __future__ import annotations

from typing import Any

import pytest

from harness.compare.answers import Pair, Sign, over_all, paired, signs
from harness.model import Exchange
from tests.selftest.fakes import CONTRACT, LIST, exchange, get, mixed, page, post

NOTE = {"sender_type": "agent", "private": True, "message": "x"}


def sent(value: Any, status: int = 200, **more: Any) -> Exchange:
    return exchange(1, post(NOTE), status, value, **more)


def told(one: Exchange, other: Exchange) -> list[Sign]:
    return list(signs(CONTRACT, Pair(one, other)))


GOOD = {"status": "success", "data": {"id": 7, "meta": {"to": []}, "content": "a"}}


@pytest.mark.parametrize(
    ("one", "other", "sign"),
    [
        (sent(GOOD), sent({}, 422), ("status", "", "200", "422", True)),
        (sent(GOOD), sent(GOOD, failure="broken off"), ("status", "", "200", "broken off", True)),
        (sent(GOOD), sent(GOOD, media="text/html"),
         ("content type", "", "application/json", "text/html", True)),
        (sent(GOOD), sent(b"<p>"), ("type", "", "object", "no JSON", True)),
        (sent(GOOD), sent([]), ("type", "", "object", "array", True)),
        (sent(GOOD), sent({"status": "success", "data": {"id": 9, "content": "b"}}),
         ("field", "/data/meta", "always", "never", True)),
        (sent(GOOD), sent({**GOOD, "extra": {"deep": 1}}),
         ("field", "/extra", "never", "always", True)),
        (sent(GOOD), sent({**GOOD, "data": {**GOOD["data"], "id": "7"}}),
         ("type", "/data/id", "number", "string", True)),
        (sent(GOOD), sent({**GOOD, "data": {**GOOD["data"], "id": None}}),
         ("type", "/data/id", "number", "null", False)),
        (sent({"message": "no"}, 400), sent({"error": "no"}, 400),
         ("field", "/error", "never", "always", True)),
    ],
)  # fmt: skip
def test_what_differs_is_told(one: Exchange, other: Exchange, sign: tuple[Any, ...]) -> None:
    assert told(one, other)[0] == sign
    back = told(other, one)[0]
    assert (back.one, back.other, back.is_sure) == (sign[3], sign[2], sign[4])
    assert told(one, one) == []


def test_ids_times_texts_and_order_are_no_difference() -> None:
    other = {"data": {"content": "", "meta": {"to": []}, "id": 123456789}, "status": "fine"}
    assert told(sent(GOOD), sent(other)) == []


def test_an_empty_list_says_nothing_of_what_items_hold() -> None:
    items = [{"attachments": found} for found in ([], [{"size": 1}])]
    assert told(*(sent({"status": "success", "data": item}) for item in items)) == []


def listed(items: list[dict[str, Any]], number: int = 1) -> Exchange:
    return exchange(number, get(id=f"g{number}"), 200, page(items))


def sides(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[Sign]:
    pair = Pair(listed(one), listed(other))
    assert list(signs(CONTRACT, pair)) == []
    found = list(over_all(CONTRACT, [pair]))
    assert {(operation, status) for operation, status, _ in found} <= {(LIST.id, "200")}
    return [sign for *_, sign in found]


def without(items: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in item.items() if key != name} for item in items]


def test_a_field_of_all_items_of_one_and_of_none_of_the_other_is_a_difference() -> None:
    place = "/data/results/*/content"
    (sign,) = sides(mixed(5), without(mixed(9), "content"))
    assert sign == ("field", place, "always", "never", True)


@pytest.mark.parametrize("count", [1, 2])
def test_few_items_are_too_few_to_tell(count: int) -> None:
    (sign,) = sides(mixed(5), without(mixed(count), "content"))
    assert not sign.is_sure


def test_a_field_of_some_items_may_be_the_data() -> None:
    (sign,) = sides([*mixed(3), *without(mixed(3), "content")], without(mixed(9), "content"))
    assert (sign.one, sign.is_sure) == ("sometimes", False)


@pytest.mark.parametrize(("value", "sure"), [("1", True), (None, False), ([], True)])
def test_another_type_is_a_difference_and_null_may_be_the_data(value: Any, sure: bool) -> None:
    (sign,) = sides(mixed(5), [{**item, "sender_id": value} for item in mixed(5)])
    assert (sign.kind, sign.is_sure) == ("type", sure)


@pytest.mark.parametrize("items", [[], mixed(1), mixed(60)[::-1]])
def test_other_items_are_no_difference(items: list[dict[str, Any]]) -> None:
    assert sides(mixed(5), items) == []


def test_cases_are_paired_by_their_ids() -> None:
    one = [exchange(n, get(id=name)) for n, name in enumerate("abcb")]
    other = [exchange(n, get(id=name)) for n, name in enumerate("bxyc")]
    found = paired(one, other)
    assert [(p.one.case.id, p.other.case.id) for p in found.pairs] == [("b", "b"), ("c", "c")]
    assert (found.alone, found.weather) == ((1, 2), 0)
    assert found.pairs[0].one.number == 1


@pytest.mark.parametrize("phase", ["repeat", "reduce"])
def test_what_depends_on_what_went_wrong_is_not_paired(phase: str) -> None:
    made = [exchange(1, get(phase=phase))]
    assert paired(made, made).pairs == ()


@pytest.mark.parametrize(
    "bad",
    [
        exchange(1, get(), 429), exchange(1, get(), 0, failure="reset"),
        exchange(1, get(), 0, failure="timeout"), exchange(1, get(), 502, b"", media="text/html"),
    ],
)  # fmt: skip
def test_weather_is_no_difference(bad: Exchange) -> None:
    found = paired([exchange(1, get())], [bad])
    assert (found.pairs, found.weather) == ((), 1)
