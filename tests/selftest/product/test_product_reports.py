"""The files that a run leaves behind, read as their readers read them."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema_rs
import pytest

from .conftest import PATIENCE, ROOT, Outcome, Served, Start, environment

SCHEMA = json.loads((ROOT / "harness" / "reports" / "run.schema.json").read_text("utf-8"))
PASSED, SKIPPED = "passed", "pytest.skip"
KEPT = {"kept": PASSED, "lenient": PASSED, "not exercised": SKIPPED}


@pytest.fixture(params=["conforming", "faulty"])
def outcome(request: pytest.FixtureRequest) -> Outcome:
    """A run that conforms and one that violates."""
    found: Outcome = request.getfixturevalue(request.param)
    return found


def test_run_json_keeps_its_schema(outcome: Outcome) -> None:
    errors = jsonschema_rs.validator_for(SCHEMA).iter_errors(outcome.run)
    assert [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in errors] == []
    assert outcome.run["exit_code"] == outcome.code


def test_run_json_counts_what_was_sent(faulty: Outcome, faulty_server: Served) -> None:
    counts = faulty.run["counts"]
    methods = [entry["request"]["method"] for entry in faulty.har]
    reached = [line["method"] for line in faulty_server.lines()]
    assert counts["exchanges"] == len(methods)
    assert sorted(reached[: len(methods)]) == sorted(methods), "sent, and nothing else"
    safe = {"GET", "HEAD", "OPTIONS"}
    assert counts["writes"] == sum(method not in safe for method in methods)
    assert faulty.run["target"] == faulty_server.known["url"]
    assert (faulty.run["profile"], faulty.run["seed"], faulty.run["writes"]) == ("smoke", 1, "all")


def test_what_a_wrong_total_hides_is_not_put_down_to_the_write_policy(faulty: Outcome) -> None:
    said = [n for n in faulty.run["not_exercised"] if n["clause"] == "send.counted"]
    assert [n["reach"] for n in said] == ["a list whose total is right"]


def test_junit_has_one_case_for_each_clause_and_operation(outcome: Outcome) -> None:
    suite = next(ET.parse(outcome.reports / "junit.xml").iter("testsuite"))
    assert int(suite.attrib["tests"]) == len(outcome.outcomes) == len(outcome.cases) == 75
    for (clause, operation), became in outcome.outcomes.items():
        case = outcome.cases[f"{clause} {operation}"]
        assert case == KEPT.get(became, case), f"{clause} {operation} {became}"
        assert (case == "failure") == (became == "violated")


def test_junit_says_the_verdict(outcome: Outcome) -> None:
    """A reader of junit.xml alone must be able to tell what was tested, and how it ended."""
    properties = {
        p.attrib["name"]: p.attrib["value"]
        for p in ET.parse(outcome.reports / "junit.xml").iter("property")
    }
    assert properties["verdict"] == outcome.run["verdict"]
    assert properties["target"] == outcome.run["target"]
    assert properties["seed"] == "1"


def test_all_reports_go_to_one_place(start: Start, tmp_path: Path) -> None:
    """`--reports` alone is enough, and every file that the output names is there."""
    wide = {"COLUMNS": "400"}
    arguments = ("--profile", "smoke", "-k", "list.unique", "--label", "build=2.7.0")
    outcome = start(*arguments, f"--reports={tmp_path}", own_junit=False, environ=wide)
    assert outcome.code == 0, outcome.output
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["labels"] == {"build": "2.7.0"}
    named = {word for word in outcome.output.split() if word.startswith(f"{tmp_path}/")}
    assert {Path(name).name for name in named} >= {"run.json", "summary.md", "junit.xml"}
    assert [name for name in named if not Path(name).exists()] == []


def test_the_summary_says_the_verdict_and_hides_nothing(outcome: Outcome) -> None:
    summary = (outcome.reports / "summary.md").read_text("utf-8")
    assert outcome.run["headline"] in summary
    for finding in outcome.run["findings"]:
        assert finding["fingerprint"] in summary
        assert finding["culprit"]["place"] in summary
    for gap in outcome.run["gaps"]:
        assert gap["status"] in summary
    assert "response.in-time" in summary, "a clause that was not exercised is told"
    for sentence in outcome.run["untestable"]:
        assert sentence["pointer"] in summary


def test_the_summary_is_appended_to_the_jobs(conforming: Outcome, step_summary: Path) -> None:
    own = (conforming.reports / "summary.md").read_text("utf-8")
    assert step_summary.read_text("utf-8") == "# An earlier step\n\n" + own


def test_the_archive_holds_every_exchange_once(outcome: Outcome) -> None:
    log = json.loads((outcome.reports / "exchanges.har").read_text("utf-8"))["log"]
    assert log["version"] == "1.2"
    assert len(log["entries"]) == outcome.run["counts"]["exchanges"]
    for entry in log["entries"]:
        assert entry["request"]["url"].startswith(outcome.run["target"].split()[0])
        assert entry["response"]["status"] >= 200


def test_the_curl_of_a_finding_shows_it_again(
    faulty: Outcome, faulty_server: Served, tmp_path: Path
) -> None:
    """Pasted into a shell that has the credentials in its environment."""
    finding = next(f for f in faulty.run["findings"] if f["culprit"]["place"] == "query page")
    done = subprocess.run(
        ["sh", "-c", finding["curl"]],
        cwd=tmp_path,
        env=environment(faulty_server.writing),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stdout.split()[1] == "500", done.stdout
