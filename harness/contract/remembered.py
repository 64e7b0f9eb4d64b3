"""What only depends on a schema is found out once: bodies meet the same few thousands of times."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from harness.contract.types import Schema

Found = TypeVar("Found")
MOST = 4096
"""Schemas remembered; a document has some hundred, a property test makes up any number."""


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
