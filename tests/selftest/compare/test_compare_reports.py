"""`python -m harness.compare`: what it prints, writes and exits with, also with hostile texts."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from harness.compare import markdown, record, terminal
from harness.compare.__main__ import main
from harness.compare.comparing import compare
from harness.reports import run_json
from tests.selftest.compare import conftest as made
from tests.selftest.compare.conftest import LIST, finding, reach

SCHEMA = json.loads(record.SCHEMA.read_text("utf-8"))
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA)
HOSTILE = (
    "</td><script>alert(1)</script> | cell | ``` ` **bold** [l](javascript:0) <!-- "
    "\x1b[31mred\x1b[0m \u202egnp.exe\r\n# heading"
)
NUL = finding()


def hostile() -> tuple[dict[str, Any], dict[str, Any]]:
    """Two runs with hostile text wherever a server or a person may put it."""
    new = finding("list.total", LIST, place=f"/{HOSTILE}", kind=HOSTILE, expected=HOSTILE,
                  actual=HOSTILE, curl=HOSTILE, context=HOSTILE, also=[HOSTILE])  # fmt: skip
    told: dict[str, Any] = {
        "labels": {"commit": HOSTILE}, "target": HOSTILE, "headline": HOSTILE, "profile": HOSTILE,
        "enums": {HOSTILE: {"seen": [HOSTILE], "unseen": []}},
        "clauses": [made.clause(HOSTILE, HOSTILE)],
        "gaps": [{"operation": HOSTILE, "status": HOSTILE, "about": HOSTILE, "count": 1,
                  "clause": HOSTILE}],
        "undocumented": [{"operation": HOSTILE, "status": HOSTILE, "pointer": HOSTILE,
                          "types": [HOSTILE]}],
        "latency": {HOSTILE: {"p50": 1, "p95": 1, "p99": 1, "max": 1, "slowest": []}},
    }  # fmt: skip
    return made.record(finding(kind=HOSTILE), **told), made.record(new, latency=told["latency"])


@pytest.fixture
def files(tmp_path: Path) -> Any:
    """Writes runs, compares them, gives the exit code."""

    def run(old: Any, new: Any, *arguments: str) -> int:
        for name, content in (("old", old), ("new", new)):
            text = content if isinstance(content, str) else json.dumps(content)
            (tmp_path / f"{name}.json").write_text(text, "utf-8")
        paths = [str(tmp_path / "old.json"), str(tmp_path / "new.json")]
        return main([*paths, "--reports", str(tmp_path / "reports"), *arguments])

    return run


def test_it_prints_and_writes_and_says_the_same_everywhere(
    files: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = files(
        made.record(labels={"version": "2.6"}), made.record(NUL, labels={"version": "2.7"})
    )
    shown = capsys.readouterr().out
    text = (tmp_path / "reports" / "compare.md").read_text("utf-8")
    found = json.loads((tmp_path / "reports" / "compare.json").read_bytes())
    assert code == found["exit_code"] == 1
    assert shown.rstrip().endswith(found["headline"])
    for words in ("version=2.6", "version=2.7", NUL["clause"], NUL["fingerprint"], NUL["curl"]):
        assert words in shown, words
        assert words in text, words


@pytest.mark.parametrize("runs", [
    (made.record(), made.record()), (made.record(NUL), made.record(reach=reach(NUL))),
    (made.record(), made.record(NUL)), (made.record(), made.record(verdict="interrupted")),
    hostile(), hostile()[::-1],
])  # fmt: skip
def test_the_record_keeps_its_schema(runs: Any) -> None:
    VALIDATOR.validate(record.record(compare(*runs)))
    assert list(record.record(compare(*runs))) == list(SCHEMA["properties"])


def test_the_schema_describes_every_property_and_allows_no_other() -> None:
    nodes: list[Any] = [SCHEMA]
    for node in nodes:
        children = node.values() if isinstance(node, dict) else node
        nodes += [child for child in children if isinstance(child, dict | list)]
    objects = [n for n in nodes if isinstance(n, dict) and isinstance(n.get("properties"), dict)]
    assert len(objects) > 5
    for node in objects:
        assert node["additionalProperties"] is False
        assert node["required"] == list(node["properties"])
        assert all(v.get("description") or "$ref" in v for v in node["properties"].values())


@pytest.mark.parametrize("order", [1, -1])
def test_hostile_texts_stay_texts(order: int) -> None:
    found = compare(*hostile()[::order])
    page = terminal.render(found, 80, colour=True)
    assert not re.search(r"\x1b(?!\[[0-9;]*m)", page)
    assert "\x1b[31mred" not in page.replace("\x1b[31;1m", "")
    assert "\u202e" not in page + markdown.render(found)
    unfenced = re.sub(r"(?ms)^ *(`{3,})sh\n.*?^ *\1$", "", markdown.render(found))
    outside = re.sub(r"(`+)[^`].*?[^`]?\1(?!`)", "", unfenced)
    for markup in ("<script", "<!--", "</td>", "**bold**", "[l](", "\x1b"):
        assert markup not in outside, markup
    assert "\n# heading" not in unfenced


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "is no JSON"), ("[]", "is no record of a run"), ("{}", "is no record"),
        ('{"log": {"entries": []}}', "is no record"), ("[" * 100_000, "is no JSON"),
        ("\x00", "is no JSON"),
        (json.dumps({**made.record(), "schema_version": 2}), "version 2"),
        (json.dumps({**made.record(), "verdict": 7}), "is no valid record"),
        (json.dumps({**made.record(), "findings": [None]}), "is no valid record"),
        (json.dumps({**made.record(), "findings": 3}), "is no valid record"),
        (json.dumps({**made.record(), "schema_version": {"\x1b[2J": HOSTILE * 99}}), "version"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_a_foreign_file_is_told_in_one_sentence(
    files: Any, capsys: pytest.CaptureFixture[str], content: str, words: str, first: bool
) -> None:
    good = made.record()
    assert files(*((content, good) if first else (good, content))) == 4
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert len(said.err) < 1500
    assert (said.err.rstrip("\n").isprintable(), said.out) == (True, "")


def test_a_file_that_is_not_there_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main([str(tmp_path / "none.json"), str(tmp_path)]) == 4
    assert "cannot read" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [
    [], ["one"], ["", ""], ["a", "b", "--max-latency-ratio", "fast"], ["a", "b", "--nothing"],
    ["a", "b", "--max-latency-ratio", "nan"], ["a", "b", "--max-latency-ratio", "0"],
])  # fmt: skip
def test_a_mistyped_call_is_told_in_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_reports_that_cannot_be_written_are_told(
    files: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "reports").write_text("in the way", "utf-8")
    assert files(made.record(), made.record()) == 4
    assert "cannot write the report" in capsys.readouterr().err


def test_limits_are_taken_from_the_command_line(files: Any) -> None:
    figures = {"p50": 9, "p95": 9, "p99": 9, "max": 9, "slowest": []}
    slow, fewer = (
        made.record(latency={LIST: figures}),
        made.record(clauses=[made.clause("a", LIST)]),
    )
    lenient = made.record({**NUL, "severity": "leniency"})
    for new, option in (
        (slow, ("--max-latency-ratio", "2")), (fewer, ("--require", "list.*")),
        (lenient, ("--fail-on", "leniency")),
    ):  # fmt: skip
        assert files(made.record(), new) == 0
        assert files(made.record(), new, *option) != 0


def test_records_of_older_suites_are_read_and_call_nothing_gone(files: Any, tmp_path: Path) -> None:
    old, new = made.record(copy.deepcopy(NUL)), made.record()
    for run in (old, new):
        for name in ("statuses", "undocumented", "reach", "gateway"):
            del run[name]
        for one in run["findings"]:
            one["request"] = {k: v for k, v in one["request"].items() if k != "phase"}
    assert files(old, new) == 0
    found = json.loads((tmp_path / "reports" / "compare.json").read_bytes())
    assert [c["change"] for c in found["changes"]] == ["not comparable"]


def test_the_made_up_runs_are_runs() -> None:
    schema = json.loads(run_json.SCHEMA.read_text("utf-8"))
    for run in (made.record(NUL), *hostile()):
        jsonschema_rs.Draft202012Validator(schema).validate(run)
