"""What pytest prints for a clause that is broken."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from harness.model import ClauseResult, Finding, Run
from harness.reports.text import visible

SHOWN = 12
WIDTH = 96


def failing(findings: Sequence[Finding], run: Run) -> list[Finding]:
    """Those that make the clause fail: unwaived and severe enough for this run."""
    lenient_too = run.extra.get("fail_on") == "leniency"
    return [
        f
        for f in findings
        if not f.waived and (f.severity == "violation" or lenient_too) and f.stability != "unstable"
    ]


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
        yield f"seen      {finding.count} times, {finding.stability}, {finding.fingerprint}"
        yield f"          {finding.curl}"
    if len(findings) > SHOWN:
        yield ""
        yield f"… and {len(findings) - SHOWN} more culprits in the summary"
