"""A case becomes the bytes of one request to one target.

Kept exactly as planned: method, path, query, body, the header values. A repeated header takes the
spelling of its first occurrence and stands beside it (urllib3 keeps headers so). `Host` and
`Content-Length` follow from target and body unless the plan says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from harness.client.credentials import Secrets, authorization
from harness.contract import SecurityScheme
from harness.model import SEND_PLACEHOLDER, Case, Credentials

Headers = tuple[tuple[str, str], ...]

ACCEPT_ENCODING = "gzip, deflate"
"""What the client can decode; a plan may ask for something else."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
SENDABLE_TARGET = re.compile(r"/[!-~]*")
SENDABLE_VALUE = re.compile(r"[^\0\r\n]*")
FRAMING = frozenset({"transfer-encoding", "content-length"})
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Binding:
    """The resource ids that stand for `{read}`, `{write}`, `{other}` and `{unknown}` in a path."""

    read: str
    write: str
    other: str
    unknown: str

    @property
    def configured(self) -> tuple[str, ...]:
        """The ids of resources that exist."""
        return tuple(dict.fromkeys(i for i in (self.read, self.write, self.other) if i))


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and as whom."""

    base_url: str
    """http or https, with or without a path prefix."""
    secrets: Secrets = field(repr=False)
    binding: Binding
    embedded: bool = False
    """Whether it is the suite's own server, which nothing can harm; never behind a proxy."""
    ca: str | None = None
    """A file or folder of certificates instead of those that the environment names."""
    headers: Headers = field(default=(), repr=False)
    """Sent with every request, for an access proxy; their values are never recorded."""
    certificate: tuple[str, str | None] | None = None
    """Files of the client certificate and, where it is not in there, of its key; PEM."""

    @property
    def prefix(self) -> str:
        """The path in front of every documented path; empty if there is none."""
        return urlsplit(self.base_url).path.rstrip("/")


@dataclass(frozen=True, slots=True)
class Wire:
    """What is to go over the wire, credentials and all: never recorded, never printed."""

    method: str
    target: str
    """Path and query, with the prefix of the base URL."""
    headers: Headers = field(repr=False)
    body: bytes | None = field(repr=False, default=None)

    def values(self, name: str) -> list[str]:
        """The values of a header, whatever its case."""
        return [value for key, value in self.headers if key.lower() == name]


class Writer:
    """Makes the bytes for one target and run."""

    def __init__(
        self, target: Target, schemes: Mapping[str, SecurityScheme], run_id: str, agent: str
    ) -> None:
        self._target = target
        self._schemes = schemes
        self._run = re.sub(r"[^0-9A-Za-z]", "", run_id).ljust(6, "0")[:6]
        self._prefix = target.prefix
        self._signatures: dict[Credentials, Headers] = {}
        self._agent = agent if run_id in agent else f"{agent} (run {run_id})"
        self._ids = {
            f"{{{name}}}": quote(getattr(target.binding, name), safe="")
            for name in ("read", "write", "other", "unknown")
        }

    def wire(self, case: Case, number: int) -> tuple[Wire, str]:
        """The request, and the marker in it (empty if it has no place for one)."""
        marker = self.marker(number) if _takes_marker(case) else ""
        path = re.sub(r"\{\w+\}", lambda found: self._ids.get(found[0], found[0]), case.path)
        target = self._prefix + path + ("?" + case.query if case.query else "")
        headers = [*case.headers, *self._target.headers]
        for name, value in (("User-Agent", self._agent), ("Accept-Encoding", ACCEPT_ENCODING)):
            if not any(key.lower() == name.lower() for key, _ in headers):
                headers.append((name, value))
        body = case.body
        if marker:
            target = target.replace(SEND_PLACEHOLDER, marker)
            headers = [(name, value.replace(SEND_PLACEHOLDER, marker)) for name, value in headers]
            body = body and body.replace(SEND_PLACEHOLDER.encode(), marker.encode())
        if case.credentials:
            headers += self._signed(case.credentials)
        return Wire(case.method, target, tuple(headers), body), marker

    def marker(self, number: int) -> str:
        """Letters and digits, as long as the placeholder; unique for each request of a run."""
        digits = ""
        while number:
            number, digit = divmod(number, len(DIGITS))
            digits = DIGITS[digit] + digits
        return f"ct{self._run}{digits.rjust(8, '0')}"

    def _signed(self, credentials: Credentials) -> Headers:
        if credentials not in self._signatures:
            scheme = self._schemes[credentials.scheme]
            values = authorization(scheme, credentials.defect, self._target.secrets)
            self._signatures[credentials] = tuple(
                (scheme.header, value.encode().decode("latin-1")) for value in values
            )
        return self._signatures[credentials]


def unsendable(wire: Wire) -> str:
    """Why this is no HTTP request at all, or would be read as two; empty if it can be sent."""
    if not TOKEN.fullmatch(wire.method):
        return "the method is not a token of HTTP"
    if not SENDABLE_TARGET.fullmatch(wire.target):
        return "the target holds a character that cannot stand in a request line"
    for name, value in wire.headers:
        if not TOKEN.fullmatch(name):
            return "a header's name is not a token of HTTP"
        if not SENDABLE_VALUE.fullmatch(value) or not _is_latin_1(value):
            return "a header's value holds a character that cannot be sent"
    length = str(len(wire.body or b""))
    framing = [(n.lower(), v) for n, v in wire.headers if n.lower() in FRAMING]
    if any(name == "transfer-encoding" or value != length for name, value in framing):
        return "it frames its own body, so a server may read a second request out of it"
    return ""


def _is_latin_1(value: str) -> bool:
    return not value or max(value) <= "\xff"


def _takes_marker(case: Case) -> bool:
    return (
        SEND_PLACEHOLDER in case.query
        or any(SEND_PLACEHOLDER in value for _, value in case.headers)
        or (case.body is not None and SEND_PLACEHOLDER.encode() in case.body)
    )
