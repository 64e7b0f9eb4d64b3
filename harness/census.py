"""Which fields bodies hold, how often and of which JSON types, documented or not.

What a body says is never kept, only where something stands and what type it has. Keys are names
where the document names properties; where it allows any, they may be somebody's data and are not
looked at. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.contract import Schema, escape, per_schema

NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,63}")
"""What a property may be called; other keys of undocumented objects stand for `{…}`."""
ANY_KEY = "{…}"
DEEPEST = 12
"""Levels of a body that are looked at."""
MOST = 500
"""Places that are kept of one kind of answer: a server that makes up keys fills no report."""
_BRANCHES = ("allOf", "oneOf", "anyOf")


@dataclass(slots=True)
class Field:
    """One place of a body."""

    documented: bool
    seen: int = 0
    """How many objects hold it."""
    types: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Census:
    """All places of the bodies counted so far. Pointers have indices as `*`."""

    fields: dict[str, Field] = field(default_factory=dict)
    objects: dict[str, int] = field(default_factory=dict)
    """Pointer -> how many objects stood there."""

    def take(self, schema: Schema | None, body: Any) -> None:
        """Count one body. `schema` is resolved; without one nothing counts as documented."""
        self._walk(schema or {}, body, "", documented=schema is not None, depth=0)

    def among(self, pointer: str) -> int:
        """How many objects could have held the field."""
        return self.objects.get(pointer.rpartition("/")[0], 0)

    def _walk(
        self, schema: Schema, value: Any, pointer: str, *, documented: bool, depth: int
    ) -> None:
        if depth > DEEPEST:
            return
        if isinstance(value, list):
            inner = _items(schema)
            for item in value:
                self._walk(inner, item, f"{pointer}/*", documented=documented, depth=depth + 1)
        elif isinstance(value, dict):
            self._object(schema, value, pointer, documented=documented, depth=depth)

    def _object(
        self,
        schema: Schema,
        value: Mapping[str, Any],
        pointer: str,
        *,
        documented: bool,
        depth: int,
    ) -> None:
        named = _properties(schema)
        if documented and (named is None or not named):
            return
        self.objects[pointer] = self.objects.get(pointer, 0) + 1
        for name, child in value.items():
            known = documented and bool(named) and name in (named or {})
            shown = name if known or NAME.fullmatch(name) else ANY_KEY
            place = f"{pointer}/{escape(shown)}"
            if place not in self.fields and len(self.fields) >= MOST:
                continue
            found = self.fields.setdefault(place, Field(known))
            found.seen += 1
            found.types.add(type_of(child))
            inner = (named or {}).get(name, {})
            self._walk(inner, child, place, documented=known, depth=depth + 1)


def type_of(value: Any) -> str:
    """The JSON type; numbers are one, whether whole or not."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


@per_schema
def _properties(schema: Schema) -> dict[str, Schema] | None:
    """Every property that a schema or its branches name; None where any other is documented too."""
    if schema.get("additionalProperties") or "patternProperties" in schema:
        return None
    found = dict(schema.get("properties", {}))
    for branch in _branches(schema):
        inner = _properties(branch)
        if inner is None:
            return None
        found = inner | found
    return found


def _items(schema: Schema) -> Schema:
    own: Schema | None = schema.get("items")
    if own:
        return own
    return next((items for branch in _branches(schema) if (items := _items(branch))), {})


def _branches(schema: Schema) -> Iterator[Schema]:
    for keyword in _BRANCHES:
        branches: Iterable[Schema] = schema.get(keyword, ())
        yield from branches
