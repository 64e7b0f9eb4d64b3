"""Keys that stand in an object of an answer more than once, with values that differ.

Readers disagree on which of them counts: the first, the last, or none of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from harness.contract import Operation, Schema, escape
from harness.evidence.pages import Text
from harness.inspection import BRANCHES, Sighting
from harness.model import Body


class Members(tuple[tuple[str, Any], ...]):
    """An object as its members in order, repeated keys included."""

    __slots__ = ()


def repeated(
    operation: Operation, status: int, body: Body, known: frozenset[str] = frozenset()
) -> tuple[Sighting, ...]:
    """Every such key, with two of its values; none where the body is no JSON.

    Keys that the document does not name for `status` are data, and `*`; `known`: those that may be
    told all the same at the top of a body that it says nothing of.
    """
    text = Text(body)
    return _repeated(operation, status, text, known) if _has_repeated_keys(text) else ()


@lru_cache(maxsize=4096)
def _has_repeated_keys(text: Text) -> bool:
    found = False

    def pairs(members: list[tuple[str, Any]]) -> None:
        nonlocal found
        found = found or len({name for name, _ in members}) < len(members)

    try:
        json.loads(text.body.read(), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return False
    return found


@lru_cache(maxsize=1024)
def _repeated(
    operation: Operation, status: int, text: Text, known: frozenset[str]
) -> tuple[Sighting, ...]:
    schema = operation.response_schema(status)
    top: Schema = {"properties": {name: {} for name in known}} if schema is None else schema
    walk = _Walk()
    try:
        value = json.loads(text.body.read(), object_pairs_hook=Members)
        walk.identity(value, [*_with_branches([top])], _Place())
    except RecursionError:
        return ()
    return tuple(walk.found)


class _Place(NamedTuple):
    pointer: str = ""
    exact: str = ""

    def below(self, part: str, shown: str) -> _Place:
        return _Place(f"{self.pointer}/{shown}", f"{self.exact}/{part}")


@dataclass
class _Walk:
    """Gives each value a number that equal values share, so that comparing costs nothing."""

    found: list[Sighting] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict)

    def identity(self, value: Any, schemas: Sequence[Schema], place: _Place) -> int:
        """The number of `value`, after noting down what is contradictory within."""
        if isinstance(value, Members):
            return self._object(value, schemas, place)
        if isinstance(value, list):
            items = [*_with_branches([s["items"] for s in schemas if "items" in s])]
            parts = tuple(
                self.identity(item, items, place.below(str(index), "*"))
                for index, item in enumerate(value)
            )
            return self._number("array", parts)
        return self._scalar(value)

    def _object(self, value: Members, schemas: Sequence[Schema], place: _Place) -> int:
        given: dict[str, dict[int, Any]] = {}
        for name, child in value:
            inner = [s["properties"][name] for s in schemas if name in s.get("properties", ())]
            there = place.below(escape(name), escape(name) if inner else "*")
            number = self.identity(child, [*_with_branches(inner)], there)
            values = given.setdefault(name, {})
            if len(values) == 1 and number not in values:
                self.found.append(Sighting(*there, (*values.values(), child)))
            values.setdefault(number, child)
        members = ((name, number) for name, values in given.items() for number in values)
        return self._number("object", frozenset(members))

    def _scalar(self, value: Any) -> int:
        if value is True or value is False or value is None:
            return self._number("word", str(value))
        if isinstance(value, int | float):
            # 1 and 1.0 are one number in JSON; what is no number is not even itself.
            return self._number("number", value if value == value else "NaN")  # noqa: PLR0124
        return self._number("text", value)

    def _number(self, kind: str, value: Hashable) -> int:
        return self._numbers.setdefault((kind, value), len(self._numbers))


def _with_branches(schemas: Sequence[Schema]) -> Iterator[Schema]:
    for schema in schemas:
        yield schema
        for keyword in BRANCHES:
            yield from _with_branches(schema.get(keyword, ()))
