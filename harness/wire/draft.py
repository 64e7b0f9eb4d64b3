"""A request in pieces: the form in which requests are built, changed, reduced and read again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, unquote_to_bytes

from harness.contract import Operation
from harness.model import Case, Cell, Credentials

JSON: Final = "application/json"
ABSENT: Final = object()
"""Stands for a body that is not there or cannot be read as JSON."""


@dataclass(frozen=True)
class Draft:
    """Path values and query values are raw, that is percent-encoded as they are sent.

    `json` is the body where it is one JSON value; `raw` is the body's bytes where it is not.
    """

    operation: Operation
    path_values: Mapping[str, str]
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    json: Any = ABSENT
    raw: bytes | None = None
    method: str = ""
    credentials: Credentials | None = None
    context: str = ""
    duplicate_keys: bool = field(default=False, compare=False)

    @property
    def media(self) -> str:
        """The media type of the body without its parameters, lower case."""
        value = next((v for k, v in self.headers if k.lower() == "content-type"), "")
        return value.partition(";")[0].strip().lower()

    def values(self, name: str) -> list[str]:
        """The decoded values of a query parameter; undecodable bytes as surrogates (PEP 383)."""
        return [decode(value) for key, value in self.query if decode(key) == name]

    def with_query(self, *pairs: tuple[str, str]) -> Draft:
        """The same request asking for `pairs` besides; values are encoded here."""
        encoded = tuple((quote(k, safe=""), quote(v, safe="")) for k, v in pairs)
        return replace(self, query=(*self.query, *encoded))

    def body(self) -> bytes | None:
        """The bytes of the body."""
        return self.raw if self.json is ABSENT else dump(self.json)

    def path(self) -> str:
        """The path with its values put in."""
        return re.sub(
            r"\{([^}]+)\}", lambda m: self.path_values.get(m[1], m[0]), self.operation.path
        )

    def case(
        self,
        identifier: str,
        phase: str,
        *,
        cells: tuple[Cell, ...] = (),
        group: str = "",
        role: str = "",
    ) -> Case:
        """This request as a case of the plan."""
        return Case(
            id=identifier,
            operation=self.operation.id,
            phase=phase,
            method=self.method or self.operation.method,
            path=self.path(),
            query="&".join(f"{k}={v}" for k, v in self.query),
            headers=self.headers,
            body=self.body(),
            credentials=self.credentials,
            context=self.context,
            cells=cells,
            group=group,
            role=role,
        )


def decode(text: str) -> str:
    """A raw query or path value as the server should read it."""
    return unquote_to_bytes(text.replace("+", " ")).decode("utf-8", "surrogateescape")


def dump(value: Any) -> bytes:
    """JSON as most clients write it: UTF-8, escaped only where UTF-8 has no form for it."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def read(operation: Operation, case: Case) -> Draft:
    """Take the request of a case apart again. Never raises: what is no JSON stays `raw`."""
    value, duplicates = _parse(case.body)
    return Draft(
        operation=operation,
        path_values=_path_values(operation.path, case.path),
        query=tuple(_pair(part) for part in case.query.split("&") if part),
        headers=case.headers,
        json=value,
        raw=case.body if value is ABSENT else None,
        method=case.method,
        credentials=case.credentials,
        context=case.context,
        duplicate_keys=duplicates,
    )


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name, value


@lru_cache(maxsize=64)
def _path_pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{([^}]+)\}", template)
    return re.compile(
        "".join(
            f"(?P<p{index // 2}>.*)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
    )


def _path_values(template: str, path: str) -> dict[str, str]:
    names = re.findall(r"\{([^}]+)\}", template)
    match = _path_pattern(template).fullmatch(path)
    return dict(zip(names, match.groups(), strict=True)) if match else {}


def _parse(body: bytes | None) -> tuple[Any, bool]:
    """The JSON value of a body and whether a key is repeated in it."""
    repeated: list[bool] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        repeated.append(len({key for key, _ in items}) < len(items))
        return dict(items)

    if not body:
        return ABSENT, False
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=pairs), any(repeated)
    except (ValueError, RecursionError):
        return ABSENT, False
