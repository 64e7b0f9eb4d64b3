"""The known deviations of released versions: each has its place in docs/libredesk.md."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from harness import waivers
from harness.model import Culprit
from harness.wire.identity import fingerprint
from tests.selftest.fakes import CONTRACT, clauses

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "libredesk.md").read_text("utf-8")
COLUMNS = {"1.0": -3, "2.4": -2, "2.7": -1}
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if re.search(r"`[0-9a-f]{12}`", line)
]


@pytest.mark.parametrize("version", COLUMNS)
def test_what_is_waived_is_what_the_page_says_of_the_version(version: str) -> None:
    known = waivers.load(
        [ROOT / "waivers" / f"libredesk-{version}.yaml"],
        date(2026, 1, 1),
        clauses=list(clauses()),
        operations=[o.id for o in CONTRACT.operations],
    )
    matches = [(w.clause, w.operation, w.match) for w in known if w.match]
    assert len(matches) == len(known)
    waived = {
        fingerprint(clause, operation, Culprit(place, kind), status)
        for clause, operation, (place, kind, status) in matches
    }
    told = {row[4].strip("`") for row in ROWS if row[COLUMNS[version]].startswith("✗")}
    assert waived == told


def test_every_waiver_leads_to_a_heading_of_the_page() -> None:
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    }
    for path in (ROOT / "waivers").glob("libredesk-*.yaml"):
        links = set(re.findall(r"docs/libredesk\.md#(\S+)", path.read_text("utf-8")))
        assert links
        assert links <= anchors
