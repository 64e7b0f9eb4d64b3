"""What pytest prints for a clause that is broken."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import pytest

from harness import tally
from harness.model import ClauseResult, Finding, Run
from harness.reports.text import plural, visible

SHOWN = 12
WIDTH = 96


def failing(findings: Sequence[Finding], run: Run) -> list[Finding]:
    """Those that make the clause fail: unwaived and severe enough for this run."""
    return [f for f in findings if tally.fails(f, run.extra.get("fail_on", "violation"))]


def render(result: ClauseResult, findings: Sequence[Finding]) -> str:
    """The sentence, where it stands, and each culprit with its evidence."""
    return "\n".join(visible(line) for line in _lines(result, findings))


def _lines(result: ClauseResult, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"{result.clause} is broken by {result.operation}"
    yield from textwrap.wrap(result.requirement, WIDTH)
    yield f"source    {result.pointer}"
    for finding in findings[:SHOWN]:
        owner = "" if finding.clause == result.clause else f" (a finding of {finding.clause})"
        yield ""
        yield f"culprit   {finding.culprit}{owner}"
        yield f"expected  {finding.expected}"
        words = f' "{finding.message}"' if finding.message else ""
        yield f"actual    {finding.actual}{words}"
        seen = plural(finding.count, "time")
        yield f"seen      {seen}, {finding.stability}, {finding.fingerprint}"
        yield f"          {finding.curl}"
    if len(findings) > SHOWN:
        yield ""
        yield f"… and {len(findings) - SHOWN} more culprits in the summary"


def speak(run: Run, clause: str, operation: str) -> None:
    """Fail, xfail or skip the test of a clause as the run says; return if the clause is kept."""
    result = next(r for r in run.clauses if (r.clause, r.operation) == (clause, operation))
    findings = [
        f for f in run.findings if f.operation == operation and clause in (f.clause, *f.also)
    ]
    broken = failing(findings, run)
    if broken:
        pytest.fail(render(result, broken), pytrace=False)
    waived = [f for f in findings if f.waived]
    if waived:
        pytest.xfail("; ".join(dict.fromkeys(_waiver(f) for f in waived)))
    if result.outcome == "not exercised":
        missed = [n for n in run.not_exercised if (n.clause, n.operation) == (clause, operation)]
        why = "; ".join(f"{n.reason} ({n.reach})" if n.reach else n.reason for n in missed)
        pytest.skip(f"not exercised: {why}")


def _waiver(finding: Finding) -> str:
    assert finding.waived
    return f"waived by {finding.waived.owner}: {finding.waived.reason}"
