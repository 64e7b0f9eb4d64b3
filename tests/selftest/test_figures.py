"""Figures in the documents are those that a command wrote, or say when and on what they were."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from tests.figures import measuring
from tests.figures.__main__ import OPTIONS
from tests.figures.documents import MEASURED, PHRASES, ROOT, shortened, updated

COUNTS = json.loads((MEASURED / "counts.json").read_text("utf-8"))
SHOWN = (MEASURED / "shown.txt").read_text("utf-8")
AGAIN = "is out of date: make figures"
DOCUMENTS = ("README.md", "docs/libredesk.md", "docs/staging.md", "tests/README.md")
FIGURE = re.compile(
    r"^\| (?:seconds|requests|messages|mails)[^|]*\| *\d|"
    r"(?<![-\w~/.#])\d[\d,.]*(?: to \d[\d,.]*)? "
    r"(?:s|seconds|ms|minutes|requests|mails|messages|runs|MB)\b(?!\d)",
    re.MULTILINE,
)
MEASURED_AT = re.compile(r"measured 20\d\d-\d\d-\d\d, on [a-z0-9]")
BOUNDS = (
    "some 130 messages", "300 requests and the preflight's", "up to 5,000 requests",
    "More than 30 messages", "More than 100 messages", "at most 40 a second",
)  # fmt: skip
"""What is set or asked for, not measured."""


@pytest.mark.parametrize("file", sorted({phrase.file for phrase in PHRASES}))
def test_a_document_holds_the_figures_that_were_measured(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert updated(text, file, COUNTS, SHOWN) == text, f"{file} {AGAIN}"


def test_the_figures_are_those_of_this_version() -> None:
    assert measuring.counts() == COUNTS, f"docs/measured/counts.json {AGAIN}"


def test_the_run_that_readme_shows_is_one_of_this_version() -> None:
    """But for what no two runs have in common, which it does not show."""
    assert shortened(measuring.shown(), measuring.SHOWN, OPTIONS) == SHOWN, AGAIN


def test_a_phrase_that_is_gone_is_told() -> None:
    with pytest.raises(LookupError, match=r"README\.md has no words like these"):
        updated("another text", "README.md", COUNTS, SHOWN)


def sections(text: str) -> list[str]:
    """A document's parts, each from one heading to the next."""
    starts = [0, *(m.start() for m in re.finditer(r"^#+ ", text, re.MULTILINE)), len(text)]
    return [text[one:other] for one, other in pairwise(starts)]


@pytest.mark.parametrize("file", DOCUMENTS)
def test_what_was_measured_elsewhere_says_when_and_on_what(file: str) -> None:
    """A time, and a count that no command of this project writes."""
    told = [phrase.told(COUNTS) for phrase in PHRASES if phrase.file == file]
    text = (ROOT / file).read_text("utf-8")
    for known in [SHOWN, *told, *BOUNDS]:
        text = text.replace(known, "")
    unsaid = {
        section.split("\n")[0]: FIGURE.findall(section)
        for section in sections(text)
        if FIGURE.search(section) and not MEASURED_AT.search(" ".join(section.split()))
    }
    assert unsaid == {}


@pytest.mark.parametrize(
    "text", ["in 38 s", "780 to 1,025 requests", "some 130 messages", "| seconds | 51 |"]
)
def test_a_figure_is_seen(text: str) -> None:
    assert FIGURE.search(text)


def test_measured_files_hold_no_more_than_is_measured() -> None:
    assert sorted(p.name for p in Path(MEASURED).iterdir()) == ["counts.json", "shown.txt"]
