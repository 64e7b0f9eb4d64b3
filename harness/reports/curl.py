"""One exchange as a command that sends the same request again when pasted into bash."""

from __future__ import annotations

import base64
import hashlib
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from harness.contract import SecurityScheme
from harness.model import HIDDEN, Exchange, Request
from harness.reports.curl_credentials import arguments
from harness.reports.files import whole
from harness.reports.shell import octets, word

INLINE = 1000
"""Bytes of a body that a command line may hold; longer ones are written beside the report."""

WITHOUT_EXPECT = 1_000_000
"""From this size on curl asks for `100 Continue` first, which the suite never does."""

_OWN = {"host", "content-length", "connection", "user-agent", "accept-encoding", "expect"}
"""Headers that curl writes itself, or that have no say in the answer."""


def curl(
    exchange: Exchange,
    contract_schemes: Mapping[str, SecurityScheme],
    names: Mapping[str, str],
    base_url: str,
    body_dir: Path | None,
) -> str:
    """The command, on one line.

    `names` maps `key`, `secret` and `token` to the environment variables that hold the
    credentials, `headers` to the one with the headers of an access proxy, and `client-cert` and
    `client-key` to words of the shell for the files, where there are such. A body that is long or
    not printable is written to `body_dir` and named by it as given; without `body_dir` it comes
    through a pipe.
    """
    request = exchange.request
    before, body = _body(request.body, body_dir)
    parts = [
        *_method(request),
        *_credentials(exchange, contract_schemes, names),
        *_headers(exchange, contract_schemes),
        *_access(exchange, names),
        *body,
        *_url(request.target, base_url),
    ]
    return f"{before}curl -i {' '.join(parts)}"


def _method(request: Request) -> Iterator[str]:
    implied = "GET" if request.body is None else "POST"
    if request.method == "HEAD" and request.body is None:
        yield "--head"
    elif request.method != implied:
        yield f"-X {word(octets(request.method))}"


def _credentials(
    exchange: Exchange, schemes: Mapping[str, SecurityScheme], names: Mapping[str, str]
) -> list[str]:
    credentials = exchange.case.credentials
    if credentials is None or credentials.scheme not in schemes:
        return []
    scheme = schemes[credentials.scheme]
    known = arguments(scheme, credentials.defect, names)
    if known is not None:
        return known
    recorded = [pair for pair in exchange.request.headers if _same(pair[0], scheme.header)]
    return [_header(*pair) for pair in recorded]


def _headers(exchange: Exchange, schemes: Mapping[str, SecurityScheme]) -> Iterator[str]:
    credentials = exchange.case.credentials
    scheme = schemes.get(credentials.scheme) if credentials else None
    left_out = _OWN | ({scheme.header.lower()} if scheme else set())
    names = set()
    for name, value in exchange.request.headers:
        names.add(name.lower())
        if (
            value != HIDDEN
            and name.lower() not in left_out
            and (name.lower(), value) != ("accept", "*/*")
        ):
            yield _header(name, value)
    if exchange.request.body is not None and "content-type" not in names:
        yield "-H Content-Type:"
    if len(exchange.request.body or b"") >= WITHOUT_EXPECT:
        yield "-H Expect:"


def _access(exchange: Exchange, names: Mapping[str, str]) -> Iterator[str]:
    """What an access proxy wants, as bash takes it from the environment: curl reads a file of
    headers, one a line, as the variable holds them."""
    if any(value == HIDDEN for _, value in exchange.request.headers):
        yield f"""-H @<(printf '%s\\n' "${names.get("headers", "HEADERS")}")"""
    for option, name in (("--cert", "client-cert"), ("--key", "client-key")):
        if name in names:
            yield f"{option} {names[name]}"


def _header(name: str, value: str) -> str:
    return f"-H {word(octets(f'{name}: {value}' if value else f'{name};'))}"


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _body(body: bytes | None, folder: Path | None) -> tuple[str, list[str]]:
    """What stands before the command, and the arguments that send the body."""
    if body is None:
        return "", []
    if len(body) <= INLINE and _is_printable(body):
        option = "--data-raw" if body.startswith(b"@") else "--data-binary"
        return "", [f"{option} {word(body)}"]
    if folder is None:
        encoded = base64.b64encode(body).decode()
        return f"printf %s {shlex.quote(encoded)} | base64 -d | ", ["--data-binary @-"]
    path = folder / f"{hashlib.sha256(body).hexdigest()[:16]}.bin"
    with whole(path) as part:
        part.write_bytes(body)
    return "", [f"--data-binary {shlex.quote(f'@{path}')}"]


def _is_printable(body: bytes) -> bool:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return re.sub(r"[\n\r\t]", "", text).isprintable()


def _url(target: str, base_url: str) -> Iterator[str]:
    """The URL, with the options that keep curl from rewriting it."""
    parts = urlsplit(base_url)
    origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    if not target.startswith("/") or re.search(r"[^!-~]|#", target):
        yield f"--request-target {word(octets(target))}"
        yield shlex.quote(origin)
        return
    if {".", ".."} & set(unquote(target.partition("?")[0], "latin-1").split("/")):
        yield "--path-as-is"
    if set("[]{}") & set(target):
        yield "--globoff"
    yield shlex.quote(origin + target)
