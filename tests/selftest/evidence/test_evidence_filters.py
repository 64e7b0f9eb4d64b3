"""Filters: every documented value works, an undocumented one is refused (contract: `filter.*`)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.evidence.sweeps import BRACKET
from harness.evidence.windows import documented_values
from harness.explore.listing import Extent, ListingJourney
from harness.model import Exchange
from harness.run.judge import Judge
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    READ,
    FakeServer,
    clauses,
    exchange,
    found,
    get,
    judge,
    message,
    mixed,
    page,
)  # fmt: skip

ITEMS = mixed(110)
PRIVATE = [item for item in ITEMS if item["private"]]
VALUES = [
    ("private", "true"), ("private", "false"),
    *(("type", value) for value in documented_values(LIST, "type")),
]  # fmt: skip
KNOWN = [
    ("", 200, page(ITEMS)),
    *(
        (f"{name}={value}", 200, page([i for i in ITEMS if str(i[name]).lower() == value]))
        for name, value in VALUES
    ),
]


def swept(*asked: tuple[str, int, Any]) -> list[Exchange]:
    """(query, status, answer) between brackets."""
    bracket = [("", 200, page(ITEMS)), ("page=4", 200, page(ITEMS, 4))]
    made = []
    for number, (query, status, answer) in enumerate([*bracket, *asked, *bracket], 1):
        outside = number <= 2 or number > 2 + len(asked)
        case = get(query, role=BRACKET if outside else "", phase="grid")
        made.append(exchange(number, case, status, answer))
    return made


@pytest.mark.parametrize("query", ["type=bogus", "private=garbage", "type=", "type=%00"])
@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (400, {}, []),
        (422, {}, []),
        (200, page(ITEMS), ["leniency"]),
        (200, page(PRIVATE), ["leniency"]),
        (200, page([]), ["leniency"]),
        (200, page(ITEMS[3:9]), ["violation"]),
        (200, {"data": {**page(ITEMS)["data"], "total": 7}}, ["violation"]),
        (200, page([message(999)]), ["violation"]),
        (500, {}, ["violation"]),
    ],
    ids=["400", "422", "all", "a documented value's", "nothing", "some", "total", "new", "500"],
)
def test_undocumented_values(query: str, status: int, answer: Any, expected: list[str]) -> None:
    """Refused; or like no filter, a documented one or nothing, total included: a leniency."""
    record = judge("filter.unknown-value", swept(*KNOWN, (query, status, answer)))
    assert record.judged == {3 + len(KNOWN)}
    assert [severity for severity, _ in found(record)] == expected


@pytest.mark.parametrize(("added", "expected"), [(1, ["leniency"]), (0, ["violation"])])
def test_a_total_that_is_wrong_everywhere_is_the_lists_own_defect(
    added: int, expected: list[str]
) -> None:
    """An empty page that says 1 is nothing all the same where the whole list says one too many."""

    def counted(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        if status == 200:
            answer["data"]["total"] += added
        return status, answer

    server = FakeServer({READ: ITEMS}, counted)
    journey = ListingJourney(LIST, server, Extent(sizes=(), single_sizes=(1, 100)))
    journey.run()
    journey.between([get("type=bogus", phase="grid")])
    found_nothing = server.exchanges[-3]
    assert found_nothing.case.query == "type=bogus"
    says_one = {"data": {**page([])["data"], "total": 1}}
    server.exchanges[-3] = exchange(found_nothing.number, found_nothing.case, 200, says_one)
    assert [s for s, _ in found(judge("filter.unknown-value", server.exchanges))] == expected


@pytest.mark.parametrize("unread", range(1, len(KNOWN)))
def test_an_answer_may_be_that_to_a_value_that_was_not_read(unread: int) -> None:
    """A budget may end before: then nobody can tell what the answer is read as."""
    asked = [known for index, known in enumerate(KNOWN) if index != unread]
    record = judge("filter.unknown-value", swept(*asked, ("type=bogus", 200, page(ITEMS[3:9]))))
    assert (record.judged, record.deviations) == (set(), [])
    [missed] = record.missed
    assert missed.reason == f"{KNOWN[unread][0]} was not read, so the answer may be that"


@pytest.mark.parametrize(
    ("query", "status", "violated"),
    [
        ("private=true", 200, False),
        ("type=activity", 200, False),
        ("type=activity", 400, True),
        ("private=false&type=incoming", 404, True),
        ("type=incoming&type=outgoing", 500, True),
    ],
)
def test_every_documented_value_is_accepted(query: str, status: int, violated: bool) -> None:
    answer = page([]) if status == 200 else {}
    record = judge("filter.every-value", [exchange(1, get(query), status, answer)])
    assert record.judged == {1}
    assert bool(record.deviations) is violated


def test_a_filter_that_keeps_what_does_not_match_is_unsound() -> None:
    record = judge("filter.sound", [exchange(1, get("private=true"), value=page(ITEMS))])
    (one,) = record.deviations
    assert (one.place, one.kind) == ("/data/results/*", "foreign item")
    assert set(one.carriers) == {i["uuid"] for i in ITEMS[:30] if not i["private"]}


@pytest.mark.parametrize("query", ["private=true&type=incoming", "type=incoming&private=true"])
def test_two_filters_are_an_intersection(query: str) -> None:
    union = [i for i in ITEMS if i["private"] or i["type"] == "incoming"]
    both = [i for i in ITEMS if i["private"] and i["type"] == "incoming"]
    assert judge("filter.combined", [exchange(1, get(query), value=page(union))]).deviations
    assert not judge("filter.combined", [exchange(1, get(query), value=page(both))]).deviations


@pytest.mark.parametrize("setting", ["private=true", "type=incoming&type=outgoing"])
def test_the_regime_of_missing_items_names_the_setting_that_lacks_them(setting: str) -> None:
    """Contract: *one axis' value if exactly its witnesses do*; two lies are two findings."""

    def twist(case: Any, status: int, answer: Any) -> tuple[int, Any]:
        if case.group != setting or status != 200 or not case.query.startswith(setting):
            return status, answer
        kept = [i for i in PRIVATE if i["id"] % 2] if "private" in setting else ITEMS[3::4]
        return 200, page(kept, answer["data"]["page"], answer["data"]["per_page"])

    server = FakeServer({READ: ITEMS}, twist)
    ListingJourney(LIST, server, Extent(sizes=(), single_sizes=(1, 100))).run()
    judge_all = Judge(CONTRACT, [(clauses()["filter.complete"], LIST)])
    records = judge_all.records(server.exchanges)
    (finding,) = judge_all.findings(records, server.exchanges)
    assert finding.culprit == ("/data/results/*", f"missing item, {setting}")
