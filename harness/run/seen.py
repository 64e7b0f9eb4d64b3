"""What came back, apart from whether it is good: statuses, fields, and what was judged good."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from harness.census import Census
from harness.clauses import Record
from harness.compare.reached import case_digest, digest
from harness.contract import Contract, Operation
from harness.culprits.regime import names
from harness.evidence.pages import MISSING, Text, page_of, parse
from harness.evidence.view import is_authenticated
from harness.model import Exchange, Judged, Reach, UndocumentedField
from harness.run.judge import Judge

BEYOND = "beyond"
"""The position of a page that is empty because it is beyond the last."""
UNREPEATABLE = frozenset({"repeat", "reduce"})
"""Phases whose requests depend on what went wrong before."""
Kinds = Mapping[tuple[str, str], Census]
"""(operation, status) -> what its answers held."""


def statuses(exchanges: Iterable[Exchange]) -> dict[str, dict[str, int]]:
    """Operation -> status -> answers."""
    found: dict[str, dict[str, int]] = {}
    for exchange in exchanges:
        if exchange.response:
            counts = found.setdefault(exchange.case.operation, {})
            counts[str(exchange.status)] = counts.get(str(exchange.status), 0) + 1
    return {name: dict(sorted(found[name].items())) for name in sorted(found)}


def census(contract: Contract, exchanges: Iterable[Exchange]) -> Kinds:
    """What the JSON answers to the documented method held, each distinct body once."""
    found: dict[tuple[str, str], Census] = {}
    done: set[tuple[str, str, str]] = set()
    for exchange in exchanges:
        response, case = exchange.response, exchange.case
        operation = contract.operation(case.operation)
        if response is None or exchange.failure or case.method != operation.method:
            continue
        key = (operation.id, str(response.status))
        if (*key, response.body.sha256) in done:
            continue
        done.add((*key, response.body.sha256))
        counted = _counted(operation, response.status, Text(response.body))
        if counted is not None:
            found.setdefault(key, Census()).add(counted)
    return dict(sorted(found.items()))


@lru_cache(maxsize=1024)
def _counted(operation: Operation, status: int, text: Text) -> Census | None:
    """Runs of one process meet the same answers: the proof makes thousands."""
    body = parse(text.body)
    if body is MISSING:
        return None
    found = Census()
    found.take(operation.response_schema(status), body)
    return found


def undocumented(contract: Contract, kinds: Kinds) -> tuple[UndocumentedField, ...]:
    """Fields that the document does not name, in answers for which it names some.

    Of an undocumented object only the object itself: all that it holds is undocumented with it.
    """
    return tuple(
        UndocumentedField(operation, status, pointer, tuple(sorted(one.types)))
        for (operation, status), counted in kinds.items()
        if contract.operation(operation).response_schema(int(status)) is not None
        for pointer, one in sorted(counted.fields.items())
        if not one.documented and not _within_undocumented(counted, pointer)
    )


def _within_undocumented(counted: Census, pointer: str) -> bool:
    parent = pointer.rpartition("/")[0].removesuffix("/*")
    return parent in counted.fields and not counted.fields[parent].documented


def reach(
    contract: Contract, judge: Judge, records: Sequence[Record], exchanges: Sequence[Exchange]
) -> dict[str, Reach]:
    """By operation, what would have shown a defect, had there been one."""
    return {
        operation.id: _reach(
            operation, judge, [r for r in records if r.operation.id == operation.id], exchanges
        )
        for operation in contract.operations
    }


def _reach(
    operation: Operation, judge: Judge, records: Sequence[Record], exchanges: Sequence[Exchange]
) -> Reach:
    own = [e for e in exchanges if e.case.operation == operation.id]
    good, bad = _judged(records)
    cases = {e.number: case_digest(e.case.id) for e in own if e.case.phase not in UNREPEATABLE}
    told = judge.witnesses(operation, own) if operation.pagination else {}
    beyond = {number for number, one in told.items() if one.position == BEYOND}
    pages, bad_pages = _judged(records, beyond)
    circumstances = {number: names(one) for number, one in told.items() if one.answered}
    return Reach(
        cases=_grouped({n: frozenset({case}) for n, case in cases.items()}, good, bad),
        circumstances=_grouped(circumstances, pages, bad_pages),
        items=tuple(sorted(_items(operation, own))),
    )


Clauses = Mapping[int, set[str]]
"""Exchange number -> clauses."""


def _judged(records: Sequence[Record], telling: Collection[int] = ()) -> tuple[Clauses, Clauses]:
    """By exchange, the clauses that found nothing wrong with it, and those that did.

    `telling`: exchanges in which even nothing tells something, where a clause saw more elsewhere.
    """
    good: dict[int, set[str]] = {}
    bad: dict[int, set[str]] = {}
    for record in records:
        deviating = {d.exchange.number for d in record.deviations}
        for number in deviating:
            bad.setdefault(number, set()).add(record.clause.id)
        full = record.judged - record.blank
        for number in (full | (record.judged & set(telling) if full else set())) - deviating:
            good.setdefault(number, set()).add(record.clause.id)
    return good, bad


def _grouped(
    names_of: Mapping[int, frozenset[str]], good: Clauses, bad: Clauses
) -> tuple[Judged, ...]:
    """Names that the same clauses judged good stand together: there are few such groups.

    What was good once and bad once was not good.
    """
    clauses_of: dict[str, set[str]] = {}
    spoilt: dict[str, set[str]] = {}
    for number, own in names_of.items():
        for name in own:
            clauses_of.setdefault(name, set()).update(good.get(number, ()))
            spoilt.setdefault(name, set()).update(bad.get(number, ()))
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, clauses in clauses_of.items():
        kept = tuple(sorted(clauses - spoilt[name]))
        if kept:
            groups.setdefault(kept, []).append(name)
    return tuple(Judged(clauses, tuple(sorted(groups[clauses]))) for clauses in sorted(groups))


def _items(operation: Operation, exchanges: Iterable[Exchange]) -> Iterator[str]:
    if operation.pagination is None:
        return
    keys = {
        key
        for exchange in exchanges
        if is_authenticated(operation, exchange) and (page := page_of(operation, exchange))
        for key in page.keys
    }
    yield from {digest(key) for key in keys}
