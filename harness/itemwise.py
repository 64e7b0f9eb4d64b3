"""jsonschema's `items`, for lists that show the same items again and again.

A page with one bad item is judged in the time of that item and not of all thirty, and what a list
shows on every page is judged once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from harness.contract import Schema, per_value
from harness.narrowing import FastValidator, surely_valid

Fast = Callable[[Schema], FastValidator | None]
"""Gives what accepts a subset of what a schema accepts; None where that is nothing."""


class _Judge(NamedTuple):
    """One schema of items, which is kept so that no other one gets its identity."""

    schema: Schema
    accepts: FastValidator | None
    errors: Callable[[Schema, Any], tuple[ValidationError, ...]]


def itemwise(validator: type[Any], fast: Fast) -> type[Any]:
    """A class of jsonschema's validators that gives the errors of `validator`, in their order.

    Of two equal items the errors share their `context`, whose `parent` is not to be relied on.
    """
    own = validator.VALIDATORS["items"]
    judges: dict[int, _Judge] = {}

    def items(asked: Any, schema: Any, value: Any, around: Schema) -> Iterator[ValidationError]:
        plain = isinstance(schema, Mapping) and "prefixItems" not in around
        if not (plain and asked.is_type(value, "array")):
            yield from own(asked, schema, value, around) or ()
            return
        judge = judges.get(id(schema))
        if judge is None:
            judge = judges[id(schema)] = _Judge(schema, fast(schema), _errors(asked))
        for index, item in enumerate(value):
            if judge.accepts is None or not surely_valid(judge.accepts, item):
                for error in judge.errors(schema, item):
                    copy = ValidationError.create_from(error)
                    copy.path.appendleft(index)
                    yield copy

    made: type[Any] = extend(validator, {"items": items})
    return made


def _errors(asked: Any) -> Callable[[Schema, Any], tuple[ValidationError, ...]]:
    @per_value
    def errors(schema: Schema, item: Any) -> tuple[ValidationError, ...]:
        return tuple(asked.descend(item, schema))

    return errors
