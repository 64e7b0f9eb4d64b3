"""What a request is, judged from the wire: its context, its cells, and what the contract forbids.

A generator's own label is not trusted: a quarter of Schemathesis' *negative* GETs are valid on
the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.contract import Contract, Operation, Parameter
from harness.model import Case, Cell
from harness.wire import kinds
from harness.wire.baselines import LISTING, baselines, defaults, nearest_context
from harness.wire.draft import ABSENT, Draft, decode, read
from harness.wire.forbidden import Forbidden, forbidden, in_another_case, whole_body_cells
from harness.wire.plain import UUID, is_plain_recipients, is_plain_text

KNOWN = frozenset({"{read}", "{write}", "{other}"})
SINK = "sink.example"


@dataclass(frozen=True, slots=True)
class Reading:
    """A request, understood."""

    context: str
    cells: tuple[Cell, ...]
    """All differences from the baseline of the context."""
    forbidden: tuple[Forbidden, ...]
    undocumented: bool
    """It holds a query parameter or a property that is not documented."""
    unknown: bool
    """It names a resource that is not known to exist."""
    documented_method: bool

    @property
    def is_valid(self) -> bool:
        """Whether the contract promises an ordinary answer."""
        return self.documented_method and not (self.forbidden or self.undocumented or self.unknown)


def understand(contract: Contract, case: Case) -> Reading:
    """Read the request of a case as the contract does."""
    return _understand(contract.operation(case.operation), case.method, _Wire(case))


class _Wire:
    """A case as a cache key: two cases with the same bytes are understood once."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.key = (case.operation, case.method, case.path, case.query, case.headers, case.body)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wire) and self.key == other.key


@lru_cache(maxsize=8192)
def _understand(operation: Operation, method: str, wire: _Wire) -> Reading:
    draft = read(operation, wire.case)
    context = _context(operation, draft)
    cells = [*_path_cells(draft), *_query_cells(draft), *_body_cells(draft, context)]
    documented = method == operation.method
    if not documented:
        cells.append(Cell(f"method {method}", kinds.UNDOCUMENTED_VALUE))
    return Reading(
        context=context,
        cells=tuple(sorted(_telling(set(cells)))),
        forbidden=tuple(forbidden(draft)),
        undocumented=any(cell.kind == kinds.UNDOCUMENTED_PROPERTY for cell in cells),
        unknown=any(value not in KNOWN for value in draft.path_values.values())
        or not (draft.path_values or not operation.path_parameters),
        documented_method=documented,
    )


def _telling(cells: set[Cell]) -> Iterator[Cell]:
    """Without the unnamed valid values that only carry something more special."""
    for cell in cells:
        others = [c for c in cells if c != cell]
        unnamed = cell.kind == kinds.VALID_VALUE and any(_carries(cell, c) for c in others)
        if not unnamed and not _is_company(cell, others):
            yield cell


def _carries(cell: Cell, other: Cell) -> bool:
    return other.place == cell.place or cell.place.startswith(f"{other.place}/")


def _is_company(cell: Cell, others: list[Cell]) -> bool:
    """Whether a valid member of an array's item only keeps a special one company."""
    item, star, member = cell.place.rpartition("/*/")
    special = (c for c in others if not c.kind.startswith(kinds.VALID_VALUE))
    return bool(
        star
        and member
        and cell.kind.startswith(kinds.VALID_VALUE)
        and any(c.place == item or c.place.startswith(f"{item}/*") for c in special)
    )


def _context(operation: Operation, draft: Draft) -> str:
    if not operation.creates:
        return LISTING
    body = draft.json if isinstance(draft.json, dict) else {}
    return nearest_context(operation, body)


def _path_cells(draft: Draft) -> Iterator[Cell]:
    for parameter in draft.operation.path_parameters:
        raw = draft.path_values.get(parameter.name, "")
        if raw not in KNOWN:
            for kind in _path_kinds(parameter, raw):
                yield Cell(parameter.place, kind)


