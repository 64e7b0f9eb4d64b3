"""The suite as its users start it: a process from the project's root, and servers for it to test.

Runs that several tests read are made once a session.
"""

from __future__ import annotations

import json
import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from servers.forked import forked
from tests.selftest import preloaded

from .composite import Jobs, jobs
from .held import Held

ROOT = Path(__file__).parents[3]
PATIENCE = preloaded.PATIENCE
FAULTS = (
    "list.total-off-by-one",
    "enums.status-bounced-with-attachments",
    "bounds.page-0-fails",
    "auth.missing-redirected",
    "real.wrong-type-to",
    "text.nul-fails",
)
"""Culprits of each kind: in the response, in a query, a header and a body, by both operations."""
WAIVED_CLAUSES = {"auth.missing", "list.total", "response.enums", "response.no-server-error"}
"""The owners of their findings."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """As clean as a CI job's: none of this process's settings reach the suite."""
    return {name: os.environ[name] for name in ("PATH", "HOME")} | dict(extra or {})


def command(reports: Path, *arguments: str, own_junit: bool = True) -> list[str]:
    """`python -m pytest` with everything that it writes below `reports`."""
    places = [f"--reports={reports}", "-o", f"cache_dir={reports / '.pytest'}"]
    places += [f"--junitxml={reports / 'junit.xml'}"] if own_junit else []
    return [sys.executable, "-m", "pytest", *places, *arguments]


@dataclass(frozen=True)
class Outcome:
    """What a run left behind."""

    code: int
    output: str
    """Standard output and standard error, as they came."""
    reports: Path

    @property
    def said(self) -> str:
        """The output on one line, however it was wrapped."""
        return " ".join(self.output.split())

    @cached_property
    def run(self) -> dict[str, Any]:
        """run.json."""
        found: dict[str, Any] = json.loads((self.reports / "run.json").read_text("utf-8"))
        return found

    @cached_property
    def har(self) -> list[dict[str, Any]]:
        """The entries of exchanges.har."""
        text = (self.reports / "exchanges.har").read_text("utf-8")
        entries: list[dict[str, Any]] = json.loads(text)["log"]["entries"]
        return entries

    @cached_property
    def cases(self) -> dict[str, str]:
        """junit.xml: `clause operation` -> passed, failure, error, or the type of what skipped."""
        found = {}
        for case in ET.parse(self.reports / "junit.xml").iter("testcase"):
            inner = [(e.get("type") or e.tag) if e.tag == "skipped" else e.tag for e in case]
            name = case.attrib["name"].partition("[")[2].removesuffix("]")
            found[name] = next(iter(inner), "passed")
        return found

    @property
    def outcomes(self) -> dict[tuple[str, str], str]:
        """(Clause, operation) -> what became of it."""
        return {(c["id"], c["operation"]): c["outcome"] for c in self.run["clauses"]}

    @property
    def fingerprints(self) -> dict[str, str]:
        """Fingerprint -> clause, operation and culprit, of every finding."""
        return {
            f["fingerprint"]: f"{f['clause']} {f['operation']} {f['culprit']}"
            for f in self.run["findings"]
        }

    def files(self) -> list[Path]:
        """Every file that the run wrote."""
        return [path for path in self.reports.rglob("*") if path.is_file()]


Start = Callable[..., Outcome]


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Start:
    """Runs the suite with the given arguments, `environ` on top of a clean environment."""

    def run(
        *arguments: str, environ: Mapping[str, str] | None = None, own_junit: bool = True
    ) -> Outcome:
        reports, output = tmp_path_factory.mktemp("reports"), tmp_path_factory.mktemp("output")
        words = command(reports, *arguments, own_junit=own_junit)
        code = preloaded.run(words, ROOT, environment(environ), output / "printed")
        return Outcome(code, (output / "printed").read_text("utf-8"), reports)

    return run


@dataclass(frozen=True)
class Served:
    """A reference server that runs for the whole session, or a test's."""

    known: Mapping[str, str]
    journal: Path

    @property
    def reading(self) -> dict[str, str]:
        """The environment of a user who may read."""
        return {
            "LIBREDESK_URL": self.known["url"],
            "LIBREDESK_API_KEY": self.known["api_key"],
            "LIBREDESK_API_SECRET": self.known["api_secret"],
            "LIBREDESK_CONVERSATION": self.known["conversation"],
            "LIBREDESK_RATE": "none",
        }

    @property
    def writing(self) -> dict[str, str]:
        """The environment of a user who may also write."""
        return self.reading | {"LIBREDESK_WRITE_CONVERSATION": self.known["write_conversation"]}

    @property
    def mailing(self) -> dict[str, str]:
        """The environment of a user whose mail may leave, too."""
        return self.writing | {
            "LIBREDESK_WRITES": "all",
            "LIBREDESK_SINK": "sink.example",
            "LIBREDESK_MAIL_MAY_LEAVE": self.known["write_conversation"],
            "LIBREDESK_ALLOW_DOMAIN": "example.com,libredesk.example",
        }

    def lines(self) -> list[dict[str, Any]]:
        """One object for each request that reached the server."""
        text = self.journal.read_text("utf-8") if self.journal.exists() else ""
        whole, _, _ = text.rpartition("\n")  # the last line may be half written
        return [json.loads(line) for line in whole.splitlines()]


