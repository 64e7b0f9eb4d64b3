"""What a body holds where the document says something: one walk along the schema.

openapi-core says whether a body is valid. This says what else the clauses need: every enum value
met, documented or not; which properties are absent or undocumented; date-times and UUIDs by rules
stricter than a validator's. Pure functions of a schema and a parsed body. A few lines longer than a
file should be for one walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from harness.contract import Schema, escape, per_schema, per_value

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]"
    r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.[0-9]+)?"
    r"(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))"
)
_HEX = "[0-9a-fA-F]"
_UUID = re.compile(f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}")
_LEAP_SECOND = 60
_LEAP_YEAR = 2000
_MINUTES = 24 * 60


class Sighting(NamedTuple):
    """Something seen in a body, and where."""

    pointer: str
    """Indices as `*`, and so are the names of properties that no schema names."""
    exact: str
    value: Any = None
    documented: tuple[Any, ...] = ()
    """Enum values that the document has for this place."""
    format: str = ""
    """`date-time` or `uuid`."""

    @property
    def is_documented(self) -> bool:
        """Whether the value is one of the documented; `1`, `1.0` and `true` are three."""
        return any(type(v) is type(self.value) and v == self.value for v in self.documented)

    @property
    def indices(self) -> tuple[int, ...]:
        """Which array items it stands in, from the outermost array inwards."""
        pairs = zip(self.pointer.split("/"), self.exact.split("/"), strict=True)
        return tuple(int(exact) for star, exact in pairs if star == "*" and exact.isdigit())


@dataclass(slots=True)
class Inspection:
    """All that was seen, in the order of the document."""

    missing: list[Sighting] = field(default_factory=list)
    """Required properties that are absent. A null is there: it's of the wrong type."""
    enums: list[Sighting] = field(default_factory=list)
    """Every enum field met, with its value."""
    formats: list[Sighting] = field(default_factory=list)
    """Strings that are not what their `format` or `x-format` says."""
    undocumented: list[Sighting] = field(default_factory=list)
    """Properties that the document doesn't name, in objects whose properties it names."""

    @property
    def undocumented_values(self) -> list[Sighting]:
        """The enum fields whose value is not documented."""
        return [seen for seen in self.enums if not seen.is_documented]

    @property
    def deviations(self) -> int:
        """How far the body is from the schema, to choose among `oneOf` and `anyOf`."""
        return len(self.missing) + len(self.formats) + len(self.undocumented_values)

    def add(self, other: Inspection) -> None:
        """Take over what `other` saw."""
        self.missing += other.missing
        self.enums += other.enums
        self.formats += other.formats
        self.undocumented += other.undocumented

    def add_item(self, other: Inspection, place: _Place) -> None:
        """Take over what `other` saw of an array's item alone."""
        self.missing += map(place.below, other.missing)
        self.enums += map(place.below, other.enums)
        self.formats += map(place.below, other.formats)
        self.undocumented += map(place.below, other.undocumented)


class _Place(NamedTuple):
    pointer: str
    exact: str

    def property(self, name: str) -> _Place:
        part = escape(name)
        return _Place(f"{self.pointer}/{part}", f"{self.exact}/{part}")

    def unnamed(self, name: str) -> _Place:
        """A property that the schema does not name: its name is data, such as an address."""
        return _Place(f"{self.pointer}/*", f"{self.exact}/{escape(name)}")

    def item(self, index: int) -> _Place:
        return _Place(f"{self.pointer}/*", f"{self.exact}/{index}")

    def below(self, seen: Sighting) -> Sighting:
        """What was seen in something that stands here."""
        return Sighting(self.pointer + seen.pointer, self.exact + seen.exact, *seen[2:])


def inspect(schema: Schema | None, body: Any) -> Inspection:
    """Walk `body` along `schema`, which is resolved (`Operation.response_schema`).

    Wrong types are openapi-core's to tell: where the body has another shape, the walk ends. Of
    `oneOf` and `anyOf` the branch is taken that fits best.
    """
    seen = Inspection()
    if schema:
        _walk(schema, body, _Place("", ""), seen)
    return seen


