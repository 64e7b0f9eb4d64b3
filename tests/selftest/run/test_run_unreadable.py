"""A list that nobody can read is told, and costs the writes that it makes unsafe, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest

from harness.model import Run
from servers.catalogue import FAULTS
from servers.forked import forked
from servers.registry import LIST
from tests.proof import harm
from tests.proof.harm import LEVELS, Visit

BROKEN = (
    "unreadable.results-null",
    "unreadable.results-text",
    "unreadable.data-null",
    "unreadable.data-missing",
    "unreadable.data-array",
    "unreadable.data-text",
    "unreadable.body-text",
    "unreadable.status-201",
    "unreadable.page-size-refused",
    "types.total-string",
    "bodies.list-html",
    "auth.basic-refused",
    "auth.token-refused",
    "auth.send-basic-refused",
    "auth.send-token-refused",
)
HIDDEN = {
    "unreadable.results-null", "unreadable.results-text", "unreadable.data-null",
    "unreadable.data-missing", "unreadable.data-array", "unreadable.data-text",
    "unreadable.body-text",
}  # fmt: skip
"""No page of these shows who is on it."""


def visit(level: str, *faults: str, **settings: str) -> Run:
    """A run against a server of somebody else's."""
    wanted = Visit(faults, level)
    with forked(wanted.faults, ()) as told:
        given = harm.settings(wanted, told)
        return harm.carry_out(replace(given, **settings))  # type: ignore[arg-type]


TRIALS = [
    (name, level)
    for name, level in product(BROKEN, LEVELS)
    if level != "none" or FAULTS[name].operation == LIST
]
"""Under `none` nothing is sent with good credentials."""


@pytest.mark.parametrize(("name", "level"), TRIALS)
def test_whoever_breaks_a_list_is_told_under_every_policy(name: str, level: str) -> None:
    fault = FAULTS[name]
    run = visit(level, name)
    assert run.verdict.exit_code == 1, run.verdict
    (finding,) = run.findings
    assert (finding.clause, finding.operation) == (fault.clause, fault.operation)
    assert finding.culprit.place in {fault.place, "operation"}
    asked = "all" if name not in HIDDEN else "notes"
    assert run.writes == (level if level != "all" else asked)
    if level == "all" and name in HIDDEN:
        check_held(run)


def check_held(run: Run) -> None:
    """What was left out is said, with the reason, and only what needs it was."""
    assert any("it is not known who may get mail, since page 1" in note for note in run.notes)
    missed = {n.clause: n for n in run.not_exercised}
    for clause in ("send.required", "send.malformed"):
        assert missed[clause].reason.startswith("it is not known who may get mail: page 1")
        assert "can be read" in missed[clause].reach
    kept = {c.clause for c in run.clauses if c.outcome == "kept"}
    assert {"send.accepted", "auth.wrong", "method.undocumented"} <= kept


def test_what_everybody_may_see_of_a_server_that_refuses_a_scheme_is_judged() -> None:
    """Only the clause about the scheme is lost to it."""
    plain, refusing = visit("all"), visit("all", "auth.basic-refused")
    assert reached(refusing) == reached(plain)


def reached(run: Run) -> Mapping[str, str]:
    return {c.clause: c.operation for c in run.clauses if c.outcome != "not exercised"}


def test_a_look_that_fails_by_chance_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract is kept as far as it was judged, and what was asked for was not done."""
    monkeypatch.setattr(
        "harness.run.people.People._pages", lambda *_: "page 1 did not arrive whole"
    )
    run = visit("all")
    assert run.findings == ()
    assert run.verdict.exit_code == 6
    assert "it is not known who may get mail, since page 1 did not" in run.verdict.headline
    assert reached(run).keys() == reached(visit("notes")).keys()


UNKNOWN = "0b6f2c1e-57ad-4d0c-9c3e-6a1d4f7b8e20"


def test_a_place_to_write_to_that_does_not_exist_costs_what_is_written() -> None:
    run = visit("all", "list.total-off-by-one", write=UNKNOWN)
    assert run.verdict.exit_code == 1
    assert [f.clause for f in run.findings] == ["list.total"]
    assert run.writes == "none"
    assert run.counts.writes == sum(
        e.request.method == "POST" and not (e.case.credentials and not e.case.credentials.defect)
        for e in run.exchanges
    ), "nothing with good credentials was written"
    conforming = visit("notes", write=UNKNOWN)
    assert conforming.verdict.exit_code == 6
    assert "answered 404 for the resource to write to" in conforming.verdict.headline
