"""Every number that a run's outputs show, read from each of them and held against the others."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from .conftest import Outcome

SECTIONS = {
    "Findings": "findings",
    "Leniencies": "leniencies",
    "Waived": "waived",
    "Gaps in the published contract": "gaps",
    "Not exercised": "clauses_not_exercised",
    "Exercised in part": "clauses_exercised_in_part",
}
TILES = {
    "findings": "findings",
    "leniencies": "leniencies",
    "waived": "waived",
    "gaps": "gaps",
    "clauses kept": "clauses_kept",
    "not exercised": "clauses_not_exercised",
    "exchanges": "exchanges",
}
SENT = {
    "validated": "validated",
    "authenticated": "authenticated",
    "writes": "writes",
    "repeats": "repeats",
    "for reduction": "reductions",
    "kept back by the write policy": "dropped",
    "cut by a budget": "cut",
}
WORST_FIRST = ("violated", "waived", "lenient", "kept", "not exercised")


def wanted(run: Mapping[str, Any]) -> dict[str, int]:
    """Each number, counted from the lists of run.json and nothing else."""
    of_kind = {
        "findings": [f for f in run["findings"] if f["severity"] == "violation"],
        "leniencies": [f for f in run["findings"] if f["severity"] == "leniency"],
    }
    worst: dict[str, str] = {}
    for one in run["clauses"]:
        both = (worst.get(one["id"], "not exercised"), one["outcome"])
        worst[one["id"]] = min(both, key=WORST_FIRST.index)
    became = Counter(worst.values())
    left_out = {entry["clause"] for entry in run["not_exercised"]}
    return {
        **{name: sum(f["waived"] is None for f in found) for name, found in of_kind.items()},
        "unwaived": sum(f["waived"] is None for f in run["findings"]),
        "waived": sum(f["waived"] is not None for f in run["findings"]),
        "gaps": len(run["gaps"]),
        **{f"clauses_{name.replace(' ', '_')}": became[name] for name in WORST_FIRST},
        "clauses_selected": len(worst),
        "clauses_exercised": len(worst) - became["not exercised"],
        "clauses_exercised_in_part": sum(worst[name] != "not exercised" for name in left_out),
        **run["counts"],
    }


def disagreements(outcome: Outcome, annotated: bool = False) -> list[str]:
    """Every number of an output that is another one than run.json's lists make it."""
    run = outcome.run
    right = wanted(run)
    found = [
        *((f"run.json tally {name}", name, value) for name, value in run["tally"].items()),
        *_headline(run["headline"]),
        *_text("terminal", outcome.output),
        *_text("summary.md", (outcome.reports / "summary.md").read_text("utf-8")),
        *_page((outcome.reports / "report.html").read_text("utf-8")),
        ("exchanges.har entries", "exchanges", len(outcome.har)),
        *_ledger(outcome),
    ]
    wrong = [f"{where}: {n} for {name}, not {right[name]}" for where, name, n in found
             if n != right[name]]  # fmt: skip
    wrong += [f"{where} has another headline" for where in _other_headlines(outcome)]
    wrong += _junit(outcome)
    seen = {where.partition(" ")[0] for where, _, _ in found}
    wrong += [f"nothing was read from {name}" for name in ("terminal", "summary.md", "report.html")
              if name not in seen]  # fmt: skip
    return wrong + (list(_annotations(outcome)) if annotated else [])


Found = tuple[str, str, int]
"""(where it stands, what it counts, the number)"""


def _headline(text: str) -> Iterator[Found]:
    found = re.search(r"(\d+) findings? in (\d+) clauses?", text)
    yield "headline findings", "findings", int(found[1]) if found else 0
    yield "headline broken clauses", "clauses_violated", int(found[2]) if found else 0
    if exercised := re.search(r"(\d+) of (\d+)( selected)? clauses exercised", text):
        yield "headline exercised", "clauses_exercised", int(exercised[1])
        if exercised[3] or int(exercised[1]):  # else it is all that there are
            yield "headline selected", "clauses_selected", int(exercised[2])


def _text(where: str, text: str) -> Iterator[Found]:
    """Headings, and how many were sent, of the terminal or of Markdown."""
    for title, name in SECTIONS.items():
        found = re.search(rf"^(?:## )?{title} \((\d+)\)$", text, re.MULTILINE)
        yield f"{where} heading {title}", name, int(found[1]) if found else 0
    one_line = " ".join(text.split())
    yield from _sent(where, re.search(r"Exchanges (?:\| `)?(\d+)(?: \(([^)]*)\))?", one_line))
    if clauses := re.search(r"(\d+) clauses: ([^;<]*); below by operation", one_line):
        yield f"{where} clauses", "clauses_selected", int(clauses[1])
        told = dict(reversed(part.split(" ", 1)) for part in clauses[2].split(", "))
        for name in WORST_FIRST:
            key = f"clauses_{name.replace(' ', '_')}"
            yield f"{where} clauses {name}", key, int(told.get(name, 0))


