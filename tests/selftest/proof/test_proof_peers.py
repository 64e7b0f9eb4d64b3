"""Peers: what a tool reports becomes a verdict, and what it can't report becomes a problem."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.bundling import load
from harness.run.embedded import EmbeddedError, embedded
from tests.proof import peers
from tests.proof.peers import Peer, Said, ask, installed, read_junit, read_schemathesis

LISTING = "GET /api/v1/conversations/{uuid}/messages"
SENDING = "POST /api/v1/conversations/{uuid}/messages"
TOLD = {"url": "http://127.0.0.1:9", "key": "k3y", "secret": "s3cret", "read": "r", "write": "w"}
JUNIT = """<testsuite tests="3"><properties/>
<testcase name="GET (200) /read" time="0.07"/>
<testcase name="POST (200) /write" time="0.01"><failure><![CDATA[body: …]]></failure></testcase>
<testcase name="POST (200) /other" time="0.01"><error>socket hang up</error></testcase>
</testsuite>"""


def report(
    *failures: dict[str, Any], errors: tuple[str, ...] = (), code: int = 0
) -> dict[str, Any]:
    """A JSON report of st 4.32, with what is read from it."""
    met = [{"title": title, "count": 2} for title in errors]
    return {"failures": list(failures), "errors": met, "exit_code": code, "complete": True}


def failure(type: str, count: int, *operations: str) -> dict[str, Any]:
    return {"type": type, "code": "ST100", "count": count, "operations": list(operations)}


def test_a_clean_report_finds_nothing() -> None:
    assert read_schemathesis(report(), 7.5) == Said(False, 0, None, 7.5)


def test_failures_are_counted_as_the_tool_tells_them_apart() -> None:
    failures = (failure("ServerError", 3, SENDING, LISTING), failure("JsonSchemaError", 1, LISTING))
    said = read_schemathesis(report(*failures, code=1), 7.5)
    names = (f"JsonSchemaError: {LISTING}", f"ServerError: {LISTING}", f"ServerError: {SENDING}")
    assert said == Said(True, 4, None, 7.5, "", names)


def test_a_connection_that_breaks_off_is_the_servers_fault() -> None:
    said = read_schemathesis(report(errors=("Network Error",), code=1), 1.0)
    assert said == Said(True, 2, None, 1.0, "", ("Network Error",))


def test_an_error_of_the_tool_is_no_verdict() -> None:
    said = read_schemathesis(report(errors=("Schema Error",), code=1), 1.0)
    assert said == Said(False, 0, None, 1.0, "it met an error of its own: Schema Error")


def test_what_was_found_before_the_tool_got_into_trouble_counts() -> None:
    found = failure("ServerError", 1, LISTING)
    said = read_schemathesis(report(found, errors=("Runtime Error",), code=130), 1.0, "late")
    assert (said.failed, said.failures, said.problem) == (True, 1, "")


def test_an_exit_code_without_a_reason_is_no_verdict() -> None:
    assert read_schemathesis(report(code=2), 1.0).problem == "it ended with exit code 2"


def test_junit_names_what_failed_or_met_an_error(tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(JUNIT, encoding="utf-8")
    names = ("POST (200) /other", "POST (200) /write")
    assert read_junit([path], 1.0) == Said(True, 2, None, 1.0, "", names)


@pytest.mark.parametrize(
    ("text", "late", "problem"),
    [
        ('<testsuite tests="0"/>', "", "it ran no test"),
        ('<testsuite tests="1"><testcase name="a"/></testsuite>', "late", "late"),
        ('<testsuite tests="1"><testcase na', "", "it wrote no report that can be read"),
    ],
)
def test_junit_without_a_verdict(tmp_path: Path, text: str, late: str, problem: str) -> None:
    path = tmp_path / "report.xml"
    path.write_text(text, encoding="utf-8")
    assert read_junit([path], 1.0, late) == Said(False, 0, None, 1.0, problem)


def test_no_junit_is_no_verdict(tmp_path: Path) -> None:
    assert read_junit([tmp_path / "report.xml"], 1.0).problem
    assert read_junit([], 1.0).problem == "it ran no test"


def tool(folder: Path, name: str, script: str) -> Path:
    """A program of that name on a PATH that holds nothing else."""
    path = folder / name
    path.write_text(f"#!{sys.executable}\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_installed_are_st_and_what_is_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [peer.name for peer in installed()] == ["st"]
    tool(tmp_path, "specmatic", "print('Specmatic Version: v2.55.1(01b2d2bf)')")
    tool(tmp_path, "dredd", "raise SystemExit('broken')")
    found = [(peer.name, peer.version) for peer in installed()[1:]]
    assert found == [("dredd", "of unknown version"), ("specmatic", "2.55.1")]


DREDD = """
import os, pathlib, sys
pathlib.Path("seen.txt").write_text(" ".join([*sys.argv, *sorted(os.environ)]))
pathlib.Path("report.xml").write_text("<t><testcase name='it'><failure/></testcase></t>")
"""


def test_credentials_are_in_files_and_variables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBREDESK_URL", "http://elsewhere.example")
    program = tool(tmp_path, "dredd", DREDD)
    said = peers.dredd(str(program), TOLD, tmp_path)
    assert (said.failed, said.names) == (True, ("it",))
    settings = load(tmp_path / "dredd.yml")
    assert (settings["user"], settings["endpoint"]) == ("k3y:s3cret", TOLD["url"])
    assert settings["blueprint"] == "libredesk.json"
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8")
    assert "CONTRACT_SECRET" in seen
    assert "s3cret" not in seen
    assert "LIBREDESK_URL" not in seen


def test_examples_are_good_requests_to_the_two_conversations(tmp_path: Path) -> None:
    peers.dredd(str(tool(tmp_path, "dredd", DREDD)), TOLD, tmp_path)
    (item,) = json.loads((tmp_path / "libredesk.json").read_bytes())["paths"].values()
    for method, id in (("get", "r"), ("post", "w")):
        assert item[method]["parameters"][0]["schema"]["enum"] == [id]
        assert list(item[method]["responses"]) == ["200"]


STUCK = """
import pathlib, signal
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # it may come before it is waited for
open("ready", "w").close()
signal.sigwait({signal.SIGINT})
pathlib.Path("junit").mkdir()
pathlib.Path("junit/a.xml").write_text("<t><testcase name='one'>%s</testcase></t>")
"""


@pytest.mark.parametrize(
    ("found", "problem"), [("<failure/>", ""), ("", "it did not finish within 120 s")]
)
def test_a_tool_that_does_not_end_is_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str, problem: str
) -> None:
    os.mkfifo(tmp_path / "ready")

    class Impatient(subprocess.Popen[bytes]):
        """Its time is over as soon as the tool is ready to be interrupted: no clock is needed."""

        def wait(self, timeout: float | None = None) -> int:
            if timeout == peers.PATIENCE:
                (tmp_path / "ready").read_bytes()
                raise subprocess.TimeoutExpired(self.args, timeout)
            return super().wait(timeout)

    monkeypatch.setattr(subprocess, "Popen", Impatient)
    said = peers.specmatic(str(tool(tmp_path, "specmatic", STUCK % found)), TOLD, tmp_path)
    assert (said.failed, said.problem) == (bool(found), problem)


def test_the_server_counts_the_requests() -> None:
    seen: list[str] = []

    def run(told: Mapping[str, str], workdir: Path) -> Said:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"{told['url']}/api/v1/conversations/{told['read']}/messages")
        seen.append(told.get("limit", ""))
        return Said(False, 0, None, 0.0)

    peer = Peer("one request", "1", run)
    assert ask(peer, "", "").requests == 1
    assert ask(peer, "fault", "slow.large-pages").requests == 1
    assert seen == ["", peers.LIMIT]


def test_an_unknown_server_is_a_mistake_in_one_sentence() -> None:
    with pytest.raises(EmbeddedError, match="There is no fault 'nope'"):
        ask(installed()[0], "fault", "nope")


# One real run, three to five seconds: only Schemathesis knows whether it takes these settings,
# and only on a server that does nothing wrong can they be seen to cry no wolf.
def test_st_passes_on_the_reference_and_keeps_to_the_two_conversations(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with embedded(["-m", "servers.reference", f"--journal={journal}"], peers.ROOT) as told:
        said = peers.schemathesis(told, tmp_path, "--phases=examples,coverage")
    assert (said.failed, said.problem, said.names) == (False, "", ())
    sent = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
    served = {(line["method"], line["path"]) for line in sent if line["status"] == 200}
    assert served == {
        ("GET", f"/api/v1/conversations/{told['read']}/messages"),
        ("POST", f"/api/v1/conversations/{told['write']}/messages"),
    }
    assert sum(line["stored"] for line in sent) >= 3


def test_st_that_cannot_start_says_why(tmp_path: Path) -> None:
    said = peers.schemathesis(TOLD, tmp_path, "--phases=nonsense")
    assert not said.failed
    assert said.problem.startswith("it wrote no report: ")
    assert "nonsense" in said.problem
