"""Exchanges as the fields of a HAR entry, exact to the byte in both directions."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from harness.model import Case, Cell, Credentials, Exchange, Request, Response


@dataclass(frozen=True)
class StoredBody:
    """A response body that was read from a file. Satisfies `model.Body`."""

    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Hexadecimal digest of the body as it stands in the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def read(self) -> bytes:
        """The whole body."""
        return self.content


def encoded(body: bytes) -> tuple[str, str | None]:
    """The text of `body` and HAR's name of its encoding: None for UTF-8, otherwise `base64`."""
    try:
        return body.decode("utf-8"), None
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def decoded(text: str, encoding: str | None) -> bytes:
    """The bytes that `encoded` was given."""
    if encoding == "base64":
        return base64.b64decode(text, validate=True)
    return text.encode("utf-8")


def contract_field(exchange: Exchange, version: int) -> dict[str, Any]:
    """The custom field `_contract`: what HAR's own fields cannot say."""
    body = exchange.request.body
    return {
        "version": version,
        "number": exchange.number,
        "case": _case_fields(exchange.case),
        "target": exchange.request.target,
        "body_encoding": None if body is None else encoded(body)[1],
        "answered": exchange.response is not None,
        "failure": exchange.failure,
        "detail": exchange.detail,
        "started": exchange.started,
        "elapsed": exchange.elapsed,
        "retries": exchange.retries,
        "marker": exchange.marker,
    }


def exchange_of(entry: Mapping[str, Any], version: int, bodies: dict[bytes, bytes]) -> Exchange:
    """The exchange of one HAR entry. `bodies` keeps equal bodies once.

    Raises KeyError, TypeError or ValueError for an entry that the suite did not write.
    """
    custom, request = entry["request"]["_contract"], entry["request"]
    if custom["version"] != version:
        raise ValueError(f"written in version {custom['version']}, not {version}")
    post = request.get("postData")
    body = None if post is None else decoded(post.get("text", ""), custom["body_encoding"])
    return Exchange(
        number=custom["number"],
        case=_case(custom["case"]),
        request=Request(request["method"], custom["target"], _pairs(request["headers"]), body),
        response=_response(entry["response"], bodies) if custom["answered"] else None,
        failure=custom["failure"],
        detail=custom["detail"],
        started=custom["started"],
        elapsed=custom["elapsed"],
        retries=custom["retries"],
        marker=custom["marker"],
    )


def _response(fields: Mapping[str, Any], bodies: dict[bytes, bytes]) -> Response:
    content = fields["content"]
    body = decoded(content.get("text", ""), content.get("encoding"))
    body = bodies.setdefault(body, body)
    return Response(fields["status"], _pairs(fields["headers"]), StoredBody(body))


def _pairs(records: list[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((record["name"], record["value"]) for record in records)


def _case_fields(case: Case) -> dict[str, Any]:
    body, credentials = case.body, case.credentials
    return {
        "id": case.id,
        "operation": case.operation,
        "phase": case.phase,
        "method": case.method,
        "path": case.path,
        "query": case.query,
        "headers": case.headers,
        "body": None if body is None else base64.b64encode(body).decode("ascii"),
        "credentials": credentials and [credentials.scheme, credentials.defect],
        "context": case.context,
        "cells": case.cells,
        "group": case.group,
        "role": case.role,
    }


def _case(fields: Mapping[str, Any]) -> Case:
    body, credentials = fields["body"], fields["credentials"]
    exact: dict[str, Any] = {
        "headers": tuple((name, value) for name, value in fields["headers"]),
        "body": None if body is None else base64.b64decode(body, validate=True),
        "credentials": Credentials(*credentials) if credentials else None,
        "cells": tuple(Cell(*cell) for cell in fields["cells"]),
    }
    return Case(**{**fields, **exact})
