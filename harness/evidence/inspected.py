"""What is kept of the inspection of a body: its fields, enums and formats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from harness.contract import Operation
from harness.evidence.pages import MISSING, Text, parse
from harness.inspection import Sighting, inspect
from harness.model import Exchange


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is kept of the inspection of one body: little of a good one."""

    missing: tuple[Sighting, ...]
    undocumented: tuple[Sighting, ...]
    """Texts at an enum's place that the enum does not name."""
    formats: tuple[Sighting, ...]
    enums: frozenset[tuple[str, str, tuple[str, ...]]]
    """(pointer, value, documented values) of every text at an enum's place."""


def _is_text(value: object) -> bool:
    return isinstance(value, str)


Inspections = dict[tuple[str, int, str], Inspected | None]
"""By operation, status and body."""


def inspected(operation: Operation, exchange: Exchange) -> Inspected | None:
    """None where the answer is no JSON, or none that is documented."""
    assert exchange.response is not None
    return _inspected(operation, exchange.status, Text(exchange.response.body))


@lru_cache(maxsize=1024)
def _inspected(operation: Operation, status: int, text: Text) -> Inspected | None:
    """Runs of one process meet the same answers: the proof makes thousands."""
    schema, value = operation.response_schema(status), parse(text.body)
    if schema is None or value is MISSING:
        return None
    seen = inspect(schema, value)
    strings = {(s.pointer, s.value, s.documented) for s in seen.enums if _is_text(s.value)}
    return Inspected(
        tuple(seen.missing),
        tuple(s for s in seen.undocumented_values if _is_text(s.value)),
        tuple(seen.formats),
        frozenset(strings),
    )
