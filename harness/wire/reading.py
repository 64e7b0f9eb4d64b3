"""What a request is, judged from the wire: its context, its cells, and what the contract forbids.

A generator's own label is not trusted: a quarter of Schemathesis' *negative* GETs are valid on
the wire.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from harness.contract import Contract, Operation, Parameter
from harness.model import Case, Cell
from harness.wire import kinds
from harness.wire.baselines import LISTING, baselines, defaults, nearest_context
from harness.wire.draft import ABSENT, JSON, Draft, decode, read

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
KNOWN = frozenset({"{read}", "{write}", "{other}"})
SINK = "sink.example"


class Forbidden(NamedTuple):
    """One thing about a request that the contract forbids."""

    cell: Cell
    obvious: bool
    """Whether the server could mean well by reading it (contract.md, *send.forbidden*)."""


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
        forbidden=tuple(_forbidden(draft)),
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
        yield from _parameter_cells(parameter, draft.values(name))


def _parameter_cells(parameter: Parameter, values: list[str]) -> Iterator[Cell]:
    is_array = parameter.schema.get("type") == "array"
    for value in values:
        for kind in kinds.parameter_kinds(parameter.item_schema, value):
            yield Cell(parameter.place, kind)
    if len(set(values)) < len(values) or (len(values) > 1 and not is_array):
        yield Cell(parameter.place, kinds.DUPLICATE)
    if len(values) >= kinds.MANY:
        yield Cell(parameter.place, kinds.TOO_MANY)


def _body_cells(draft: Draft, context: str) -> Iterator[Cell]:
    if draft.operation.body_schema is None:
        return
    yield from _whole_body_cells(draft)
    if isinstance(draft.json, dict):
        yield from _property_cells(draft, context)


def _whole_body_cells(draft: Draft) -> Iterator[Cell]:
    body = draft.body()
    if not body:
        yield Cell("body", kinds.MISSING)
    elif draft.media != JSON:
        yield Cell("body", kinds.MEDIA_TYPE)
    elif draft.json is ABSENT:
        yield Cell("body", _unreadable(draft, body))
    elif draft.json is None:
        yield Cell("body", kinds.NULL)
    elif not isinstance(draft.json, dict):
        yield Cell("body", kinds.WRONG_TYPE)
    if draft.duplicate_keys:
        yield Cell("body", kinds.DUPLICATE)


def _unreadable(draft: Draft, body: bytes) -> str:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return kinds.NOT_UTF8
    return kinds.TRAILING if _starts_with_json(text) else kinds.MALFORMED


def _starts_with_json(text: str) -> bool:
    try:
        json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return False
    return True


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
        is_left_out = name not in draft.json and not _in_another_case(name, draft.json)
        if is_left_out and assumed.get(name, ABSENT) != value:
            yield Cell(f"body /{name}", kinds.MISSING)


def _in_another_case(name: str, body: Mapping[str, Any]) -> bool:
    return any(key != name and key.lower() == name.lower() for key in body)


def _alike(pointer: str, value: Any, baseline: Any, draft: Draft) -> bool:
    """Whether `value` is as ordinary as the baseline's: another plain text or another address."""
    creates = draft.operation.creates
    assert creates is not None
    if pointer == creates.marker_request:
        plain = is_plain_text(value, creates.limits.minimum, creates.limits.maximum)
        return plain and not kinds.text_kinds(value)
    if pointer in creates.recipients:
        return is_plain_recipients(value, creates.limits.recipients_maximum)
    return type(value) is type(baseline) and value == baseline


def is_plain_text(value: Any, minimum: int, maximum: int) -> bool:
    """Printable ASCII of an ordinary length (contract.md, *A plain request*)."""
    return (
        isinstance(value, str)
        and minimum <= len(value) <= maximum
        and value.isascii()
        and value.isprintable()
        and bool(value.strip())
    )


