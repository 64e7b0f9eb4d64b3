"""Which fields bodies hold, how often and of which JSON types, documented or not.

What a body says is never kept, only where something stands and what type it has. Keys are names
where the document names properties; where it allows any, they may be somebody's data and are not
looked at. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harness.contract import Schema, escape, per_schema, per_value

NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_.$-]{0,63}")
"""What a property may be called; other keys of undocumented objects stand for `{…}`."""
ANY_KEY = "{…}"
DEEPEST = 12
"""Levels of a body, and of each item of an array in it, that are looked at."""
MOST = 500
"""Places that are kept of one kind of answer: a server that makes up keys fills no report."""
_BRANCHES = ("allOf", "oneOf", "anyOf")
_UNDOCUMENTED: Schema = {}
"""Of what no schema speaks of; it is told from any other empty one by its identity."""
_ANYTHING: Schema = {}


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
        for step in _steps(_UNDOCUMENTED if schema is None else schema, body, "", 0):
            self._add(step)

    def add(self, other: Census) -> None:
        """Count what another one counted."""
        for place, times in other.objects.items():
            self._add(_Step(place, "", times=times))
        for place, one in other.fields.items():
            for kind in one.types:
                self._add(_Step(place, kind, one.documented, 0))
            if place in self.fields:
                self.fields[place].seen += one.seen

    def among(self, pointer: str) -> int:
        """How many objects could have held the field."""
        return self.objects.get(pointer.rpartition("/")[0], 0)

    def _add(self, step: _Step) -> None:
        if not step.type:
            self.objects[step.place] = self.objects.get(step.place, 0) + step.times
        elif step.place in self.fields or len(self.fields) < MOST:
            found = self.fields.setdefault(step.place, Field(step.documented))
            found.seen += step.times
            found.types.add(step.type)


class _Step(NamedTuple):
    """An object met, or one of its properties."""

    place: str
    type: str
    """Empty for the object itself."""
    documented: bool = True
    times: int = 1


def _steps(
    schema: Schema, value: Any, pointer: str, depth: int, *, within: bool = False
) -> Iterator[_Step]:
    """`within`: an item of an array, whose own items are no longer counted by their kind."""
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        yield from _object(schema, value, pointer, depth, within=within)
    elif isinstance(value, list):
        inner, place = _items(schema), f"{pointer}/*"
        if within:
            for item in value:
                yield from _steps(inner, item, place, depth + 1, within=True)
            return
        for steps, times in Counter(_item(inner, item) for item in value).items():
            for step in steps:
                yield _Step(place + step.place, step.type, step.documented, times)


@per_value
def _item(schema: Schema, value: Any) -> tuple[_Step, ...]:
    """One item of an array: lists show the same ones over and over, and few kinds of them."""
    return tuple(_steps(schema, value, "", 0, within=True))


def _object(
    schema: Schema, value: Mapping[str, Any], pointer: str, depth: int, *, within: bool
) -> Iterator[_Step]:
    named, documented = _properties(schema) or {}, schema is not _UNDOCUMENTED
    if documented and not named:
        return
    yield _Step(pointer, "")
    for name, child in value.items():
        known = name in named
        shown = name if known or NAME.fullmatch(name) else ANY_KEY
        place = f"{pointer}/{escape(shown)}"
        yield _Step(place, type_of(child), known)
        inner = named.get(name, _UNDOCUMENTED)
        yield from _steps(inner, child, place, depth + 1, within=within)


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
    if own or schema is _UNDOCUMENTED:
        return own or schema
    return next((items for branch in _branches(schema) if (items := _items(branch))), _ANYTHING)


def _branches(schema: Schema) -> Iterator[Schema]:
    for keyword in _BRANCHES:
        branches: Iterable[Schema] = schema.get(keyword, ())
        yield from branches
