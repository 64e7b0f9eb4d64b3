"""reports/against.md and against.json, and the closing block: two deployments side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.compare.markdown import indented, table
from harness.compare.sides import MISCONFIGURED, Against, Difference
from harness.reports.files import write_text
from harness.reports.grouping import pairs
from harness.reports.page import Page
from harness.reports.text import clip, code, fenced, plural, prose, visible

SCHEMA_VERSION = 1
"""Goes up when a property changes its meaning or goes away; new properties don't count."""
SCHEMA = Path(__file__).with_name("against.schema.json")
NAMES = ("against.md", "against.json")
SHOWN = 12
"""Differences and requests that are listed; the rest stand in against.json."""
OUTCOMES = {
    0: "behaves alike",
    1: "behaves differently",
    MISCONFIGURED: "misconfigured",
    6: "inconclusive",
}
_MARKS = {0: "✅", 1: "❌"}
_COLOURS = {0: "green", 1: "red"}
DOUBTS = "May be the data, or chance"
DIFFERENCES = "Differences"


def write(found: Against, folder: Path) -> None:
    """Write both reports. Raises ReportError where the folder cannot be written."""
    text = json.dumps(record(found), indent=2, ensure_ascii=False) + "\n"
    for name, content in zip(NAMES, (markdown(found), text), strict=True):
        write_text(folder / name, content)


def forget(folder: Path) -> None:
    """Remove the reports of an earlier run, which would speak for one that came to no end."""
    for name in NAMES:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def record(found: Against) -> dict[str, Any]:
    """The record as plain values, its keys in the order of the schema."""
    return {
        "schema_version": SCHEMA_VERSION,
        "outcome": OUTCOMES[found.exit_code],
        "exit_code": found.exit_code,
        "headline": found.headline,
        "reasons": list(found.reasons),
        "target": found.one,
        "against": found.other or None,
        "counts": {
            "paired": found.paired,
            "target_only": found.alone[0],
            "against_only": found.alone[1],
            "weather": found.weather,
        },
        "differences": [_difference(one) for one in found.differences],
        "doubts": [_difference(one) for one in found.doubts],
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "operation": one.operation,
        "what": one.what,
        "target": one.one,
        "against": one.other,
        "requests": list(one.requests),
        "count": one.count,
        "why": one.why,
        "curl": one.curl,
    }


def _counted(found: Against) -> str:
    alone = sum(found.alone)
    parts = [f"{plural(found.paired, 'request')} answered by both"]
    parts += [f"{alone} sent to one of them only, as what is asked next depends on answers"] * (
        alone > 0
    )
    parts += [f"{found.weather} met weather"] * (found.weather > 0)
    return "; ".join(parts)


def _sides(found: Against) -> Iterator[tuple[str, str, str]]:
    sides = (found.one, found.other)
    for name in ("target", "verdict", "exchanges", "started"):
        yield name, *_both(str(side.get(name, "—")) for side in sides)
    yield "labels", pairs(found.one["labels"]) or "—", "—"


def _both(texts: Iterator[str]) -> tuple[str, str]:
    return next(texts), next(texts)


def _settings(found: Against) -> str:
    names = ("profile", "seed", "writes")
    return ", ".join(f"{name} {found.one[name]}" for name in names)


def _where(one: Difference) -> str:
    if not one.requests:
        return ""
    more = f" and {len(one.requests) - SHOWN} more" if len(one.requests) > SHOWN else ""
    seen = f" ({plural(one.count, 'request')})" if one.count else ""
    return f"{'; '.join(one.requests[:SHOWN])}{more}{seen}"


def terminal(found: Against, width: int, colour: bool) -> str:
    """The closing block, the outcome as its last line. `width` in columns."""
    page = Page(width, colour)
    page.lines.append(page.style("─" * page.width, "dim"))
    _listed(page, DOUBTS, found.doubts, "?")
    _listed(page, DIFFERENCES, found.differences, "✗")
    page.title("Sides")
    page.columns((name, f"{one}  |  {other}") for name, one, other in _sides(found))
    page.columns([("told", _settings(found)), ("compared", _counted(found))])
    page.lines.append("")
    for reason in found.reasons if found.exit_code == MISCONFIGURED else ():
        page.text(reason, 2, "· ")
    page.lines.append(page.style(found.headline, "bold", _COLOURS.get(found.exit_code, "yellow")))
    return "\n".join(page.lines)


def _listed(page: Page, title: str, differences: tuple[Difference, ...], mark: str) -> None:
    if differences:
        page.title(title, len(differences))
    for one in differences[:SHOWN]:
        style = ("red", "bold") if mark == "✗" else ("dim",)
        head = page.style(f"{mark} {one.kind}", *style)
        page.lines.append(f"  {head}  {visible(one.operation)}".rstrip())
        rows = [("where", one.what), ("target", one.one), ("against", one.other)]
        rows += [("asked", _where(one)), ("perhaps", one.why)]
        page.columns([(name, clip(text, 400)) for name, text in rows if text], 4)
        if one.curl and not one.why:
            page.raw(one.curl, 4)
    if len(differences) > SHOWN:
        page.text(f"… and {len(differences) - SHOWN} more in against.md", 4, "", "dim")


def markdown(found: Against) -> str:
    """The whole page in GitHub-flavoured Markdown."""
    sides = ((prose(name), code(one), code(other)) for name, one, other in _sides(found))
    blocks = [
        f"# {_MARKS.get(found.exit_code, '⚠️')} {prose(found.headline)}",
        table(("", "Target", "Against"), sides),
        prose(f"{_settings(found)}. {_counted(found)}."),
        *_blocks(DIFFERENCES, found.differences),
        *_blocks(DOUBTS, found.doubts),
    ]
    return "\n\n".join(blocks) + "\n"


def _blocks(title: str, differences: tuple[Difference, ...]) -> Iterator[str]:
    if differences:
        yield f"## {title} ({len(differences)})"
    for one in differences:
        told = " — ".join(prose(text) for text in (one.operation, one.what, one.why) if text)
        yield f"- **{prose(one.kind)}** {told}"
        rows = [(code(one.one), code(one.other), prose(_where(one)))]
        yield indented(table(("Target", "Against", "Asked"), rows))
        if one.curl and not one.why:
            yield indented(fenced(one.curl, "sh"))