def is_date_time(text: str) -> bool:
    """Whether `text` is a date-time of RFC 3339, section 5.6: any offset, any fraction, real days.

    A leap second is accepted where UTC can have one, year 0000 and lower-case `t` and `z` as well:
    the RFC allows them.
    """
    match = _DATE_TIME.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return False
    sign, hours, minutes = match.groups()[6:]
    offset = (int(hours) * 60 + int(minutes)) * (1 if sign == "+" else -1) if sign else 0
    return second < _LEAP_SECOND or (hour * 60 + minute - offset) % _MINUTES == _MINUTES - 1


def is_uuid(text: str) -> bool:
    """Whether `text` is a UUID of any version, in either case, with its four hyphens."""
    return _UUID.fullmatch(text) is not None


BRANCHES = ("allOf", "oneOf", "anyOf")
_FORMATS = {"date-time": is_date_time, "uuid": is_uuid}
_TELLING = frozenset({"enum", "format", "x-format", *BRANCHES})
_SCALARS = (str, int, float, type(None))


def _walk(
    schema: Schema, value: Any, place: _Place, seen: Inspection, *, part: bool = False
) -> None:
    """`part`: the schema is a branch, what it doesn't name another branch may."""
    if "enum" in schema:
        seen.enums.append(Sighting(*place, value, _values(schema)))
    match value:
        case str():
            _text(schema, value, place, seen)
        case dict():
            _object(schema, value, place, seen, None if part else _named(schema))
        case list():
            _array(schema, value, place, seen)
    if not _TELLING.isdisjoint(schema):
        for branch in _branches(schema, value, place):
            seen.add(branch)


def _array(schema: Schema, value: Sequence[Any], place: _Place, seen: Inspection) -> None:
    if items := schema.get("items"):
        for index, item in enumerate(value):
            seen.add_item(_seen(items, item), place.item(index))


@per_value
def _seen(schema: Schema, value: Any) -> Inspection:
    """One item of an array: lists show the same ones over and over."""
    return inspect(schema, value)


def _text(schema: Schema, value: str, place: _Place, seen: Inspection) -> None:
    for keyword in ("format", "x-format"):
        name = schema.get(keyword)
        check = _FORMATS.get(name) if isinstance(name, str) else None
        if check:
            if not check(value):
                seen.formats.append(Sighting(*place, value, format=str(name)))
            return


def _object(
    schema: Schema,
    value: Mapping[str, Any],
    place: _Place,
    seen: Inspection,
    named: set[str] | None,
) -> None:
    for name in schema.get("required", ()):
        if name not in value:
            seen.missing.append(Sighting(*place.property(name)))
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for name, child in value.items():
        inner = properties.get(name, others)
        if isinstance(inner, Mapping) and (not isinstance(child, _SCALARS) or _tells(inner)):
            there = place.property(name) if name in properties else place.unnamed(name)
            _walk(inner, child, there, seen)
        if named and name not in named:
            seen.undocumented.append(Sighting(*place.property(name)))


@per_schema
def _tells(schema: Schema) -> bool:
    """Whether `schema` says anything here about a scalar: most fields' say no more than a type."""
    return not _TELLING.isdisjoint(schema)


@per_schema
def _named(schema: Schema) -> set[str] | None:
    """The properties that `schema` and its branches name; None where others are documented too."""
    names = set(schema.get("properties", ()))
    if schema.get("additionalProperties") or "patternProperties" in schema:
        return None
    for branch in (b for keyword in BRANCHES for b in schema.get(keyword, ())):
        inner = _named(branch)
        if inner is None:
            return None
        names |= inner
    return names


def _branches(schema: Schema, value: Any, place: _Place) -> Iterator[Inspection]:
    for keyword in BRANCHES:
        found = []
        for branch in schema.get(keyword, ()):
            inner = Inspection()
            _walk(branch, value, place, inner, part=True)
            found.append(inner)
        if keyword == "allOf":
            yield from found
        elif found:
            yield min(found, key=lambda inspection: inspection.deviations)


@per_schema
def _values(schema: Schema) -> tuple[Any, ...]:
    kinds = schema.get("type")
    nullable = schema.get("nullable") is True or (isinstance(kinds, list) and "null" in kinds)
    values = tuple(schema["enum"])
    return (*values, None) if nullable and None not in values else values
