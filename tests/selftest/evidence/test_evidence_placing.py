"""One mistake in cutting pages is one defect (contract.md, *One defect, one finding*)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from harness.explore.listing import Extent, ListingJourney
from harness.model import Case, Exchange
from tests.selftest.fakes import LIST, READ, FakeServer, judge, mixed

TOTAL = 110
MANY = mixed(TOTAL)
CONTENT = ("list.page-full", "list.no-overlap", "list.no-gap")
Choose = Callable[[list[Any], int, int], list[Any]]


def cut(choose: Choose) -> list[Exchange]:
    """A list whose pages are `choose(all that match, page, size)`."""
    server = FakeServer({READ: MANY})

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        if status != 200 or "{read}" not in case.path:
            return status, answer
        asked = [part.split("=") for part in case.query.split("&") if part]
        wanted = [(k, v) for k, v in asked if k in {"private", "type"}]
        kept = [
            item
            for item in MANY
            if all(str(item["private"]).lower() == v for k, v in wanted if k == "private")
            and (not any(k == "type" for k, _ in wanted) or ("type", item["type"]) in wanted)
        ]
        answer = deepcopy(answer)
        data = answer["data"]
        data["results"] = choose(kept, data["page"], data["per_page"])
        return status, answer

    server.twist = twist
    extent = Extent(sizes=(1, 29, 30, 99), single_sizes=(1, 2, 100), pairs=12)
    ListingJourney(LIST, server, extent).run()
    return server.exchanges


def owners(exchanges: list[Exchange]) -> dict[str, set[int]]:
    """Clause -> numbers of the exchanges that break it."""
    found = {n: {d.exchange.number for d in judge(n, exchanges).deviations} for n in CONTENT}
    return {name: numbers for name, numbers in found.items() if numbers}


def first(found: dict[str, set[int]]) -> str:
    """The clause that comes first, if the others only tell of the same answers."""
    name = next(n for n in CONTENT if n in found)
    assert set().union(*found.values()) == found[name]
    return name


@pytest.mark.parametrize(
    ("choose", "clause"),
    [
        (lambda found, page, size: found[:size], "list.no-overlap"),
        (lambda found, page, size: found[max(0, (page - 1) * size - 1) :][:size],
         "list.no-overlap"),
        (lambda found, page, size: found[page * size :][:size], "list.no-gap"),
        (lambda found, page, size: found[(page - 1) * (size + 1) :][:size], "list.no-gap"),
        (lambda found, page, size: found[(page - 1) * (100 if size == 99 else size) :][:size],
         "list.no-gap"),
        (lambda found, page, size: (found[::-1] if size < 3 else found)[(page - 1) * size :][:size],
         "list.no-gap"),
        (lambda found, page, size: found[(page - 1) * size :][: max(1, size - 1)],
         "list.page-full"),
        (lambda found, page, size: found[(page - 1) * size :][: min(size, 50)], "list.page-full"),
        (lambda found, page, size: found[(page - 1) * size :][: size - (page == 2)],
         "list.page-full"),
        (lambda found, page, size: found[(page - 1) * size :][:size] or found[:size],
         "list.page-full"),
        (lambda found, page, size: [] if page > 1 and size == 100 else
         found[(page - 1) * size :][:size], "list.page-full"),
    ],
    ids=["the first again", "one too early", "from 0", "one too late", "one size too late",
         "small ones backwards", "one short", "at most 50", "the second short",
         "beyond is the first", "none behind 100"],
)  # fmt: skip
def test_each_mistake_breaks_one_clause_and_the_others_by_the_way(
    choose: Choose, clause: str
) -> None:
    assert first(owners(cut(choose))) == clause


def test_pages_that_are_cut_well_break_none() -> None:
    assert owners(cut(lambda found, page, size: found[(page - 1) * size :][:size])) == {}
