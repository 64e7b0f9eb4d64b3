"""What gateways have in common: a look at a request, and another whole answer of the server's."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate

from servers.weather.gusts import Gust, Sky

Headers = list[tuple[bytes, bytes]]
SMALL, LARGE = 8190, 2**20
"""Bytes of a line in a head, and of a body, that are usually taken at the most."""


@dataclass(frozen=True)
class Asked:
    """A request, as far as a gateway looks at it."""

    raw: bytes

    @property
    def lines(self) -> list[bytes]:
        """The head's lines, the request line first."""
        return self.raw.partition(b"\r\n\r\n")[0].split(b"\r\n")

    @property
    def method(self) -> bytes:
        """Its method."""
        return self.lines[0].split(b" ")[0]

    @property
    def path(self) -> bytes:
        """Its path, as it came."""
        return self.lines[0].split(b" ")[1].partition(b"?")[0]

    @property
    def size(self) -> int:
        """Bytes of its body."""
        return len(self.raw.partition(b"\r\n\r\n")[2])

    @property
    def head(self) -> int:
        """Bytes of its head."""
        return len(self.raw) - self.size

    def values(self, name: bytes) -> list[bytes]:
        """The values of a header; `name` in lower case."""
        pairs = (line.partition(b":") for line in self.lines[1:])
        return [value.strip() for key, _, value in pairs if key.lower() == name]

    def is_longer(self, limit: int) -> bool:
        """Whether one of its headers is."""
        return any(len(line) > limit for line in self.lines[1:])


Refusal = Callable[[Asked], bytes]
"""A whole answer, or nothing where the request may pass."""
Delivery = Callable[[Asked, Headers, bytes], tuple[Headers, bytes]]


def through(refuse: Refusal, deliver: Delivery) -> Sky:
    """A gateway by what it refuses and by what it makes of the server's answers."""

    def sky(raw: bytes, _: int) -> Gust:
        asked = Asked(raw)
        if answer := refuse(asked):
            return Gust(answer)
        return Gust(deliver=lambda came: _delivered(asked, came, deliver))

    return sky


def _delivered(asked: Asked, came: bytes, deliver: Delivery) -> bytes:
    head, _, body = came.partition(b"\r\n\r\n")
    status, *lines = head.split(b"\r\n")
    pairs = ((name, value.strip()) for name, _, value in (line.partition(b":") for line in lines))
    headers, body = deliver(asked, list(pairs), body)
    return b"\r\n".join([status, *(b"%b: %b" % pair for pair in headers), b"", body])


def without(headers: Headers, *names: bytes) -> Headers:
    """The headers but for some; `names` in lower case."""
    return [(name, value) for name, value in headers if name.lower() not in names]


def page(status: str, body: str, *headers: str) -> bytes:
    """A whole answer; `status` is a code and its reason."""
    lines = [*headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", body]).encode("latin-1")


def date() -> str:
    """Now, as HTTP writes it."""
    return formatdate(usegmt=True)


def zipped(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Compressed and in chunks, for whoever accepts that."""
    accepts = any(b"gzip" in value for value in asked.values(b"accept-encoding"))
    is_json = any(n.lower() == b"content-type" and b"json" in v for n, v in headers)
    if not (accepts and is_json and body):
        return headers, body
    packed = gzip.compress(body, compresslevel=1, mtime=0)
    cut = len(packed) // 2
    chunks = [b"%x\r\n%b\r\n" % (len(part), part) for part in (packed[:cut], packed[cut:])]
    more = [(b"Transfer-Encoding", b"chunked"), (b"Vary", b"Accept-Encoding")]
    kept = without(headers, b"content-length", b"transfer-encoding")
    return [*kept, *more, (b"Content-Encoding", b"gzip")], b"".join([*chunks, b"0\r\n\r\n"])