Serve = Callable[..., Served]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts a reference server: `serve("fault", …)`, or with `variants` of the reference."""
    with ExitStack() as stack:

        def run(*faults: str, variants: tuple[str, ...] = ()) -> Served:
            journal = tmp_path_factory.mktemp("server") / "journal.jsonl"
            return Served(stack.enter_context(forked(faults, variants, journal)), journal)

        yield run


@pytest.fixture(scope="session")
def step_summary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job summary that an earlier step wrote to."""
    path = tmp_path_factory.mktemp("job") / "summary.md"
    path.write_text("# An earlier step\n\n", "utf-8")
    return path


@pytest.fixture(scope="session")
def conforming(start: Start, step_summary: Path) -> Outcome:
    """The embedded server, smoke profile, as a job on GitHub."""
    return start("--profile", "smoke", environ={"GITHUB_STEP_SUMMARY": str(step_summary)})


@pytest.fixture(scope="session")
def faulty_server(serve: Serve) -> Served:
    """A server that tells all of FAULTS."""
    return serve(*FAULTS)


@pytest.fixture(scope="session")
def waivers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the faulty run writes its waivers to."""
    return tmp_path_factory.mktemp("waivers") / "known.yaml"


@pytest.fixture(scope="session")
def faulty(start: Start, faulty_server: Served, waivers: Path) -> Outcome:
    """The faulty server, smoke profile; it writes waivers for all that it finds."""
    return start(
        *("--profile", "smoke", f"--write-waivers={waivers}"),
        *("--owner", "o", "--reason", "known since spring"),
        environ=faulty_server.mailing,
    )


@pytest.fixture(scope="session", params=[1, 2, 3])
def other_seed(
    request: pytest.FixtureRequest,
    start: Start,
    faulty: Outcome,
    faulty_server: Served,
    waivers: Path,
) -> Outcome:
    """The faulty server again, gate profile, with the waivers and a seed of its own."""
    assert faulty.code == 1, faulty.output
    return start(
        *("--profile", "gate", "--seed", str(request.param), f"--waivers={waivers}"),
        environ=faulty_server.mailing,
    )


@pytest.fixture
def job(tmp_path: Path) -> Jobs:
    """`job(known, input=…)`: a job on GitHub whose only step is our action."""
    if not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.skip("the checkout has no .venv, which `make` sets up")
    return jobs(tmp_path)


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    folder = tmp_path / "held"
    folder.mkdir()
    os.mkfifo(folder / "go")
    released = os.open(folder / "go", os.O_RDWR)
    yield Held(folder, released)
    os.write(released, b"go\n" * 20)  # whatever a failure left
    os.close(released)
