"""A target of somebody else's: shown, guarded, paced, budgeted; and every write noted down."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from .conftest import Outcome, Serve, Served, Start

SMOKE = ("--profile", "smoke")
FAR = {
    "LIBREDESK_URL": "https://libredesk.invalid",
    "LIBREDESK_API_KEY": "canary-key-1",
    "LIBREDESK_API_SECRET": "canary-secret-1",
    "LIBREDESK_CONVERSATION": "7f9c24e5-1b3d-4a86-b0de-52c8f0a1d3e9",
}
CANARY = "CanaryAccess-4711-xyz"
HEADERS = f"CF-Access-Client-Id: suite.access\nCF-Access-Client-Secret: {CANARY}"


@pytest.mark.parametrize("quiet", [("-q",), ("--no-header",), ("-p", "no:terminal")])
def test_another_machine_is_named_before_anything_is_sent(
    start: Start, quiet: tuple[str, ...]
) -> None:
    outcome = start(*SMOKE, *quiet, environ=FAR)
    assert outcome.code == 6
    line = "contract: https://libredesk.invalid, profile smoke"
    assert line in outcome.output.partition("cannot be reached")[0]


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"LIBREDESK_URL": "http://libredesk.invalid"},
         "LIBREDESK_URL is http://libredesk.invalid: over plain http anybody on the way reads the "
         "credentials; write https://, or accept that with --insecure-http"),
        ({"LIBREDESK_ALLOWED_HOSTS": "*.staging.example"},
         "LIBREDESK_URL is https://libredesk.invalid, and allowed-hosts holds *.staging.example "
         "only; correct the URL, or add its host there"),
        ({"LIBREDESK_HEADERS": f"Authorization: {CANARY}"},
         "LIBREDESK_HEADERS, line 1: Authorization is not for an access proxy to ask for; leave "
         "it out"),
    ],
)  # fmt: skip
def test_what_is_refused_is_one_sentence_and_exit_code_4(
    start: Start, environ: dict[str, str], says: str
) -> None:
    outcome = start(*SMOKE, environ=FAR | environ)
    assert outcome.code == 4
    assert f"ERROR: contract: {says}" in outcome.said
    assert outcome.output.count("ERROR: contract:") == 1
    assert "anary" not in outcome.output


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve("list.total-off-by-one", "text.nul-fails")


@pytest.fixture(scope="module")
def behind(served: Served, start: Start) -> Outcome:
    """A faulty server, through an access proxy, with few requests and writes."""
    environ = served.writing | {"LIBREDESK_HEADERS": HEADERS, "LIBREDESK_RATE": "400/s"}
    budget = ("--max-requests", "150", "--max-writes", "50")
    return start(*SMOKE, "--writes", "notes", *budget, "-vv", "-rA", environ=environ)


def test_the_server_counts_no_more_than_the_budget(behind: Outcome, served: Served) -> None:
    assert behind.code == 1, behind.output
    sent = served.lines()
    assert behind.run["counts"]["exchanges"] == len(sent) <= 150
    assert sum(line["method"] not in {"GET", "HEAD", "OPTIONS"} for line in sent) <= 50
    assert behind.run["counts"]["cut"] > 0
    assert any("cut" in note and "--max-requests 150" in note for note in behind.run["notes"])
    for name in ("summary.md", "report.html"):
        assert "--max-requests 150" in (behind.reports / name).read_text("utf-8")
    assert "requests were cut" in behind.said


def test_every_write_is_in_the_ledger(behind: Outcome, served: Served) -> None:
    text = (behind.reports / "sent.jsonl").read_text("utf-8")
    lines = [json.loads(line) for line in text.splitlines()]
    arrived = [line for line in served.lines() if line["method"] not in {"GET", "HEAD", "OPTIONS"}]
    assert len(lines) == len(arrived) == behind.run["counts"]["writes"] > 10
    assert {line["run_id"] for line in lines} == {behind.run["run_id"]}
    paths = sorted(line["target"].partition("?")[0] for line in lines)
    assert paths == sorted(line["path"] for line in arrived)


def test_the_extra_headers_appear_nowhere(behind: Outcome) -> None:
    for path in behind.files():
        assert CANARY not in path.read_text("utf-8", "replace"), path.name
    assert CANARY not in behind.output
    assert "<hidden>" in (behind.reports / "exchanges.har").read_text("utf-8")


def test_a_curl_takes_the_extra_headers_from_the_environment(
    behind: Outcome, served: Served, tmp_path: Path
) -> None:
    [finding] = [f for f in behind.run["findings"] if f["clause"] == "list.total"]
    command = finding["curl"]
    assert """-H @<(printf '%s\\n' "$LIBREDESK_HEADERS")""" in command
    trace = tmp_path / "trace"
    environ = served.reading | {"LIBREDESK_HEADERS": HEADERS, "PATH": os.environ["PATH"]}
    subprocess.run(
        ["bash", "-c", f"{command} --trace-ascii {trace}"],
        env=environ, check=True, capture_output=True,
    )  # fmt: skip
    sent = trace.read_text()
    for line in HEADERS.splitlines():
        assert line in sent


def test_a_run_that_may_not_write_leaves_an_empty_ledger(
    conforming: Outcome, start: Start, served: Served
) -> None:
    assert (conforming.reports / "sent.jsonl").read_text("utf-8").count("\n") > 100
    outcome = start(*SMOKE, "-k", "auth.missing", environ=served.writing)
    assert outcome.run["writes"] == "none"
    assert (outcome.reports / "sent.jsonl").read_bytes() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_ends_the_run_before_the_first_write(
    serve: Serve, start: Start, tmp_path: Path
) -> None:
    """/dev/full takes no byte, as a full disk; it stands where the ledger goes."""
    served = serve()
    (tmp_path / "sent.jsonl").symlink_to("/dev/full")
    outcome = start(*SMOKE, "--writes", "notes", f"--reports={tmp_path}", environ=served.writing)
    assert outcome.code == 4, outcome.output
    assert "No space left on device; free some space" in outcome.said
    assert "no write leaves without its line" in outcome.said
    assert "Traceback" not in outcome.output
    methods = {line["method"] for line in served.lines()}
    assert methods <= {"GET", "HEAD", "OPTIONS"}
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["exit_code"] == 4
