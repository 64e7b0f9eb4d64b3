"""A run that is stopped says so in every report, with exit code 2, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import jsonschema_rs
import pytest

from harness.output.reports import WRITTEN
from tests.bench.interrupts import complaints, is_ready, members

from .conftest import ROOT, Outcome, Serve, Start, command, environment
from .held import Held, stalling, until
from .tallied import disagreements

SIGNALS = (signal.SIGTERM, signal.SIGINT)
PROMPT = 25
"""Seconds within which a run ends once it is told to, on a machine that is busy elsewhere.

A client that went on waiting for its answer would take longer."""
UNDER_WAY = 2
"""Requests that the signal cuts off: the default of `--concurrency`."""
ENOUGH = 40
"""Requests after which a run is under way, and far from its end."""


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Outcome]]:
    """Starts a run in a session of its own and sends it a signal when the time has come."""
    started: list[subprocess.Popen[bytes]] = []

    def run(
        number: signal.Signals,
        ready: Callable[[int], bool],
        *arguments: str,
        environ: dict[str, str] | None = None,
        times: int = 1,
        then: Callable[[], None] = lambda: None,
        folder: Path | None = None,
    ) -> Outcome:
        tmp_path = folder or tmp_path_factory.mktemp("interrupted")
        with (tmp_path / "output").open("wb") as output:
            process = subprocess.Popen(
                command(tmp_path / "reports", *arguments),
                cwd=ROOT, env=environment(environ), stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started.append(process)
        until(lambda: ready(process.pid), process)
        for _ in range(times):
            process.send_signal(number)
        then()
        code = process.wait(PROMPT)
        assert members(process.pid) == [], "processes were left behind"
        return Outcome(code, (tmp_path / "output").read_text("utf-8"), tmp_path / "reports")

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def check_interrupted(outcome: Outcome) -> None:
    assert list(complaints(outcome.code, outcome.output, outcome.reports)) == [], outcome.output
    assert outcome.run["exit_code"] == 2
    assert outcome.run["headline"].startswith("interrupted — ")
    assert outcome.run["headline"] in outcome.said


@pytest.fixture(scope="module", params=SIGNALS, ids=lambda number: number.name)
def stopped(
    request: pytest.FixtureRequest, serve: Serve, interrupted: Callable[..., Outcome]
) -> Outcome:
    """A run that was told to stop somewhere in the middle."""
    server = serve()
    with stalling(server.known["url"], ENOUGH) as relay:
        return interrupted(
            request.param,
            lambda _: relay.requests > ENOUGH,
            *("--profile", "smoke"),
            environ=server.reading | {"LIBREDESK_URL": f"http://127.0.0.1:{relay.port}"},
        )


def test_in_the_middle_of_a_run(stopped: Outcome) -> None:
    check_interrupted(stopped)
    assert ENOUGH - UNDER_WAY <= stopped.run["counts"]["exchanges"] <= ENOUGH + UNDER_WAY
    assert "kept" in stopped.outcomes.values(), "what was found out until then is told"
    missed = [n["reason"] for n in stopped.run["not_exercised"] if n["clause"].startswith("auth.")]
    assert missed
    assert disagreements(stopped) == []
    assert all("interrupted" in reason for reason in missed), set(missed)


def test_junit_does_not_pass_for_success(stopped: Outcome) -> None:
    """Zero tests and zero failures look like success to whoever reads nothing else."""
    text = (stopped.reports / "junit.xml").read_text("utf-8")
    assert ET.fromstring(text).tag == "testsuites"
    assert "interrupted" in text


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_the_embedded_server_starts(
    number: signal.Signals, interrupted: Callable[..., Outcome]
) -> None:
    outcome = interrupted(
        number,
        lambda pid: any("servers.reference" in line for line in members(pid)),
        *("--profile", "smoke"),
    )
    check_interrupted(outcome)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_while_the_suite_is_imported(
    number: signal.Signals, held: Held, tmp_path: Path, interrupted: Callable[..., Outcome]
) -> None:
    """A run looks after signals before it loads the libraries that take most of its start."""
    loaded: list[str] = []

    def is_importing(process: int) -> bool:
        if held.is_ready():
            assert is_ready(process)
            loaded.append(Path(f"/proc/{process}/maps").read_text())
        return held.is_ready()

    earlier(tmp_path)
    outcome = interrupted(
        number,
        is_importing,
        *("--profile", "smoke"),
        environ=held.importing("harness.clauses"),
        then=held.release,
        folder=tmp_path,
    )
    assert jsonschema_rs.__name__ not in loaded[0]
    check_interrupted(outcome)
    assert outcome.run["counts"]["exchanges"] == 0


def earlier(folder: Path) -> set[Path]:
    """Reports of a run that went well."""
    (folder / "reports").mkdir()
    made = {folder / "reports" / name for name in (*WRITTEN, "junit.xml")}
    for path in made:
        path.write_text("conforms")
    return made


def test_killed_it_leaves_no_reports_of_an_earlier_run(
    tmp_path: Path, interrupted: Callable[..., Outcome]
) -> None:
    """They would be taken for its own."""
    made = earlier(tmp_path)
    outcome = interrupted(
        signal.SIGKILL,
        lambda _: not any(path.exists() for path in made),
        *("--profile", "smoke"),
        folder=tmp_path,
    )
    assert outcome.code == -signal.SIGKILL
    assert not any(path.exists() for path in made)


@pytest.mark.parametrize("moment", Random(6).sample(range(280), 2))
def test_at_a_moment_of_chance_and_twice(
    moment: int, serve: Serve, interrupted: Callable[..., Outcome]
) -> None:
    """`python -m tests.bench.interrupts` tries as many as you like."""
    server = serve()
    with stalling(server.known["url"], moment) as relay:
        outcome = interrupted(
            signal.SIGTERM,
            lambda _: relay.requests > moment,
            *("--profile", "smoke", "--writes", "all"),
            environ=server.mailing | {"LIBREDESK_URL": f"http://127.0.0.1:{relay.port}"},
            times=2,
        )
    check_interrupted(outcome)


def test_while_reports_are_written(
    tmp_path: Path, serve: Serve, interrupted: Callable[..., Outcome]
) -> None:
    """A job's summary that nobody reads yet holds the writing up, when other reports are done."""
    pipe = tmp_path / "summary"
    os.mkfifo(pipe)
    reader: list[int] = []
    outcome = interrupted(
        signal.SIGTERM,
        lambda _: (tmp_path / "reports" / "exchanges.har").exists(),
        *("--profile", "smoke", "-k", "list.unique"),
        environ=serve().reading | {"GITHUB_STEP_SUMMARY": str(pipe)},
        then=lambda: reader.append(os.open(pipe, os.O_RDWR)),
        folder=tmp_path,
    )
    os.close(reader[0])
    check_interrupted(outcome)


LEAVES_A_FILE_OPEN = """
import os, signal

def pytest_collection_finish(session):
    left = open(__file__)
    del left
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_what_is_broken_off_may_be_open_still(start: Start, tmp_path: Path) -> None:
    """Python complains of it where nobody can catch that; it is no failure of the suite's."""
    (tmp_path / "leaving.py").write_text(LEAVES_A_FILE_OPEN, "utf-8")
    environ = {"PYTHONPATH": str(tmp_path)}
    check_interrupted(start("-p", "leaving", "--profile", "smoke", environ=environ))
