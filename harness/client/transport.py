"""One attempt at one request, on urllib3: bytes out, an answer or a failure back.

urllib3 brings connection reuse, TLS and proxies. It would rewrite the request target (upper-case
percent-encodings, encode a bad one), so the connection puts the planned target back at the last
moment: what leaves is the plan's, byte for byte. Nothing is retried, redirected or remembered
here, and no cookies are kept.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPHeaderDict, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout

from harness.client import encodings, environment, failures
from harness.client.environment import TargetError
from harness.client.wire import Target, Wire
from harness.model import Failure

__all__ = ["Answer", "TargetError", "Transport"]

Headers = tuple[tuple[str, str], ...]

CONNECT_TIMEOUT = 5.0
LARGEST = 64 * 1024 * 1024
"""Bytes of one body; what is longer is broken off, or an endless answer would end the tester."""
CHUNK = 1 << 16
HUNDRED, OK = 100, 200
# It logs addresses and, of a head that it cannot parse, whole headers: see exchanges.har instead.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)
SWITCHING = 101


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back of one attempt, with credentials in it: to be redacted before it is kept."""

    status: int = 0
    """0 when no answer started."""
    headers: Headers = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)
    """Decoded; as far as it came when it broke off, as it came when it cannot be decoded."""
    failure: Failure = ""
    detail: str = ""
    began: float = 0.0
    """`time.perf_counter()` at the first byte sent."""
    elapsed: float = 0.0

    def header(self, name: str) -> str:
        """The first header of that lower-case name, empty if there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class _Attempt(threading.local):
    """What the connection needs to know and urllib3 cannot pass on: one at a time in a thread."""

    target: str = ""
    began: float | None = None
    """None until the connection stands: what fails before that never reached the server."""
    sockets: dict[int, socket.socket]
    """Of the transport: what each thread waits on."""


_attempt = _Attempt()


class _FinalResponse(HTTPResponse):
    """Skips every interim answer (RFC 9110, 15.2); the standard library skips 100 only and takes
    an early 103 for the answer."""

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while HUNDRED < status < OK and status != SWITCHING:
            while self.fp.readline(CHUNK) not in (b"\r\n", b"\n", b""):
                pass
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


class _Verbatim:
    """Sends the target of the plan in the place of the one that urllib3 made of it."""

    def request(self, method: str, url: str, *args: Any, **options: Any) -> None:
        if self.sock is None:  # type: ignore[attr-defined]
            self.connect()  # type: ignore[attr-defined]
        _attempt.sockets[threading.get_ident()] = self.sock  # type: ignore[attr-defined]
        _attempt.began = time.perf_counter()
        super().request(method, _attempt.target, *args, **options)  # type: ignore[misc]


class _Connection(_Verbatim, HTTPConnection):
    response_class = _FinalResponse


class _SecureConnection(_Verbatim, HTTPSConnection):
    response_class = _FinalResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Transport:
    """Any number of threads may send through it; each gets a connection of its own."""

    def __init__(self, target: Target, *, connections: int, timeout: float) -> None:
        """Raises TargetError, one sentence, for an address, proxy or certificate of no use."""
        self._limit = timeout
        self._timeout = Timeout(connect=min(CONNECT_TIMEOUT, timeout), read=timeout)
        self._sockets: dict[int, socket.socket] = {}
        self._manager, self._base = environment.manager(target, connections)
        self._manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        self._pool = self._manager.connection_from_url(self._base)
        self._proxied = self._manager.proxy is not None and self._base.startswith("http:")

    def send(self, wire: Wire) -> Answer:
        """One attempt. Never raises for what the network or the server does: see `failure`."""
        _attempt.sockets = self._sockets
        _attempt.target = self._base.rstrip("/") + wire.target if self._proxied else wire.target
        _attempt.began = None
        entered = time.perf_counter()
        try:
            response = self._pool.urlopen(
                wire.method,
                self._base if self._proxied else "/",
                body=wire.body,
                headers=HTTPHeaderDict(wire.headers),
                timeout=self._timeout,
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            failure, detail = failures.before_the_answer(error, _attempt.began is not None)
            began = _attempt.began or entered
            elapsed = time.perf_counter() - began
            return Answer(failure=failure, detail=detail, began=began, elapsed=elapsed)
        else:
            return self._read(response, _attempt.began or entered)
        finally:
            self._sockets.pop(threading.get_ident(), None)

    def _read(self, response: BaseHTTPResponse, began: float) -> Answer:
        chunks, failure, detail = self._chunks(response)
        elapsed = time.perf_counter() - began
        headers = tuple(response.headers.items())
        body = b"".join(chunks)
        if not failure and body:
            coding = response.headers.get("content-encoding", "")
            body, detail = encodings.decode(body, coding, LARGEST)
            failure = "undecodable" if detail else ""
        return Answer(response.status, headers, body, failure, detail, began, elapsed)

    def _chunks(self, response: BaseHTTPResponse) -> tuple[list[bytes], Failure, str]:
        """The body as it came, and what kept it from coming whole."""
        chunks: list[bytes] = []
        size, deadline = 0, time.perf_counter() + self._limit
        try:
            while chunk := response.read1(CHUNK):
                chunks.append(chunk)
                size += len(chunk)
                if size > LARGEST:
                    response.close()
                    return chunks, "broken off", f"longer than {LARGEST} bytes, the rest not read"
                if time.perf_counter() > deadline:
                    response.close()
                    return chunks, "timeout", f"not whole within {self._limit:g} s"
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            response.close()
            return chunks, *failures.within_the_answer(error, size)
        finally:
            response.release_conn()
        return chunks, "", ""

    def abort(self) -> None:
        """Wake every thread that waits for an answer; what it waits for fails."""
        for waited in list(self._sockets.values()):
            with suppress(OSError):
                waited.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connections."""
        self._manager.clear()
