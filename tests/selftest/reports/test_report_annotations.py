"""What a step of GitHub Actions shows: one annotation a group, where the sentence stands."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness import model
from harness.output.github import SHOWN, annotated, command
from harness.reports import grouping

SPEC = """openapi: 3.0.0
paths:
  /parcels/{key}/notes:
    get:
      responses: {}
    post:
      responses:
        '500': {description: broken}
  /odd~name: {}
tags: [{name: one},
       {name: two}]
"""
COMMAND = re.compile(r"::(error|warning) ?((?:\w+=[^:,]*,?)*)::(.*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """A command as GitHub reads it: kind, properties, message."""
    match = COMMAND.fullmatch(line)
    assert match, line
    pairs = (pair.partition("=") for pair in match[2].split(",") if pair)
    return match[1], {name: plain(value) for name, _, value in pairs}, plain(match[3])


def plain(text: str) -> str:
    return re.sub("%([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), text)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A document in a folder of the workspace `tmp_path`."""
    path = tmp_path / "api" / "parcels.yaml"
    path.parent.mkdir()
    path.write_text(SPEC, "utf-8")
    return path


def test_what_fails_is_an_error_and_what_else_was_found_a_warning(
    rich_run: model.Run, spec: Path
) -> None:
    told = [read(line) for line in annotated(rich_run, spec, None)]
    titles = [(kind, given["title"]) for kind, given, _ in told]
    assert ("error", "response.no-server-error addNote") in titles
    assert ("error", "list.total listNotes") in titles
    assert len(titles) == len(set(titles)), "one annotation a group"
    assert not any("beyond 64 bits" in message for _, _, message in told), "waived"
    assert all("file" not in given for _, given, _ in told), "GitHub cannot show the document"
    error = next(message for _, given, message in told if given["title"].startswith("response."))
    for text in ("No request, valid or not", "body /text: wrong type", "more culprits",
                 "9c41d07be2aa", "expected no 5xx", "actual 500 Internal"):  # fmt: skip
        assert text in error


def test_a_leniency_is_a_warning_unless_the_run_fails_for_it(
    rich_run: model.Run, spec: Path
) -> None:
    lenient = replace(next(f for f in rich_run.findings if f.severity == "leniency"))
    run = replace(rich_run, findings=(lenient,), extra={})
    assert [read(line)[0] for line in annotated(run, spec, None)] == ["warning"]
    strict = replace(run, extra={"fail_on": "leniency"})
    assert [read(line)[0] for line in annotated(strict, spec, None)] == ["error"]


@pytest.mark.parametrize(
    ("pointer", "line"),
    [
        ("#/paths/~1parcels~1{key}~1notes/post/responses/500", 8),
        ("#/paths/~1parcels~1{key}~1notes/get", 4),
        ("#/paths/~1parcels~1{key}~1notes/get/responses/gone", 5),
        ("#/paths/~1odd~0name", 9),
        ("#/tags/1/name", 11),
        ("#/tags/7", 10),
        ("#/nowhere", 1),
        ("", 1),
    ],
)
def test_an_annotation_stands_at_the_sentence(
    rich_run: model.Run, spec: Path, tmp_path: Path, pointer: str, line: int
) -> None:
    finding = replace(rich_run.findings[0], pointer=pointer)
    (told,) = annotated(replace(rich_run, findings=(finding,)), spec, tmp_path)
    assert read(told)[1] == {
        "title": "response.no-server-error addNote", "file": "api/parcels.yaml", "line": str(line),
    }  # fmt: skip


def test_github_shows_no_more_than_ten(rich_run: model.Run, spec: Path) -> None:
    first = rich_run.findings[0]
    many = tuple(replace(first, message=f"m{i}", fingerprint=f"f{i}") for i in range(SHOWN + 4))
    told = [read(line) for line in annotated(replace(rich_run, findings=many), spec, None)]
    assert len(told) == SHOWN + 1
    assert told[-1][2] == "4 more groups of findings; all of them are in the job summary"


@pytest.mark.parametrize("code", [2, 3, 4, 6])
def test_a_verdict_that_is_not_about_findings_is_told(
    rich_run: model.Run, spec: Path, code: int
) -> None:
    verdict = model.Verdict("inconclusive", code, "inconclusive — x", ("x: 100%\ny",))
    (told,) = annotated(replace(rich_run, findings=(), verdict=verdict), spec, None)
    assert read(told) == ("error", {"title": f"inconclusive, exit code {code}"}, "x: 100%\ny")


def test_a_run_that_conforms_is_no_annotation(rich_run: model.Run, spec: Path) -> None:
    verdict = model.Verdict("conforms", 0, "conforms — 58 of 58 clauses exercised", ())
    assert list(annotated(replace(rich_run, findings=(), verdict=verdict), spec, None)) == []


def test_hostile_text_leaves_no_command(hostile_run: model.Run, spec: Path, tmp_path: Path) -> None:
    groups = grouping.grouped(f for f in hostile_run.findings if not f.waived)
    told = list(annotated(hostile_run, spec, tmp_path))
    assert len(told) == len(groups)
    for line in told:
        assert line.isprintable()
        _, given, message = read(line)
        assert "<script>alert(1)</script>" in message
        assert set(given) == {"title", "file", "line"}


def test_every_special_character_is_escaped() -> None:
    line = command("error", "50%\r\n::error::x\u2028", title="a:b,c=d%3A\n")
    assert read(line) == ("error", {"title": "a:b,c=d%3A\n"}, "50%\\r\n::error::x\\u2028")
    assert line.count("::") == 4, "GitHub takes the message up to the end of the line"
