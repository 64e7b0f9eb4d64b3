"""Walking a list that stands still, one that moves, and one that lies about its length."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from harness.evidence.sweeps import sweeps
from harness.explore.listing import Extent, ListingJourney
from harness.model import Case
from tests.selftest.fakes import LIST, READ, FakeServer, Twist, get, message, mixed, page

SMALL = Extent(sizes=(), single_sizes=(1, 100))


def travel(
    total: int = 250, extent: Extent = SMALL, **server: Any
) -> tuple[ListingJourney, FakeServer]:
    fake = FakeServer({READ: mixed(total)}, **server)
    journey = ListingJourney(LIST, fake, extent, [get("type=bogus", phase="grid")])
    journey.run()
    return journey, fake


def walks(server: FakeServer, setting: str = "unfiltered") -> list[str]:
    found = [e.case for e in server.exchanges if e.case.role.startswith(f"walk|{setting}|")]
    return [next(p for p in c.query.split("&") if p.startswith("page=")) for c in found]


def lying(**data: Any) -> Twist:
    def twist(_case: Case, status: int, answer: Any) -> tuple[int, Any]:
        return status, {**answer, "data": {**answer["data"], **data}} if status == 200 else answer

    return twist


def test_the_whole_list_is_walked_with_the_largest_page() -> None:
    journey, server = travel(250)
    assert walks(server) == ["page=1", "page=2", "page=3"]
    assert journey.counts["unfiltered"] == 250
    assert journey.disturbed == []


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2)])
def test_a_full_last_page_is_followed_by_the_one_beyond(total: int, pages: int) -> None:
    _, server = travel(total)
    assert walks(server) == [f"page={n + 1}" for n in range(pages)]
    state = next(iter(sweeps(LIST, server.exchanges).states.values()))
    assert state.walks["unfiltered"].is_finished


def test_no_more_pages_than_the_limit_are_walked() -> None:
    _, server = travel(450, Extent(walk_limit=3, sizes=()))
    assert walks(server) == ["page=1", "page=2", "page=3"]
    state = next(iter(sweeps(LIST, server.exchanges).states.values()))
    assert not state.walks["unfiltered"].is_finished


def test_a_filtered_walk_has_a_limit_of_its_own() -> None:
    _, server = travel(300, Extent(filtered_walk_limit=2, sizes=()))
    assert walks(server, "private=false") == ["page=1", "page=2"]


def test_a_total_that_is_too_small_does_not_end_the_walk() -> None:
    journey, _ = travel(250, twist=lying(total=7))
    assert journey.counts["unfiltered"] == 250


@pytest.mark.parametrize("total", [10**30, 2**63, -5, "many", None, 3.5, True])
def test_an_absurd_total_leads_nowhere(total: Any) -> None:
    _, server = travel(30, twist=lying(total=total))
    assert len(server.exchanges) < 200


def test_a_list_without_end_is_left_at_the_limit() -> None:
    full = lying(results=mixed(100), total=10**9)
    _, server = travel(10, Extent(walk_limit=5, sizes=()), twist=full)
    assert len(set(walks(server))) <= 5


def test_every_circumstance_has_its_witness() -> None:
    """Contract: {unfiltered, each value, repeated values, two filters} × four positions."""
    _, server = travel(250)
    roles = {e.case.role for e in server.exchanges if e.case.role.startswith("window|")}
    settings = {role.split("|")[1] for role in roles}
    alone = {"private=true", "private=false", "type=incoming", "type=outgoing", "type=activity"}
    assert settings >= {"unfiltered", *alone, "type=incoming&type=outgoing"}
    assert len([s for s in settings if "private" in s and "type" in s]) == 1
    for setting in settings - {"type=activity"}:
        for position in ("first", "middle", "last", "beyond"):
            assert f"window|{setting}|{position}" in roles


@pytest.mark.parametrize(("total", "size"), [(250, 30), (60, 20), (9, 3), (2, 1), (0, 1)])
def test_the_page_size_of_the_windows(total: int, size: int) -> None:
    """Contract: max(1, min(30, total // 3))."""
    _, server = travel(total)
    asked = {
        e.case.query.split("page_size=")[1]
        for e in server.exchanges if e.case.role.startswith("window|unfiltered|")
    }  # fmt: skip
    assert asked == {str(size)}


def pages_read(server: FakeServer, setting: str) -> dict[int, set[int]]:
    """Page size -> the pages of a filter setting that were read."""
    found: dict[int, set[int]] = {}
    for made in server.exchanges:
        asked = dict(p.split("=") for p in made.case.query.split("&") if p.startswith("page"))
        if made.case.group == setting and len(asked) == 2:
            found.setdefault(int(asked["page_size"]), set()).add(int(asked["page"]))
    return found


@pytest.mark.parametrize("matching", [*range(1, 13), 46, 89, 93, 104, 120, 121, 156, 200, 221, 400])
def test_every_page_of_a_filter_is_read_at_a_size_that_makes_three_or_four(matching: int) -> None:
    items = [message(n, private=n <= matching) for n in range(1, matching + 20)]
    server = FakeServer({READ: items})
    ListingJourney(LIST, server, SMALL).run()
    read = pages_read(server, "private=true")
    later = {size: set(range(2, -(-matching // size) + 1)) for size in read}
    whole = [size for size, pages in later.items() if len(pages) in {2, 3} and pages <= read[size]]
    assert whole or matching < 3
    assert 1 in read[100]


def test_two_filters_together_are_read_to_their_last_page_too() -> None:
    items = [message(n, private=n % 2 == 0, type="incoming") for n in range(1, 241)]
    server = FakeServer({READ: items})
    ListingJourney(LIST, server, Extent(pairs=12)).run()
    read = pages_read(server, "private=false&type=incoming")
    assert any({2, 3} <= pages and -(-120 // size) in {3, 4} for size, pages in read.items())


@pytest.mark.parametrize("total", [46, 250, 2000])
def test_all_pages_of_filters_cost_few_requests(total: int) -> None:
    _, server = travel(total)
    assert len([e for e in server.exchanges if e.case.role.startswith("between|private")]) <= 6


def test_sizes_are_looked_at_through_four_windows() -> None:
    _, server = travel(250, Extent(sizes=(29,)))
    roles = [e.case.role for e in server.exchanges if e.case.role.startswith("size|29|")]
    assert sorted(roles) == [f"size|29|{p}" for p in ("beyond", "first", "last", "middle")]


def grow_once(at: int) -> Any:
    def before(server: FakeServer, _case: Case) -> None:
        if len(server.exchanges) == at:
            server.rooms[READ].append(message(9000))

    return before


@pytest.mark.parametrize("at", [1, 3, 6, 12, 25, 40])
def test_what_changed_once_is_compared_again(at: int) -> None:
    journey, server = travel(250, before=grow_once(at))
    assert journey.disturbed == []
    last = list(sweeps(LIST, server.exchanges).states.values())[-1]
    assert last.walks["unfiltered"].is_coherent
    assert len(last.walks["unfiltered"].keys) == 251


def test_a_list_that_keeps_changing_is_given_up() -> None:
    """Contract: up to three times, then *not exercised: the data kept changing*."""

    def before(server: FakeServer, _case: Case) -> None:
        server.rooms[READ].append(message(9000 + len(server.exchanges)))

    journey, server = travel(50, before=before)
    assert "walk" in journey.disturbed
    assert sweeps(LIST, server.exchanges).states == {}
    assert Counter(walks(server))["page=1"] == 3


def test_an_empty_purse_is_not_a_list_that_keeps_changing() -> None:
    journey, server = travel(250, budget=20)
    assert len(server.exchanges) == 20
    assert journey.disturbed == [], "nobody changed anything"


def test_repeats_stand_between_brackets_of_their_own() -> None:
    journey, server = travel(50)
    before = len(server.exchanges)
    journey.repeat([get("page=1", role="again")])
    roles = [e.case.role for e in server.exchanges[before:]]
    assert roles == ["bracket", "bracket", "again", "bracket", "bracket"]
    seen = {s.exchange.number for _, s in sweeps(LIST, server.exchanges).all_seen}
    assert before + 3 in seen


def test_pages_that_cannot_be_read_end_the_walk() -> None:
    journey, server = travel(250, twist=lambda _c, _s, _a: (500, {}))
    assert walks(server)
    assert set(walks(server)) == {"page=1"}
    assert journey.counts["unfiltered"] == 0
    assert page([])["data"]["total"] == 0
