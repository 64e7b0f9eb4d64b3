"""What the contract forbids about a request, place by place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from harness.contract import Parameter
from harness.model import Cell
from harness.wire import kinds
from harness.wire.draft import ABSENT, JSON, Draft


class Forbidden(NamedTuple):
    """One thing about a request that the contract forbids."""

    cell: Cell
    obvious: bool
    """Whether the server could mean well by reading it (contract.md, *send.forbidden*)."""


def whole_body_cells(draft: Draft) -> Iterator[Cell]:
    """What is unusual about a body as a whole."""
    body = draft.body()
    if not body:
        yield Cell("body", kinds.EMPTY)
    elif draft.media != JSON:
        yield Cell("body", kinds.MEDIA_TYPE)
    elif draft.json is ABSENT:
        yield Cell("body", _unreadable(body))
    elif draft.json is None:
        yield Cell("body", kinds.NULL)
    elif not isinstance(draft.json, dict):
        yield Cell("body", kinds.WRONG_TYPE)
    if draft.duplicate_keys:
        yield Cell("body", kinds.DUPLICATE)


def _unreadable(body: bytes) -> str:
    """The encoding is what is wrong only if there is JSON in it, whoever decodes it."""
    text = body.decode(json.detect_encoding(body), "replace")
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return kinds.TRAILING if _starts_with_json(text) else kinds.MALFORMED
    return kinds.NOT_UTF8


def _starts_with_json(text: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return False
    return True


def in_another_case(name: str, body: Mapping[str, Any]) -> bool:
    """Whether a property is there under a name of other capitals."""
    return any(key != name and key.lower() == name.lower() for key in body)


def forbidden(draft: Draft) -> Iterator[Forbidden]:
    """Everything about a request that the contract forbids."""
    for parameter in draft.operation.query_parameters:
        yield from _forbidden_query(parameter, draft)
    schema = draft.operation.body_schema
    if schema is None:
        return
    for cell in whole_body_cells(draft):
        obvious = cell.kind in {kinds.MEDIA_TYPE, kinds.NOT_UTF8, kinds.TRAILING, kinds.DUPLICATE}
        yield Forbidden(cell, obvious)
    if isinstance(draft.json, dict):
        for found in forbidden_values("body ", "", schema, draft.json, required=True):
            name = found.cell.place.removeprefix("body /")
            if found.cell.kind != kinds.MISSING or not in_another_case(name, draft.json):
                yield found


_ALLOWED_IN_A_QUERY = {
    "string": lambda value, schema: not schema.get("enum") or value in schema["enum"],
    "boolean": lambda value, schema: value in {"true", "false"},
}


def _forbidden_query(parameter: Parameter, draft: Draft) -> Iterator[Forbidden]:
    values = draft.values(parameter.name)
    pagination = draft.operation.pagination
    schema = parameter.item_schema
    if pagination and parameter.name == pagination.page:
        schema = {**schema, "minimum": 1}
    for value in values:
        for kind in kinds.parameter_kinds(schema, value):
            if not _allowed_in_a_query(schema, value):
                yield Forbidden(Cell(parameter.place, kind), obvious=False)
    if len(values) > 1 and parameter.schema.get("type") != "array":
        yield Forbidden(Cell(parameter.place, kinds.DUPLICATE), obvious=True)


def _allowed_in_a_query(schema: Mapping[str, Any], value: str) -> bool:
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        if not re.fullmatch(r"-?\d{1,400}", value, re.ASCII):
            return False
        number = int(value)
        return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
    check = _ALLOWED_IN_A_QUERY.get(str(kind))
    return check is None or bool(check(value, schema))


_OBVIOUS: Mapping[str, Any] = {
    "boolean": lambda v: v in ("true", "false", 0, 1),
    "integer": lambda v: isinstance(v, str) and re.fullmatch(r"[+-]?\d+", v, re.ASCII),
    "number": lambda v: isinstance(v, str) and re.fullmatch(r"[+-]?\d+(\.\d+)?", v, re.ASCII),
    "string": lambda v: isinstance(v, bool | int | float),
}


def forbidden_values(
    prefix: str, pointer: str, schema: Mapping[str, Any], value: Any, *, required: bool
) -> Iterator[Forbidden]:
    """Everything in a JSON value that its schema forbids, with its cell."""
    place = f"{prefix}{pointer}".strip()
    kind = str(schema.get("type", ""))
    if value is None:
        if not schema.get("nullable"):
            yield Forbidden(Cell(place, kinds.NULL), obvious=not required)
    elif not kinds.has_type(kind or None, value):
        obvious = _OBVIOUS.get(kind)
        cell = Cell(place, kinds.wrong_type(schema, value))
        yield Forbidden(cell, bool(obvious and obvious(value)))
    elif isinstance(value, dict):
        yield from _forbidden_members(prefix, pointer, schema, value)
    elif isinstance(value, list):
        yield from _forbidden_items(prefix, pointer, schema, value)
    elif "enum" in schema and value not in schema["enum"]:
        kind = kinds.EMPTY if value == "" else kinds.UNDOCUMENTED_VALUE
        yield Forbidden(Cell(place, kind), obvious=False)


def _forbidden_items(
    prefix: str, pointer: str, schema: Mapping[str, Any], value: list[Any]
) -> Iterator[Forbidden]:
    items = schema.get("items", {})
    for item in value:
        yield from forbidden_values(prefix, f"{pointer}/*", items, item, required=False)


def _forbidden_members(
    prefix: str, pointer: str, schema: Mapping[str, Any], value: dict[str, Any]
) -> Iterator[Forbidden]:
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        if name in value:
            yield from forbidden_values(
                prefix, f"{pointer}/{name}", member, value[name], required=name in required
            )
        elif name in required:
            yield Forbidden(Cell(f"{prefix}{pointer}/{name}", kinds.MISSING), obvious=False)
