"""One answer of a listing, read through `x-pagination`, without what no clause compares."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from harness.contract import Operation, per_value
from harness.model import Body, Exchange
from harness.wire.plain import UUID

MISSING: Final = object()


def at(value: Any, pointer: str) -> Any:
    """The value that a JSON pointer names, `MISSING` if there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            value = value[key]
        else:
            return MISSING
    return value


def parse(body: Body) -> Any:
    """The JSON value of a body, `MISSING` where it is none."""
    return _parse(Text(body))


class Text:
    """A body as a cache key: bodies with the same bytes are read once."""

    def __init__(self, body: Body) -> None:
        self.body = body

    def __hash__(self) -> int:
        return hash(self.body.sha256)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Text) and self.body.sha256 == other.body.sha256


@lru_cache(maxsize=16)
def _parse(text: Text) -> Any:
    try:
        return json.loads(text.body.read())
    except (ValueError, RecursionError):
        return MISSING


def is_json(body: Body) -> bool:
    """Whether a body is JSON."""
    return _is_json(Text(body))


@lru_cache(maxsize=4096)
def _is_json(text: Text) -> bool:
    return _parse(text) is not MISSING


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a listing: who it is, and what of it must not move between two answers."""

    key: str
    """The first identity, lower case: two items are the same if this is."""
    ids: tuple[str, ...]
    stable: tuple[Any, ...]
    fields: tuple[tuple[str, Any], ...]
    """Pointer -> value of every field that a filter looks at."""
    scope: Any


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing as the server says it is."""

    items: tuple[Item, ...]
    keys: tuple[str, ...]
    """Who is on the page, in order."""
    is_list: bool
    total: Any
    pages: Any
    echo_page: Any
    echo_size: Any


def page_of(operation: Operation, exchange: Exchange) -> Page | None:
    """The page in an answer; None unless it is a whole 2xx answer with a JSON object."""
    response = exchange.response
    if not response or exchange.failure or not 200 <= response.status < 300:
        return None
    return _page(operation, Text(response.body))


@lru_cache(maxsize=4096)
def _page(operation: Operation, text: Text) -> Page | None:
    pagination = operation.pagination
    value = parse(text.body)
    if not isinstance(value, dict) or pagination is None:
        return None
    items = at(value, pagination.items)
    readable = items if isinstance(items, list) else []
    read = tuple(_item(operation, item) for item in readable if isinstance(item, dict))
    return Page(
        items=read,
        keys=tuple(item.key for item in read),
        is_list=isinstance(items, list),
        total=_scalar(at(value, pagination.total)),
        pages=_scalar(at(value, pagination.pages)) if pagination.pages else None,
        echo_page=_scalar(at(value, pagination.echo_page)) if pagination.echo_page else None,
        echo_size=_scalar(at(value, pagination.echo_size)) if pagination.echo_size else None,
    )


def _scalar(value: Any) -> Any:
    return None if value is MISSING else value


@per_value
def _item(operation: Operation, item: Any) -> Item:
    """Lists show the same items over and over."""
    pagination = operation.pagination
    assert pagination is not None
    ids = tuple(_text(item.get(name)) for name in pagination.identity)
    return Item(
        key=ids[0] if ids else "",
        ids=ids,
        stable=tuple(_comparable(item.get(name)) for name in pagination.stable),
        fields=tuple((f.field, at(item, f.field)) for f in operation.filters.values()),
        scope=at(item, pagination.scope_field) if pagination.scope_field else MISSING,
    )


def key_of(operation: Operation, item: Mapping[str, Any]) -> str:
    """What makes an item the same as another: its first identity."""
    pagination = operation.pagination
    assert pagination is not None
    return _text(item.get(pagination.identity[0])) if pagination.identity else ""


def keys_in(operation: Operation, body: Body) -> tuple[str, ...]:
    """The key of whatever stands in the list of a page, by its index; empty for what is no item."""
    return _keys_in(operation, Text(body))


@lru_cache(maxsize=4096)
def _keys_in(operation: Operation, text: Text) -> tuple[str, ...]:
    assert operation.pagination is not None
    items = at(_parse(text), operation.pagination.items)
    found = items if isinstance(items, list) else []
    return tuple(key_of(operation, one) if isinstance(one, dict) else "" for one in found)


def _text(value: Any) -> str:
    return value.lower() if isinstance(value, str) else json.dumps(value)


def _comparable(value: Any) -> Any:
    """A value so that equal ones compare equal: instants in seconds, ids without their case."""
    if not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    try:
        return datetime.fromisoformat(value.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return value.lower()


def same_stable(one: Item, other: Item) -> bool:
    """Whether what must not move did not move; instants may differ by less than a second."""
    return all(
        abs(a - b) < 1.0 if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one.stable, other.stable, strict=True)
    )


def scope_of(operation: Operation, exchange: Exchange) -> str:
    """The id of the resource that a request asked for, as it went over the wire."""
    prefix, _, suffix = operation.path.partition("{")
    suffix = suffix.partition("}")[2]
    path = exchange.request.target.partition("?")[0]
    start = path.find(prefix)
    if start < 0 or not path.endswith(suffix):
        return ""
    return path[start + len(prefix) : len(path) - len(suffix)]


def is_foreign(item: Item, asked: str) -> bool:
    """Whether an item says that it belongs to another resource than the one asked for.

    What is no id at all is the format's business, not another resource's.
    """
    if not isinstance(item.scope, str) or item.scope.lower() == asked.lower():
        return False
    return bool(UUID.fullmatch(item.scope)) or not UUID.fullmatch(asked)
