"""Sends by what is unusual about their bodies."""

from __future__ import annotations

from collections.abc import Iterator

from harness.evidence.sending import has_spent_key
from harness.evidence.sends import Sent
from harness.evidence.view import Evidence
from harness.model import Cell, Exchange
from harness.wire import kinds

Places = tuple[frozenset[str], bool]


def forbidden(evidence: Evidence, wanted: set[str]) -> Iterator[Sent]:
    """Sends to the right place whose body has one of the wanted kinds at a required property."""
    for sent in _written(evidence):
        reading = evidence.reading(sent.exchange)
        if any(f.cell.kind in wanted and "/" in f.cell.place for f in reading.forbidden):
            yield sent


def _written(evidence: Evidence) -> Iterator[Sent]:
    return (
        s
        for s in evidence.sends
        if "{write}" in s.exchange.case.path and not has_spent_key(evidence, s)
    )


_ILL_TYPED = frozenset(
    {kinds.NULL, kinds.WRONG_TYPE, kinds.NOT_AN_INTEGER, kinds.UNDOCUMENTED_VALUE, kinds.EMPTY}
)


def ill_typed(evidence: Evidence) -> Iterator[tuple[Sent, bool]]:
    """Sends of readable objects with values that their schema forbids; whether all are obvious."""
    for sent in _written(evidence):
        found = evidence.reading(sent.exchange).forbidden
        values = [f for f in found if f.cell.kind in _ILL_TYPED and "/" in f.cell.place]
        if values and len(values) == len(found):
            yield sent, all(f.obvious for f in values)


def malformed(evidence: Evidence) -> Iterator[tuple[Sent, bool]]:
    """Sends whose body as a whole is not what the contract asks for; whether it may be read."""
    for sent in _written(evidence):
        reading = evidence.reading(sent.exchange)
        whole = [f for f in reading.forbidden if f.cell.place == "body"]
        other_case = any(c.kind == kinds.OTHER_CASE for c in reading.cells)
        if whole or other_case:
            yield sent, all(f.obvious for f in whole)


TEXTS: Places = (
    frozenset(
        {
            kinds.EMPTY,
            kinds.NUL,
            kinds.CONTROL,
            kinds.SURROGATE,
            kinds.EMOJI,
            kinds.QUOTE,
            kinds.RIGHT_TO_LEFT,
            kinds.TEMPLATE,
            kinds.SQL,
            kinds.VERY_LONG,
        }
    ),
    False,
)


NUMBERS: Places = (
    frozenset(
        {
            kinds.ZERO,
            kinds.NEGATIVE,
            kinds.UNKNOWN_ID,
            kinds.BEYOND_32_BITS,
            kinds.BEYOND_64_BITS,
            kinds.FLOAT_NOTATION,
        }
    ),
    False,
)


LENGTHS: Places = (
    frozenset({kinds.MISSING, kinds.EMPTY, kinds.TOO_MANY, kinds.DUPLICATE}),
    True,
)


def touching(evidence: Evidence, places: Places) -> Iterator[Exchange]:
    """Sends with exactly one unusual place in the body, of one of the kinds.

    The second member of `places` asks for arrays as a whole, otherwise for what stands in them
    and for plain properties.
    """
    wanted, arrays = places
    schema = evidence.operation.body_schema or {}
    for sent in evidence.sends:
        exchange = sent.exchange
        cells = evidence.reading(exchange).cells
        unusual = _outermost([c for c in cells if not c.kind.startswith(kinds.VALID_VALUE)])
        if not unusual or len({c.place for c in unusual}) != 1:
            continue
        cell = unusual[0]
        if cell.kind not in wanted or not cell.place.startswith("body /"):
            continue
        name = cell.place.removeprefix("body /")
        is_array = schema.get("properties", {}).get(name, {}).get("type") == "array"
        if is_array == arrays:
            yield exchange


def repeats(evidence: Evidence) -> Iterator[Exchange]:
    """Sends with a repeat key that was used before, and the first ones."""
    for exchange in evidence.ordinary:
        if exchange.case.role.startswith("repeat|"):
            yield exchange


def _outermost(cells: list[Cell]) -> list[Cell]:
    """Without what stands in an array that is unusual as a whole."""
    arrays = [c.place for c in cells]
    return [c for c in cells if not any(c.place.startswith(f"{place}/*") for place in arrays)]
