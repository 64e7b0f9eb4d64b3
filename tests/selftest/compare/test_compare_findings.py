"""New, gone, moved, and what cannot be told: every outcome that two runs can have."""

from __future__ import annotations

from typing import Any

import pytest

from harness.compare.comparing import Limits, compare
from harness.compare.findings import (
    BETTER,
    BROKEN_AGAIN,
    GONE,
    NEW,
    NOT_COMPARABLE,
    NOT_REACHED_BEFORE,
    WAIVED,
    WORSE,
)  # fmt: skip
from tests.selftest.compare.conftest import LIST, SEND, clause, finding, reach, record, waiver

NUL = finding()
WAIVED_NUL = {**NUL, "waived": waiver(NUL)}
LENIENT_NUL = {**NUL, "severity": "leniency"}
FUZZ = finding(phase="fuzz", case="fuzz addNote 007", place="body /text + body /to", kind="a + b")
NOTHING = Limits()


def told(old: dict[str, Any], new: dict[str, Any], limits: Limits = NOTHING) -> list[Any]:
    return [(c.kind, c.fails) for c in compare(old, new, limits).changes]


@pytest.mark.parametrize(
    ("before", "after", "kind", "code"),
    [
        ([], [NUL], NEW, 1),
        ([], [WAIVED_NUL], NEW, 0),
        ([], [LENIENT_NUL], NEW, 0),
        ([], [{**NUL, "stability": "unstable"}], NEW, 0),
        ([], [{**NUL, "stability": "intermittent", "count": 2}], NEW, 0),
        ([], [{**NUL, "stability": "intermittent", "count": 3}], NEW, 1),
        ([], [{**NUL, "stability": "not repeated"}], NEW, 1),
        ([NUL], [], GONE, 0),
        ([WAIVED_NUL], [], GONE, 0),
        ([WAIVED_NUL], [NUL], BROKEN_AGAIN, 1),
        ([NUL], [WAIVED_NUL], WAIVED, 0),
        ([LENIENT_NUL], [NUL], WORSE, 1),
        ([NUL], [LENIENT_NUL], BETTER, 0),
        ([NUL], [NUL], None, 0),
        ([WAIVED_NUL], [WAIVED_NUL], None, 0),
        ([], [], None, 0),
    ],
)
def test_what_became_of_a_finding_that_both_runs_reach(
    before: list[Any], after: list[Any], kind: str | None, code: int
) -> None:
    runs = [record(*found, reach=reach(NUL)) for found in (before, after)]
    found = compare(*runs)
    assert [c.kind for c in found.changes] == ([kind] if kind else [])
    assert found.exit_code == code
    assert found.unchanged == (len(before) if before == after else 0)
    assert [c.fails for c in found.changes] == ([code == 1] if kind else [])


def test_new_leniencies_fail_if_asked() -> None:
    runs = record(reach=reach(NUL)), record(LENIENT_NUL, reach=reach(NUL))
    assert compare(*runs, Limits(leniencies=True)).exit_code == 1


def test_what_the_old_run_could_not_reach_is_told_apart_and_fails_all_the_same() -> None:
    found = compare(record(), record(NUL))
    assert [(c.kind, c.fails) for c in found.changes] == [(NOT_REACHED_BEFORE, True)]
    assert found.exit_code == 1
    assert found.changes[0].why.startswith("old run: ")


UNREACHED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "another contract": (NUL, {"spec": {"title": "", "version": "", "sha256": "b"}}, "contract"),
    "another suite": (NUL, {"version": "0.2.0"}, "version of the suite"),
    "not selected": (NUL, {"clauses": [clause("auth.wrong", LIST)]}, "not selected"),
    "not exercised": (
        NUL,
        {
            "clauses": [clause("send.any-text", SEND, 0), clause("auth.wrong", LIST)],
            "not_exercised": [
                {"clause": "send.any-text", "operation": SEND, "reason": "no room", "reach": ""}
            ],
        },
        "not exercised: no room",
    ),
    "nothing recorded": (NUL, {"reach": {}}, "does not say"),
    "not sent": (NUL, {"reach": reach()}, "not sent"),
    "judged by another clause": (NUL, {"reach": reach({**NUL, "clause": "send.echo"})}, "not sent"),
    "of another operation": (NUL, {"reach": reach({**NUL, "operation": LIST})}, "not sent"),
    "no writes": (NUL, {"writes": "none"}, "nothing may be written"),
    "another seed": (FUZZ, {"seed": 2}, "another seed"),
    "another profile": (FUZZ, {"profile": "release"}, "another profile"),
    "another policy": (FUZZ, {"writes": "notes"}, "another write policy"),
    "other generators": (FUZZ, {"environment": {"hypothesis": "7"}}, "generators"),
    "not attributed": (finding(place="not attributed", kind=""), {}, "nothing that every run"),
    "intermittent": (finding(place="intermittent", kind=""), {}, "comes and goes"),
    "elsewhere": (
        finding("list.total", LIST, place="/total", kind="wrong count, elsewhere"), {}, "nothing",
    ),
    "the data": (
        finding("response.enums", LIST, place="/items/*/type", kind="undocumented value x, any",
                phase="listing", carriers=["n-1"]),
        {"reach": reach(finding("response.enums", LIST, kind="x, any", carriers=["n-2"]))},
        "the items",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREACHED)
