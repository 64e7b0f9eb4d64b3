"""Requests and responses as plain data, so that the core needs no sockets and no event loop."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from servers.reference.server import Server


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent; `path` keeps its percent-encoding, header names are in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    raw_query: str = field(default="", compare=False)
    """The query as it came, for whoever hands it on: decoding it loses what is odd about it."""

    def header(self, name: str) -> list[str]:
        """All values of a header: a repeated `Authorization` must not pass for a single one."""
        return [value for key, value in self.headers if key == name]

    def parameter(self, name: str) -> list[str]:
        """All values of a query parameter, in the order sent."""
        return [value for key, value in self.query if key == name]


def parse_query(raw: str) -> tuple[tuple[str, str], ...]:
    """Decode a query string; bytes that are not UTF-8 become U+FFFD, no documented value has it."""
    return tuple(parse_qsl(raw, keep_blank_values=True, errors="replace"))


@dataclass(slots=True)
class Response:
    """An answer before it is written to a socket.

    `payload` is sent as JSON unless `content` holds the body's bytes. A conforming server leaves
    the fields from `delay` (seconds) on at their defaults: they tell the shell to misbehave on the
    wire, where the core can't reach.
    """

    status: int
    payload: Any = None
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    content: bytes | None = None
    delay: float = 0.0
    truncate_at: int | None = None
    reset: bool = False
    chunked: bool = False

    def encoded(self) -> bytes:
        """The body's bytes."""
        if self.content is not None:
            return self.content
        return json.dumps(self.payload, ensure_ascii=False).encode()


class Refusal(Exception):
    """A request that is not served; raised anywhere in the core, answered in one place."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The error envelope that a client can rely on to find the reason in."""
        headers = {"Content-Type": "application/json", **self.headers}
        return Response(self.status, {"status": "error", "message": self.message}, headers)


Handler = Callable[[Request], Response]
Wrap = Callable[[Request, Handler, "Server"], Response]


def wrapped(handle: Handler, wrap: Wrap, server: Server) -> Handler:
    """A handler that lets `wrap` see every request before, and every response after, `handle`."""
    return lambda request: wrap(request, handle, server)
