"""A comparison on the terminal: the least important first, what it comes to as the last line."""

from __future__ import annotations

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
from harness.compare.comparing import Comparison, Exercise
from harness.compare.findings import Change
from harness.compare.latency import FIGURES
from harness.reports.page import Page
from harness.reports.text import clip, visible

SHOWN = 12
"""Changes of one kind that are listed; the rest stand in compare.md."""
COLOURS = {0: "green", 1: "red"}


def render(found: Comparison, width: int, colour: bool) -> str:
    """The block, without a line feed at its end. `width` in columns."""
    page = Page(width, colour)
    _latency(page, found)
    for kind, title in OBSERVED.items():
        _observed(page, found, kind, title)
    _exercised(page, "Newly exercised", found.newly)
    _exercised(page, "No longer exercised", found.no_longer)
    for title, changes in reversed(list(by_kind(found.changes))):
        _changes(page, title, changes)
    _runs(page, found)
    page.lines.append("")
    for reason in found.reasons[found.failing :]:
        page.text(reason, 2, "· ")
    page.lines.append(page.style(found.headline, "bold", COLOURS.get(found.exit_code, "yellow")))
    return "\n".join(page.lines)


def _latency(page: Page, found: Comparison) -> None:
    if not found.latency:
        return
    page.title("Latency, new to old")
    names = [clip(visible(one.operation), 50) for one in found.latency]
    widest = max(map(len, names))
    heads = "".join(head.rjust(9) for head in FIGURES)
    page.lines.append("  " + page.style(" " * widest + heads, "dim"))
    for shown, one in zip(names, found.latency, strict=True):
        page.lines.append(f"  {shown.ljust(widest)}{''.join(f.rjust(9) for f in figures(one))}")


def _observed(page: Page, found: Comparison, kind: str, title: str) -> None:
    seen = [one for one in found.observations if one.kind == kind]
    if seen:
        page.title(title, len(seen))
    for one in seen[:SHOWN]:
        about = f" ({one.about})" if one.about else ""
        page.text(f"{one.where} {one.what}{about}", 2, f"{SIGNS[one.change]} ")
    _more(page, len(seen) - SHOWN)


def _exercised(page: Page, title: str, exercises: tuple[Exercise, ...]) -> None:
    if exercises:
        page.title(title, len(exercises))
    for reason, clauses in by_reason(exercises).items():
        page.text(reason, 2, "· ")
        page.text(", ".join(clauses), 4, "", "dim")


def _changes(page: Page, title: str, changes: list[Change]) -> None:
    page.title(title, len(changes))
    for change in changes[:SHOWN]:
        finding = change.finding
        mark, colour = ("✗", "red") if change.fails else ("·", "dim")
        head = page.style(f"{mark} {finding['clause']}", colour, "bold")
        page.lines.append(f"  {head}  {visible(finding['operation'])}")
        page.text(change.culprit, 4)
        page.text("; ".join(remarks(change)), 4, "", "dim")
        if change.fails:
            page.columns([("expected", clip(finding["expected"], 400)),
                          ("actual", clip(finding["actual"], 400))], 4)  # fmt: skip
            if finding["curl"]:
                page.raw(finding["curl"], 4)
    _more(page, len(changes) - SHOWN)


def _more(page: Page, more: int) -> None:
    if more > 0:
        page.text(f"… and {more} more in the report", 4, "", "dim")


def _runs(page: Page, found: Comparison) -> None:
    page.title("Runs")
    rows = []
    for what, old, new in sides(found):
        rows.append((what, f"{old}, both" if old == new else f"{old}  →  {new}"))
    page.columns(rows)
    if caution(found):
        page.text(caution(found), 2, "· ")
