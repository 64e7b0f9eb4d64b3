"""A JSON Schema that accepts a *subset* of what an OpenAPI schema accepts, for jsonschema-rs.

What it accepts is good; what it doesn't accept may be good as well, and a slower judge decides. So
every doubt narrows: a keyword, a format or a value that the two judges could read differently makes
the schema accept nothing. Prior art of the naive way (hand the schema over as it is) accepted 186
of 5,000 bodies that the slow judge rejects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jsonschema_rs

from harness.contract import ContractError, Schema, resolve

NOTHING: dict[str, Any] = {"not": {}}
"""Accepts nothing; `false` is no schema in draft 4."""

ANNOTATIONS = frozenset(
    {
        "title", "description", "default", "example", "examples", "deprecated", "readOnly",
        "externalDocs", "xml", "$comment", "contentMediaType",
    }
)  # fmt: skip
VERBATIM = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
        "minItems", "maxItems", "minProperties", "maxProperties", "required",
    }
)  # fmt: skip
TYPES = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})

_DATE = "[1-9][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_HEX = "[0-9a-fA-F]"
FORMATS: Mapping[str, dict[str, Any]] = {
    "date-time": {"format": "date-time", "pattern": f"^{_DATE}T{_TIME}$"},
    "date": {"format": "date", "pattern": f"^{_DATE}$"},
    "uuid": {"pattern": f"^{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}$"},
    "int32": {"minimum": -(2**31), "maximum": 2**31 - 1},
    "int64": {"minimum": -(2**63), "maximum": 2**63 - 1},
    "float": {},
    "double": {},
    "password": {},
    "binary": {},
}


class FastValidator(Protocol):
    """What this module needs of a compiled jsonschema-rs schema."""

    def is_valid(self, instance: Any) -> bool:
        """Whether the schema accepts `instance`; may raise on what is no JSON value."""


def fast_validator(raw: Mapping[str, Any], schema: Schema, *, is_30: bool) -> FastValidator | None:
    """The narrowed `schema` of the document `raw`, compiled; None where it could accept nothing."""
    try:
        narrowed = narrow(resolve(raw, schema), is_30=is_30)
        if narrowed == NOTHING:
            return None
        # 1.0 is an integer to OpenAPI 3.1 and draft 2020-12, not to OpenAPI 3.0 and draft 4
        maker = jsonschema_rs.Draft4Validator if is_30 else jsonschema_rs.Draft202012Validator
        return maker(narrowed, validate_formats=True)
    except (ContractError, LookupError, TypeError, ValueError):
        return None


def surely_valid(fast: FastValidator, value: Any) -> bool:
    """Whether `fast` accepts `value`; False too where it can't tell (lone surrogates)."""
    try:
        return fast.is_valid(value)
    except Exception:  # whatever it is: the slow judge decides and explains
        return False


def narrow(schema: Any, *, is_30: bool) -> dict[str, Any]:
    """`schema`, resolved, as a schema that accepts no more than an OpenAPI reader does."""
    if schema is True and not is_30:
        return {}
    if not isinstance(schema, Mapping):
        return NOTHING
    parts: list[dict[str, Any]] = []
    for keyword, value in schema.items():
        part = _part(keyword, value, schema, is_30)
        if part == NOTHING:
            return NOTHING
        parts.append(part)
    return _joined(parts)


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """All of `parts`, flat where their keywords don't clash (format's bounds with the schema's)."""
    flat: dict[str, Any] = {}
    rest = []
    for part in parts:
        if flat.keys() & part.keys():
            rest.append(part)
        else:
            flat.update(part)
    return {**flat, "allOf": [*flat.get("allOf", ()), *rest]} if rest else flat


def _part(keyword: str, value: Any, schema: Schema, is_30: bool) -> dict[str, Any]:
    def inner(child: Any) -> dict[str, Any]:
        return narrow(child, is_30=is_30)

    if keyword in VERBATIM:
        return {keyword: value}
    if (
        keyword in ANNOTATIONS
        or keyword.startswith("x-")
        or (keyword, value) == ("nullable", False)
    ):
        return {}
    reader = READERS.get(keyword)
    return reader(value, schema, inner) if reader and _fits(keyword, is_30) else NOTHING


def _fits(keyword: str, is_30: bool) -> bool:
    return keyword != "nullable" or is_30


Inner = Callable[[Any], dict[str, Any]]


def _type(value: Any, schema: Schema, _inner: Inner) -> dict[str, Any]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not TYPES.issuperset(names):
        return NOTHING
    return {"type": [*names, "null"] if schema.get("nullable") is True else value}


def _nullable(_value: Any, schema: Schema, _inner: Inner) -> dict[str, Any]:
    return {} if "type" in schema else NOTHING


def _properties(value: Any, _schema: Schema, inner: Inner) -> dict[str, Any]:
    return {"properties": {name: inner(child) for name, child in value.items()}}


def _additional(value: Any, schema: Schema, inner: Inner) -> dict[str, Any]:
    beside: dict[str, Any] = {"properties": {}} if "properties" not in schema else {}
    return {**beside, "additionalProperties": value if isinstance(value, bool) else inner(value)}


def _items(value: Any, _schema: Schema, inner: Inner) -> dict[str, Any]:
    return {"items": inner(value)}


def _enum(value: Any, _schema: Schema, _inner: Inner) -> dict[str, Any]:
    # 1, 1.0 and true are told apart differently
    plain = all(item is None or isinstance(item, str) for item in value)
    return {"enum": list(value)} if plain and value else NOTHING


def _format(value: Any, _schema: Schema, _inner: Inner) -> dict[str, Any]:
    return FORMATS.get(value, NOTHING)


def _any_of(value: Any, schema: Schema, inner: Inner) -> dict[str, Any]:
    return NOTHING if "discriminator" in schema else {"anyOf": [inner(child) for child in value]}


def _all_of(value: Any, schema: Schema, inner: Inner) -> dict[str, Any]:
    return NOTHING if "discriminator" in schema else {"allOf": [inner(child) for child in value]}


READERS: Mapping[str, Callable[[Any, Schema, Inner], dict[str, Any]]] = {
    "type": _type,
    "nullable": _nullable,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "enum": _enum,
    "format": _format,
    "anyOf": _any_of,
    "allOf": _all_of,
}
