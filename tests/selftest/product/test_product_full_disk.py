"""A disk that is full: a sentence for each report that could not be written, and no half of one."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

from .conftest import PATIENCE, ROOT, command, environment

ROOM = 8_000
"""Bytes that a file may have: enough for junit.xml, say, and not for what holds exchanges."""


def shrink() -> None:
    """In the child: every write beyond the room fails, as on a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM))


def test_what_cannot_be_written_is_said_and_not_there(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    for name in ("run.json", "exchanges.har"):
        (reports / name).write_text("of an earlier run")
    done = subprocess.run(
        command(reports, "--profile", "smoke", "-k", "list. or auth."),
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE, check=False, preexec_fn=shrink,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode == 4, output
    assert "Traceback" not in output
    said = [line for line in output.splitlines() if line.startswith("contract: cannot write")]
    lost = {name for name in NAMES if any(f"/{name}:" in line for line in said)}
    assert {"run.json", "exchanges.har"} <= lost
    assert all("free some space" in line for line in said)
    left = {path.name for path in reports.iterdir() if path.is_file()} - {LEDGER}
    assert left == NAMES - lost, "whole ones, and nothing of an earlier run"


def test_not_even_junit_xml_fits(tmp_path: Path) -> None:
    """pytest's own writer would leave half of it, and a traceback."""
    reports = tmp_path / "reports"
    done = subprocess.run(
        command(reports, "--profile", "smoke", "-k", "list.unique"),
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)),
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode == 4, output
    assert "Traceback" not in output
    assert "junit.xml: File too large" in output
    assert [path.name for path in reports.iterdir() if path.is_file()] == [LEDGER]


LEDGER = "sent.jsonl"
"""Written line by line while the run goes on; it is there before anything can fail."""
NAMES = {"run.json", "summary.md", "report.html", "exchanges.har", "junit.xml"}
