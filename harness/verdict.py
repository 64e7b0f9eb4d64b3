"""Everything that was found out -> one verdict and one exit code. Pure.

`python -m harness.verdict CODE` says what an exit code means.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from harness import tally
from harness.model import ClauseResult, Finding, NotExercised, Severity, Verdict, Waiver

Name = Literal[
    "conforms", "violates", "interrupted", "internal error", "misconfigured", "nothing selected",
    "inconclusive",
]  # fmt: skip
NAMES: dict[int, Name] = {
    0: "conforms",
    1: "violates",
    2: "interrupted",
    3: "internal error",
    4: "misconfigured",
    5: "nothing selected",
    6: "inconclusive",
}
MEANINGS = {
    0: "every clause that was exercised is kept, or its findings are waived",
    1: "at least one unwaived finding breaks the contract",
    2: "the run was stopped before its end; the reports hold what was found until then",
    3: "the suite itself failed; please report it, with the message above",
    4: "a setting, a file, or an expired or unused waiver has to be corrected first",
    5: "no clause was selected, so nothing was tested",
    6: "the target could not be judged: unreachable, credentials rejected, resource unknown, the "
    "network failed too often, or a required clause was not exercised",
}
EXIT_CODES: dict[int, str] = {code: f"{NAMES[code]} — {MEANINGS[code]}" for code in NAMES}
"""Exit code -> its meaning, for README, `make` and `python -m harness.verdict`."""
PRECEDENCE = (2, 3, 4, 1, 6, 5, 0)
SHOWN = 3
"""Culprits that a reason names; all of them stand below, each with its request."""
SIGNALS = 128
"""A shell adds the number of the signal that ended a program."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is made of. Texts are whole sentences for people."""

    clauses: Sequence[ClauseResult] = ()
    """One for every selected clause and operation, also those not exercised."""
    findings: Sequence[Finding] = ()
    not_exercised: Sequence[NotExercised] = ()
    exchanges: int = 0
    """Sent, or read from a record; what the preflight sent counts."""
    catalogue: int = 0
    """Clauses that there are, selected or not."""
    fail_on: Severity = "violation"
    require: Sequence[str] = ()
    """Globs of clause ids that have to be exercised."""
    interrupted: str = ""
    internal_errors: Sequence[str] = ()
    misconfigured: Sequence[str] = ()
    unused_waivers: Sequence[Waiver] = ()
    inconclusive: Sequence[str] = ()
    """Why the target could not be judged, or not wholly."""
    instead: str = ""
    """What was judged in place of a target that somebody named."""


def decide(evidence: Evidence) -> Verdict:
    """The verdict; where several codes apply, the first in PRECEDENCE.

    Its reasons begin with those of the code that was chosen, the others' follow: a run that
    violates while the rest is inconclusive says both.
    """
    failing = [finding for finding in evidence.findings if tally.fails(finding, evidence.fail_on)]
    reasons = _reasons(evidence, failing)
    code = next(code for code in PRECEDENCE if reasons.get(code) or code == 0)
    ordered = [reason for other in PRECEDENCE for reason in reasons.get(other, ())]
    headline = "; ".join(_headline(evidence, failing, code, reasons))
    return Verdict(NAMES[code], code, f"{NAMES[code]} — {headline}", tuple(dict.fromkeys(ordered)))


def _reasons(evidence: Evidence, failing: Sequence[Finding]) -> dict[int, list[str]]:
    return {
        2: [evidence.interrupted] if evidence.interrupted else [],
        3: list(evidence.internal_errors),
        4: [*evidence.misconfigured, *map(_unused, evidence.unused_waivers)],
        1: list(_broken(failing)),
        6: [*evidence.inconclusive, *_required(evidence), *_nothing_seen(evidence)],
        5: [] if evidence.clauses else ["no clause is selected; see --clauses for what there is"],
        0: list(_notes(evidence)),
    }


def _broken(failing: Sequence[Finding]) -> Iterator[str]:
    """Each clause and operation once: a server that reads no body breaks one in fifty places."""
    culprits: dict[tuple[str, str], list[str]] = {}
    for finding in failing:
        culprits.setdefault((finding.clause, finding.operation), []).append(str(finding.culprit))
    for (clause, operation), places in culprits.items():
        shown = "; ".join(places[:SHOWN])
        yield f"{clause} is broken by {operation}: {shown}{_more(max(0, len(places) - SHOWN))}"


