"""reports/summary.md, also for `$GITHUB_STEP_SUMMARY`: the run in GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from harness import tally
from harness.model import Finding, Hidden, Run, Waiver
from harness.reports import grouping
from harness.reports.files import write_text
from harness.reports.grouping import Group, occurrence
from harness.reports.text import code, fenced, milliseconds, plural, prose, sentence
from harness.reports.waiver_snippet import snippet

_MARKS = {"conforms": "✅", "violates": "❌"}


def write(run: Run, path: Path) -> None:
    """Write the summary. Raises ReportError where `path` cannot be written."""
    write_text(path, render(run))


def render(run: Run, *, details: bool = True) -> str:
    """The whole summary; without `details` no curl and no waiver snippet, for a size limit."""
    blocks = [block for section in _SECTIONS for block in section(run)]
    shown = [block for block in blocks if details or not block.startswith(_DETAIL)]
    return "\n\n".join(shown) + "\n"


_DETAIL = ("  ```", "  <details>")


def _headline(run: Run) -> Iterator[str]:
    mark = _MARKS.get(run.verdict.name, "⚠️")
    yield f"# {mark} {prose(run.verdict.headline)}"
    if run.verdict.reasons:
        yield _list(sentence(reason) for reason in run.verdict.reasons)


def _facts(run: Run) -> Iterator[str]:
    yield _table(("", ""), ((name, code(value)) for name, value in grouping.facts(run).items()))
    if run.notes:
        yield _list(sentence(note) for note in run.notes)


def _findings(run: Run) -> Iterator[str]:
    yield from _groups("Findings", grouping.grouped(tally.violations(run.findings)), run)


def _leniencies(run: Run) -> Iterator[str]:
    groups = grouping.grouped(tally.leniencies(run.findings))
    if groups:
        yield from _groups("Leniencies", groups, run)


def _groups(title: str, groups: tuple[Group, ...], run: Run) -> Iterator[str]:
    count = sum(len(group.findings) for group in groups)
    yield f"## {title} ({count})"
    if not groups:
        yield "None."
    for group in groups:
        yield from _group(group, run)


def _group(group: Group, run: Run) -> Iterator[str]:
    first = group.first
    yield f"### {prose(first.clause)} · {prose(first.operation)}"
    yield f"> {sentence(first.requirement)}\n>\n> {code(first.pointer)}"
    answer = f"Answered {first.status_class}"
    if first.message:
        answer += f" {code(first.message)}"
    size = plural(len(group.findings), "culprit")
    yield f"{answer} — {size} in {plural(group.count, 'exchange')}."
    if group.evidence:
        yield _evidence(*group.evidence)
    for finding in group.findings:
        yield from _culprit(finding, run, with_evidence=not group.evidence)


def _culprit(finding: Finding, run: Run, *, with_evidence: bool) -> Iterator[str]:
    facts = [prose(occurrence(finding)), code(finding.fingerprint)]
    if finding.context:
        facts.insert(1, f"context {code(finding.context)}")
    if finding.also:
        facts.append("also " + ", ".join(map(code, finding.also)))
    if finding.carriers:
        facts.append(f"carried by {plural(len(finding.carriers), 'item')}")
    if finding.note:
        facts.append(prose(finding.note))
    yield f"- **{prose(str(finding.culprit))}** — {', '.join(facts)}"
    if with_evidence:
        yield _indented(_evidence(finding.expected, finding.actual))
    if finding.curl:
        yield _indented(fenced(finding.curl, "sh"))
    yaml = fenced(snippet(finding, started=run.started), "yaml")
    yield _indented(f"<details><summary>Waiver to copy</summary>\n\n{yaml}\n\n</details>")


def _evidence(expected: str, actual: str) -> str:
    return _table(("Expected", "Actual"), iter([(code(expected), code(actual))]))


def _waived(run: Run) -> Iterator[str]:
    findings = tally.waived(run.findings)
    if findings or run.unmet_waivers:
        yield f"## Waived ({len(findings)})"
    if findings:
        head = ("Clause", "Operation", "Culprit", "Seen", "Reason", "Owner", "Until")
        yield _table(head, map(_waived_row, findings))
    if run.unmet_waivers:
        yield "Not met in this run: " + ", ".join(
            f"{code(w.clause)} ({code(w.place_in_file or w.fingerprint)})"
            for w in run.unmet_waivers
        )


def _waived_row(finding: Finding) -> tuple[str, ...]:
    waiver = finding.waived
    cells = (finding.clause, finding.operation, str(finding.culprit), occurrence(finding))
    known = (_why(waiver), waiver.owner, waiver.expires) if waiver else ("", "", "")
    return (*map(code, cells[:3]), prose(cells[3]), *(prose(text) for text in known))


def _why(waiver: Waiver) -> str:
    return " ".join(filter(None, (waiver.reason, waiver.link)))


def _gaps(run: Run) -> Iterator[str]:
    if run.gaps:
        yield f"## Gaps in the published contract ({len(run.gaps)})"
        head = ("Operation", "Status", "About", "Times")
        yield _table(
            head, ((code(g.operation), code(g.status), prose(g.about), g.count) for g in run.gaps)
        )


def _not_exercised(run: Run) -> Iterator[str]:
    for section in grouping.left_out(run):
        yield f"## {section.title} ({section.count})"
        yield _table(
            ("Reason", "Clauses", "What reaches them"),
            (
                (sentence(r.reason), ", ".join(map(code, r.clauses)), sentence(r.reach))
                for r in section.reasons
            ),
        )


def _gateway(run: Run) -> Iterator[str]:
    if run.gateway:
        yield f"## Answered by a gateway ({len(run.gateway)})"
        yield sentence(grouping.BEHIND)
        head = ("Gateway", "Operation", "Status", "To", "Times", "Not exercised with it")
        yield _table(head, map(_hidden_row, run.gateway))


def _hidden_row(hidden: Hidden) -> tuple[object, ...]:
    cells = (hidden.gateway or "a gateway", hidden.operation, hidden.status)
    clauses = ", ".join(map(code, hidden.clauses)) or "—"
    return (*map(code, cells), prose(hidden.input), hidden.exchanges, clauses)


def _untestable(run: Run) -> Iterator[str]:
    if run.untestable:
        yield f"## Untestable ({len(run.untestable)})"
        yield _list(
            f"{sentence(u.sentence)} — {sentence(u.reason)} ({code(u.pointer)})"
            for u in run.untestable
        )


def _enums(run: Run) -> Iterator[str]:
    if run.enums:
        yield "## Enum values"
        rows = (
            (code(place), *(_values(values.get(key, [])) for key in ("seen", "unseen")))
            for place, values in sorted(run.enums.items())
        )
        yield _table(("Place", "Seen", "Never seen"), rows)


def _values(values: list[str]) -> str:
    return ", ".join(map(code, values)) or "—"


def _latency(run: Run) -> Iterator[str]:
    if run.latency:
        yield "## Latency in ms"
        rows = (
            (code(name), *map(milliseconds, (value.p50, value.p95, value.p99, value.max)))
            for name, value in sorted(run.latency.items())
        )
        yield _table(("Operation", "p50", "p95", "p99", "Slowest"), rows)


def _clauses(run: Run) -> Iterator[str]:
    if not run.clauses:
        return
    counted = tally.outcomes(run.clauses)
    counts = ", ".join(f"{counted[name]} {name}" for name in tally.WORST_FIRST if counted[name])
    rows = (
        (code(c.clause), code(c.operation), c.outcome, c.exchanges, sentence(c.requirement))
        for c in run.clauses
    )
    table = _table(("Clause", "Operation", "Outcome", "Exchanges", "Requirement"), rows)
    yield "## Clauses"
    told = f"{plural(counted.total(), 'clause')}: {counts}; below by operation"
    yield f"<details><summary>{told}</summary>\n\n{table}\n\n</details>"


_SECTIONS: tuple[Callable[[Run], Iterator[str]], ...] = (
    _headline,
    _facts,
    _findings,
    _waived,
    _leniencies,
    _gaps,
    _not_exercised,
    _gateway,
    _untestable,
    _enums,
    _latency,
    _clauses,
)


def _table(head: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _list(items: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _indented(block: str) -> str:
    """`block` as part of the list item before it."""
    return "\n".join(f"  {line}" if line else "" for line in block.split("\n"))
