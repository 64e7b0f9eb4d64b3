"""What only depends on a schema, or on a value as well, is found out once.

Bodies meet the same few schemas thousands of times, and pages hold the same items again and again.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from harness.contract.types import Schema

Found = TypeVar("Found")
Reader = TypeVar("Reader")
MOST = 4096
"""So much is remembered of each: a document has some hundred schemas, a list thousands of items."""
_SAME_BYTES = 2
"""The last of marshal's formats that gives equal values the same bytes, whatever is shared."""


def per_schema(function: Callable[[Schema], Found]) -> Callable[[Schema], Found]:
    """Remember what `function` says of a schema, by its identity: schemas never change."""
    known: dict[int, tuple[Schema, Found]] = {}

    @wraps(function)
    def remembered(schema: Schema) -> Found:
        found = known.get(id(schema))
        if found is None:
            if len(known) >= MOST:
                known.clear()
            # The schema is kept with it, so that no other one gets its identity.
            found = known[id(schema)] = (schema, function(schema))
        return found[1]

    return remembered


def per_value(function: Callable[[Reader, Any], Found]) -> Callable[[Reader, Any], Found]:
    """Remember what `function` says of a JSON value; nobody may change its answer.

    Who reads the value, such as a schema, is told by its identity, and never changes either.

    Values are the same if they are so to JSON: `1`, `1.0` and `true` are three, and the order of
    properties counts.
    """
    known: dict[tuple[int, bytes], tuple[Reader, Found]] = {}

    @wraps(function)
    def remembered(reader: Reader, value: Any) -> Found:
        try:
            key = (id(reader), marshal.dumps(value, _SAME_BYTES))
        except ValueError:  # nested too deeply
            return function(reader, value)
        found = known.get(key)
        if found is None:
            if len(known) >= MOST:
                known.clear()
            # The reader is kept with it, so that no other one gets its identity.
            found = known[key] = (reader, function(reader, value))
        return found[1]

    return remembered