def _unused(waiver: Waiver) -> str:
    return (
        f"{waiver.place_in_file}: the waiver of {waiver.clause} is unused: what it tolerates was "
        "sent and judged good; remove it"
    )


def _required(evidence: Evidence) -> Iterator[str]:
    """What `--require` asks for and this run did not reach."""
    told = {(n.clause, n.operation): f"{n.reason}; {n.reach}" for n in evidence.not_exercised}
    for result in evidence.clauses:
        if result.outcome == "not exercised":
            told.setdefault((result.clause, result.operation), "no request reaches it")
    for (clause, operation), why in told.items():
        if any(fnmatchcase(clause, glob) for glob in evidence.require):
            yield f"{clause} is required and was not exercised for {operation}: {why}"
    seen = {result.clause for result in evidence.clauses} | {clause for clause, _ in told}
    for glob in evidence.require:
        if not any(fnmatchcase(clause, glob) for clause in seen):
            yield f"--require {glob} matches no clause that is selected"


def _nothing_seen(evidence: Evidence) -> Iterator[str]:
    """Zero exchanges is never success, nor are exchanges that exercise no clause."""
    if evidence.clauses and not evidence.exchanges:
        yield "nothing was exchanged with the target"
    elif evidence.clauses and not tally.exercised(evidence.clauses)[0]:
        yield "none of the selected clauses could be exercised"


def _notes(evidence: Evidence) -> Iterator[str]:
    """What is visible although it does not fail the run."""
    findings = evidence.findings
    unstable = sum(map(tally.flickers, tally.violations(findings)))
    lenient = len(tally.leniencies(findings)) if evidence.fail_on == "violation" else 0
    waived = len(tally.waived(findings))
    if waived:
        yield f"{_plural(waived, 'finding')} waived"
    if unstable:
        yield f"{_plural(unstable, 'finding')} too unstable to fail the run"
    if lenient:
        yield f"{_plural(lenient, 'leniency')} that {_do(lenient)} not fail the run"


def _headline(
    evidence: Evidence, failing: Sequence[Finding], code: int, reasons: dict[int, list[str]]
) -> Iterator[str]:
    if code in {2, 3, 4, 6}:
        yield reasons[code][0].rstrip(".") + _more(len(reasons[code]) - 1)
    yield from _found(evidence)
    if code == 1 and reasons[6]:
        yield "the rest is inconclusive"
    exercised, selected = tally.exercised(evidence.clauses)
    if evidence.clauses and evidence.catalogue > selected:
        yield f"{exercised} of {selected} selected clauses exercised ({evidence.catalogue} in all)"
    else:
        yield f"{exercised} of {selected or evidence.catalogue} clauses exercised"
    if evidence.instead:
        yield evidence.instead


def _found(evidence: Evidence) -> Iterator[str]:
    """How much of what fails a run was found, and in how many clauses."""
    kinds = {"finding": tally.violations(evidence.findings)}
    if evidence.fail_on == "leniency":
        kinds["leniency"] = tally.leniencies(evidence.findings)
    for noun, found in kinds.items():
        if found:
            unstable = sum(map(tally.flickers, found))
            aside = f", {unstable} of them too unstable to fail the run" if unstable else ""
            clauses = _plural(len(tally.touched(found)), "clause")
            yield f"{_plural(len(found), noun)} in {clauses}{aside}"


def _plural(count: int, noun: str) -> str:
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count} {noun if count == 1 else many}"


def _do(count: int) -> str:
    return "does" if count == 1 else "do"


def _more(count: int) -> str:
    return f" (and {count} more)" if count else ""


def explain(code: int) -> str:
    """`exit code 1: violates — …`, also for codes that are not the suite's own."""
    if code in EXIT_CODES:
        return f"exit code {code}: {EXIT_CODES[code]}"
    if code > SIGNALS:
        return f"exit code {code}: ended by signal {code - SIGNALS} before there was a verdict"
    return f"exit code {code}: none of the suite's; see the output above"


def table() -> str:
    """The exit codes as a Markdown table, for README."""
    rows = [f"| {code} | {NAMES[code]} | {MEANINGS[code]} |" for code in sorted(NAMES)]
    return "\n".join(["| code | verdict | meaning |", "|---|---|---|", *rows]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Print the meaning of the one exit code given, or the whole table without one."""
    if not arguments:
        print(table(), end="")
        return 0
    if len(arguments) > 1 or not arguments[0].isascii() or not arguments[0].isdigit():
        print("usage: python -m harness.verdict [CODE]; CODE is a number", file=sys.stderr)
        return 2
    print(explain(int(arguments[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
