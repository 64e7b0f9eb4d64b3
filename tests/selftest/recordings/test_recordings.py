"""What released versions answered, judged again: the verdict of docs/libredesk.md, line by line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.selftest import preloaded
from tests.selftest.test_waivers_known import COLUMNS, ROWS

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
VERSIONS = sorted(path.name.removesuffix(".har.gz") for path in HERE.glob("*.har.gz"))
LARGEST = 2**20
"""Bytes that a recording may take."""


@pytest.fixture(scope="module", params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def expected(version: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / f"{version}.yaml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def judged(version: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """run.json of the recording, judged again with the waivers of its version."""
    reports = tmp_path_factory.mktemp(version)
    minor = version.removeprefix("libredesk-").rpartition(".")[0]
    line = [sys.executable, "-m", "pytest", f"--replay={HERE / version}.har.gz", "-q"]
    line += [f"--waivers={ROOT / 'waivers' / f'libredesk-{minor}.yaml'}", f"--reports={reports}"]
    line += ["-o", f"cache_dir={reports / '.pytest'}"]
    environ = {name: os.environ[name] for name in ("PATH", "HOME")}
    printed = reports / "printed"
    assert preloaded.run(line, ROOT, environ, printed) == 0, printed.read_text("utf-8")
    run: dict[str, Any] = json.loads((reports / "run.json").read_text("utf-8"))
    return run


def told(run: dict[str, Any], severity: str) -> set[str]:
    """The findings of a severity, in the words of the list beside the recording."""
    line = "{clause} {operation} {culprit[place]}: {culprit[kind]} ({status})"
    return {line.format(**f) for f in run["findings"] if f["severity"] == severity}


def test_there_is_a_recording_of_every_version_with_waivers() -> None:
    minors = {v.removeprefix("libredesk-").rpartition(".")[0] for v in VERSIONS}
    assert minors == set(COLUMNS)


def test_a_recording_is_small(version: str) -> None:
    assert (HERE / f"{version}.har.gz").stat().st_size <= LARGEST


def test_exactly_the_known_violations_come_out(
    judged: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert told(judged, "violation") == set(expected["violations"])


def test_exactly_the_known_leniencies_come_out(
    judged: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert told(judged, "leniency") == set(expected["leniencies"])


def test_the_verdict_with_waivers_is_conforms(judged: dict[str, Any]) -> None:
    """Each violation is waived: the waivers name the same defects in any run."""
    assert judged["verdict"] == "conforms"
    violations = [f for f in judged["findings"] if f["severity"] == "violation"]
    assert all(f["waived"] for f in violations)


def test_the_page_tells_of_each_and_of_no_more(version: str, judged: dict[str, Any]) -> None:
    column = COLUMNS[version.removeprefix("libredesk-").rpartition(".")[0]]
    page = {row[4].strip("`") for row in ROWS if row[column] == "✗"}
    violations = {f["fingerprint"] for f in judged["findings"] if f["severity"] == "violation"}
    assert violations == page
