"""A run as CI starts it: through make or not, with secrets that are not there, as a GitHub step."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from servers.forked import forked
from tests.selftest import preloaded

from .composite import commands
from .conftest import PATIENCE, ROOT, Outcome, Start, environment

QUICK = ("--profile", "smoke", "-k", "unknown.malformed-id")
VARYING = re.compile(
    r"(\d+ min )?\d+(\.\d+)? ?s\b( \(\d+:\d\d:\d\d\))?|=+$|^=+"
    r"|Started .*|Run {2,}\w+|^.*Latency in ms[^─]*?\n\n",
    re.M,
)


def variables(known: Mapping[str, str], folder: Path) -> dict[str, str]:
    """A target of one's own; what is secret stands in a file."""
    secrets = folder / "staging.env"
    secrets.write_text(
        f"LIBREDESK_API_KEY={known['api_key']}\nLIBREDESK_API_SECRET={known['api_secret']}\n"
        f"LIBREDESK_CONVERSATION={known['conversation']}\n"
    )
    secrets.chmod(0o600)
    return {
        "LIBREDESK_URL": known["url"],
        "LIBREDESK_RATE": "none",
        "LIBREDESK_CREDENTIALS": str(secrets),
        "LIBREDESK_PROFILE": "smoke",
        "LIBREDESK_REPORTS": str(folder / "reports"),
    }


def make(*words: str, goal: str = "gate", **environ: str) -> subprocess.CompletedProcess[str]:
    """`make gate …` with this interpreter's environment, which is taken to be set up."""
    venv = ["-o", f"{sys.prefix}/.ready", f"VENV={sys.prefix}"]
    return subprocess.run(
        ["make", "--no-print-directory", *venv, goal, *words],
        cwd=ROOT, env=environment(environ), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
    )  # fmt: skip


def test_an_environment_that_is_a_link_is_not_emptied(tmp_path: Path) -> None:
    """It may be another checkout's, which somebody works in."""
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "kept").touch()
    (tmp_path / ".venv").symlink_to("others")
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}", ".venv/.ready"], cwd=tmp_path, env=environment(),
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stdout
    assert ".venv is a link, and making it anew would empty what it leads to" in done.stderr
    assert [path.name for path in (tmp_path / "others").iterdir()] == ["kept"]


def steady(output: str) -> list[str]:
    """The lines that do not depend on when the run was and how long it took."""
    return [
        line
        for line in VARYING.sub("…", output).splitlines()
        if not line.startswith(("exit code", "make:"))
    ]


def test_a_run_that_took_longer_looks_the_same() -> None:
    """pytest fills its lines up to the terminal's width, and adds a clock from a minute on."""
    quick = "====== 1 passed in 9.99s ======\nDuration  9.9 s\n2 of 3"
    slow = "= 1 passed in 83.20s (0:01:23) =\nDuration  1 min 23 s\n2 of 3"
    assert steady(quick) == steady(slow) != steady(quick.replace("1 passed", "1 failed"))


@pytest.mark.parametrize(
    ("faults", "changes", "code"),
    [
        ((), {}, 0),
        (("real.list-malformed-id",), {}, 1),
        ((), {"LIBREDESK_URL": ""}, 4),
        ((), {"LIBREDESK_URL": "http://127.0.0.1:9"}, 6),
    ],
    ids=["conforms", "violates", "no URL", "unreachable"],
)
def test_make_gate_and_pytest_behave_alike(
    tmp_path: Path, faults: tuple[str, ...], changes: Mapping[str, str], code: int
) -> None:
    """Variables on make's command line, or in pytest's environment: the same but for the end."""
    with forked(faults) as known:
        given = variables(known, tmp_path) | changes
        adding = {"PYTEST_ADDOPTS": f"-k unknown.malformed-id -o cache_dir={tmp_path / '.pytest'}"}
        made = make(*(f"{name}={value}" for name, value in given.items()), **adding)
        pytest_alone, printed = [sys.executable, "-m", "pytest"], tmp_path / "printed"
        ended = preloaded.run(pytest_alone, ROOT, environment(given | adding), printed)
    plain = printed.read_text("utf-8")
    assert ended == code, plain
    assert made.returncode == (0 if code == 0 else 2), made.stdout
    assert f"exit code {code}: " in made.stdout
    assert steady(made.stdout) == steady(plain)
    assert (f"contract: {known['url']}, profile smoke" in plain) == (code < 2)


def test_a_secret_that_ci_does_not_have_is_not_the_embedded_server(start: Start) -> None:
    secrets = ("URL", "API_KEY", "API_SECRET", "CONVERSATION", "WRITE_CONVERSATION")
    outcome = start(*QUICK, environ={f"LIBREDESK_{name}": "" for name in secrets})
    assert outcome.code == 4, outcome.output
    assert "LIBREDESK_URL is empty, as a secret is that CI does not have; set it to" in outcome.said
    assert outcome.output.count("ERROR: ") == 1, "one sentence, not one for each secret"
    assert not (outcome.reports / "run.json").exists()


def test_nothing_said_is_the_embedded_server(conforming: Outcome) -> None:
    assert conforming.run["target"].endswith("(embedded)")