def _path_kinds(parameter: Parameter, raw: str) -> list[str]:
    if raw == "{unknown}" or UUID.fullmatch(raw):
        return [kinds.UNKNOWN_ID]
    return kinds.text_kinds(decode(raw), raw_bytes=True) or [kinds.MALFORMED]


def _query_cells(draft: Draft) -> Iterator[Cell]:
    documented = {p.name: p for p in draft.operation.query_parameters}
    names = {decode(name) for name, _ in draft.query}
    for name in sorted(names):
        parameter = documented.get(name)
        if parameter is None:
            yield Cell("query", kinds.UNDOCUMENTED_PROPERTY)
            continue
        yield from _parameter_cells(draft, parameter, draft.values(name))


def _parameter_cells(draft: Draft, parameter: Parameter, values: list[str]) -> Iterator[Cell]:
    is_array = parameter.schema.get("type") == "array"
    pagination = draft.operation.pagination
    is_page = pagination is not None and parameter.name == pagination.page
    for value in values:
        found = kinds.parameter_kinds(parameter.item_schema, value)
        for kind in kinds.page_kinds(found, value, _page_size(draft)) if is_page else found:
            yield Cell(parameter.place, kind)
    if len(set(values)) < len(values) or (len(values) > 1 and not is_array):
        yield Cell(parameter.place, kinds.DUPLICATE)
    if len(values) >= kinds.MANY:
        yield Cell(parameter.place, kinds.TOO_MANY)


def _page_size(draft: Draft) -> int:
    """How many items a page has that the request asks for, as far as it says so."""
    pagination = draft.operation.pagination
    assert pagination is not None
    asked = [value for value in draft.values(pagination.size) if re.fullmatch("[0-9]{1,19}", value)]
    return int(asked[0]) if asked and int(asked[0]) > 0 else pagination.default_size


def _body_cells(draft: Draft, context: str) -> Iterator[Cell]:
    if draft.operation.body_schema is None:
        return
    yield from whole_body_cells(draft)
    if isinstance(draft.json, dict):
        yield from _property_cells(draft, context)


def _property_cells(draft: Draft, context: str) -> Iterator[Cell]:
    creates = draft.operation.creates
    assert creates is not None
    assert draft.operation.body_schema is not None
    baseline = baselines(draft.operation, SINK)[context].json
    properties: Mapping[str, Any] = draft.operation.body_schema.get("properties", {})
    lowered = {name.lower() for name in properties}
    for name, value in draft.json.items():
        if name not in properties:
            other = name.lower() in lowered
            yield Cell("body", kinds.OTHER_CASE if other else kinds.UNDOCUMENTED_PROPERTY)
        elif name not in baseline or not _alike(f"/{name}", value, baseline[name], draft):
            yield from _value_cells(draft, name, value, properties[name])
    assumed = defaults(creates)
    for name, value in baseline.items():
        is_left_out = name not in draft.json and not in_another_case(name, draft.json)
        if is_left_out and assumed.get(name, ABSENT) != value:
            yield Cell(f"body /{name}", kinds.MISSING)


def _alike(pointer: str, value: Any, baseline: Any, draft: Draft) -> bool:
    """Whether `value` is as ordinary as the baseline's: another plain text or another address."""
    creates = draft.operation.creates
    assert creates is not None
    if pointer == creates.marker_request:
        plain = is_plain_text(value, creates.limits.minimum, creates.limits.maximum)
        return plain and not kinds.text_kinds(value)
    if pointer in creates.recipients:
        plain = is_plain_recipients(value, creates.limits.recipients_maximum)
        return plain and len(value) == len(baseline)
    return type(value) is type(baseline) and value == baseline


def _value_cells(draft: Draft, name: str, value: Any, schema: Mapping[str, Any]) -> Iterator[Cell]:
    creates = draft.operation.creates
    assert creates is not None
    place = f"body /{name}"
    cells = kinds.property_cells(place, schema, value, creates.references)
    if f"/{name}" not in creates.recipients:
        yield from cells
        return
    yield from cells
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str) and item and "@" not in item and not kinds.text_kinds(item):
                yield Cell(f"{place}/*", kinds.MALFORMED)
