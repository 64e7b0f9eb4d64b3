"""A disk that is full: a sentence for each report that could not be written, and no half of one.

All that is there, and the terminal, say with the exit code that the run is not to be relied on.
"""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from .conftest import PATIENCE, ROOT, Outcome, Serve, command, environment

ROOM = 8_000
"""Bytes that a file may have: enough for junit.xml, say, and not for what holds exchanges."""
MORE = 60_000
"""Enough for what is written about one clause, and not for its exchanges."""
PLENTY = 1_000_000_000
UNTOUCHED = {"PYTHONDONTWRITEBYTECODE": "1"}
"""Python would leave half of a module's bytecode in the checkout, and fail to read it later."""
LEDGER = "sent.jsonl"
"""Written line by line while the run goes on; it is there before anything can fail."""
NAMES = {"run.json", "summary.md", "report.html", "exchanges.har", "junit.xml"}


def cramped(
    room: int, reports: Path, *arguments: str, environ: dict[str, str] | None = None
) -> Outcome:
    """A run whose writes beyond so many bytes a file fail, as on a disk that is full."""
    done = subprocess.run(
        command(reports, "--profile", "smoke", *arguments),
        cwd=ROOT, env=environment({**(environ or {}), **UNTOUCHED}), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=PATIENCE, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )  # fmt: skip
    assert "Traceback" not in done.stdout
    return Outcome(done.returncode, done.stdout, reports)


def lost(outcome: Outcome) -> set[str]:
    """What is said to be missing; paths are wrapped wherever a line ends."""
    said = "".join(outcome.output.split())
    return {name for name in NAMES if f"cannotwritethereport{outcome.reports / name}:" in said}


def left(outcome: Outcome) -> set[str]:
    """What is there."""
    return {path.name for path in outcome.reports.iterdir() if path.is_file()} - {LEDGER}


def last(outcome: Outcome) -> str:
    """The headline, which stands before the line that pytest ends with."""
    return outcome.output.rstrip().splitlines()[-2]


def test_what_cannot_be_written_is_said_and_not_there(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    for name in ("run.json", "exchanges.har"):
        (reports / name).write_text("of an earlier run")
    outcome = cramped(ROOM, reports, "-k", "list. or auth.")
    assert outcome.code == 4, outcome.output
    assert {"run.json", "exchanges.har"} <= lost(outcome)
    assert "free some space" in outcome.output
    assert left(outcome) == NAMES - lost(outcome), "whole ones, and nothing of an earlier run"
    listed = "".join(outcome.output.rpartition("  Reports")[2].split("·")[0].split())
    assert {name for name in NAMES if f"{reports / name}" in listed} == left(outcome)


def test_what_is_there_denies_no_exit_code(tmp_path: Path) -> None:
    """Only the exchanges do not fit, and they are written last."""
    outcome = cramped(MORE, tmp_path / "reports", "-k", "list.unique")
    assert outcome.code == 4, outcome.output
    assert lost(outcome) == {"exchanges.har"}
    assert last(outcome).startswith("misconfigured — cannot write the report ")
    assert outcome.run["exit_code"] == 4
    assert outcome.run["verdict"] == "misconfigured"
    for name in ("summary.md", "report.html", "junit.xml"):
        text = (outcome.reports / name).read_text("utf-8")
        assert "misconfigured" in text, name
        assert "conforms —" not in text, name


def test_a_job_summary_that_cannot_be_written_is_no_success(tmp_path: Path) -> None:
    """It comes after all the others, which have to say so too."""
    environ = {"GITHUB_STEP_SUMMARY": str(tmp_path)}
    outcome = cramped(PLENTY, tmp_path / "reports", "-k", "list.unique", environ=environ)
    assert (outcome.code, outcome.run["verdict"]) == (4, "misconfigured"), outcome.output
    assert last(outcome).startswith("misconfigured — cannot write $GITHUB_STEP_SUMMARY ")


def test_not_even_junit_xml_fits(tmp_path: Path) -> None:
    """pytest's own writer would leave half of it, and a traceback."""
    outcome = cramped(200, tmp_path / "reports", "-k", "list.unique")
    assert outcome.code == 4, outcome.output
    assert "junit.xml: File too large" in " ".join(outcome.output.split())
    assert lost(outcome) == NAMES
    assert left(outcome) == set()
    assert last(outcome).startswith("misconfigured — ")


def test_only_junit_xml_is_missing(tmp_path: Path) -> None:
    """pytest writes it after the reports, which then tell of it."""
    reports = tmp_path / "reports"
    (reports / ".junit.xml.part").mkdir(parents=True)  # stands where it is written first
    outcome = cramped(PLENTY, reports, "-k", "list.unique")
    assert (outcome.code, outcome.run["verdict"]) == (4, "misconfigured"), outcome.output
    assert lost(outcome) == {"junit.xml"}
    assert last(outcome).startswith("misconfigured — cannot write the report ")


@pytest.mark.parametrize("name", ["against.md", "against.json"])
def test_two_deployments_alike_in_vain(name: str, tmp_path: Path, serve: Serve) -> None:
    server, other, reports = serve(), serve().known, tmp_path / "reports"
    (reports / f".{name}.part").mkdir(parents=True)
    environ = server.reading | {
        "LIBREDESK_AGAINST": other["url"],
        "LIBREDESK_AGAINST_API_KEY": other["api_key"],
        "LIBREDESK_AGAINST_API_SECRET": other["api_secret"],
        "LIBREDESK_AGAINST_CONVERSATION": other["conversation"],
    }
    outcome = cramped(PLENTY, reports, "-k", "list.unique", environ=environ)
    assert outcome.code == 4, outcome.output
    assert last(outcome).startswith("misconfigured — cannot write the report ")
    assert not {"against.md", "against.json"} & left(outcome)
