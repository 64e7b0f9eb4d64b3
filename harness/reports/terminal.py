"""The closing block on the terminal: the least important first, the verdict as its last line.

People read the end of a terminal, so what they must act on stands nearest to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness import tally
from harness.model import Finding, Run
from harness.reports import grouping
from harness.reports.grouping import Group, circumstances
from harness.reports.page import Page as _Page
from harness.reports.text import clip, milliseconds, plural, visible

SHOWN = 12
"""Culprits of one group that are listed; the rest stand in reports/summary.md."""


def render(run: Run, width: int, colour: bool) -> str:
    """The block, without a line feed at its end. `width` in columns."""
    page = _Page(width, colour)
    page.lines.append(page.style("─" * page.width, "dim"))
    for section in _SECTIONS:
        section(page, run)
    return "\n".join(page.lines)


def _enums(page: _Page, run: Run) -> None:
    if not run.enums:
        return
    page.title("Enum values")
    for place, values in sorted(run.enums.items()):
        page.text(place)
        rows = (("seen", values.get("seen", [])), ("never", values.get("unseen", [])))
        page.columns([(name, ", ".join(words) or "—") for name, words in rows], 4)


def _latency(page: _Page, run: Run) -> None:
    if not run.latency:
        return
    page.title("Latency in ms")
    names = {name: clip(visible(name), 50) for name in sorted(run.latency)}
    widest = max(map(len, names.values()))
    heads = "".join(head.rjust(9) for head in ("p50", "p95", "p99", "slowest"))
    page.lines.append("  " + page.style(" " * widest + heads, "dim"))
    for name, shown in names.items():
        value = run.latency[name]
        figures = (value.p50, value.p95, value.p99, value.max)
        cells = "".join(milliseconds(figure).rjust(9) for figure in figures)
        page.lines.append(f"  {shown.ljust(widest)}{cells}")


def _untestable(page: _Page, run: Run) -> None:
    if run.untestable:
        page.title("Untestable sentences of the published documents", len(run.untestable))
    for entry in run.untestable:
        page.text(f"{entry.sentence} — {entry.reason}", 2, "· ")
        page.text(entry.pointer, 4, "", "dim")


def _not_exercised(page: _Page, run: Run) -> None:
    for section in grouping.left_out(run):
        page.title(section.title, section.count)
        for entry in section.reasons:
            page.text(entry.reason, 2, "· ")
            page.text(", ".join(entry.clauses), 4, "", "dim")
            if entry.reach:
                page.text(entry.reach, 4, "→ ")


def _gaps(page: _Page, run: Run) -> None:
    if run.gaps:
        page.title("Gaps in the published contract", len(run.gaps))
        page.columns((f"{g.operation} {g.status}", f"{g.about} ({g.count})") for g in run.gaps)


def _leniencies(page: _Page, run: Run) -> None:
    findings = tally.leniencies(run.findings)
    if findings:
        page.title("Leniencies", len(findings))
    for group in grouping.grouped(findings):
        _group(page, group, "~", "yellow", with_curl=False)


def _waived(page: _Page, run: Run) -> None:
    findings = tally.waived(run.findings)
    if findings:
        page.title("Waived", len(findings))
    for finding in findings:
        page.text(f"{finding.clause} {finding.operation} — {finding.culprit}", 2, "· ")
        if finding.waived:
            waiver = finding.waived
            until = f"until {waiver.expires}" if waiver.expires else ""
            known = (waiver.reason, waiver.owner, until, waiver.link)
            page.text(", ".join(filter(None, known)), 4, "", "dim")
    for waiver in run.unmet_waivers:
        page.text(f"not met: {waiver.clause} ({waiver.place_in_file})", 2, "· ", "dim")


def _findings(page: _Page, run: Run) -> None:
    findings = tally.violations(run.findings)
    if findings:
        page.title("Findings", len(findings))
    for index, group in enumerate(grouping.grouped(findings)):
        if index:
            page.lines.append("")
        _group(page, group, "✗", "red", with_curl=True)


def _group(page: _Page, group: Group, mark: str, colour: str, *, with_curl: bool) -> None:
    first = group.first
    name = f"{mark} {first.clause}"
    page.lines.append(f"  {page.style(name, colour, 'bold')}  {visible(first.operation)}")
    page.text(first.requirement, 4)
    page.text(first.pointer, 4, "", "dim")
    page.columns(_head(group), 4)
    shown = group.findings[:SHOWN]
    widest = min(40, max(len(visible(str(finding.culprit))) for finding in shown))
    for finding in shown:
        _culprit(page, group, finding, widest)
        if finding.curl and with_curl:
            page.raw(finding.curl, 6)
    if len(group.findings) > SHOWN:
        more = len(group.findings) - SHOWN
        page.text(f"… and {more} more in reports/summary.md", 4, "", "dim")


def _head(group: Group) -> Iterator[tuple[str, str]]:
    """What the findings of a group have in common."""
    if group.first.message:
        yield "answer", group.answer
    if group.evidence:
        yield from _evidence(*group.evidence)
    yield "seen", "; ".join((plural(group.count, "exchange"), *group.circumstances))


def _culprit(page: _Page, group: Group, finding: Finding, widest: int) -> None:
    own = [words for words in circumstances(finding) if words not in group.circumstances]
    facts = "; ".join((plural(finding.count, "exchange"), finding.fingerprint, *own))
    page.text(f"{visible(str(finding.culprit)).ljust(widest)}  {facts}", 4, "· ")
    if not group.evidence:
        page.columns(_evidence(finding.expected, finding.actual), 6)


def _evidence(expected: str, actual: str) -> Iterator[tuple[str, str]]:
    yield "expected", clip(expected, 400)
    yield "actual", clip(actual, 400)


def _facts(page: _Page, run: Run) -> None:
    page.title("Run")
    facts = grouping.facts(run)
    command = facts.pop(grouping.REPEAT, "")
    page.columns(facts.items())
    if command:
        page.text(f"{grouping.REPEAT}:")
        page.raw(command, 4)
    for note in run.notes:
        page.text(note, 2, "· ")
    files = run.extra.get("reports", ())
    if isinstance(files, list | tuple) and files:
        page.columns([("Reports", "  ".join(map(str, files)))])


def _verdict(page: _Page, run: Run) -> None:
    page.lines.append("")
    for reason in run.verdict.reasons:
        page.text(reason, 2, "· ")
    colours = {"conforms": "green", "violates": "red"}
    colour = colours.get(run.verdict.name, "yellow")
    page.lines.append(page.style(run.verdict.headline, "bold", colour))


_SECTIONS: tuple[Callable[[_Page, Run], None], ...] = (
    _enums,
    _latency,
    _untestable,
    _gaps,
    _not_exercised,
    _leniencies,
    _waived,
    _findings,
    _facts,
    _verdict,
)
