"""One run, one verdict: precedence, counts, and what each exit code means."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from harness.model import (
    Case,
    ClauseResult,
    Culprit,
    Exchange,
    Finding,
    NotExercised,
    Outcome,
    Request,
    Waiver,
)
from harness.tally import fails
from harness.verdict import EXIT_CODES, NAMES, PRECEDENCE, Evidence, decide, explain, table

EXCHANGE = Exchange(1, Case("c", "op", "grid", "GET", "/"), Request("GET", "/", ()), None)
WAIVER = Waiver("a.x", "op", "known", "jane", fingerprint="f", place_in_file="w.yaml:3")


def clause(name: str, outcome: Outcome = "kept", operation: str = "op") -> ClauseResult:
    return ClauseResult(name, operation, "requirement", "#/", outcome, exchanges=3)


def finding(**changes: Any) -> Finding:
    base = Finding(
        clause="a.x", operation="op", severity="violation", culprit=Culprit("body /a", "NUL"),
        status_class="5xx", fingerprint="f", expected="e", actual="a", count=1, smallest=EXCHANGE,
        stability="deterministic",
    )  # fmt: skip
    return replace(base, **changes)


GOOD = Evidence(clauses=(clause("a.x"), clause("a.y")), exchanges=10)
CAUSES: dict[int, dict[str, Any]] = {
    0: {},
    1: {"findings": (finding(),)},
    2: {"interrupted": "stopped by Ctrl-C"},
    3: {"internal_errors": ("KeyError in clause a.x",)},
    4: {"unused_waivers": (WAIVER,)},
    5: {"clauses": (), "exchanges": 0},
    6: {"inconclusive": ("the target is unreachable",)},
}


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_each_code_alone(code: int) -> None:
    verdict = decide(replace(GOOD, **CAUSES[code]))
    assert (verdict.exit_code, verdict.name) == (code, NAMES[code])
    assert verdict.headline.startswith(f"{NAMES[code]} — ")


PAIRS = [(one, two) for one, two in combinations((2, 3, 4, 1, 6, 5, 0), 2) if {one, two} != {1, 5}]


@pytest.mark.parametrize(("stronger", "weaker"), PAIRS)
def test_precedence_of_every_pair(stronger: int, weaker: int) -> None:
    verdict = decide(replace(GOOD, **{**CAUSES[weaker], **CAUSES[stronger]}))
    assert verdict.exit_code == stronger
    if weaker:
        alone = decide(replace(GOOD, **CAUSES[weaker]))
        assert set(alone.reasons) <= set(verdict.reasons), "the weaker reason is still said"


def test_a_finding_outranks_an_empty_selection() -> None:
    assert decide(replace(GOOD, **CAUSES[5], findings=(finding(),))).exit_code == 1


def test_precedence_is_the_documented_one() -> None:
    assert PRECEDENCE == (2, 3, 4, 1, 6, 5, 0)
    assert sorted(PRECEDENCE) == sorted(EXIT_CODES)


def test_a_violation_says_that_the_rest_is_inconclusive() -> None:
    verdict = decide(replace(GOOD, **CAUSES[1], **CAUSES[6], catalogue=2))
    assert verdict.headline == (
        "violates — 1 finding in 1 clause; the rest is inconclusive; 2 of 2 clauses exercised"
    )
    assert verdict.reasons == (
        "a.x is broken by op: body /a: NUL", "the target is unreachable",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (1, "a.x is broken by op: body /0: NUL"),
        (3, "a.x is broken by op: body /0: NUL; body /1: NUL; body /2: NUL"),
        (5, "a.x is broken by op: body /0: NUL; body /1: NUL; body /2: NUL (and 2 more)"),
    ],
)
def test_a_clause_and_operation_are_one_reason(count: int, told: str) -> None:
    """One server that reads no body breaks a clause in fifty places."""
    findings = [replace(finding(), culprit=Culprit(f"body /{n}", "NUL")) for n in range(count)]
    elsewhere = replace(finding(), operation="other")
    verdict = decide(replace(GOOD, findings=(*findings, elsewhere)))
    assert verdict.reasons == (told, "a.x is broken by other: body /a: NUL")
    assert verdict.headline.startswith(f"violates — {count + 1} findings in 1 clause")


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_every_headline_counts(code: int) -> None:
    verdict = decide(replace(GOOD, catalogue=72, **CAUSES[code]))
    counted = {5: "0 of 72 clauses exercised"}
    wanted = counted.get(code, "2 of 2 selected clauses exercised (72 in all)")
    assert verdict.headline.endswith(wanted)


def test_the_headline_of_success() -> None:
    clauses = [clause(f"a.{n}", "kept" if n < 58 else "not exercised") for n in range(72)]
    verdict = decide(Evidence(clauses=clauses, exchanges=600, catalogue=72))
    assert verdict.headline == "conforms — 58 of 72 clauses exercised"
    assert verdict.reasons == ()


def test_a_clause_counts_once_over_all_operations() -> None:
    clauses = [clause("a.x"), clause("a.x", "not exercised", "other"), clause("a.y", "waived")]
    assert decide(replace(GOOD, clauses=clauses)).headline == (
        "conforms — 2 of 2 clauses exercised"
    )


@pytest.mark.parametrize(
    ("changes", "fail_on", "expected"),
    [
        ({}, "violation", True),
        ({"severity": "leniency"}, "violation", False),
        ({"severity": "leniency"}, "leniency", True),
        ({}, "leniency", True),
        ({"waived": WAIVER}, "violation", False),
        ({"waived": WAIVER}, "leniency", False),
        ({"stability": "intermittent", "count": 2}, "violation", False),
        ({"stability": "intermittent", "count": 3}, "violation", True),
        ({"stability": "unstable", "count": 9}, "violation", False),
        ({"stability": "not repeated"}, "violation", True),
    ],
)
def test_which_findings_fail(changes: dict[str, Any], fail_on: Any, expected: bool) -> None:
    one = finding(**changes)
    assert fails(one, fail_on) is expected
    verdict = decide(replace(GOOD, findings=(one,), fail_on=fail_on))
    assert verdict.exit_code == (1 if expected else 0)


def test_what_does_not_fail_is_still_said() -> None:
    findings = (
        finding(waived=WAIVER), finding(stability="unstable"), finding(severity="leniency"),
        finding(severity="leniency"), finding(stability="intermittent", count=2),
    )  # fmt: skip
    assert decide(replace(GOOD, findings=findings)).reasons == (
        "1 finding waived",
        "2 findings too unstable to fail the run",
        "2 leniencies that do not fail the run",
    )


def test_zero_exchanges_are_never_success() -> None:
    verdict = decide(replace(GOOD, exchanges=0))
    assert verdict.exit_code == 6
    assert "nothing was exchanged with the target" in verdict.headline


def test_exchanges_that_exercise_nothing_are_never_success() -> None:
    verdict = decide(replace(GOOD, clauses=(clause("a.x", "not exercised"),)))
    assert verdict.exit_code == 6
    assert verdict.reasons == ("none of the selected clauses could be exercised",)


MISSING = NotExercised("a.y", "op", "writes are not allowed", "--writes notes reaches it")


@pytest.mark.parametrize(
    ("require", "reasons"),
    [
        ((), ()),
        (("a.x",), ()),
        (("A.*",), ("--require A.* matches no clause that is selected",)),
        (("a.*",), ("a.y is required and was not exercised for op: writes are not allowed; "
                    "--writes notes reaches it",)),
        (("b.*",), ("--require b.* matches no clause that is selected",)),
    ],
)  # fmt: skip
def test_required_clauses(require: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    clauses = (clause("a.x"), clause("a.y", "not exercised"))
    evidence = replace(GOOD, clauses=clauses, not_exercised=(MISSING,), require=require)
    verdict = decide(evidence)
    assert (verdict.exit_code, verdict.reasons) == ((6, reasons) if reasons else (0, ()))


def test_a_required_clause_without_a_reason() -> None:
    clauses = (clause("a.x"), clause("a.y", "not exercised"))
    (reason,) = decide(replace(GOOD, clauses=clauses, require=("a.y",))).reasons
    assert reason == "a.y is required and was not exercised for op: no request reaches it"


def test_an_unused_waiver_says_where_it_stands() -> None:
    verdict = decide(replace(GOOD, unused_waivers=(WAIVER, replace(WAIVER, clause="a.y"))))
    assert verdict.headline == (
        "misconfigured — w.yaml:3: the waiver of a.x is unused: what it tolerates was sent and "
        "judged good; remove it (and 1 more); 2 of 2 clauses exercised"
    )


def test_codes_explain_themselves() -> None:
    assert explain(1) == (
        "exit code 1: violates — at least one unwaived finding breaks the contract"
    )
    assert explain(130) == "exit code 130: ended by signal 2 before there was a verdict"
    assert explain(128) == "exit code 128: none of the suite's; see the output above"
    assert explain(42) == "exit code 42: none of the suite's; see the output above"
    assert table().count("\n") == 2 + len(EXIT_CODES)
    for code in EXIT_CODES:
        assert f"| {code} | {NAMES[code]} | " in table()


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["4"], 0, "exit code 4: misconfigured — "),
        ([], 0, "| code | verdict | meaning |"),
        (["x"], 2, "usage: "),
        (["1", "2"], 2, "usage: "),
    ],
)
def test_the_command(arguments: list[str], code: int, text: str) -> None:
    command = [sys.executable, "-m", "harness.verdict", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == code
    assert (done.stdout + done.stderr).startswith(text)
