"""Only what was read while the data stood still is compared (contract.md, *A shared server*)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence.states import State
from harness.evidence.sweeps import BRACKET, Sweeps, sweeps
from harness.model import Exchange
from tests.selftest.fakes import LIST, READ, exchange, get, message, mixed, page

ITEMS = mixed(250)


class Script:
    """Writes down answers as a correct server gives them, unless told otherwise."""

    def __init__(self, items: list[dict[str, Any]] = ITEMS) -> None:
        self.items = items
        self.made: list[Exchange] = []

    def ask(self, query: str, role: str = "", value: Any = None, **how: Any) -> Script:
        asked = dict(part.split("=") for part in query.split("&") if part)
        number, size = int(asked.get("page", 1)), int(asked.get("page_size", 30))
        answer = page(self.items, number, size) if value is None else value
        self.made.append(exchange(len(self.made) + 1, get(query, role=role), value=answer, **how))
        return self

    def bracket(self, items: list[dict[str, Any]] | None = None, **how: Any) -> Script:
        items = self.items if items is None else items
        last = max(1, -(-len(items) // 30))
        self.ask("", BRACKET, page(items), **how)
        return self.ask(f"page={last}", BRACKET, page(items, last), **how)

    def walk(self, last: int = 3, size: int = 100) -> Script:
        for number in range(1, last + 1):
            self.ask(f"page={number}&page_size={size}", "walk|unfiltered|x")
        return self

    def sweeps(self) -> Sweeps:
        return sweeps(LIST, self.made)

    def state(self) -> State:
        (state,) = self.sweeps().states.values()
        return state


def numbers(found: Sweeps) -> set[int]:
    return {seen.exchange.number for _, seen in found.all_seen}


def test_equal_brackets_make_a_state() -> None:
    found = Script().bracket().ask("page=2").ask("page_size=7").bracket().sweeps()
    assert len(found.states) == 1
    assert {3, 4} <= numbers(found)
    assert found.disturbed == 0


@pytest.mark.parametrize(
    "changed",
    [
        ITEMS[1:],
        [*ITEMS, message(999)],
        [message(999), *ITEMS[1:]],
        [*ITEMS[:-1], message(999)],
    ],
    ids=["fewer", "more", "another on the first page", "another on the last page"],
)
def test_a_changed_bracket_makes_none(changed: list[dict[str, Any]]) -> None:
    found = Script().bracket().ask("page=2").bracket(changed).sweeps()
    assert 3 not in numbers(found)
    assert found.disturbed == 1


def test_what_comes_after_a_change_may_be_compared_with_itself() -> None:
    changed = ITEMS[1:]
    script = Script().bracket().ask("page=2").bracket(changed)
    found = script.ask("page=2", value=page(changed, 2)).bracket(changed).sweeps()
    assert 6 in numbers(found)
    assert 3 not in numbers(found)


def test_a_state_goes_on_when_the_data_is_as_it_was() -> None:
    other = ITEMS[1:]
    script = Script().bracket().ask("page=2").bracket().bracket(other).bracket()
    found = script.ask("page=3").bracket().sweeps()
    assert len(found.states) == 1
    assert {3, 10} <= numbers(found)


def test_nothing_outside_of_brackets_is_compared() -> None:
    assert numbers(Script().ask("page=1").ask("page=2").sweeps()) == set()
    found = Script().ask("page=1").bracket().ask("page=2").sweeps()
    assert not numbers(found) & {1, 4}


def test_unreadable_brackets_make_no_state() -> None:
    found = Script().bracket(failure="broken off").ask("page=2").bracket(failure="broken off")
    assert found.sweeps().states == {}


def test_answers_to_unusual_requests_are_kept_apart() -> None:
    script = Script().bracket()
    script.made.append(exchange(3, get("type=bogus"), value=page([])))
    state = script.bracket().state()
    assert [e.number for e in state.others] == [3]


def test_a_good_walk_is_coherent_and_says_what_each_page_holds() -> None:
    state = Script().bracket().walk().ask("page=2&page_size=7").ask("").bracket().state()
    walk = state.walks["unfiltered"]
    assert walk.is_finished
    assert walk.is_coherent
    assert walk.keys == tuple(item["uuid"] for item in ITEMS)
    by_query = {seen.exchange.case.query: seen for seen in state.seen}
    assert state.expected(by_query["page=2&page_size=7"]) == walk.keys[7:14]
    assert state.expected(by_query[""]) == walk.keys[:30]


def test_a_page_beyond_the_last_is_expected_to_be_empty() -> None:
    state = Script().bracket().walk().ask("page=9&page_size=100").bracket().state()
    beyond = next(s for s in state.seen if "page=9" in s.exchange.case.query and s.window.size)
    assert state.expected(beyond) == ()


def test_a_walk_that_was_cut_off_says_nothing() -> None:
    state = Script().bracket().walk(2).ask("page=9").bracket().state()
    assert not state.walks["unfiltered"].is_finished
    assert not state.walks["unfiltered"].is_coherent
    assert all(state.expected(seen) is None for seen in state.seen)


def test_a_last_page_that_is_full_is_no_end() -> None:
    exact = Script(mixed(200)).bracket()
    assert not exact.walk(2).bracket().state().walks["unfiltered"].is_finished
    more = Script(mixed(200)).bracket().walk(3).bracket()
    assert more.state().walks["unfiltered"].is_coherent


@pytest.mark.parametrize(
    "items",
    [
        [*ITEMS[:100], *ITEMS[99:249]],
        [*ITEMS[:50], ITEMS[0], *ITEMS[51:]],
    ],
    ids=["an overlap", "twice on a page"],
)
def test_a_walk_that_holds_an_item_twice_is_not_coherent(items: list[dict[str, Any]]) -> None:
    state = Script(items).bracket().walk().bracket().state()
    assert state.walks["unfiltered"].repeated
    assert not state.walks["unfiltered"].is_coherent


def test_an_item_that_only_other_answers_hold_is_lost() -> None:
    script = Script().bracket().walk()
    script.ask("page=1&page_size=7", value=page([message(999), *ITEMS], 1, 7))
    state = script.bracket().state()
    assert state.walks["unfiltered"].lost == (message(999)["uuid"],)
    assert not state.walks["unfiltered"].is_coherent


def test_an_item_of_another_resource_is_not_missed() -> None:
    script = Script().bracket().walk()
    foreign = message(999, READ.replace("1", "7"))
    state = script.ask("page_size=7", value=page([foreign, *ITEMS], 1, 7)).bracket().state()
    assert state.walks["unfiltered"].lost == ()