_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,62}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_plain_recipients(value: Any, maximum: int) -> bool:
    """One to `maximum` different ordinary addresses."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= maximum
        and all(isinstance(item, str) and _ADDRESS.fullmatch(item) for item in value)
        and len({item.lower() for item in value}) == len(value)
    )


def _value_cells(draft: Draft, name: str, value: Any, schema: Mapping[str, Any]) -> Iterator[Cell]:
    creates = draft.operation.creates
    assert creates is not None
    place = f"body /{name}"
    cells = kinds.property_cells(place, schema, value, creates.references)
    if f"/{name}" not in creates.recipients:
        yield from cells
        return
    for cell in cells:
        yield cell
    if isinstance(value, list):
        for item in value:
            if isinstance(item, str) and item and "@" not in item and not kinds.text_kinds(item):
                yield Cell(f"{place}/*", kinds.MALFORMED)


def _forbidden(draft: Draft) -> Iterator[Forbidden]:
    for parameter in draft.operation.query_parameters:
        yield from _forbidden_query(parameter, draft)
    schema = draft.operation.body_schema
    if schema is None:
        return
    for cell in _whole_body_cells(draft):
        obvious = cell.kind in {kinds.MEDIA_TYPE, kinds.NOT_UTF8, kinds.TRAILING, kinds.DUPLICATE}
        yield Forbidden(cell, obvious)
    if isinstance(draft.json, dict):
        for found in forbidden_values("body ", "", schema, draft.json, required=True):
            name = found.cell.place.removeprefix("body /")
            if found.cell.kind != kinds.MISSING or not _in_another_case(name, draft.json):
                yield found


_ALLOWED_IN_A_QUERY = {
    "string": lambda value, schema: not schema.get("enum") or value in schema["enum"],
    "boolean": lambda value, schema: value in {"true", "false"},
}


def _forbidden_query(parameter: Parameter, draft: Draft) -> Iterator[Forbidden]:
    values = draft.values(parameter.name)
    pagination = draft.operation.pagination
    schema = parameter.item_schema
    if pagination and parameter.name == pagination.page:
        schema = {**schema, "minimum": 1}
    for value in values:
        for kind in kinds.parameter_kinds(schema, value):
            if not _allowed_in_a_query(schema, value):
                yield Forbidden(Cell(parameter.place, kind), obvious=False)
    if len(values) > 1 and parameter.schema.get("type") != "array":
        yield Forbidden(Cell(parameter.place, kinds.DUPLICATE), obvious=True)


def _allowed_in_a_query(schema: Mapping[str, Any], value: str) -> bool:
    kind = schema.get("type")
    if kind in {"integer", "number"}:
        if not re.fullmatch(r"-?\d{1,400}", value, re.ASCII):
            return False
        number = int(value)
        return bool(schema.get("minimum", number) <= number <= schema.get("maximum", number))
    check = _ALLOWED_IN_A_QUERY.get(str(kind))
    return check is None or bool(check(value, schema))


_OBVIOUS: Mapping[str, Any] = {
    "boolean": lambda v: v in ("true", "false", 0, 1),
    "integer": lambda v: isinstance(v, str) and re.fullmatch(r"[+-]?\d+", v, re.ASCII),
    "number": lambda v: isinstance(v, str) and re.fullmatch(r"[+-]?\d+(\.\d+)?", v, re.ASCII),
    "string": lambda v: isinstance(v, bool | int | float),
}


def forbidden_values(
    prefix: str, pointer: str, schema: Mapping[str, Any], value: Any, *, required: bool
) -> Iterator[Forbidden]:
    """Everything in a JSON value that its schema forbids, with its cell."""
    place = f"{prefix}{pointer}".strip()
    kind = str(schema.get("type", ""))
    if value is None:
        if not schema.get("nullable"):
            yield Forbidden(Cell(place, kinds.NULL), obvious=not required)
    elif not kinds.has_type(kind or None, value):
        obvious = _OBVIOUS.get(kind)
        cell = Cell(place, kinds.wrong_type(schema, value))
        yield Forbidden(cell, bool(obvious and obvious(value)))
    elif isinstance(value, dict):
        yield from _forbidden_members(prefix, pointer, schema, value)
    elif isinstance(value, list):
        for item in value:
            yield from forbidden_values(
                prefix, f"{pointer}/*", schema.get("items", {}), item, required=False
            )
    elif "enum" in schema and value not in schema["enum"]:
        for kind in [kinds.EMPTY] if value == "" else [kinds.UNDOCUMENTED_VALUE]:
            yield Forbidden(Cell(place, kind), obvious=False)


def _forbidden_members(
    prefix: str, pointer: str, schema: Mapping[str, Any], value: dict[str, Any]
) -> Iterator[Forbidden]:
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        if name in value:
            yield from forbidden_values(
                prefix, f"{pointer}/{name}", member, value[name], required=name in required
            )
        elif name in required:
            yield Forbidden(Cell(f"{prefix}{pointer}/{name}", kinds.MISSING), obvious=False)
