"""openapi-core's verdict, unchanged by the fast path that usually spares it."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness import told
from harness.contract import Contract, load
from harness.model import Case, Exchange, Request, Response
from harness.narrowing import fast_validator, surely_valid
from harness.validation import Validator

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


@pytest.fixture(params=["3.0.3", "3.1.0"])
def validator(request: pytest.FixtureRequest, tmp_path: Path) -> Validator:
    return Validator(contract(tmp_path, request.param))


def test_a_good_page_has_no_error(validator: Validator) -> None:
    assert validator.validate(answered(page(GOOD, {**GOOD, "undocumented": [1]}))) == ()


@pytest.mark.parametrize(
    ("change", "pointer", "kind"),
    [
        ({"id": "1"}, "/items/*/id", "wrong type"),
        ({"id": None}, "/items/*/id", "null"),
        ({"kind": None}, "/items/*/kind", "null"),
        ({"kind": "c"}, "/items/*/kind", "undocumented value"),
        ({"kind": 5}, "/items/*/kind", "wrong type"),
        ({"at": "yesterday"}, "/items/*/at", "bad format"),
        ({"small": 2**31}, "/items/*/small", "bad format"),
        ({"share": 1.5}, "/items/*/share", "other"),
        ({"tags": ["a", 1]}, "/items/*/tags/*", "wrong type"),
        ({"closed": {"y": 1}}, "/items/*/closed", "other"),
    ],
)
def test_each_error_has_a_place_and_a_kind(
    validator: Validator, change: dict[str, Any], pointer: str, kind: str
) -> None:
    (error,) = validator.validate(answered(page(GOOD, {**GOOD, **change})))
    assert (error.pointer, error.kind) == (pointer, kind)
    assert error.exact.startswith("/items/1/")
    assert error.schema_path.startswith("#/components/schemas/Item/properties/")
    assert error.expected
    assert error.actual


def test_all_errors_are_listed_and_missing_properties_are_named(validator: Validator) -> None:
    errors = validator.validate(answered(page({"id": "x"}, {"small": 1, "text": ""})))
    assert {(e.exact, e.kind) for e in errors} == {
        ("/items/0/id", "wrong type"),
        ("/items/0/uuid", "missing"),
        ("/items/0/kind", "missing"),
        ("/items/1/id", "missing"),
        ("/items/1/uuid", "missing"),
        ("/items/1/kind", "missing"),
        ("/items/1/text", "other"),
    }
    missing = next(e for e in errors if e.exact == "/items/0/uuid")
    assert missing.schema_path == "#/components/schemas/Item/required"


@pytest.mark.parametrize(
    ("media", "documented"),
    [
        ("application/json", True),
        ("Application/JSON; Charset=UTF-8", True),
        ("application/json;", True),
        ("application/json; charset", True),
        ("text/html", False),
        ("application/problem+json", False),
        (None, False),
    ],
)
def test_media_types(validator: Validator, media: str | None, documented: bool) -> None:
    assert validator.media_documented(answered(page(GOOD), media=media)) is documented


def test_a_json_body_is_judged_under_any_media_type(validator: Validator) -> None:
    (error,) = validator.validate(answered(page({**GOOD, "id": "x"}), media="text/plain"))
    assert (error.pointer, error.kind) == ("/items/*/id", "wrong type")
    assert validator.validate(answered(b"<html>", media="text/html")) == ()


def test_status(validator: Validator) -> None:
    assert validator.status_documented(answered(b"{}", status=404))
    assert validator.media_documented(answered(b"{}", status=404)) is None
    assert not validator.status_documented(answered(b"{}", status=405))
    assert validator.validate(answered(b"{}", status=405)) == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "missing"),
        (b"{", "other"),
        (b'{"items": NaN}', "other"),
        (b"\xff\xfe\xfa", "other"),
        (b"[" * 100_000 + b"]" * 100_000, "other"),
        (b'{"items": [' + b"9" * 5000 + b"]}", "other"),
        (page("\ud800"), "wrong type"),
    ],
)
def test_bodies_that_hurt_become_errors(validator: Validator, body: bytes, kind: str) -> None:
    (error,) = validator.validate(answered(body))
    assert error.kind == kind
    told.retold(error.actual, {"text": ascii, "word": ascii}).encode()


def test_deep_undocumented_parts_are_no_error(validator: Validator) -> None:
    assert validator.validate(answered(page({**GOOD, "deep": DEEP}))) == ()


def test_lone_surrogates_are_valid_strings(validator: Validator) -> None:
    assert validator.validate(answered(page({**GOOD, "tags": ["\ud800"]}))) == ()


def test_an_answer_without_body_by_its_nature_is_not_judged(validator: Validator) -> None:
    assert validator.validate(answered(b"", method="HEAD")) == ()
    assert validator.validate(answered(b"", failure="broken off")) == ()
    assert [e.kind for e in validator.validate(answered(b""))] == ["missing"]


def test_a_body_is_judged_once(validator: Validator) -> None:
    bad = answered(page({}))
    assert validator.validate(bad) is validator.validate(answered(page({})))
    assert validator.validate(answered(page({}), status=404)) == ()


def test_the_callers_parsed_body_is_used(validator: Validator) -> None:
    assert validator.validate(answered(b"unread"), {"items": [GOOD]}) == ()
    (error,) = validator.validate(answered(b"unread, too"), {"items": None})
    assert error.kind == "null"


def test_documented_headers_are_judged(tmp_path: Path) -> None:
    raw = document("3.0.3")
    answer = raw["paths"]["/rooms/{room}/items"]["get"]["responses"]["200"]
    answer["headers"] = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
    judge = Validator(contract(tmp_path, paths=raw["paths"]))
    assert [e.pointer for e in judge.validate(answered(page(GOOD)))] == ["header X-Total"]


def test_statuses_may_be_yaml_integers(tmp_path: Path) -> None:
    raw = document("3.0.3")
    get = raw["paths"]["/rooms/{room}/items"]["get"]
    get["responses"] = {int(status): value for status, value in get["responses"].items()}
    assert Validator(contract(tmp_path, paths=raw["paths"])).status_documented(answered(page()))


# --- the fast schema never accepts what openapi-core rejects ---------------------------------


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list) and value is not DEEP:
        for key, child in children:
            if child is not DEEP:
                yield from (
                    places(child, (*path, key))
                    if isinstance(child, dict | list)
                    else [(*path, key)]
                )


def mutated(rng: random.Random, good: Any) -> Any:
    value = copy.deepcopy(good)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        path = rng.choice(list(places(value)))
        if not path:
            continue
        parent = value
        for part in path[:-1]:
            parent = parent[part]
        odd = copy.deepcopy(rng.choice(ODD), {id(DEEP): DEEP})
        action = rng.randrange(8)
        if action == 0:
            del parent[path[-1]]
        elif action == 1 and isinstance(parent, dict):
            parent[rng.choice(("new", "x", "y", ""))] = odd
        else:
            parent[path[-1]] = odd
    return value


def plain_errors(judge: Validator, body: Any) -> bool:
    return bool(judge.validate(answered(json.dumps(body).encode()), body))


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_the_fast_schema_accepts_a_subset(tmp_path: Path, version: str) -> None:
    made = contract(tmp_path, version)
    fast = fast_validator(
        made.raw, made.operations[0].response_schema(200) or {}, is_30=version == "3.0.3"
    )
    assert fast
    plain = Validator(made, fast=False)
    rng = random.Random(1)
    bodies = [{"items": [{**GOOD, name: odd}]} for name in GOOD for odd in ODD]
    bodies += [mutated(rng, {"items": [GOOD]}) for _ in range(3000)]
    accepted = [body for body in bodies if surely_valid(fast, body)]
    assert len(accepted) > len(bodies) // 10
    assert [body for body in accepted if plain_errors(plain, body)] == []


def test_the_bundle_has_a_fast_schema_for_every_body() -> None:
    bundle = load(SPEC)
    schemas = [s for o in bundle.operations for m in o.responses.values() for s in m.values() if s]
    assert schemas
    is_30 = bundle.raw["openapi"].startswith("3.0")
    assert all(fast_validator(bundle.raw, schema, is_30=is_30) for schema in schemas)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a$"},
        {"type": "string", "format": "email"},
        {"enum": [1]},
        {"oneOf": [{"type": "string"}]},
        {"not": {"type": "string"}},
        {"type": "array", "uniqueItems": True},
        {"type": "string", "writeOnly": True},
        {"type": "file"},
        {"unheard-of": 1},
        {"nullable": True},
    ],
)
def test_what_two_judges_may_read_differently_is_left_to_the_slow_one(schema: Any) -> None:
    assert fast_validator({}, schema, is_30=True) is None
