"""Deviations within a body, by the place they stand at and by the items that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness import told
from harness.evidence.answers import MEMBERS, media_type
from harness.evidence.inspected import Inspected
from harness.evidence.pages import is_json, keys_in
from harness.evidence.repeated import Members, repeated
from harness.evidence.view import Evidence
from harness.inspection import Sighting
from harness.model import Exchange
from harness.schemaerrors import SchemaError


def unparsable(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether an answer whose body is documented, and said to be JSON, is none."""
    if exchange.response is None or exchange.failure or exchange.case.method == "HEAD":
        return False
    documented = evidence.operation.response_schema(exchange.status) is not None
    if not documented or not evidence.reading(exchange).documented_method:
        return False
    says_json = "json" in media_type(exchange) or not media_type(exchange)
    return says_json and not is_json(exchange.response.body)


def contradictory(evidence: Evidence, exchange: Exchange) -> Iterator[tuple[str, str, list[str]]]:
    """(place, what it holds, carriers) of each key of a JSON answer that has two values."""
    response = exchange.response
    if response is None or exchange.failure or "json" not in (media_type(exchange) or "json"):
        return
    if exchange.case.method == "HEAD" or not evidence.reading(exchange).documented_method:
        return
    known = MEMBERS.union(evidence.contract.error_required)
    found = repeated(evidence.operation, exchange.status, response.body, known)
    kind: told.Kind = "text" if exchange.status < 400 else "error"
    for place, carriers in group(evidence, exchange, found):
        pair = next(one.value for one in found if one.pointer == place)
        said = (told.value(dict(v) if isinstance(v, Members) else v, kind) for v in pair)
        yield place, " and ".join(said), carriers


def carrier(evidence: Evidence, exchange: Exchange, exact: str) -> str:
    """The identity of the item that an exact pointer leads into, empty outside of items."""
    pagination = evidence.operation.pagination
    if pagination is None or not exact.startswith(f"{pagination.items}/"):
        return ""
    index = exact[len(pagination.items) + 1 :].partition("/")[0]
    assert exchange.response is not None
    keys = keys_in(evidence.operation, exchange.response.body)
    return keys[int(index)] if index.isdigit() and int(index) < len(keys) else ""


def group(
    evidence: Evidence, exchange: Exchange, found: Iterable[Sighting]
) -> Iterator[tuple[str, list[str]]]:
    """Each starred place once, with the items that carry it."""
    places: dict[str, list[str]] = {}
    for one in found:
        places.setdefault(one.pointer, []).append(carrier(evidence, exchange, one.exact))
    for place, carriers in places.items():
        yield place, [c for c in carriers if c]


def undocumented(
    evidence: Evidence, exchange: Exchange, inspection: Inspected
) -> Iterator[tuple[str, str, tuple[Any, ...], list[str]]]:
    """(place, value, documented values, carriers) of each undocumented text at an enum."""
    found: dict[tuple[str, str], tuple[tuple[Any, ...], list[str]]] = {}
    for seen in inspection.undocumented:
        key = (seen.pointer, str(seen.value))
        _, carriers = found.setdefault(key, (seen.documented, []))
        carriers.append(carrier(evidence, exchange, seen.exact))
    for (place, value), (values, carriers) in found.items():
        yield place, value, values, [c for c in carriers if c]


def errors(evidence: Evidence, exchange: Exchange) -> Iterator[tuple[SchemaError, list[str]]]:
    """Each distinct error of openapi-core, with the items that carry it.

    A missing field, an undocumented enum value and a malformed date have clauses of their own,
    which come before this one and would say the same again.
    """
    found: dict[tuple[str, str], tuple[SchemaError, list[str]]] = {}
    for error in evidence.errors(exchange):
        _, carriers = found.setdefault((error.pointer, error.kind), (error, []))
        carriers.append(carrier(evidence, exchange, error.exact))
    for error, carriers in found.values():
        yield error, [c for c in carriers if c]


def example(found: Iterable[Sighting], place: str) -> str:
    """One value found at a place."""
    return next((str(one.value) for one in found if one.pointer == place), "")
