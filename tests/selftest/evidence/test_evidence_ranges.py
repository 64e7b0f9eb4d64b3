"""A page or a page size out of range (contract: *list.out-of-range*, *list.page-size-bound*)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence.sweeps import BRACKET
from harness.model import Exchange
from tests.selftest.fakes import exchange, found, get, judge, mixed, page

TOTAL = 110
MANY = mixed(TOTAL)


def walked(odd: Exchange) -> list[Exchange]:
    """A whole walk, with one more answer in it."""
    asked = [("", BRACKET), ("page=4", BRACKET), ("page=1&page_size=100", "walk|unfiltered|first"),
             ("page=2&page_size=100", "walk|unfiltered|last")]  # fmt: skip
    answers = [page(MANY), page(MANY, 4), page(MANY, 1, 100), page(MANY, 2, 100)]
    made = [
        exchange(number, get(query, role=role), value=answer)
        for number, ((query, role), answer) in enumerate(zip(asked, answers, strict=True), 1)
    ]
    return [*made, odd, *made[:2]]


def test_more_than_asked_for_is_out_of_bounds() -> None:
    answer = page(mixed(9), 1, 3)
    answer["data"]["per_page"] = 2
    many = exchange(1, get("page_size=2"), value=answer)
    assert judge("list.page-size-bound", [many]).deviations
    as_it_says = exchange(1, get("page_size=2"), value=page(mixed(9), 1, 3))
    assert not judge("list.page-size-bound", [as_it_says]).deviations, "list.per-page-echo tells it"
    hundred = exchange(1, get("page_size=500"), value=page(MANY, 1, 101))
    (one,) = judge("list.page-size-bound", [hundred]).deviations
    assert one.place == "", "above the maximum the culprit is in the request"


BEYOND = {"status": "success", "data": {"results": [], "total": TOTAL, "per_page": 30,
                                        "total_pages": 4, "page": 2**31}}  # fmt: skip


def beyond(**changes: Any) -> dict[str, Any]:
    return {"status": "success", "data": {**BEYOND["data"], **changes}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("query", "status", "answer", "expected"),
    [
        ("page_size=0", 400, {}, "kept"),
        ("page_size=0", 200, page(MANY, 1, 30), "leniency"),
        ("page_size=0", 200, page(MANY, 1, 1), "leniency"),
        ("page_size=-5", 200, page(MANY, 1, 100), "leniency"),
        ("page_size=101", 422, {}, "kept"),
        ("page_size=101", 200, page(MANY, 1, 100), "leniency"),
        ("page_size=101", 200, page(MANY, 1, 101), "violation"),
        ("page_size=abc", 200, page(MANY, 1, 30), "leniency"),
        ("page_size=", 200, page(MANY, 1, 30), "leniency"),
        ("page_size=1.5", 200, page(MANY, 1, 1), "leniency"),
        ("page_size=0", 200, beyond(per_page=0, page=1), "violation"),
        ("page_size=0", 200, beyond(per_page=30, page=1, results=MANY[:31]), "violation"),
        ("page_size=2147483648", 200, page(MANY, 1, 100), "leniency"),
        ("page=0", 404, {}, "kept"),
        ("page=0", 200, page(MANY, 1, 30), "leniency"),
        ("page=-1", 200, page(MANY, 1, 30), "leniency"),
        ("page=abc", 200, page(MANY, 1, 30), "leniency"),
        ("page=-1", 200, beyond(page=1, per_page=25, results=MANY[:30]), "leniency"),
        ("page=-1", 200, beyond(page=-1), "violation"),
        ("page=0", 200, beyond(page=0, results=MANY[:30]), "violation"),
        ("page=2147483648", 200, BEYOND, "kept"),
        ("page=2147483648", 400, {}, "gap"),
        ("page=2147483648", 200, page(MANY, 4, 30), "leniency"),
        ("page=9223372036854775808", 404, {}, "gap"),
        ("page=9223372036854775808", 200, page(MANY, 1, 30), "leniency"),
    ],
)
def test_out_of_range(query: str, status: int, answer: Any, expected: str) -> None:
    """Refused, or brought into bounds (leniency) that the answer says and keeps."""
    record = judge("list.out-of-range", [exchange(1, get(query, phase="grid"), status, answer)])
    assert record.judged == {1}
    assert [g.status for g in record.gaps] == ([str(status)] if expected == "gap" else [])
    said = [severity for severity, _ in found(record)]
    assert said == ([expected] if expected in {"leniency", "violation"} else [])


@pytest.mark.parametrize("clause", ["list.total", "list.page-full", "list.page-echo"])
def test_a_huge_page_that_is_brought_into_bounds_is_judged_by_no_other(clause: str) -> None:
    odd = exchange(9999, get("page=2147483648", phase="grid"), value=page(MANY, 4, 30))
    assert judge(clause, walked(odd)).deviations == []


@pytest.mark.parametrize("changes", [{"total": 0, "total_pages": 0}, {"results": None}])
def test_a_huge_page_is_an_empty_list_with_the_right_total(changes: dict[str, Any]) -> None:
    """It is a page beyond the last, which no other clause judges."""
    odd = exchange(9999, get("page=2147483648", phase="grid"), value=beyond(**changes))
    exchanges = walked(odd)
    names = ("list.out-of-range", "list.total", "list.page-full")
    seen = {d.exchange.number for name in names for d in judge(name, exchanges).deviations}
    assert seen == {9999}


@pytest.mark.parametrize(("echo", "expected"), [(0, ["leniency"]), (1, ["violation"])])
def test_what_no_answer_repeats_says_nothing_of_the_bounds(echo: int, expected: list[str]) -> None:
    """Where pages are counted from 0 throughout, `list.page-echo` tells it and nothing else."""
    answer = page(MANY)
    answer["data"]["page"] = echo
    valid = exchange(1, get("page=1&page_size=30"), value=answer)
    brought = exchange(2, get("page=-1", phase="grid"), value=beyond(page=0, results=MANY[:30]))
    record = judge("list.out-of-range", [valid, brought])
    assert [severity for severity, _ in found(record)] == expected
