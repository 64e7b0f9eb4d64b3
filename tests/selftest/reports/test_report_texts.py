"""Markdown, HTML and terminal: complete, and nothing hostile gets out of its place."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from harness.reports import html, summary, terminal, text
from harness.reports.files import ReportError

VOID = {"meta", "br", "link", "img", "hr", "input"}
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


class Page(HTMLParser):
    """Tags, attributes and text of a page; fails on tags that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


def unprintable(page: str) -> set[str]:
    return {c for c in page if not c.isprintable()} - {"\n"}


SECTIONS = ("Findings", "Waived", "Leniencies", "Gaps", "Not exercised", "Untestable", "Enum")
FACTS = (
    "https://parcels.example/base",
    "commit=3f9ac1d",
    "gate",
    "42",
    "583",
    "10.4 s",
    "23 in force",
    "body /text",
    "wrong type",
    "Error parsing request",
    "no 5xx, whatever the request",
    "deterministic",
    "2.1 of 100 requests",
    "send.forbidden",
    "9c41d07be2aa",
    "known since 2.4",
    "2031-04-01",
    "w.yaml:9",
    "an unknown parcel",
    "writes are not allowed",
    "--writes notes",
    "Client-generated identifier",
    "blue",
    "1402",
    "cut by --max-requests",
    "2 findings are waived",
    "new with this seed",
)


@pytest.mark.parametrize("fact", FACTS + SECTIONS)
def test_every_fact_stands_in_every_view(rich_run, fact):
    for page in (
        summary.render(rich_run),
        Page(html.render(rich_run)).text,
        terminal.render(rich_run, 4000, False).replace("\n" + " " * 17, " "),
    ):
        assert fact in page


def test_a_waiver_s_ticket_can_be_found_from_every_view(rich_run):
    link = "https://tracker.example/12"
    assert ("href", link) in Page(html.render(rich_run)).attributes
    assert link in summary.render(rich_run)
    assert link in terminal.render(rich_run, 4000, False)


def test_hostile_text_stays_text_in_html(hostile_run, rich_run):
    page = html.render(hostile_run)
    assert unprintable(page) == set()
    seen = Page(page)
    assert not {"script", "img", "svg", "iframe"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name.startswith("on")]
    assert not [v for name, v in seen.attributes if name in {"href", "src"}]
    assert "<script>alert(1)" in seen.text
    assert "{{ 7*7 }}" in seen.text
    assert "href" in dict(Page(html.render(rich_run)).attributes)


def test_the_page_needs_nothing_from_outside(rich_run):
    seen = Page(html.render(rich_run))
    assert not {"script", "link", "img"} & set(seen.tags)
    assert "url(" not in html.render(rich_run)
    assert "@import" not in html.render(rich_run)


def test_hostile_text_stays_text_in_markdown(hostile_run, rich_run):
    page = summary.render(hostile_run)
    assert unprintable(page) == set()
    seen, good = Page(MARKDOWN.render(page)), Page(MARKDOWN.render(summary.render(rich_run)))
    assert set(seen.tags) == set(good.tags)
    assert not {"script", "img", "a"} & set(seen.tags)
    for tag in ("h1", "h2", "h3", "table", "details"):
        assert seen.tags.count(tag) == good.tags.count(tag), tag
    assert "<script>alert(1)" in seen.text


def test_rows_of_markdown_tables_have_as_many_cells_as_their_head(hostile_run):
    page = MARKDOWN.render(summary.render(hostile_run))
    assert "<table>" in page
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        rows = [row.count("<td>") + row.count("<th>") for row in table.split("</tr>")[:-1]]
        assert len(set(rows)) == 1


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(st.text(st.sampled_from("`|\\*_<>&[]()!#~- ab\n\x1b\ud800\u202e"), max_size=25))
def test_words_in_markdown_come_out_as_they_went_in(words):
    shown = text.visible(words)
    if not shown.strip():
        return
    for spell, tag in ((text.code, "code"), (text.prose, "p"), (text.code, "td")):
        page = f"x{spell(words)}x"
        if tag == "td":
            page = f"| a | b |\n|---|---|\n| {page} | |"
        seen = Page(MARKDOWN.render(page))
        assert "".join(seen.text.split()).strip("ab") == f"x{''.join(shown.split())}x".strip("ab")
        assert set(seen.tags) <= {"p", "code", "table", "thead", "tbody", "tr", "th", "td"}


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(st.text(st.sampled_from("`~ab\n\x1b"), max_size=40))
def test_a_fenced_block_holds_what_it_was_given(words):
    (block,) = MARKDOWN.parse(text.fenced(words, "sh"))
    assert block.type == "fence"
    assert block.content.rstrip("\n") == text.visible(words, keep="\n").rstrip("\n")


