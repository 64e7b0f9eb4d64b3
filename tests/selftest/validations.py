"""A document of every kind of schema, and answers to judge by it."""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.contract import Contract, load
from harness.model import Case, Exchange, Request, Response

SPEC = Path(__file__).parents[2] / "spec" / "libredesk.yaml"
UUID = "0b9d4c1e-8a1f-4c1b-9a43-1d2f3a4b5c6d"

ITEM: dict[str, Any] = {
    "type": "object",
    "required": ["id", "uuid", "kind"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "small": {"type": "integer", "format": "int32", "minimum": -5},
        "count": {"type": "integer"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "ratio": {"type": "number", "format": "double"},
        "uuid": {"type": "string", "format": "uuid"},
        "at": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "text": {"type": "string", "minLength": 1, "maxLength": 12},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "done": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "meta": {"type": "object", "additionalProperties": {"type": "integer"}},
        "closed": {"type": "object", "properties": {"x": {"type": "string"}},
                   "additionalProperties": False},
        "either": {"anyOf": [{"type": "string", "format": "date"}, {"type": "integer"}]},
        "both": {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 9}]},
        "free": {},
    },
}  # fmt: skip
GOOD: dict[str, Any] = {
    "id": 1, "small": 2, "count": 3, "share": 0.5, "ratio": 1.5, "uuid": UUID,
    "at": "2024-05-06T07:08:09Z", "day": "2024-02-29", "text": "héllo", "kind": "a", "done": True,
    "tags": ["x", "y"], "meta": {"a": 1}, "closed": {"x": "y"}, "either": 4, "both": 5,
    "free": None, "maybe": None,
}  # fmt: skip
DEEP: Any = json.loads("[" * 400 + "]" * 400)
DATES = (
    "2024-05-06T07:08:09Z\n", "2024-05-06t07:08:09z", "2024-05-06 07:08:09Z",
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z",
    "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-06-31T00:00:00+01:00",
    "2024-05-06T24:00:00Z", "2024-05-06T07:08:09+24:00", "2024-05-06T07:08:09-23:59",
    "2024-05-06T07:08:09.Z", "2024-05-06T07:08:09,5Z", "2024-05-06T07:08:09",
    "٢٠٢٤-05-06T07:08:09Z", "2024-05-06T07:08:09.1234567890123Z",
    "2024-04-31", "2024-02-30", "0000-02-29", "2024-1-1", "2024-02-29\n", "20240229", "2024-W01-1",
)  # fmt: skip
UUIDS = (
    UUID, UUID.upper(), UUID.replace("-", ""), "{" + UUID + "}", "urn:uuid:" + UUID, UUID + "\n",
    UUID[:-1], UUID[:-1] + "g", UUID.replace("-", "_"), UUID[:8] + "0" + UUID[9:],
    "0b9d4c1e8-a1f-4c1b-9a43-1d2f3a4b5c6d",
)  # fmt: skip
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, -6, 5, 10, 1.0, -0.0, 1.5, 1e300, 1e-320, 2**31, 2**31 - 1,
    -(2**31) - 1, 2**63, 2**63 - 1, -(2**63) - 1, 2**64, 10**400, float("nan"), float("inf"),
    "", "a", "A", "a\n", "x" * 13, "😀" * 12, "é" * 13, "e\u0301" * 7, "\ud800", "\x00", "1", "t",
    [], {}, [None], ["x", 1], ["x"] * 4, [["x"]], {"x": 1}, {"x": "y", "z": 1}, {"a": 1.0},
    {"\ud800": 1}, {"a": True}, DEEP, {"a": DEEP}, *DATES, *UUIDS,
)  # fmt: skip


@dataclass(frozen=True)
class Bytes:
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self) -> bytes:
        return self.content


def document(version: str, schema: dict[str, Any] = ITEM) -> dict[str, Any]:
    item = copy.deepcopy(schema)
    nullable: dict[str, Any] = {"type": "string", "nullable": True, "format": "date"}
    if version == "3.1.0":
        nullable = {"type": ["string", "null"], "format": "date"}
    item["properties"]["maybe"] = nullable
    page = {
        "type": "object",
        "required": ["items"],
        "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}}},
    }
    return {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://elsewhere.example/prefix"}],
        "paths": {
            "/rooms/{room}/items": {
                "get": {
                    "operationId": "listItems",
                    "parameters": [
                        {"name": "room", "in": "path", "required": True, "schema": {}},
                    ],
                    "responses": {
                        "200": {
                            "description": "ok",
                            "content": {"application/json": {"schema": page}},
                        },
                        "404": {"description": "none"},
                    },
                }
            }
        },
        "components": {"schemas": {"Item": item}},
    }


def contract(tmp_path: Path, version: str = "3.0.3", **changes: Any) -> Contract:
    path = tmp_path / f"spec-{version}.yaml"
    path.write_text(yaml.safe_dump({**document(version), **changes}))
    return load(path)


def answered(
    body: bytes,
    status: int = 200,
    media: str | None = "application/json",
    operation: str = "listItems",
    method: str = "GET",
    failure: Any = "",
) -> Exchange:
    headers = (("content-type", media),) if media is not None else ()
    case = Case("c", operation, "listing", "GET", "/any")
    request = Request(method, "/any/prefix/whatever?x=1")
    return Exchange(1, case, request, Response(status, headers, Bytes(body)), failure)


def page(*items: Any) -> bytes:
    return json.dumps({"items": list(items)}).encode()
