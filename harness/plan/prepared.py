"""From what Schemathesis calls a case to the wire request that is sent, byte for byte.

`requests` prepares it once, when the plan is built; everything random or secret is taken out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests

from harness.contract import Contract, Operation
from harness.model import SEND_PLACEHOLDER, Case, Credentials
from harness.plan.sink import safe_body, safe_query, safe_text
from harness.wire.draft import dump

PINNED = "0"
"""Value of the path parameters while a case is prepared."""
BOUNDARY = "ctBOUNDARY"
OWN_HEADERS = frozenset(
    {
        "accept", "accept-encoding", "connection", "content-length", "cookie", "host", "user-agent",
        "transfer-encoding", "x-schemathesis-testcaseid",
    }
)  # fmt: skip
"""Headers that the client makes, or that Schemathesis adds to every case."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a case is made for: one operation of one contract."""

    contract: Contract
    operation: Operation
    sink_domain: str


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of a generated case: a page of them weighs as much as one of the library's."""

    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None


UNSENDABLE = Made("", (), None)
"""Stands for a case that no client can send."""


def made(source: Source, case: Any) -> Made:
    """A generated case as the request that `requests` makes of it, harmless and steady."""
    prepared = _prepared(case, source.operation)
    if prepared is None:
        return UNSENDABLE
    headers, body = _steady(_headers(source, case, prepared), _bytes(prepared.body))
    creates = source.operation.creates
    if body is not None:
        body = safe_body(
            body,
            source.sink_domain,
            creates.recipients if creates else (),
            creates.references if creates else (),
        )
    if body is not None and creates is not None:
        body = _with_new_key(body, creates.repeat_key.removeprefix("/"))
    query = safe_query(urlsplit(prepared.url or "").query, source.sink_domain)
    return Made(query, tuple(headers), body)


def _with_new_key(body: bytes, name: str) -> bytes:
    """The body with a marker in its repeat key, so that no other request of any run has the same.

    Contract: *every `echo_id` outside of send.repeat is absent or unique*; a generator draws the
    same few short texts again and again.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(value, dict) or not isinstance(value.get(name), str):
        return body
    drawn = f"{value[name]} " if value[name] else ""
    return dump({**value, name: f"{drawn}{SEND_PLACEHOLDER}"})


def wire_cases(source: Source, phase: str, requests_made: Iterable[Made]) -> Iterator[Case]:
    """Each sendable request as a case, with our own credentials, the schemes in turn."""
    operation = source.operation
    schemes = operation.security[:2]
    for number, one in enumerate(requests_made, 1):
        if one is UNSENDABLE:
            continue
        yield Case(
            id=f"{phase} {operation.id} {number:03}",
            operation=operation.id,
            phase=phase,
            method=operation.method,
            path=_path(operation),
            query=one.query,
            headers=one.headers,
            body=one.body,
            credentials=Credentials(schemes[number % len(schemes) - 1]) if schemes else None,
        )


def _prepared(case: Any, operation: Operation) -> requests.PreparedRequest | None:
    """None for what cannot be sent (text that no header can hold) and for other methods."""
    if case.method.upper() != operation.method:
        return None
    pinned = {parameter.name: PINNED for parameter in operation.path_parameters}
    case.path_parameters = {**(case.path_parameters or {}), **pinned}
    try:
        return requests.Request(**case.as_transport_kwargs()).prepare()
    except (requests.RequestException, ValueError):
        return None


def _path(operation: Operation) -> str:
    """The operation's path, its resource's id for the client to fill in: ids are the grid's."""
    trait = operation.creates or operation.pagination
    names = [parameter.name for parameter in operation.path_parameters]
    scope = trait.scope_parameter if trait and trait.scope_parameter else "".join(names[:1])
    path = operation.path.replace(f"{{{scope}}}", "{read}" if operation.is_safe else "{write}")
    for name in set(names) - {scope}:
        path = path.replace(f"{{{name}}}", PINNED)
    return path


def _headers(
    source: Source, case: Any, prepared: requests.PreparedRequest
) -> tuple[tuple[str, str], ...]:
    secret = {scheme.header.lower() for scheme in source.contract.schemes.values()}
    wanted = {"content-type", *(name.lower() for name in case.headers or {})}
    kept = wanted - secret - OWN_HEADERS
    pairs = ((_text(name), _text(value)) for name, value in prepared.headers.items())
    return tuple(
        sorted((n, safe_text(v, source.sink_domain)) for n, v in pairs if n.lower() in kept)
    )


def _steady(
    headers: tuple[tuple[str, str], ...], body: bytes | None
) -> tuple[tuple[tuple[str, str], ...], bytes | None]:
    """The same with a fixed multipart boundary: a random one comes with every preparation."""
    found = next(
        (m[1] for _, value in headers if (m := re.search(r"boundary=\"?([\w'-]+)", value))), ""
    )
    if not found:
        return headers, body
    steady = tuple((name, value.replace(found, BOUNDARY)) for name, value in headers)
    return steady, body.replace(found.encode(), BOUNDARY.encode()) if body else body


def _bytes(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.encode("utf-8", "surrogateescape") if isinstance(body, str) else b"".join(body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
