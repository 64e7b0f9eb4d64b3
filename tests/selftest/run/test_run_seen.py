"""What a run tells of what came back, and of what would have shown a defect."""

from __future__ import annotations

from typing import Any

import pytest

from harness.clauses import Record
from harness.compare.reached import digest
from harness.model import Exchange, Reach
from harness.run.judge import Judge
from harness.run.seen import census, reach, statuses, undocumented
from harness.run.stability import again
from tests.selftest.fakes import CONTRACT, LIST, SEND, clauses, exchange, get, mixed, page, post


def test_statuses_are_counted_by_operation() -> None:
    made = [exchange(1, get(), 200), exchange(2, get(), 404), exchange(3, get(), 200),
            exchange(4, post({}), 400), exchange(5, get(), 0, failure="reset")]  # fmt: skip
    assert statuses(made) == {LIST.id: {"200": 2, "404": 1}, SEND.id: {"400": 1}}


def test_undocumented_fields_are_told_with_their_types_and_not_what_is_in_them() -> None:
    items = mixed(3)
    items[0]["author"], items[1]["author"] = {"name": "ann"}, None
    made = [exchange(1, get(), 200, page(items)), exchange(2, get(), 404, {"odd": 1})]
    found = undocumented(CONTRACT, census(CONTRACT, made))
    assert [(f.operation, f.status, f.pointer, f.types) for f in found] == [
        (LIST.id, "200", "/data/results/*/author", ("null", "object"))
    ]


def judged(made: list[Exchange], *bad: Exchange, blank: frozenset[int] = frozenset()) -> Reach:
    clause = clauses()["list.total"]
    record = Record(clause, LIST, judged={e.number for e in made}, blank=set(blank))
    for one in bad:
        record.add(one)
    found: Any = reach(CONTRACT, Judge(CONTRACT, [(clause, LIST)]), [record], made)
    return found[LIST.id]


def names(told: Reach, kind: str = "cases") -> set[str]:
    return {name for group in getattr(told, kind) for name in group.names}


def test_an_empty_page_beyond_the_last_tells_something_where_the_list_is_not_empty() -> None:
    beyond = exchange(7, get("page=9", role="window|unfiltered|beyond"), 200, page([]))
    first = exchange(8, get("page=1", role="window|unfiltered|first"), 200, page(mixed(2)))
    told = judged([first, beyond], blank=frozenset({7}))
    assert "unfiltered beyond" in names(told, "circumstances")
    assert names(judged([beyond], blank=frozenset({7})), "circumstances") == set()


GOOD = exchange(1, get(id="a"), 200, page(mixed(2)))
BAD = exchange(2, get(id="b"), 200, page(mixed(2)))


def test_what_was_judged_good_is_told_by_its_case() -> None:
    assert names(judged([GOOD, BAD], BAD)) == {digest("a")}
    assert judged([GOOD]).cases[0].clauses == ("list.total",)


@pytest.mark.parametrize("blank", [1])
def test_what_could_not_show_a_defect_is_not_told(blank: int) -> None:
    assert names(judged([GOOD], blank=frozenset({blank}))) == set()


def test_what_was_good_once_and_bad_once_was_not_good() -> None:
    twin = exchange(3, get(id="a"), 200, page(mixed(2)))
    assert names(judged([GOOD, twin], twin)) == set()


def test_repeats_and_reductions_are_in_no_plan() -> None:
    made = [exchange(4, again(BAD), 200), exchange(5, get(id="reduced", phase="reduce"), 200)]
    assert names(judged(made)) == set()


def test_circumstances_and_items_of_a_listing_are_told() -> None:
    role = "window|unfiltered|beyond"
    walked = exchange(6, get("page=9", role=role), 200, page(mixed(2)))
    told = judged([walked])
    assert names(told, "circumstances") >= {"unfiltered", "beyond", "unfiltered beyond"}
    assert set(told.items) == {digest(item["uuid"]) for item in mixed(2)}
    assert names(judged([walked], walked), "circumstances") == set()
