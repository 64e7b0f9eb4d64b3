"""Each write stands on disk before the server has it; what cannot be noted is not sent."""

from __future__ import annotations

import base64
import errno
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from harness.client import Ledger, LedgerError
from harness.model import SEND_PLACEHOLDER, Credentials

from .conftest import SECRET, WRITE, answer, case

SCHEMA = Path(__file__).parents[3] / "harness" / "reports" / "sent.schema.json"
ADD = {"path": "/things/{write}/entries", "credentials": Credentials("basicAuth")}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    moment = datetime(2026, 3, 1, 12, 0, 0, 7000, tzinfo=UTC)
    return Ledger(tmp_path / "deep" / "sent.jsonl", "run4242", now=lambda: moment)


def test_a_write_is_noted_before_it_arrives(serve: Any, opened: Any, ledger: Ledger) -> None:
    noted: list[int] = []

    def script(request: Any, n: int) -> bytes:
        noted.append(len(lines(ledger._path)))
        return answer()

    server = serve(script)
    session = opened(server.url, ledger=ledger)
    for n in range(3):
        session.send([case("POST", body=str(n).encode(), **ADD), case()])
    assert noted == [1, 1, 2, 2, 3, 3]
    assert [line["body"] for line in lines(ledger._path)] == ["0", "1", "2"]


def test_a_line_says_what_was_sent_by_whom_and_when(
    serve: Any, opened: Any, ledger: Ledger
) -> None:
    server = serve(lambda request, n: answer())
    body = json.dumps({"text": f"{SEND_PLACEHOLDER} {SECRET} é"}).encode()
    session = opened(server.url, ledger=ledger)
    session.send([case("POST", query="a=b", body=body, **ADD), case("PUT", body=b"\xff", **ADD)])
    session.send([case("DELETE", **ADD), case("GET"), case("HEAD"), case("OPTIONS")])
    told = lines(ledger._path)
    schema = json.loads(SCHEMA.read_text("utf-8"))
    for line in told:
        jsonschema_rs.validate(schema, line, validate_formats=True)
    post, put, delete = told
    assert post["time"] == "2026-03-01T12:00:00.007+00:00"
    assert (post["run_id"], post["case"], post["attempt"]) == ("run4242", "c", 1)
    assert (post["method"], post["target"]) == ("POST", f"/things/{WRITE}/entries?a=b")
    assert post["marker"].startswith("ctrun424")
    assert post["marker"] in post["body"]
    assert SECRET not in ledger._path.read_text("utf-8")
    assert base64.b64decode(put["body"]) == b"\xff"
    assert (put["body_encoding"], post["body_encoding"]) == ("base64", "utf-8")
    assert (delete["body"], delete["body_encoding"]) == (None, None)


def test_each_attempt_has_its_line(serve: Any, opened: Any, ledger: Ledger) -> None:
    limited = answer(b"", "429 Too Many Requests", "Retry-After: 1")
    server = serve(lambda request, n: limited if n == 0 else answer())
    session = opened(server.url, ledger=ledger, sleep=lambda seconds: None)
    session.send([case("POST", body=b"{}", **ADD)])
    assert [line["attempt"] for line in lines(ledger._path)] == [1, 2]
    assert len(server.received) == 2


@pytest.mark.parametrize("concurrency", [1, 3])
def test_what_cannot_be_noted_does_not_leave(
    serve: Any, opened: Any, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    server = serve(lambda request, n: answer())
    session = opened(server.url, ledger=ledger, concurrency=concurrency)
    session.send([case("POST", body=b"{}", **ADD)])

    def full(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(LedgerError, match=r"sent\.jsonl .* No space left on device; free some"):
        session.send([case("POST", body=b"{}", **ADD)] * 9)
    monkeypatch.undo()
    assert session.send([case("POST", body=b"{}", **ADD)]) == [None], "nothing leaves any more"
    assert [r.line.split(" ")[0] for r in server.received] == ["POST"]


def test_a_line_that_the_disk_takes_in_pieces_is_whole(
    ledger: Ledger, serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:50]))
    opened(serve(lambda request, n: answer()).url, ledger=ledger).send(
        [case("POST", body=b"x" * 300, **ADD)]
    )
    assert lines(ledger._path)[0]["body"] == "x" * 300


def test_a_new_run_begins_anew_and_a_repetition_does_not(tmp_path: Path) -> None:
    path = tmp_path / "sent.jsonl"
    path.write_text("earlier\n")
    Ledger(path, "r", append=True).close()
    assert path.read_text() == "earlier\n"
    Ledger(path, "r").close()
    assert path.read_text() == ""


def test_a_ledger_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="make the folder writable"):
        Ledger(tmp_path / "file" / "sent.jsonl", "r")


def test_every_request_names_the_suite_its_version_and_the_run(serve: Any, opened: Any) -> None:
    from harness import __version__

    server = serve(lambda request, n: answer())
    opened(server.url).send([case(), case("POST", body=b"{}", **ADD), case("HEAD")])
    agents = {agent for request in server.received for agent in request.values("User-Agent")}
    assert agents == {f"contract-suite/{__version__} (run run4242)"}