def _sent(where: str, found: re.Match[str] | None) -> Iterator[Found]:
    if found is None:
        return
    yield f"{where} exchanges", "exchanges", int(found[1])
    told = dict(reversed(part.split(" ", 1)) for part in (found[2] or "").split(", ") if part)
    for label, name in SENT.items():
        yield f"{where} {label}", name, int(told.get(label, 0))


def _page(text: str) -> Iterator[Found]:
    for label, name in TILES.items():
        found = re.search(rf"<b>(\d+)</b>{label}</li>", text)
        assert found, label
        yield f"report.html tile {label}", name, int(found[1])
    for title, name in SECTIONS.items():
        found = re.search(rf"<h2>{title} <small>(\d+)</small></h2>", text)
        yield f"report.html heading {title}", name, int(found[1]) if found else 0
    if clauses := re.search(r"<h2>Clauses <small>(\d+), by operation</small>", text):
        yield "report.html clauses", "clauses_selected", int(clauses[1])
    cards = text.count('<p class="culprit">')
    yield "report.html culprits", "unwaived", cards
    facts = re.search(r"<dt>Exchanges</dt><dd>(\d+)(?: \(([^)]*)\))?</dd>", text)
    yield from _sent("report.html", facts)


def _ledger(outcome: Outcome) -> Iterator[Found]:
    path = outcome.reports / "sent.jsonl"
    if path.exists():
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        yield "sent.jsonl lines", "writes", sum(line["attempt"] == 1 for line in lines)


def _other_headlines(outcome: Outcome) -> Iterator[str]:
    """Outputs whose headline is not run.json's."""
    said = outcome.run["headline"]
    suites = ET.parse(outcome.reports / "junit.xml").iter("property")
    junit = {p.attrib["name"]: p.attrib["value"] for p in suites}
    page = unescape((outcome.reports / "report.html").read_text("utf-8"))
    summary = (outcome.reports / "summary.md").read_text("utf-8").split("\n")[0]
    for name, is_there in {
        "terminal": " ".join(said.split()) in outcome.said,
        "summary.md": re.sub(r"\W", "", said) in re.sub(r"\W", "", summary),
        "report.html": f"<h1>{said}</h1>" in page and f"<title>{said}</title>" in page,
        "junit.xml": junit.get("headline", said if not junit else "") == said,
    }.items():
        if not is_there:
            yield name


def _junit(outcome: Outcome) -> list[str]:
    """Rows that pytest calls otherwise than run.json does."""
    fails = {
        (clause, f["operation"])
        for f in outcome.run["findings"]
        if f["severity"] == "violation" and not f["waived"] and f["stability"] != "unstable"
        for clause in (f["clause"], *f["also"])
    }
    kinds = {"kept": "passed", "lenient": "passed", "violated": "passed",
             "not exercised": "pytest.skip", "waived": "pytest.xfail"}  # fmt: skip
    wrong = []
    for (clause, operation), became in outcome.outcomes.items():
        said = outcome.cases.get(f"{clause} {operation}")
        expected = "failure" if (clause, operation) in fails else kinds[became]
        # A run that was stopped, or never began, has rows that no test spoke of.
        if said not in (expected, None):
            wrong.append(f"junit.xml: {clause} {operation} is {said}, not {expected}")
    return wrong


def _annotations(outcome: Outcome) -> Iterator[str]:
    """Where GitHub's annotations name another number of culprits than there are findings."""
    for kind, name in (("error", "findings"), ("warning", "leniencies")):
        texts = re.findall(
            rf"^::{kind} .*title=([a-z]+\.[^:]*)::(.*)$", outcome.output, re.MULTILINE
        )
        culprits = sum(
            len(re.findall(r"\([0-9a-f]{12}, [a-z ]+\)", text))
            + sum(map(int, re.findall(r"and (\d+) more culprit", text)))
            for _, text in texts
        )
        more = re.search(rf"^::{kind} ?::(\d+) more group", outcome.output, re.MULTILINE)
        if not more and culprits != wanted(outcome.run)[name]:
            yield f"annotations: {culprits} culprits are an {kind}, not {wanted(outcome.run)[name]}"
