"""The small Libredesk on loopback, and provisioning run in this process."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.provision import messages
from deploy.provision.__main__ import main
from tests.selftest.provision.fake import EMAIL, PASSWORD, SESSION, TOKEN, Libredesk, Refusal

HTML, RESET, REDIRECT, NONSENSE = "html", "reset", "redirect", "nonsense"
Fault = int | str


@dataclass
class Running:
    """A server, its state, and what it does wrong: beginning of `METHOD path` -> fault."""

    url: str
    desk: Libredesk
    faults: dict[str, Fault] = field(default_factory=dict)
    fault_after: dict[str, Fault] = field(default_factory=dict)
    """The same, for every request from the first such one on."""
    requests: list[str] = field(default_factory=list)

    def fault(self, line: str) -> Fault | None:
        for start, fault in self.fault_after.items():
            if line.startswith(start):
                self.faults[""] = fault
        self.fault_after = {} if "" in self.faults else self.fault_after
        return next((fault for start, fault in self.faults.items() if line.startswith(start)), None)


@dataclass
class Outcome:
    code: int
    out: str
    err: str


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # in one piece, or delayed acknowledgements cost 40 ms a request
    wbufsize = -1
    disable_nagle_algorithm = True
    running: Running

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        line = f"{self.command} {self.path.removeprefix('/api/v1/')}"
        self.running.requests.append(line)
        fault = self.running.fault(line)
        if fault == RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return self.connection.close()
        if fault == HTML:
            return self._send(200, b"<html><title>Sign in</title>", "text/html; charset=utf-8")
        if fault == REDIRECT:
            return self._send(302, b"", "text/plain", Location="http://example.org/")
        if fault == NONSENSE:
            return self._json(200, {"status": "success", "data": {"id": "?", "uuid": "../agents"}})
        if isinstance(fault, int):
            sent = [self.headers.get(name) for name in ("Cookie", "X-CSRFTOKEN", "Authorization")]
            said = f"refused for {PASSWORD},\n{sent}"
            return self._json(fault, {"status": "error", "message": said})
        return self._answer(body)

    do_GET = do_POST = do_PUT = do_DELETE = _any

    def _answer(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            data = self.running.desk.answer(self.command, self.path, headers, body)
        except Refusal as error:
            self._json(error.status, {"status": "error", "message": str(error)})
        else:
            self._json(200, {"status": "success", "data": data})

    def _json(self, status: int, envelope: Any) -> None:
        self._send(status, json.dumps(envelope).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        if self.path.endswith("auth/login") and status == 200:
            self.send_header("Set-Cookie", f"libredesk_session={SESSION}; path=/; Secure; HttpOnly")
            self.send_header("Set-Cookie", f"csrf_token={TOKEN}; path=/; Secure")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(body)


@pytest.fixture
def running() -> Iterator[Running]:
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    running = Running(f"http://127.0.0.1:{server.server_address[1]}", Libredesk())
    handler.running = running  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few messages of every kind are enough for most tests."""
    wanted = {messages.NOTE: 2, messages.REPLY: 1, messages.INCOMING: 2, messages.ACTIVITY: 2}
    monkeypatch.setattr(messages, "WANTED", wanted)
    monkeypatch.setattr(messages, "TOGETHER", 1)


@dataclass
class Provisioning:
    """`make provision` and `make deprovision` against the running server."""

    running: Running
    capsys: pytest.CaptureFixture[str]
    output: Path

    def __call__(self, *argv: str, password: str = PASSWORD) -> Outcome:
        environ = {
            "LIBREDESK_URL": self.running.url,
            "LIBREDESK_ADMIN_EMAIL": EMAIL,
            "LIBREDESK_ADMIN_PASSWORD": password,
        }
        self.running.desk.changes.clear()
        self.running.requests.clear()
        self.capsys.readouterr()
        code = main(["--output", str(self.output), *argv], environ)
        out, err = self.capsys.readouterr()
        return Outcome(code, out, err)


@pytest.fixture
def provision(running: Running, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Provisioning:
    return Provisioning(running, capsys, tmp_path / "staging.env")
