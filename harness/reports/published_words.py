"""The words that the contract itself publishes, and where it publishes enums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from harness.contract import Contract, Schema
from harness.reports.own_words import CONTAINERS, KEYS
from harness.reports.own_words import words as words_of

_COMBINED = ("allOf", "anyOf", "oneOf")


class PublishedWords:
    """Names and enum values of a contract: nobody's secret."""

    def __init__(self, contract: Contract) -> None:
        """Collect them once; `contract` is not kept."""
        self._operations = {operation.id: operation for operation in contract.operations}
        self.enums: frozenset[str] = frozenset(_enums(contract.raw))
        """Every documented enum value that is a text."""
        names = {*self.enums, *_names(contract.raw)}
        self.words: frozenset[str] = frozenset(
            {*names, *(word for name in names for word in words_of(name.replace("_", " ")))}
        )
        """Enum values, names of properties and parameters, and the words in them."""
        self.media: frozenset[str] = frozenset(
            media.lower() for o in contract.operations for r in o.responses.values() for media in r
        )
        """Media types of responses."""
        self.keys: frozenset[str] = self.words.union(contract.error_required, KEYS, CONTAINERS)
        """What keys of an answer may be shown: documented, or what any error has."""
        self.enum_places = cache(self._enum_places)

    def _enum_places(self, operation: str, status: int) -> frozenset[tuple[str, ...]]:
        """Where in the answer an enum stands: segments of pointers, `*` for every index."""
        known = self._operations.get(operation)
        schema = known.response_schema(status) if known else None
        return frozenset(_places(schema, ())) if schema else frozenset()


def _places(schema: Schema, place: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if "enum" in schema:
        yield place
    for name, child in (schema.get("properties") or {}).items():
        yield from _places(child, (*place, name))
    if isinstance(schema.get("items"), Mapping):
        yield from _places(schema["items"], (*place, "*"))
    for keyword in _COMBINED:
        for child in schema.get(keyword) or ():
            yield from _places(child, place)


def _enums(node: Any) -> Iterator[str]:
    for mapping in _mappings(node):
        values = mapping.get("enum")
        if isinstance(values, list):
            yield from (value for value in values if isinstance(value, str))


def _names(node: Any) -> Iterator[str]:
    for mapping in _mappings(node):
        properties = mapping.get("properties")
        if isinstance(properties, Mapping):
            yield from map(str, properties)
        if "in" in mapping and isinstance(mapping.get("name"), str):
            yield mapping["name"]


def _mappings(node: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in the document, at any depth."""
    if isinstance(node, Mapping):
        yield node
        for child in node.values():
            yield from _mappings(child)
    elif isinstance(node, list):
        for child in node:
            yield from _mappings(child)
