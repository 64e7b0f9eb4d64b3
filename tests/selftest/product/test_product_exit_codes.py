"""What a run says at its end: the exit code, and its meaning where `make` swallows it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PATIENCE, ROOT, WAIVED_CLAUSES, Outcome, Serve, Start, command, environment

LENIENT = ("list.out-of-range handleGetMessages", "filter.unknown-value handleGetMessages")
ONLY_LENIENT = ("--profile", "smoke", "-k", "list.out-of-range or filter.unknown-value")


def test_0_on_the_embedded_server(conforming: Outcome) -> None:
    assert conforming.code == 0, conforming.output
    assert conforming.run["verdict"] == "conforms"
    assert conforming.run["findings"] == []
    assert conforming.run["headline"].startswith("conforms — 55 of 56 clauses exercised")
    assert conforming.run["headline"] in conforming.said
    assert "not exercised" in conforming.said.lower()
    assert 1 <= conforming.run["counts"]["exchanges"] <= 300


def test_1_on_a_faulty_server(faulty: Outcome) -> None:
    assert faulty.code == 1, faulty.output
    assert faulty.run["verdict"] == "violates"
    assert {f["clause"] for f in faulty.run["findings"]} == WAIVED_CLAUSES
    assert len(faulty.run["findings"]) == 6, "one defect, one finding"
    assert faulty.run["counts"]["exchanges"] <= 300 * 115 // 100
    assert faulty.cases["list.total handleGetMessages"] == "failure"
    assert faulty.cases["send.listed handleSendMessage"] == "passed", "one hides no other"


def test_a_failing_clause_shows_all_that_is_needed_to_see_it_again(faulty: Outcome) -> None:
    """House rule: requirement, pointer, culprit, expected, actual, count, curl."""
    begin = faulty.output.index("list.total is broken by handleGetMessages")
    said = " ".join(faulty.output[begin : begin + 2000].split())
    total = next(f for f in faulty.run["findings"] if f["clause"] == "list.total")
    assert "`total` is the number of items that the walk finds" in said
    assert "#/" in said
    assert "/data/total: wrong count" in said
    assert "deterministic" in said
    assert total["fingerprint"] in said
    assert total["curl"].startswith("curl ")
    assert total["curl"] in said, "a failing test shows the request that fails"


@pytest.fixture(scope="module")
def lenient(serve: Serve) -> dict[str, str]:
    """The environment of a server that brings what is out of range into bounds."""
    return serve(variants=("bounds-like-libredesk",)).reading


def test_leniencies_do_not_fail_a_run(lenient: dict[str, str], start: Start) -> None:
    outcome = start(*ONLY_LENIENT, environ=lenient)
    assert outcome.code == 0, outcome.output
    assert {f["severity"] for f in outcome.run["findings"]} == {"leniency"}
    assert "not fail the run" in outcome.said
    assert outcome.cases == dict.fromkeys(LENIENT, "passed")


def test_leniencies_fail_a_run_that_is_told_so(lenient: dict[str, str], start: Start) -> None:
    outcome = start(*ONLY_LENIENT, "--fail-on", "leniency", environ=lenient)
    assert outcome.code == 1, outcome.output
    assert outcome.run["verdict"] == "violates"
    assert outcome.cases == dict.fromkeys(LENIENT, "failure"), "the clauses fail, not only the run"


REQUIRED = ("--profile", "smoke", "-k", "unknown.malformed-id or response.in-time")


def test_6_if_a_required_clause_is_not_exercised(start: Start) -> None:
    outcome = start(*REQUIRED, "--require", "response.in-time")
    assert outcome.code == 6, outcome.output
    assert "response.in-time is required and was not exercised" in outcome.run["headline"]
    assert "--max-response-time" in outcome.run["headline"]


def test_0_if_a_required_clause_is_exercised(start: Start) -> None:
    outcome = start(*REQUIRED, "--require", "response.in-*", "--max-response-time", "25s")
    assert outcome.code == 0, outcome.output
    assert outcome.cases["response.in-time handleGetMessages"] == "passed"


def make_gate(arguments: str) -> subprocess.CompletedProcess[str]:
    """`make gate` with this interpreter's environment, which is taken to be set up."""
    venv = ["-o", f"{sys.prefix}/.ready", f"VENV={sys.prefix}"]
    return subprocess.run(
        ["make", "--no-print-directory", *venv, "gate", f"ARGS={arguments}"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_make_gate_says_what_the_exit_code_means(tmp_path: Path) -> None:
    arguments = shlex.join(command(tmp_path)[3:])
    good = make_gate(f"{arguments} --profile smoke -k unknown.malformed-id")
    assert good.returncode == 0, good.stdout
    assert "exit code 0: conforms — every clause that was exercised is kept" in good.stdout
    bad = make_gate(f"{arguments} --profile gat")
    assert bad.returncode != 0
    assert "unknown profile 'gat', did you mean 'gate'?" in bad.stdout
    assert "exit code 4: misconfigured — a setting, a file, or an expired" in bad.stdout


@pytest.mark.parametrize("shows", ["--plan", "--clauses"])
def test_make_gate_has_no_verdict_on_what_is_only_shown(tmp_path: Path, shows: str) -> None:
    shown = make_gate(f"{shlex.join(command(tmp_path)[3:])} --profile smoke {shows}")
    assert shown.returncode == 0, shown.stdout
    assert "conforms" not in shown.stdout


def test_make_gate_takes_a_directory_after_a_blank_too(tmp_path: Path) -> None:
    """`--reports DIR` is how `--help` writes it, and DIR may exist, anywhere on the disk."""
    reports = tmp_path / "reports"
    reports.mkdir()
    done = make_gate(shlex.join(["--reports", str(reports), "--profile", "gat"]))
    assert "unknown profile 'gat', did you mean 'gate'?" in done.stdout, done.stdout


def test_the_meaning_of_a_code_without_make() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "harness.verdict", "6"],
        cwd=ROOT, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.startswith("exit code 6: inconclusive — the target could not be judged")
