"""An order that changes by itself is told from data that others change: `list.stable`."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from harness.evidence.orders import contradiction, swaps
from harness.evidence.sweeps import answers, sweeps
from harness.evidence.view import Evidence
from harness.explore.listing import Extent, ListingJourney
from harness.model import Case, Exchange
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    READ,
    SEND,
    FakeServer,
    clauses,
    get,
    judge,
    message,
    mixed,
    validator,
)

LISTING = [name for name in clauses() if name.startswith(("list.", "filter."))]
COMPARED = (
    "list.page-full", "list.stable", "list.no-gap", "list.unique", "list.total", "filter.complete",
    "filter.combined", "filter.total",
)  # fmt: skip
Before = Callable[[FakeServer, Case], None]


def read(total: int, before: Before, **extent: Any) -> tuple[list[Exchange], ListingJourney]:
    """A journey through a list to which `before` does something before each answer."""
    server = FakeServer({READ: mixed(total)}, before=before)
    journey = ListingJourney(LIST, server, Extent(sizes=(29,), single_sizes=(1, 2), **extent))
    journey.run()
    return server.exchanges, journey


def shuffling(seed: int = 1) -> Before:
    random = Random(seed)
    return lambda server, _case: random.shuffle(server.rooms[READ])


def writing(seed: int, share: float = 0.2, *, taking_back: bool = False) -> Before:
    """Somebody adds at either end, somebody else deletes anywhere; the total may be the same."""
    random, made = Random(seed), iter(range(5000, 9000))

    def before(server: FakeServer, _case: Case) -> None:
        items = server.rooms[READ]
        if random.random() > share:
            return
        doing = random.choice(("add", "delete", "both", "both"))
        if doing != "delete":
            items.insert(random.choice((0, len(items))), message(next(made)))
        if doing != "add" and len(items) > 1:
            ends = (0, len(items) - 1) if taking_back else range(len(items))
            items.pop(random.choice(ends))

    return before


def broken(exchanges: list[Exchange]) -> set[str]:
    return {name for name in LISTING if judge(name, exchanges).deviations}


@pytest.mark.parametrize("total", [5, 46, 250])
def test_a_list_that_is_shuffled_anew_breaks_one_promise_with_its_consequences(total: int) -> None:
    exchanges, journey = read(total, shuffling())
    assert journey.disturbed == [], "nobody changed the data"
    assert broken(exchanges) <= {"list.stable", "list.no-gap", "list.no-overlap"}
    assert "list.stable" in broken(exchanges)
    for name in COMPARED:
        assert judge(name, exchanges).judged, name


def test_answers_of_a_list_that_is_shuffled_are_compared_as_one_set() -> None:
    exchanges, _ = read(250, shuffling())
    found = sweeps(LIST, exchanges)
    (state,) = found.states.values()
    assert set(state.truth or ()) == {item["uuid"] for item in mixed(250)}
    assert found.unseen is None


def test_a_list_that_is_too_long_to_be_met_whole_is_not_compared() -> None:
    exchanges, journey = read(900, shuffling(), walk_limit=3)
    found = sweeps(LIST, exchanges)
    assert found.states == {}
    assert found.unseen is not None
    assert found.unseen[0] < found.unseen[1] == 900
    assert judge("list.stable", exchanges).deviations
    (missed,) = judge("list.total", exchanges).missed
    assert f"{found.unseen[0]} of 900 items" in missed.reason
    assert len([e for e in exchanges if e.case.role.startswith("gathering")]) <= 6, journey.counts


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("share", [0.05, 0.5])
def test_what_others_add_and_delete_is_never_an_order_that_changes(seed: int, share: float) -> None:
    total = (7, 31, 130, 260)[seed % 4]
    exchanges, _ = read(total, writing(seed, share, taking_back=bool(seed % 2)))
    assert swaps(answers(LIST, exchanges)) == []
    assert "list.stable" not in broken(exchanges)


def test_a_replica_that_lags_is_no_order_that_changes() -> None:
    """Whoever asks it does not see yet what was added, nor miss what was deleted."""
    random, late = Random(3), mixed(60)
    now = list(late)

    def before(server: FakeServer, _case: Case) -> None:
        if random.random() < 0.1:
            late[:] = now
            now.insert(0, message(7000 + len(server.exchanges)))
            now.pop()
        server.rooms[READ] = list(random.choice((late, now)))

    exchanges, _ = read(60, before)
    assert swaps(answers(LIST, exchanges)) == []


def moving_up(number: int) -> Before:
    """One message moves to the top once half of a walk is over."""

    def before(server: FakeServer, case: Case) -> None:
        items = server.rooms[READ]
        if "page=3&page_size=100" in case.query and items[0]["id"] != number:
            items.insert(0, items.pop(number - 1))

    return before


@pytest.mark.parametrize("number", [5, 50, 150, 249])
def test_one_move_is_enough(number: int) -> None:
    exchanges, _ = read(250, moving_up(number))
    assert {"list.stable"} <= broken(exchanges) <= {"list.stable", "list.no-gap", "list.no-overlap"}


def test_a_deviation_that_two_answers_prove_needs_no_third() -> None:
    exchanges, _ = read(250, moving_up(150))
    (*_, one) = judge("list.stable", exchanges).deviations
    assert one.witnesses
    assert one.kind == "wrong order"


def by_size(server: FakeServer, case: Case) -> None:
    small = "page_size=100" not in case.query
    server.rooms[READ].sort(
        key=lambda item: (item["id"] // 7, -item["id"] if small else item["id"])
    )


def test_an_order_that_depends_on_the_page_size_is_told_from_one_that_changes() -> None:
    exchanges, _ = read(250, by_size)
    seen = answers(LIST, exchanges)
    assert contradiction(seen)
    assert swaps(seen) == []
    asked = [e.case.query for e in exchanges if e.case.role == "again"]
    assert len(asked) == 2 * len(set(asked)) == 8, "two requests twice, of the list and of a filter"
    assert broken(exchanges) == {"list.no-gap"}


def behind_filters(seed: int) -> Before:
    random = Random(seed)

    def before(server: FakeServer, case: Case) -> None:
        items = server.rooms[READ]
        items.sort(key=lambda item: item["id"])
        if "private" in case.query or "type" in case.query:
            random.shuffle(items)

    return before


@pytest.mark.parametrize("seed", range(5))
def test_an_order_that_changes_behind_filters_only(seed: int) -> None:
    exchanges, journey = read(250, behind_filters(seed))
    assert journey.disturbed == []
    labels = {swap.label for swap in sweeps(LIST, exchanges).swaps}
    assert labels
    assert "unfiltered" not in labels
    assert {"list.stable"} <= broken(exchanges) <= {"list.stable", "list.no-gap", "list.no-overlap"}
    assert judge("list.no-overlap", exchanges).judged, "the whole list keeps to its order"


def test_a_filtered_list_may_have_an_order_of_its_own() -> None:
    def before(server: FakeServer, case: Case) -> None:
        turned = "private" in case.query or "type" in case.query
        server.rooms[READ].sort(key=lambda item: -item["id"] if turned else item["id"])

    three = [
        get("type=incoming&type=outgoing&type=activity", phase="grid"),
        get("type=activity&type=incoming&page_size=5", phase="grid"),
    ]
    server = FakeServer({READ: mixed(110)}, before=before)
    ListingJourney(LIST, server, Extent(), three).run()
    assert broken(server.exchanges) == set()


def test_what_one_scheme_sees_in_another_order() -> None:
    def before(server: FakeServer, case: Case) -> None:
        turn = -1 if case.role == "good|tokenAuth" else 1
        server.rooms[READ].sort(key=lambda item: (item["id"] // 4, turn * item["id"]))

    schemes = [get("", role=f"good|{name}", phase="auth") for name in ("basicAuth", "tokenAuth")]
    server = FakeServer({READ: mixed(110)}, before=before)
    ListingJourney(LIST, server, Extent(), schemes).run()
    assert broken(server.exchanges) == {"list.stable"}
    (one,) = judge("list.stable", server.exchanges).deviations
    assert one.exchange.case.role == "good|tokenAuth"
    view = Evidence(CONTRACT, SEND, server.exchanges, validator(), {})
    assert view.schemes_agree, "they see the same items"


def test_changes_that_were_taken_back_do_not_hide_between_brackets() -> None:
    """The data is known to change, and totals between two equal brackets are not the same."""

    def before(server: FakeServer, _case: Case) -> None:
        turn, items = len(server.exchanges) % 17, server.rooms[READ]
        if turn == 5:
            items.insert(0, message(8000 + len(server.exchanges)))
        elif turn == 12:
            items.pop(0)

    exchanges, journey = read(130, before)
    assert len(journey.signatures) > 1
    for state in sweeps(LIST, exchanges).states.values():
        totals = {s.page.total for s in state.seen if not s.window.filters and s.page.items}
        assert len(totals) == 1
    assert broken(exchanges) == set()
