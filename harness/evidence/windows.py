"""What a listing request asks for, where it asks for it validly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.contract import Operation
from harness.evidence.pages import MISSING, Item
from harness.wire.draft import decode

UNFILTERED = "unfiltered"
"""Label of the whole list."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a listing request asks for, where it asks for it validly."""

    filters: tuple[tuple[str, tuple[str, ...]], ...]
    page: int | None
    size: int | None

    def matches(self, operation: Operation, item: Item) -> bool:
        """Whether an item is what the filters ask for."""
        fields = dict(item.fields)
        return all(
            any(_equals(fields.get(operation.filters[name].field), value) for value in values)
            for name, values in self.filters
        )

    def certainly_matches(self, operation: Operation, item: Item) -> bool:
        """As `matches`, but an item that lacks a field which is asked for does not."""
        fields = dict(item.fields)
        asked = (operation.filters[name].field for name, _ in self.filters)
        return self.matches(operation, item) and all(fields[f] is not MISSING for f in asked)

    @property
    def label(self) -> str:
        """The filter setting as it reads in a query, `unfiltered` without one."""
        pairs = [f"{name}={value}" for name, values in self.filters for value in values]
        return "&".join(pairs) or UNFILTERED


def _equals(value: Any, asked: str) -> bool:
    """A value that is missing or of the wrong type is another clause's to find."""
    if asked in {"true", "false"} and not isinstance(value, str):
        return value is MISSING or asked == ("true" if value else "false")
    if isinstance(value, str):
        return value.lower() == asked.lower()
    return value is MISSING or json.dumps(value) == asked


def is_documented(operation: Operation, name: str, item: Item) -> bool:
    """Whether an item's field that a filter looks at has one of the filter's values."""
    value = dict(item.fields).get(operation.filters[name].field)
    documented = documented_values(operation, name)
    return not documented or any(value is not MISSING and _equals(value, one) for one in documented)


@lru_cache(maxsize=8192)
def window_of(operation: Operation, query: str) -> Window | None:
    """The window that a raw query asks for; None if anything about it is not documented."""
    pagination = operation.pagination
    assert pagination is not None
    values: dict[str, list[str]] = {}
    for part in query.split("&") if query else ():
        name, _, raw = part.partition("=")
        values.setdefault(decode(name), []).append(decode(raw))
    page = _integer(values.pop(pagination.page, None), 1, 2**31 - 1)
    size = _integer(
        values.pop(pagination.size, None), pagination.minimum_size, pagination.maximum_size
    )
    filters = _filters(operation, values)
    if page is MISSING or size is MISSING or filters is None:
        return None
    return Window(filters, page, size)


def _integer(values: list[str] | None, minimum: int, maximum: int) -> Any:
    if values is None:
        return None
    if len(values) != 1 or not values[0].isdecimal() or not values[0].isascii():
        return MISSING
    value = int(values[0][:12])
    return value if minimum <= value <= maximum else MISSING


def _filters(
    operation: Operation, values: dict[str, list[str]]
) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    filters = []
    for name, asked in sorted(values.items()):
        parameter = next((p for p in operation.query_parameters if p.name == name), None)
        if parameter is None or name not in operation.filters:
            return None
        documented = documented_values(operation, name)
        union = operation.filters[name].combine == "any"
        if not set(asked) <= set(documented) or (len(asked) > 1 and not union):
            return None
        filters.append((name, tuple(sorted(set(asked)))))
    return tuple(filters)


def documented_values(operation: Operation, parameter: str) -> tuple[str, ...]:
    """The values that the contract names for a filter."""
    schema = next(p for p in operation.query_parameters if p.name == parameter).item_schema
    if schema.get("type") == "boolean":
        return ("true", "false")
    return tuple(str(value) for value in schema.get("enum", ()))
