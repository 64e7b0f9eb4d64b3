"""Which clause a lie about pages breaks, and that the truth breaks none (contract: `list.*`)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import cache
from itertools import count
from math import ceil
from typing import Any

import pytest

from harness.explore.listing import Extent, ListingJourney
from harness.model import Case, Exchange
from tests.selftest.fakes import (
    LIST,
    READ,
    WRITE,
    FakeServer,
    Twist,
    clauses,
    judge,
    message,
    mixed,
    page,
)  # fmt: skip

LISTING = [name for name in clauses() if name.startswith(("list.", "filter."))]


TOTAL = 110
MANY = mixed(TOTAL)


def walked(twist: Twist | None = None, total: int = TOTAL) -> list[Exchange]:
    server = FakeServer({READ: MANY[:total]})
    if twist:
        server.twist = twist
    ListingJourney(LIST, server, Extent(sizes=(29, 99), single_sizes=(1, 2, 100))).run()
    return server.exchanges


def lie(change: Callable[[dict[str, Any], Case], None]) -> list[Exchange]:
    """A walk through pages of which `change` changes the data."""

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        answer = deepcopy(answer)
        if status == 200:
            change(answer["data"], case)
        return status, answer

    return walked(twist)


def broken(exchanges: list[Exchange]) -> set[str]:
    return {name for name in LISTING if judge(name, exchanges).deviations}


@pytest.mark.parametrize("total", [1, 2, 30, 31, 100, 101])
def test_a_correct_server_breaks_nothing(total: int) -> None:
    exchanges = walked(total=total)
    assert broken(exchanges) == set()
    for name in ("list.page-full", "list.total", "list.no-gap", "filter.complete", "list.stable"):
        assert judge(name, exchanges).judged, name


@pytest.mark.parametrize("clause", ["list.total", "list.page-full", "list.total-pages"])
def test_an_empty_list_is_judged_too(clause: str) -> None:
    record = judge(clause, walked(total=0))
    assert record.deviations == []
    assert record.judged
    assert record.missed == [], "its walk did reach the end"


def asks(case: Case, *parts: str) -> bool:
    return all(part in case.query.split("&") for part in parts)


def _short(data: dict[str, Any], case: Case) -> None:
    if asks(case, "page=2", "page_size=100"):
        del data["results"][5]


def _last_again(data: dict[str, Any], _case: Case) -> None:
    if not data["results"] and data["total"]:
        data["results"] = MANY[-1:]


def _null(data: dict[str, Any], _case: Case) -> None:
    data["results"] = data["results"] or None


def _off_by_one(data: dict[str, Any], _case: Case) -> None:
    if data["page"] > 1 and data["results"]:
        first = data["results"][0]["id"]
        data["results"] = MANY[first - 2 : first - 2 + len(data["results"])]


def _reordered(data: dict[str, Any], case: Case) -> None:
    if asks(case, "page_size=29"):
        data["results"].reverse()


def _no_total_beyond(data: dict[str, Any], _case: Case) -> None:
    if not data["results"]:
        data.update(total=0, total_pages=0)


BRACKETS = count()


def _moving(data: dict[str, Any], case: Case) -> None:
    if not case.query and next(BRACKETS) % 2:
        data["results"][0]["type"] = "activity"


def _same_id(data: dict[str, Any], _case: Case) -> None:
    for item in data["results"]:
        item["id"] = min(item["id"], TOTAL - 1)


def _unfiltered(data: dict[str, Any], case: Case) -> None:
    if "private=true" in case.query:
        data.update(page(MANY, data["page"], data["per_page"])["data"])


def _first_value_only(data: dict[str, Any], case: Case) -> None:
    if case.query.startswith("type=incoming&type=outgoing"):
        kept = [i for i in MANY if i["type"] == "incoming"]
        data.update(page(kept, data["page"], data["per_page"])["data"])


def _filter_uncounted(data: dict[str, Any], case: Case) -> None:
    if "private" in case.query or "type" in case.query:
        data.update(total=TOTAL, total_pages=ceil(TOTAL / data["per_page"]))


def set_(**values: Any) -> Callable[[dict[str, Any], Case], None]:
    return lambda data, _case: data.update(values)


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        (_short, "list.page-full"),
        (_last_again, "list.page-full"),
        (_null, "list.page-full"),
        (_off_by_one, "list.no-overlap"),
        (_reordered, "list.no-gap"),
        (_no_total_beyond, "list.total"),
        (lambda d, c: d.update(total=d["total"] + 1), "list.total"),
        (lambda d, c: d.update(total_pages=d["total_pages"] + 1), "list.total-pages"),
        (set_(page=1), "list.page-echo"),
        (set_(per_page=30), "list.per-page-echo"),
        (lambda d, c: "page=" not in c.query and d.update(page=0), "list.default-page"),
        (lambda d, c: "size" not in c.query and d.update(per_page=20), "list.default-page-size"),
        (_moving, "list.stable"),
        (_same_id, "list.unique"),
        (_unfiltered, "filter.sound"),
        (_first_value_only, "filter.complete"),
        (_filter_uncounted, "filter.total"),
    ],
)
def test_a_lie_breaks_its_clause(change: Any, clause: str) -> None:
    record = judge(clause, lie(change))
    assert {d.severity for d in record.deviations} == {"violation"}
    assert {d.exchange.number for d in record.deviations} <= record.judged


@cache
def foreign() -> dict[str, Any]:
    return message(900, WRITE)


def test_items_of_another_conversation_are_foreign() -> None:
    exchanges = lie(lambda data, _c: data["results"] and data["results"].append(foreign()))
    (one, *_) = judge("list.isolation", exchanges).deviations
    assert one.carriers == (foreign()["uuid"],)


def test_a_page_beyond_the_last_may_be_refused() -> None:
    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        empty = status == 200 and not answer["data"]["results"]
        return (404, {}) if empty and case.role.endswith("beyond") else (status, answer)

    exchanges = walked(twist)
    assert broken(exchanges) == set()
    assert {g.status for g in judge("list.page-full", exchanges).gaps} == {"404"}
