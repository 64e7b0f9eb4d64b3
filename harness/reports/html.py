"""reports/report.html: one file for the eye, without scripts and without anything from outside."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from harness import tally
from harness.model import Finding, Run
from harness.reports import grouping
from harness.reports.files import write_text
from harness.reports.text import CODE_WORDS, clip, milliseconds, plural, seconds, visible
from harness.reports.waiver_snippet import snippet


def write(run: Run, path: Path) -> None:
    """Write the page. Raises ReportError where `path` cannot be written."""
    write_text(path, render(run))


def render(run: Run) -> str:
    """The whole page. Every text is made visible, then escaped."""

    def waiver(finding: Finding) -> str:
        return snippet(finding, started=run.started)

    return _template().render(
        run=run,
        facts=grouping.facts(run),
        repeat=grouping.REPEAT,
        findings=grouping.grouped(tally.violations(run.findings)),
        leniencies=grouping.grouped(tally.leniencies(run.findings)),
        waived=tally.waived(run.findings),
        left_out=grouping.left_out(run),
        selected=tally.exercised(run.clauses)[1],
        behind=grouping.BEHIND,
        areas=grouping.areas(run),
        tiles=_tiles(run),
        waiver=waiver,
    )


def _tiles(run: Run) -> list[tuple[str, int, str]]:
    """The figures below the verdict: name, number, and a class that colours what matters."""
    violations = len(tally.violations(run.findings))
    clauses = tally.outcomes(run.clauses)
    return [
        ("findings", violations, "bad" if violations else "good"),
        ("leniencies", len(tally.leniencies(run.findings)), ""),
        ("waived", len(tally.waived(run.findings)), ""),
        ("gaps", len(run.gaps), ""),
        ("clauses kept", clauses["kept"], ""),
        ("not exercised", clauses["not exercised"], ""),
        ("exchanges", run.counts.exchanges, ""),
    ]


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_visible,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "clip": clip,
        "ms": milliseconds,
        "plural": plural,
        "seconds": seconds,
        "sentence": _sentence,
        "occurrence": grouping.occurrence,
        "is_web": lambda link: link.startswith(("https://", "http://")),
    }
    return environment.get_template("report.html.j2")


def _sentence(text: str) -> Markup:
    """A sentence of our own, words between backticks as code."""
    pieces = CODE_WORDS.split(visible(text))
    tags = (Markup("{}"), Markup("<code>{}</code>"))
    return Markup("").join(tags[i % 2].format(piece) for i, piece in enumerate(pieces))


def _visible(value: Any) -> Any:
    """Control characters never reach the page, line feeds in blocks to copy excepted."""
    return value if isinstance(value, Markup) else visible(str(value), keep="\n")