def test_what_the_new_run_could_not_have_met_is_never_gone(name: str) -> None:
    one, changes, why = UNREACHED[name]
    new = record(**{"reach": reach(one), **changes})
    found = compare(record(one, reach=reach(one)), new)
    (change,) = found.changes
    assert (change.kind, change.fails) == (NOT_COMPARABLE, False)
    assert why in change.why
    assert found.exit_code == 0


@pytest.mark.parametrize("name", [n for n in UNREACHED if "reach" not in UNREACHED[n][1]])
def test_it_is_gone_without_that_reason(name: str) -> None:
    one, _, _ = UNREACHED[name]
    if one["culprit"]["place"] in {"not attributed", "intermittent"} or name == "elsewhere":
        one = {**one, "culprit": {"place": "body /x", "kind": "NUL"}}
    found = told(record(one, reach=reach(one)), record(reach=reach(one)))
    assert found == [(GONE, False)]


def test_an_item_that_is_met_again_without_its_deviation_is_mended() -> None:
    one = UNREACHED["the data"][0]
    assert told(record(one), record(reach=reach(one))) == [(GONE, False)]


def test_items_of_another_resource_are_not_waited_for() -> None:
    one = finding("list.total", LIST, place="/items", kind="foreign item, any", phase="listing",
                  carriers=["n-1"])  # fmt: skip
    new = record(reach=reach({**one, "carriers": []}))
    assert told(record(one), new) == [(GONE, False)]


@pytest.mark.parametrize(
    ("seen", "kind"), [(["beyond", "last"], GONE), (["last"], NOT_COMPARABLE), ([], NOT_COMPARABLE)]
)
def test_a_listing_has_to_be_read_under_all_circumstances(
    total: dict[str, Any], seen: list[str], kind: str
) -> None:
    made = reach()
    made[LIST]["circumstances"] = [{"clauses": ["list.total"], "names": ["first", *seen]}]
    assert told(record(total), record(reach=made)) == [(kind, False)]


def test_circumstances_tell_whatever_the_request(total: dict[str, Any]) -> None:
    """A huge page number may be what showed best that pages beyond the last are not empty."""
    grid = {
        **total,
        "request": {**total["request"], "phase": "grid", "case": "grid page 2147483648"},
    }
    new = record(reach=reach(total))
    assert told(record(grid), new) == [(GONE, False)]
    anywhere = {**grid, "culprit": {"place": "/total", "kind": "wrong count, any"}}
    assert told(record(anywhere), new) == [(NOT_COMPARABLE, False)]


@pytest.mark.parametrize(("place", "kind"), [("operation", GONE), ("context note", NOT_COMPARABLE)])
def test_a_journey_goes_on_only_where_something_is_wrong(place: str, kind: str) -> None:
    one = finding(place=place, kind="", phase="sending", case="addNote counted note sending")
    assert told(record(one), record(reach=reach(NUL))) == [(kind, False)]
    assert told(record(one), record()) == [(NOT_COMPARABLE, False)]


@pytest.mark.parametrize(
    ("rate", "count", "asked", "kind"),
    [(4, 12, 300, GONE), (4, 12, 100, NOT_COMPARABLE), (4, 2, 300, NOT_COMPARABLE)],
)
def test_what_comes_and_goes_is_gone_where_it_would_be_a_great_chance(
    rate: float, count: int, asked: int, kind: str
) -> None:
    one = finding(place="intermittent", kind="", rate=rate, count=count, stability="intermittent")
    new = record(clauses=[clause("send.any-text", SEND, asked)], reach=reach(NUL))
    assert told(record(one), new) == [(kind, False)]


def test_a_generated_case_of_the_same_plan_is_the_same_request() -> None:
    assert told(record(FUZZ), record(reach=reach(FUZZ))) == [(GONE, False)]


def test_a_repeated_request_is_found_under_its_first_name() -> None:
    again = finding(case=f"{NUL['request']['case']} (again, 12)", phase="repeat")
    assert told(record(again), record(reach=reach(NUL))) == [(GONE, False)]
