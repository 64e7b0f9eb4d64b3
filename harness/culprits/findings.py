"""Deviations merged into findings: culprit, identity, owner and `also`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from harness.clauses import Record
from harness.culprits.context import Context
from harness.culprits.owners import owners_of
from harness.culprits.regime import regime
from harness.culprits.requests import NOT_ATTRIBUTED, attribute, cells_of, roots, roots_of
from harness.model import Culprit, Deviation, Exchange, Finding, Severity
from harness.wire.identity import fingerprint

NAMED = re.compile(r"undocumented value ([A-Za-z][A-Za-z_-]{0,31})")
STATUS = re.compile(r"undocumented value [1-5][0-9]{2}")
ABOUT_COMPANY = frozenset({"foreign item", "missing item"})
"""Deviations that are not in an item, but in where it stands or does not."""
MANY_VALUES = 5
"""So many different undocumented values at one place are named in the identity, no more."""
REQUEST_PLACES = ("query", "path ", "header Authorization", "method", "operation", "context")

GroupKey = tuple[str, str, str, Severity]


def merge(context: Context, records: Iterable[Record]) -> list[Finding]:
    """All findings, the owners first, each defect once."""
    groups: dict[GroupKey, list[Deviation]] = {}
    for record in records:
        for deviation in record.deviations:
            key = (record.clause.id, record.operation.id, _status(deviation), deviation.severity)
            groups.setdefault(key, []).append(deviation)
    found: list[Finding] = []
    for key, deviations in groups.items():
        asked = [d for d in deviations if _is_asked(d)]
        answered = [d for d in deviations if not _is_asked(d)]
        found += _from_requests(context, key, asked) if asked else []
        found += _from_responses(context, key, answered) if answered else []
    return owners_of(context, found)


def _status(deviation: Deviation) -> str:
    """Its status class; slowness is one defect whatever comes in the end."""
    return "any" if deviation.place == "duration" else deviation.exchange.status_class


def _is_asked(deviation: Deviation) -> bool:
    return not deviation.place or deviation.place.startswith(REQUEST_PLACES)


def _from_requests(context: Context, key: GroupKey, deviations: list[Deviation]) -> list[Finding]:
    placed = [d for d in deviations if d.place]
    found = [
        _finding(context, key, culprit, [d for d in placed if (d.place, d.kind) == culprit])
        for culprit in dict.fromkeys(Culprit(d.place, d.kind) for d in placed)
    ]
    others = [d for d in deviations if not d.place]
    if not others:
        return found
    innocent = context.innocent.get((key[0], key[1]), frozenset())
    blamed = attribute(context.contract, others, context.contexts, innocent)
    for deviation in blamed.open:
        blamed.add(context.reduced.get(deviation.exchange.number, NOT_ATTRIBUTED), deviation)
    explained = _under_combinations(context, blamed.explained)
    return found + [_finding(context, key, c, ds) for c, ds in explained.items()]


def _under_combinations(
    context: Context, explained: Mapping[Culprit, list[Deviation]]
) -> dict[Culprit, list[Deviation]]:
    """What only generated requests show goes to a combination that they hold, if there is one.

    With other values, or among more, it is the same places that fail together.
    """
    named = {c: ds for c, ds in explained.items() if c != NOT_ATTRIBUTED}
    fixed = {c for c, ds in named.items() if any(not _is_generated(d) for d in ds)}
    combinations = [c for c in fixed if " + " in c.place]
    settled: dict[Culprit, list[Deviation]] = {}
    for culprit, deviations in explained.items():
        for deviation in deviations:
            own = roots(cells_of(context.contract, deviation.exchange))
            held = (c for c in combinations if roots_of(c) <= own and culprit not in fixed)
            settled.setdefault(next(held, culprit), []).append(deviation)
    return settled


def _is_generated(deviation: Deviation) -> bool:
    return deviation.exchange.case.phase in {"coverage", "fuzz"}


def open_deviations(context: Context, records: Iterable[Record]) -> list[Deviation]:
    """Deviations that the grid does not explain, smallest request first, for reduction."""
    found: list[Deviation] = []
    for record in records:
        innocent = context.innocent.get((record.clause.id, record.operation.id), frozenset())
        by_status: dict[str, list[Deviation]] = {}
        for deviation in record.deviations:
            if not deviation.place and _is_asked(deviation):
                by_status.setdefault(_status(deviation), []).append(deviation)
        for deviations in by_status.values():
            found += attribute(context.contract, deviations, context.contexts, innocent).open
    return sorted(found, key=lambda d: (_size(context, d.exchange), d.exchange.number))


def _from_responses(context: Context, key: GroupKey, deviations: list[Deviation]) -> list[Finding]:
    by_place: dict[str, list[Deviation]] = {}
    for deviation in deviations:
        by_place.setdefault(deviation.place, []).append(deviation)
    found = []
    for place, there in by_place.items():
        kinds = dict.fromkeys(d.kind for d in there)
        values = [kind for kind in kinds if kind.startswith("undocumented value ")]
        for kind in dict.fromkeys(_named(kind, len(values)) for kind in kinds):
            own = [d for d in there if _named(d.kind, len(values)) == kind]
            culprit = Culprit(place, _with_regime(context, key[1], kind, own))
            found.append(_finding(context, key, culprit, own))
    return found


def _named(kind: str, values: int) -> str:
    if not kind.startswith("undocumented value "):
        return kind
    named = NAMED.fullmatch(kind) or STATUS.fullmatch(kind)
    return kind if named and values <= MANY_VALUES else "undocumented value"


def _with_regime(
    context: Context, operation: str, kind: str, deviations: Sequence[Deviation]
) -> str:
    witnesses = context.witnesses.get(operation, {})
    judged = context.judged.get((deviations[0].clause, operation), frozenset())
    carriers = frozenset(c for d in deviations for c in d.carriers)
    if kind in ABOUT_COMPANY:
        carriers = frozenset()
    numbers = frozenset(d.exchange.number for d in deviations)
    return f"{kind}, {regime(witnesses, judged, numbers, carriers)}"


def _finding(
    context: Context, key: GroupKey, culprit: Culprit, deviations: Sequence[Deviation]
) -> Finding:
    clause, operation, status, severity = key
    smallest = min(deviations, key=lambda d: _preference(context, d))
    numbers = tuple(sorted({d.exchange.number for d in deviations}))
    return Finding(
        clause=clause,
        operation=operation,
        severity=severity,
        culprit=culprit,
        status_class=status,
        fingerprint=fingerprint(clause, operation, culprit, status),
        expected=smallest.expected,
        actual=smallest.actual,
        count=len(numbers),
        smallest=smallest.exchange,
        message=context.message(smallest.exchange),
        context=smallest.exchange.case.context,
        exchanges=numbers,
        carriers=tuple(sorted({c for d in deviations for c in d.carriers})),
        requirement=context.requirement.get(clause, ""),
        pointer=context.pointer(clause, operation, culprit.place),
    )


def _preference(context: Context, deviation: Deviation) -> tuple[object, ...]:
    """What shows a finding best: what stays the same for every seed, then what is short.

    A baseline first: what was sent by it is looked for in the list when it is repeated.
    """
    exchange = deviation.exchange
    is_generated = exchange.case.phase in {"coverage", "fuzz"}
    is_plain = exchange.case.phase == "baseline"
    size = _size(context, exchange)
    return (_moves(deviation), is_generated, not is_plain, size, exchange.number)


def _moves(deviation: Deviation) -> bool:
    """Whether the answer shows what the run itself writes to, so that it will not come again."""
    case = deviation.exchange.case
    return case.method == "GET" and "{read}" not in case.path and "{unknown}" not in case.path


def _size(context: Context, exchange: Exchange) -> tuple[int, int, int]:
    """How much there is to read in a request."""
    cells = cells_of(context.contract, exchange)
    return (len(cells), len(exchange.request.body or b""), len(exchange.request.target))
