"""The numbers of a run, each defined once. Every output that counts something asks here. Pure.

A *finding* is an unwaived violation; some may be too unstable to fail the run. A *leniency* is an
unwaived finding of that severity. A *clause* counts once for all its operations, by the worst that
became of it: it is *not exercised* if it was for none of them, *exercised in part* if some of it
was not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from harness.model import ClauseResult, Finding, NotExercised, Outcome, Severity

WORST_FIRST: tuple[Outcome, ...] = ("violated", "waived", "lenient", "kept", "not exercised")
ENOUGH = 3
"""Occurrences from which an intermittent finding fails the run (contract.md, *Stability*)."""


def violations(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Unwaived findings of a client-breaking kind: what every output calls findings."""
    return tuple(f for f in findings if f.severity == "violation" and not f.waived)


def leniencies(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Unwaived findings of forbidden input that was accepted without breaking a promise."""
    return tuple(f for f in findings if f.severity == "leniency" and not f.waived)


def waived(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Known and tolerated findings, of any severity."""
    return tuple(f for f in findings if f.waived)


def flickers(finding: Finding) -> bool:
    """Whether it came and went, and too seldom to be blamed on the server."""
    rare = finding.stability == "intermittent" and finding.count < ENOUGH
    return rare or finding.stability == "unstable"


def fails(finding: Finding, fail_on: Severity = "violation") -> bool:
    """Whether a finding makes a run fail: unwaived, severe enough, and not a mere flicker."""
    severe = finding.severity == "violation" or fail_on == "leniency"
    return severe and not flickers(finding) and finding.waived is None


def touched(findings: Iterable[Finding]) -> set[str]:
    """The clauses that findings break: their own, and those that fail with them."""
    return {clause for finding in findings for clause in (finding.clause, *finding.also)}


def by_clause(clauses: Iterable[ClauseResult]) -> dict[str, Outcome]:
    """Clause -> the worst that became of it for any operation."""
    found: dict[str, Outcome] = {}
    for result in clauses:
        worst = (found.get(result.clause, "not exercised"), result.outcome)
        found[result.clause] = min(worst, key=WORST_FIRST.index)
    return found


def outcomes(clauses: Iterable[ClauseResult]) -> Counter[Outcome]:
    """How many clauses came to which outcome; together, all that were selected."""
    return Counter(by_clause(clauses).values())


def exercised(clauses: Iterable[ClauseResult]) -> tuple[int, int]:
    """Clauses exercised, of those that were selected."""
    counted = outcomes(clauses)
    return counted.total() - counted["not exercised"], counted.total()


def left_out(
    clauses: Sequence[ClauseResult], entries: Iterable[NotExercised], *, wholly: bool
) -> tuple[NotExercised, ...]:
    """Why clauses were not exercised at all, or why parts of clauses that were, were not."""
    became = by_clause(clauses)
    return tuple(e for e in entries if (became.get(e.clause) == "not exercised") is wholly)


def record(
    clauses: Sequence[ClauseResult], findings: Sequence[Finding], entries: Sequence[NotExercised]
) -> dict[str, int]:
    """Every number by its name, for machines."""
    counted = outcomes(clauses)
    done, selected = exercised(clauses)
    partly = left_out(clauses, entries, wholly=False)
    return {
        "findings": len(violations(findings)),
        "leniencies": len(leniencies(findings)),
        "waived": len(waived(findings)),
        "clauses_selected": selected,
        "clauses_exercised": done,
        "clauses_exercised_in_part": len({entry.clause for entry in partly}),
        **{f"clauses_{name.replace(' ', '_')}": counted[name] for name in WORST_FIRST},
    }