def test_a_drawn_seed_is_told_with_the_command_that_repeats_it(start: Start) -> None:
    """In every report, and the command is one: it plans the same requests."""
    odd = ("--walk-limit", "7", "--fail-on", "leniency", "--rate", "none")
    outcome = start(*QUICK, "--seed", "random", *odd)
    command = outcome.run["extra"]["repeat"]
    assert f"--seed {outcome.run['seed']} " in command
    assert shlex.split(command) == [
        ".venv/bin/python", "-m", "pytest", "--profile", "smoke", "--seed",
        str(outcome.run["seed"]), "--fail-on", "leniency", "--rate", "none", "--walk-limit", "7",
        "-k", "unknown.malformed-id",
    ]  # fmt: skip
    assert outcome.output.count(command) == 2, "before anything is sent, and at the end, uncut"
    har = json.loads((outcome.reports / "exchanges.har").read_text("utf-8"))
    assert json.loads(har["log"]["creator"]["comment"])["repeat"] == command
    junit = ET.parse(outcome.reports / "junit.xml").iter("property")
    assert command in [p.attrib["value"] for p in junit]
    for name in ("summary.md", "report.html"):
        assert command in (outcome.reports / name).read_text("utf-8"), name
    again = start(*shlex.split(command)[3:])
    assert again.code == outcome.code
    assert [planned(entry) for entry in again.har] == [planned(entry) for entry in outcome.har]
    assert "repeat" not in again.run["extra"], "a seed that was given is not drawn"


def planned(entry: dict[str, dict[str, str]]) -> tuple[str, str]:
    """Without the server's port, and the ids that are drawn for each run to be unknown."""
    path = urlsplit(entry["request"]["url"]).path
    return entry["request"]["method"], re.sub(
        r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "…", path
    )


ANNOTATION = re.compile(
    r"::error title=unknown\.malformed-id handleGetMessages,file=spec/libredesk\.yaml,line=(\d+)"
    r"::An id that is no UUID .*%0Aactual 500"
)


def on_github(start: Start, folder: Path, *options: str, **environ: str) -> tuple[Outcome, Path]:
    summary = folder / "summary.md"
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(ROOT)}
    outcome = start(*options, environ=github | {"GITHUB_STEP_SUMMARY": str(summary)} | environ)
    return outcome, summary


def test_a_step_of_github_is_annotated(start: Start, tmp_path: Path) -> None:
    with forked(["real.list-malformed-id"]) as known:
        outcome, summary = on_github(start, tmp_path, *QUICK, **variables(known, tmp_path))
    assert outcome.code == 1, outcome.output
    told = list(commands(outcome.output))
    assert told
    for line in told:
        found = ANNOTATION.fullmatch(line)
        assert found, line
        number = int(found[1])
        assert (ROOT / "spec/libredesk.yaml").read_text("utf-8").splitlines()[number - 1].strip()
    assert outcome.run["headline"] in summary.read_text("utf-8")


class Forger(BaseHTTPRequestHandler):
    """An empty list, and for whatever else is asked an error that reads as GitHub's commands."""

    KNOWN = "7f9c24e5-1b3d-4a86-b0de-52c8f0a1d3e9"
    WORDS = " ".join(["::error::forged"] * 7)

    def do_GET(self) -> None:
        if self.KNOWN in self.path:
            page = {"results": [], "total": 0, "per_page": 30, "total_pages": 0, "page": 1}
            self.answer(200, {"status": "success", "data": page})
        else:
            self.answer(500, {"status": "error", "message": self.WORDS, "data": None})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def forger() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Forger) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_servers_text_is_no_command(start: Start, tmp_path: Path, forger: str) -> None:
    """It is printed, and at a line's beginning, but while commands are stopped."""
    known = {"url": forger, "api_key": "k", "api_secret": "s", "conversation": Forger.KNOWN}
    outcome, _ = on_github(start, tmp_path, *QUICK, **variables(known, tmp_path))
    assert outcome.code == 1, outcome.output
    assert [line for line in outcome.output.splitlines() if line.lstrip().startswith("::error::f")]
    told = list(commands(outcome.output))
    assert told
    assert [line for line in told if not line.startswith("::error title=")] == []


@pytest.mark.parametrize(
    ("changes", "code", "title", "text"),
    [
        ({"LIBREDESK_URL": ""}, 4, "misconfigured", "LIBREDESK_URL is empty"),
        ({"LIBREDESK_URL": "http://127.0.0.1:9"}, 6, "inconclusive", "http://127.0.0.1:9 cannot"),
    ],
)
def test_a_step_of_github_says_why_nothing_was_judged(
    start: Start, tmp_path: Path, changes: Mapping[str, str], code: int, title: str, text: str
) -> None:
    with forked() as known:
        given = variables(known, tmp_path) | changes
        outcome, _ = on_github(start, tmp_path, *QUICK, **given)
    assert outcome.code == code, outcome.output
    told = next(commands(outcome.output))
    assert told.startswith(f"::error title={title}%2C exit code {code}::{text}"), told


def test_elsewhere_there_are_no_commands(conforming: Outcome) -> None:
    assert list(commands(conforming.output)) == []
