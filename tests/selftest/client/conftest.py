"""Small servers on loopback that do to a client whatever a test needs, and a small contract.

Longer than a file should be: one server on a socket that all of them share.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import pytest
from pyrate_limiter import MonotonicClock

from harness.client import Binding, Secrets, Session, Target, WritePolicy
from harness.contract import Contract, load
from harness.model import Case
from tests.selftest.preloaded import PATIENCE

READ = "11111111-1111-4111-8111-111111111111"
WRITE = "22222222-2222-4222-8222-222222222222"
OTHER = "33333333-3333-4333-8333-333333333333"
UNKNOWN = "44444444-4444-4444-8444-444444444444"
CERTIFICATE = Path(__file__).with_name("loopback.pem")
"""A self-signed certificate for loopback with its key, good for nothing but these tests."""

KEY, SECRET = "CanaryKey7f3aQ", "CanarySecret/9+b2Zz"


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Received:
    """One request as its bytes came."""

    raw: bytes
    connection: int

    @property
    def line(self) -> str:
        return self.raw.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def body(self) -> bytes:
        return self.raw.split(b"\r\n\r\n", 1)[1]

    def values(self, name: str) -> list[str]:
        lines = self.raw.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")[1:]
        pairs = [line.split(":", 1) for line in lines]
        return [value.strip() for key, value in pairs if key.lower() == name.lower()]


CLOSE, RESET = "close", "reset"
Step = bytes | str | threading.Event
Script = Callable[[Received, int], Step | list[Step]]


class RawServer:
    """Answers request number n (from 0) with what the script says: bytes to send, `CLOSE`,
    `RESET`, or an event to wait for; several of them in a list."""

    def __init__(self, script: Script, *, tls: bool = False, asks: bool = False) -> None:
        """`asks`: for a client certificate, which must be the one that it has itself."""
        self.script = script
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if tls else None
        if self.tls:
            self.tls.load_cert_chain(CERTIFICATE)
        if self.tls and asks:
            self.tls.load_verify_locations(CERTIFICATE)
            self.tls.verify_mode = ssl.CERT_REQUIRED
        self.received: list[Received] = []
        self.connections = 0
        self.busy = self.most_busy = 0
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.port}"
        self._start(self._accept)

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(connection)
                self.connections += 1
                number = self.connections
            self._start(self._serve, connection, number)

    def _serve(self, connection: socket.socket, number: int) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls:
            try:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            except OSError:
                connection.close()
                return
        with connection, connection.makefile("rb") as stream:
            try:
                while raw := _read(stream):
                    with self._lock:
                        request, count = Received(raw, number), len(self.received)
                        self.received.append(request)
                        self.busy += 1
                        self.most_busy = max(self.busy, self.most_busy)
                    steps = self.script(request, count)
                    with self._lock:
                        self.busy -= 1
                    for step in steps if isinstance(steps, list) else [steps]:
                        if not self._step(connection, step):
                            return
            except OSError:
                return

    def _step(self, connection: socket.socket, step: Step) -> bool:
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, threading.Event):
            step.wait(PATIENCE)
        elif step == RESET:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        else:
            connection.shutdown(socket.SHUT_RDWR)
            return False
        return True

    def stop(self) -> None:
        if self.ended.is_set():
            return
        self.ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)


def _read(stream: BufferedReader) -> bytes:
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            break
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    return head + stream.read(length)


@pytest.fixture
def serve() -> Iterator[Callable[[Script], RawServer]]:
    """Starts servers, and stops them after the test."""
    servers: list[RawServer] = []

    def start(script: Script, **options: bool) -> RawServer:
        servers.append(RawServer(script, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


DOCUMENT = {
    "openapi": "3.0.0",
    "info": {"title": "Things", "version": "1"},
    "paths": {
        "/things/{id}/entries": {
            "parameters": [
                {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "get": {"operationId": "list", "responses": {"200": {"description": "ok"}}},
            "post": {
                "operationId": "add",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "text": {"type": "string"},
                                    "hidden": {"type": "boolean"},
                                    "by": {"type": "string"},
                                    "sent_to": {"type": "array"},
                                    "files": {"type": "array"},
                                    "people": {"type": "array"},
                                },
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "ok"}},
                "x-creates": {
                    "answer": "/data",
                    "listed-by": "list",
                    "marker": {"request": "/text", "response": ["/text"]},
                    "plain": {
                        "memo": {"by": "staff", "hidden": True, "text": "t"},
                        "mail": {"by": "staff", "text": "t", "sent_to": ["a@sink.example"]},
                    },
                    "plain-limits": {"text": {"property": "/text", "maximum": 200}},
                    "harmless": ["memo"],
                    "recipients": ["/sent_to"],
                    "references": ["/files/*", "/people/*/id"],
                },
            },
        },
        "/things/{id}": {
            "put": {"operationId": "change", "responses": {"200": {"description": "ok"}}}
        },
    },
    "components": {
        "securitySchemes": {
            "basicAuth": {"type": "http", "scheme": "basic"},
            "pairAuth": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "x-credentials": "token {key}:{secret}",
            },
            "bearer": {"type": "http", "scheme": "bearer"},
            "bare": {"type": "apiKey", "in": "header", "name": "X-Token"},
        }
    },
}


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    path: Path = tmp_path_factory.mktemp("spec") / "things.yaml"
    path.write_text(json.dumps(DOCUMENT))
    return load(path)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(KEY, SECRET, {"bearer": "CanaryToken-abc", "bare": "CanaryBare-xyz"})


@pytest.fixture
def binding() -> Binding:
    return Binding(READ, WRITE, OTHER, UNKNOWN)


class Sleepers(MonotonicClock):
    """Stands still but for who sleeps by it."""

    def __init__(self) -> None:
        self.milliseconds = 0.0
        self.slept: list[float] = []

    def now(self) -> int:
        return int(self.milliseconds)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.milliseconds += 1000 * seconds


@dataclass
class Opener:
    """Opens sessions on a server and closes them after the test."""

    contract: Contract
    secrets: Secrets
    binding: Binding
    opened: list[Session] = field(default_factory=list)

    def __call__(
        self,
        url: str,
        *,
        embedded: bool = True,
        ca: str | None = None,
        certificate: tuple[str, str | None] | None = None,
        **options: object,
    ) -> Session:
        target = Target(
            url, self.secrets, self.binding, embedded=embedded, ca=ca, certificate=certificate
        )
        policy = WritePolicy(
            self.contract,
            "all",
            embedded=True,
            binding=self.binding,
            secrets=self.secrets,
            prefix=target.prefix,
        )
        options = {"run_id": "run4242", "concurrency": 1, "timeout": PATIENCE, **options}
        session = Session(target, self.contract.schemes, policy, **options)  # type: ignore[arg-type]
        self.opened.append(session)
        return session


@pytest.fixture
def opened(contract: Contract, secrets: Secrets, binding: Binding) -> Iterator[Opener]:
    opener = Opener(contract, secrets, binding)
    yield opener
    for session in opener.opened:
        session.close()


def case(method: str = "GET", path: str = "/things/{read}/entries", **options: object) -> Case:
    known = {"id": "c", "operation": "list", "phase": "baseline", **options}
    return Case(method=method, path=path, **known)  # type: ignore[arg-type]
