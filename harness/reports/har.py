"""reports/exchanges.har: every exchange as HTTP Archive 1.2, and back again for `--replay`.

What HAR has no field for stands under the custom field `_contract` of each request (HAR 1.2
allows fields with a leading underscore). Paths that end in `.gz` are compressed.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import parse_qsl, urlsplit

import harfile

from harness.model import Exchange, Run
from harness.reports.files import ReportError, whole
from harness.reports.har_fields import contract_field, encoded, exchange_of
from harness.reports.signed_urls import unsigned, unsigned_text

_FOREIGN = (ValueError, KeyError, TypeError, EOFError, RecursionError, zlib.error)
"""What reading a file that this module did not write may raise."""

VERSION = 1
"""Of the custom fields; a reader of another version refuses the file."""


@dataclass(slots=True)
class _Request(harfile.Request):  # type: ignore[misc,unused-ignore]
    """A HAR request that also says what HAR has no field for."""

    custom: Mapping[str, Any] = field(default_factory=dict)

    def asdict(self) -> dict[str, Any]:
        # dataclass(slots=True) makes a new class, which `super()` without arguments misses.
        return {**harfile.Request.asdict(self), "_contract": self.custom}


class Redacts(Protocol):
    """What of a response may be written: it is a customer's mail."""

    def body(self, exchange: Exchange) -> bytes:
        """Of its body."""

    def headers(self, exchange: Exchange) -> tuple[tuple[str, str], ...]:
        """Of its headers."""


@dataclass(frozen=True)
class Kept:
    """All of it but for what signs a URL, which opens a file to whoever reads it."""

    clean: Callable[[bytes], bytes] = bytes
    """Takes what is left of credentials."""

    def body(self, exchange: Exchange) -> bytes:
        """The body; empty where there was no answer."""
        return self.clean(unsigned(exchange.response.body.read())) if exchange.response else b""

    def headers(self, exchange: Exchange) -> tuple[tuple[str, str], ...]:
        """The headers."""
        found = exchange.response.headers if exchange.response else ()
        return tuple((name, unsigned_text(value)) for name, value in found)


def write(run: Run, path: Path, redacts: Redacts) -> None:
    """Write all exchanges of `run`, in the order of their numbers.

    `redacts` says what is written of the responses. Raises ReportError where `path` cannot be
    written.
    """
    told = {"target": run.target, "profile": run.profile, "seed": str(run.seed)}
    if "repeat" in run.extra:
        told["repeat"] = str(run.extra["repeat"])
    comment = json.dumps({**told, "writes": run.writes, "run": run.run_id})
    creator = harfile.Creator(name="contract", version=run.version, comment=comment)
    with (
        whole(path) as part,
        _text(part, path, "w") as file,
        harfile.HarFile.open(file, creator=creator) as har,
    ):
        for exchange in run.exchanges:
            _add(har, run, exchange, redacts)


def read(path: Path) -> list[Exchange]:
    """The exchanges of a file that `write` wrote; bodies are those that were written.

    Raises ReportError for a file that is missing, no HAR, or another program's.
    """
    try:
        with _text(path, path, "r") as file:
            entries = json.load(file)["log"]["entries"]
        bodies: dict[bytes, bytes] = {}
        return [exchange_of(entry, VERSION, bodies) for entry in entries]
    except OSError as error:
        raise ReportError(f"cannot read {path}: {error.strerror or error}") from error
    except _FOREIGN as error:
        raise ReportError(
            f"{path} holds no exchanges that this version can replay; "
            "give the exchanges.har of an earlier run of this suite"
        ) from error


def told(path: Path) -> dict[str, str]:
    """What a recording says of its run: target, profile, seed, writes; empty if nothing."""
    try:
        with _text(path, path, "r") as file:
            found = json.loads(json.load(file)["log"]["creator"]["comment"])
    except (OSError, *_FOREIGN):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


def _text(file: Path, named: Path, mode: str) -> IO[str]:
    """Open `file` as text, compressed if the name it will bear says so."""
    if named.suffix != ".gz":
        return file.open(mode, encoding="utf-8", newline="")
    if mode == "r":
        return gzip.open(file, "rt", encoding="utf-8")
    return gzip.open(file, "wt", encoding="utf-8")


def _add(har: harfile.HarFile, run: Run, exchange: Exchange, redacts: Redacts) -> None:
    elapsed = round(exchange.elapsed * 1000, 3)
    har.add_entry(
        startedDateTime=_moment(run.started, exchange.started),
        time=elapsed,
        request=_request(run, exchange),
        response=_response(exchange, redacts),
        timings=harfile.Timings(send=0, wait=elapsed, receive=0),
    )


def _moment(started: str, after: float) -> str:
    try:
        return (datetime.fromisoformat(started) + timedelta(seconds=after)).isoformat()
    except (ValueError, OverflowError):
        return started


def _request(run: Run, exchange: Exchange) -> _Request:
    request, target = exchange.request, urlsplit(run.target)
    post = None
    if request.body is not None:
        media = next((v for k, v in request.headers if k.lower() == "content-type"), "")
        post = harfile.PostData(mimeType=media, text=encoded(request.body)[0])
    return _Request(
        method=request.method,
        url=f"{target.scheme}://{target.netloc.rpartition('@')[2]}{request.target}",
        httpVersion="HTTP/1.1",
        headers=[harfile.Record(name=name, value=value) for name, value in request.headers],
        queryString=[
            harfile.Record(name=name, value=value)
            for name, value in parse_qsl(
                request.target.partition("?")[2], keep_blank_values=True, max_num_fields=None
            )
        ],
        postData=post,
        bodySize=len(request.body or b""),
        custom=contract_field(exchange, VERSION),
    )


def _response(exchange: Exchange, redacts: Redacts) -> harfile.Response:
    response = exchange.response
    if response is None:
        return harfile.Response(status=0, statusText="", httpVersion="", bodySize=-1)
    text, encoding = encoded(redacts.body(exchange))
    shown = replace(response, headers=redacts.headers(exchange))
    return harfile.Response(
        status=response.status,
        statusText=_phrase(response.status),
        httpVersion="HTTP/1.1",
        headers=[harfile.Record(name=name, value=value) for name, value in shown.headers],
        content=harfile.Content(
            size=response.body.size,
            mimeType=shown.header("content-type") or "",
            text=text,
            encoding=encoding,
        ),
        redirectURL=shown.header("location") or "",
        bodySize=response.body.size,
    )


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
