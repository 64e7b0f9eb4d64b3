"""Reports of an earlier run: left alone by what runs nothing, never taken for a failure's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.output.earlier import NAMES
from tests.selftest import preloaded

from .conftest import ROOT, Outcome, command, environment

ALL = set(NAMES)
UNREADABLE = "raise ValueError('of a conftest')"

Attempt = Callable[..., Outcome]


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Where an earlier run left reports."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in NAMES:
        (folder / name).write_text("earlier")
    return folder


@pytest.fixture
def attempt(tmp_path: Path, reports: Path) -> Attempt:
    """Starts the suite there."""

    def start(*arguments: str, **environ: str) -> Outcome:
        printed = tmp_path / "printed"
        printed.unlink(missing_ok=True)
        words = command(reports, *arguments, own_junit=False)
        code = preloaded.run(words, ROOT, environment(environ), printed)
        return Outcome(code, printed.read_text("utf-8"), reports)

    return start


def earlier(folder: Path) -> set[str]:
    """Which of the earlier run's reports are there."""
    return {name for name in NAMES if (folder / name).is_file() and is_earlier(folder / name)}


def is_earlier(path: Path) -> bool:
    return path.read_text("utf-8") == "earlier"


def files(folder: Path) -> set[str]:
    """All files below, but pytest's cache."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and ".pytest" not in path.parts
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--plan -k list.unique", 0),
        ("--clauses", 0),
        ("--help", 0),
        ("--version", 0),
        ("--version --version", 0),
        ("--markers", 0),
        ("--fixtures", 0),
        ("--collect-only", 0),
        ("--co -q", 0),
        ("--collect-only --junitxml=REPORTS/junit.xml", 0),
        ("--collect-only --profile nope", 4),
        ("--plan --profile nope", 4),
        ("--plan --nope", 4),
        ("--reproduce 0123456789ab", 4),
        ("--reproduce 0123456789ab --nope", 4),
        ("tests/selftest/test_verdict.py --collect-only", 0),
        ("tests/selftest/test_verdict.py --nope", 4),
        ("tests/selftest/test_verdict.py -k nope", 5),
    ],
)
def test_what_runs_nothing_leaves_them_alone(
    words: str, code: int, attempt: Attempt, reports: Path
) -> None:
    outcome = attempt(*words.replace("REPORTS", str(reports)).split())
    assert outcome.code == code, outcome.output
    assert earlier(reports) == files(reports) == ALL


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("--nope", 4),
        ("--profile smoke --nope", 4),
        ("tests/contract --nope", 4),
        ("-c pyproject.toml -p harness.plugin --nope", 4),
        ("--seed", 4),
        ("--profile nope", 4),
        ("--waivers nowhere.yaml", 4),
        ("--require nope.*", 4),
        ("--pastebin=all", 4),
        ("tests/contract/nowhere.py", 4),
        ("-p harness.plugin -p nowhere", 4),
        ("-k nowhere", 5),
        ("-k nowhere --junitxml=REPORTS/junit.xml", 5),
    ],
)
def test_what_could_not_be_run_moves_them_aside(
    words: str, code: int, attempt: Attempt, reports: Path
) -> None:
    outcome = attempt(*words.replace("REPORTS", str(reports)).split())
    assert outcome.code == code, outcome.output
    check_moved(outcome)


def check_moved(outcome: Outcome, *, but: frozenset[str] = frozenset()) -> None:
    previous = outcome.reports / "previous"
    assert earlier(previous) == ALL - but
    assert files(outcome.reports) == {f"previous/{name}" for name in ALL - but} | but
    told = f"contract: nothing was tested; the earlier run's reports are in {previous}"
    assert told in outcome.output


def test_a_conftest_that_cannot_be_read(attempt: Attempt, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "conftest.py").write_text(UNREADABLE)
    plugin = ("-c", "pyproject.toml", "-p", "harness.plugin")
    outcome = attempt(*plugin, "tests/contract", str(tmp_path / "more"))
    assert outcome.code == 4, outcome.output
    check_moved(outcome)


def test_options_that_stand_in_the_environment(attempt: Attempt) -> None:
    check_moved(attempt("--profile", "smoke", PYTEST_ADDOPTS="--nope"))


def test_an_attempt_after_another_loses_nothing(attempt: Attempt) -> None:
    attempt("--nope")
    outcome = attempt("--profile", "nope")
    assert earlier(outcome.reports / "previous") == ALL
    assert "nothing was tested" not in outcome.output, "nothing was moved this time"


def test_a_recording_that_cannot_be_read_stays_where_it_is(attempt: Attempt, reports: Path) -> None:
    outcome = attempt(f"--replay={reports / 'exchanges.har'}")
    assert outcome.code == 4, outcome.output
    check_moved(outcome, but=frozenset({"exchanges.har"}))


def test_a_run_that_begins_takes_their_place(attempt: Attempt) -> None:
    attempt("--nope")
    outcome = attempt("--profile", "smoke", "-k", "list.unique")
    assert outcome.code == 0, outcome.output
    written = {"run.json", "summary.md", "report.html", "junit.xml", "exchanges.har"}
    assert files(outcome.reports) == written | {"sent.jsonl"}
    assert earlier(outcome.reports) == set()

    (outcome.reports / "summary.md").write_text("earlier")
    replayed = attempt(f"--replay={outcome.reports / 'exchanges.har'}", "-k", "list.unique")
    assert replayed.code == 0, replayed.output
    assert files(outcome.reports) == written | {"sent.jsonl"}
    assert earlier(outcome.reports) == set()
