"""What a gateway answered is left out of what was judged, for better or worse, and is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.clauses import Record
from harness.model import Case, Cell, Credentials, Exchange, Hidden, Waiver
from harness.reasons import GATEWAY
from harness.run.hidden import hidden, missed
from harness.run.witnessed import Witnessed
from tests.selftest.fakes import CONTRACT, LIST, clauses, exchange, get, path

NUL = get(path=path("%00"), phase="grid")
CONTROL = get(path=path("%01"), phase="grid")


def record(judged: dict[int, Case], by_a_gateway: set[int], clause: str) -> Record:
    """A clause that judged exchanges, a gap and a deviation at each."""
    made = Record(clauses()[clause], LIST, hidden=by_a_gateway)
    for number, case in judged.items():
        answer = exchange(number, case, 400, b"<html>")
        made.judged.add(number)
        made.gap(answer, "an id that is none")
        made.add(answer, expected="4xx", actual="2xx")
    made.withhold()
    return made


def made(*cases: Case) -> list[Exchange]:
    return [exchange(number, case, 400, b"<html>") for number, case in enumerate(cases, 1)]


def test_neither_good_nor_bad_nor_a_gap() -> None:
    one = record({1: NUL, 2: CONTROL}, {1}, "unknown.malformed-id")
    assert (one.judged, one.withheld) == ({2}, {1})
    assert [d.exchange.number for d in one.deviations] == [2]
    assert len(one.gaps) == 1


@pytest.mark.parametrize(("by_a_gateway", "expected"), [(set(), True), ({1}, False)])
def test_a_waiver_of_what_it_hides_is_not_met_and_not_unused(
    by_a_gateway: set[int], expected: bool
) -> None:
    one = record({1: NUL, 2: CONTROL}, by_a_gateway, "response.no-server-error")
    one.deviations.clear()
    known = Waiver(one.clause.id, LIST.id, "r", "o", match=("path uuid", "NUL", "5xx"))
    assert Witnessed(CONTRACT, [one], made(NUL, CONTROL))(known) is expected


@pytest.mark.parametrize(
    ("defect", "expected"), [("header twice", False), ("two schemes", False), ("no colon", True)]
)
def test_what_a_proxy_may_join_on_the_way_is_no_proof_of_a_server_that_was_mended(
    defect: str, expected: bool
) -> None:
    """Apache makes one `Authorization` header of two, and the server refuses that well."""
    case = replace(get(), credentials=Credentials("basicAuth", defect))
    case = replace(case, cells=(Cell("header Authorization basicAuth", defect),))
    one = record({1: case}, set(), "auth.malformed")
    one.deviations.clear()
    known = Waiver(one.clause.id, LIST.id, "r", "o", match=(*case.cells[0], "4xx"))
    assert Witnessed(CONTRACT, [one], made(case))(known) is expected


def test_each_kind_of_request_is_told_once_with_the_clauses_that_lack_it() -> None:
    twice = replace(get(), credentials=Credentials("basicAuth", "header twice"))
    twice = replace(twice, cells=(Cell("header Authorization basicAuth", "header twice"),))
    sent = made(NUL, NUL, twice, CONTROL)
    gateways = {1: "edge", 2: "edge", 3: ""}
    records = [
        record({1: NUL, 2: NUL}, set(gateways), "unknown.malformed-id"),
        record({1: NUL}, set(gateways), "response.error-envelope"),
    ]
    both = ("unknown.malformed-id", "response.error-envelope")
    assert hidden(CONTRACT, gateways, records, sent) == [
        Hidden("", LIST.id, "400", "header Authorization basicAuth: header twice", 1, ()),
        Hidden("edge", LIST.id, "400", "path uuid: NUL", 2, both),
    ]


def test_what_was_refused_with_other_things_is_told_by_what_is_refused_alone() -> None:
    mixed = get("page=0", path=path("%00"), phase="fuzz")
    told = hidden(CONTRACT, {1: "", 2: ""}, [], made(NUL, mixed))
    assert [(h.input, h.exchanges) for h in told] == [("path uuid: NUL", 2)]
    (alone,) = hidden(CONTRACT, {2: ""}, [], made(NUL, mixed))
    assert alone.input == "path uuid: NUL + query page: zero"


def test_a_clause_of_which_nothing_is_left_says_with_which_requests() -> None:
    whole = record({1: NUL}, {1}, "unknown.malformed-id")
    part = record({1: NUL, 2: CONTROL}, {1}, "response.error-envelope")
    (told,) = missed(CONTRACT, [whole, part], made(NUL, CONTROL))
    assert (told.clause, told.operation) == ("unknown.malformed-id", LIST.id)
    assert told.reason == "the gateway answers for the server: 400 to path uuid: NUL"
    assert told.reach == GATEWAY.reach