def test_details_can_be_left_out_of_a_summary(rich_run):
    short = summary.render(rich_run, details=False)
    assert "curl" not in short
    assert "fingerprint:" not in short
    assert "body /text" in short
    assert len(short) < len(summary.render(rich_run)) / 2


def test_nothing_hostile_reaches_a_terminal(hostile_run):
    for colour in (False, True):
        page = terminal.render(hostile_run, 80, colour)
        page = re.sub(r"\x1b\[[0-9;]+m", "", page) if colour else page
        assert unprintable(page) == set()


def test_the_verdict_is_the_last_line(rich_run):
    assert terminal.render(rich_run, 80, False).splitlines()[-1] == rich_run.verdict.headline


@pytest.mark.parametrize("width", [1, 40, 80, 120, 100_000])
def test_lines_keep_to_the_width_but_for_commands(rich_run, width):
    lines = terminal.render(rich_run, width, False).splitlines()
    widest = max(len(line) for line in lines if "curl" not in line)
    assert widest <= max(40, min(width, 120)) + 45 * (width < 80)
    assert all(line == line.rstrip() for line in lines)


def test_colour_changes_nothing_else(rich_run):
    coloured = terminal.render(rich_run, 80, True)
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[0-9;]+m", "", coloured) == terminal.render(rich_run, 80, False)


def test_long_groups_are_shown_in_part_on_the_terminal_only(rich_run):
    page = terminal.render(rich_run, 100, False)
    assert "… and 2 more in reports/summary.md" in page
    assert "body /seal" not in page
    assert "body /seal" in summary.render(rich_run)


def test_a_run_with_nothing_to_tell_is_short(rich_run):
    empty = replace(
        rich_run,
        verdict=replace(rich_run.verdict, name="conforms", headline="conforms", reasons=()),
        **dict.fromkeys(("clauses", "findings", "gaps", "not_exercised", "untestable"), ()),
        gateway=(),
        **dict.fromkeys(("exchanges", "notes", "unmet_waivers"), ()),
        **{name: {} for name in ("enums", "latency", "labels", "environment", "extra")},
    )
    assert len(terminal.render(empty, 80, False).splitlines()) < 20
    assert "## Waived" not in summary.render(empty)
    assert "Enum values" not in Page(html.render(empty)).text


@pytest.mark.parametrize("writer", [summary.write, html.write])
def test_reports_are_written_whole(rich_run, hostile_run, tmp_path, writer):
    writer(hostile_run, tmp_path / "new folder" / "report")
    assert (tmp_path / "new folder" / "report").read_text("utf-8").endswith("\n")
    (tmp_path / "file").write_text("")
    with pytest.raises(ReportError, match="cannot write the report"):
        writer(rich_run, tmp_path / "file" / "report")


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (text.seconds(8.44), "8.4 s"),
        (text.seconds(72), "1 min 12 s"),
        (text.milliseconds(0.0032), "3.2"),
        (text.milliseconds(1.402), "1402"),
        (text.plural(1, "exchange"), "1 exchange"),
        (text.plural(2, "exchange"), "2 exchanges"),
        (text.plural(2, "query"), "2 queries"),
        (text.clip("abcdef", 3), "abc… (6 characters)"),
        (text.sentence("`a_b` is *x*"), "`a_b` is \\*x\\*"),
    ],
)
def test_figures_and_words(shown, expected):
    assert shown == expected
