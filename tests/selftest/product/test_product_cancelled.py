"""A job on GitHub that is cancelled: whenever that is, no step of `action.yml` goes on.

GitHub signals a step's shell alone, not what it has started: SIGINT, later SIGTERM, and then it
kills all there is.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .composite import NAMES, RUN, STEPS, Job, Jobs, step
from .conftest import ROOT, Serve
from .held import Held, stalling, until

SIGNALS = (signal.SIGINT, signal.SIGTERM)
IGNORING = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
"""Starts a runner as a shell in the background does."""
STARTING = [one for one in RUN if one["name"] != "Verdict"]
"""Steps that start programs."""

ENOUGH = 10
"""Requests after which a run is under way, and far from its end."""

each_signal = pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)


WAITING = """#!/bin/sh
case "$*" in
*"$HELD_AT"*) : > "$HELD_READY"; read -r _ < "$HELD_GO" ;;
*) : > "$HELD_READY.$$" ;;
esac
exit 0
"""


def program(path: Path) -> Path:
    """One that waits if $HELD_AT stands among its arguments, and ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(WAITING)
    path.chmod(0o755)
    return path


def suite(folder: Path) -> Path:
    """A checkout in which nothing is set up, and whose Python waits."""
    program(folder / ".venv" / "bin" / "python")
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def started(job: Job, one: dict[str, Any], **environ: str) -> subprocess.Popen[str]:
    """A step, with another environment than `action.yml` says."""
    return job.start({**one, "env": one.get("env", {}) | environ}, STEPS.index(one))


@each_signal
@pytest.mark.parametrize("one", STARTING, ids=lambda one: one["name"])
def test_no_step_waits_for_a_program_and_goes_on(
    one: dict[str, Any], number: signal.Signals, job: Jobs, held: Held, tmp_path: Path
) -> None:
    for name in ("make", "base64", "python"):
        program(tmp_path / "tools" / name)
    given = job(dict.fromkeys(NAMES.values(), "known"))
    process = started(
        given, one,
        PATH=f"{tmp_path / 'tools'}{os.pathsep}{os.environ['PATH']}",
        PYTHON=str(tmp_path / "tools" / "python"),
        SUITE=str(suite(tmp_path / "suite")),
        HELD_AT="",
        **held.environ,
    )  # fmt: skip
    held.signal(process, number)
    given.finish(one, STEPS.index(one), process)
    assert given.code != 0
    assert given.outputs["verdict"] == ""


@each_signal
@pytest.mark.parametrize("at", ["version_info", "venv --clear", "pip install"])
def test_the_suite_is_not_taken_for_set_up(
    at: str, number: signal.Signals, job: Jobs, held: Held, tmp_path: Path
) -> None:
    """`make` itself is signalled: it waits for the line that it is at, and begins no other."""
    folder = suite(tmp_path / "suite")
    position, one = step("Set up the suite")
    given = job(dict.fromkeys(NAMES.values(), "known"))
    process = started(
        given, one,
        PATH=os.environ["PATH"],
        PYTHON=str(folder / ".venv" / "bin" / "python"),
        SUITE=str(folder),
        HELD_AT=at,
        **held.environ,
    )  # fmt: skip
    held.signal(process, number)
    begun = len(list(held.folder.glob("ready.*")))
    given.finish(one, position, process)
    assert given.code != 0, given.said
    assert begun == ["version_info", "venv --clear", "pip install"].index(at)
    assert not (folder / ".venv" / ".ready").exists()


def gate(job: Job, held: Held, at: str) -> subprocess.Popen[str]:
    """The gate, which waits when it imports a module."""
    return started(job, step("Gate")[1], **held.importing(at))


@each_signal
def test_before_anything_of_the_suite_is_there(
    number: signal.Signals, job: Jobs, held: Held
) -> None:
    given = job(dict.fromkeys(NAMES.values(), "known"))
    process = gate(given, held, "harness.output.early")
    held.signal(process, number)
    position, one = step("Gate")
    given.finish(one, position, process)
    assert given.code != 0
    assert given.outputs["verdict"] == ""


@pytest.mark.parametrize(
    ("at", "number"),
    [
        ("harness.verdict", signal.SIGINT),
        ("pytest", signal.SIGTERM),
        ("harness.clauses", signal.SIGINT),
        ("harness.run.judge", signal.SIGTERM),
    ],
)
def test_while_the_suite_is_imported(
    at: str, number: signal.Signals, job: Jobs, held: Held, serve: Serve
) -> None:
    given = job(serve().known)
    process = gate(given, held, at)
    held.signal(process, number)
    check_interrupted(given, process)


@pytest.mark.parametrize(
    ("number", "before"),
    [(signal.SIGINT, ()), (signal.SIGTERM, ()), (signal.SIGINT, IGNORING)],
    ids=["SIGINT", "SIGTERM", "SIGINT, which is ignored at first"],
)
def test_in_the_middle_of_the_gate(
    number: signal.Signals, before: tuple[str, ...], job: Jobs, serve: Serve
) -> None:
    known = serve().known
    with stalling(known["url"], ENOUGH) as relay:
        given = job({**known, "url": f"http://127.0.0.1:{relay.port}"}, args="")
        given.before = before
        position, one = step("Gate")
        process = given.start(one, position)
        until(lambda: relay.requests > ENOUGH, process)
        process.send_signal(number)
        check_interrupted(given, process)


def check_interrupted(given: Job, process: subprocess.Popen[str]) -> None:
    """It says so in its outputs, and its reports are there."""
    position, one = step("Gate")
    given.finish(one, position, process)
    assert given.outputs["verdict"] == "interrupted", given.said
    assert '"verdict": "interrupted"' in (Path(given.outputs["reports"]) / "run.json").read_text()
    position, verdict = step("Verdict")
    given.finish(verdict, position, given.start(verdict, position))
    assert given.code == 2
