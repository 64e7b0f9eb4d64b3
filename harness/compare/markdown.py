"""reports/compare.md: a comparison in GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.compare.arranged import (
    OBSERVED,
    SIGNS,
    by_kind,
    by_reason,
    caution,
    figures,
    remarks,
    sides,
)  # fmt: skip
from harness.compare.comparing import Comparison
from harness.compare.findings import Change
from harness.compare.latency import FIGURES
from harness.reports.files import write_text
from harness.reports.text import code, fenced, prose

_MARKS = {0: "✅", 1: "❌"}


def write(found: Comparison, path: Path) -> None:
    """Write the page. Raises ReportError where `path` cannot be written."""
    write_text(path, render(found))


def render(found: Comparison) -> str:
    """The whole page."""
    blocks = [
        f"# {_MARKS.get(found.exit_code, '⚠️')} {prose(found.headline)}",
        *([_list(map(prose, reasons))] if (reasons := found.reasons[found.failing :]) else []),
        table(("", "Old", "New"), (tuple(map(_cell, row)) for row in sides(found))),
        *([prose(caution(found))] if caution(found) else []),
        *(block for title, changes in by_kind(found.changes) for block in _changes(title, changes)),
        *_exercised("No longer exercised", by_reason(found.no_longer)),
        *_exercised("Newly exercised", by_reason(found.newly)),
        *_observed(found),
        *_latency(found),
        f"{found.unchanged} findings are the same in both runs.",
    ]
    return "\n\n".join(blocks) + "\n"


def _cell(text: str) -> str:
    return code(text) if text else ""


def _changes(title: str, changes: list[Change]) -> Iterator[str]:
    yield f"## {prose(title)} ({len(changes)})"
    for change in changes:
        finding = change.finding
        head = f"{code(finding['clause'])} {code(finding['operation'])}"
        told = ", ".join(prose(words) for words in remarks(change))
        yield f"- {'❌ ' if change.fails else ''}{head} **{prose(change.culprit)}** — {told}"
        if change.fails:
            evidence = (code(finding["expected"]), code(finding["actual"]))
            yield indented(table(("Expected", "Actual"), [evidence]))
            yield indented(fenced(finding["curl"], "sh"))


def _exercised(title: str, reasons: dict[str, list[str]]) -> Iterator[str]:
    if reasons:
        yield f"## {title} ({sum(map(len, reasons.values()))})"
        rows = ((prose(why), ", ".join(map(code, names))) for why, names in reasons.items())
        yield table(("Reason", "Clauses"), rows)


def _observed(found: Comparison) -> Iterator[str]:
    for kind, title in OBSERVED.items():
        seen = [one for one in found.observations if one.kind == kind]
        if seen:
            yield f"## {title} ({len(seen)})"
            rows = (
                (f"{SIGNS[o.change]} {o.change}", code(o.where), code(o.what), prose(o.about))
                for o in seen
            )
            yield table(("", "Where", "What", ""), rows)


def _latency(found: Comparison) -> Iterator[str]:
    if found.latency:
        yield "## Latency, new to old"
        rows = ((code(one.operation), *figures(one)) for one in found.latency)
        yield table(("Operation", *FIGURES), rows)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table; cells are Markdown already."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def indented(block: str) -> str:
    """`block` as part of the list item before it."""
    return "\n".join(f"  {line}" if line else "" for line in block.split("\n"))
