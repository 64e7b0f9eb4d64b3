"""Ask the selected clauses what they make of the exchanges, and merge their answers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from harness.clauses import REGISTRY, Clause, Record, pointer, schema_pointer
from harness.contract import Contract, Operation
from harness.culprits.context import Context
from harness.culprits.findings import merge, open_deviations
from harness.culprits.regime import Witness, witness
from harness.culprits.requests import cells_of
from harness.evidence.answers import message
from harness.evidence.gateways import refusals
from harness.evidence.inspected import Inspections
from harness.evidence.pages import page_of
from harness.evidence.view import Evidence
from harness.evidence.windows import window_of
from harness.model import Cell, Culprit, Deviation, Exchange, Finding
from harness.wire.baselines import baselines
from harness.wire.kinds import FLOAT_NOTATION, OFFSET_BEYOND_64_BITS

if TYPE_CHECKING:
    from harness.validation import Validator

Selected = tuple[Clause, Operation]


@dataclass
class Judge:
    """Pure but for what it remembers: the same exchanges get the same answer."""

    contract: Contract
    selected: Sequence[Selected]
    max_response_time: float | None = None
    message: Callable[[Exchange], str] = message
    hidden: tuple[str, ...] = ()
    """What stands in answers in the place of our own credentials."""
    inspected: Inspections = field(default_factory=dict)
    validated: set[int] = field(default_factory=set)
    """Numbers of the exchanges whose answers openapi-core was asked about."""
    gateways: dict[int, str] = field(default_factory=dict)
    """Number of an exchange -> the gateway that refused it, of what was judged last."""

    @cached_property
    def validator(self) -> Validator:
        """Imported when there is something to judge: openapi-core takes half of all imports."""
        from harness.validation import Validator  # noqa: PLC0415

        return Validator(self.contract)

    def views(self, exchanges: Sequence[Exchange]) -> dict[str, Evidence]:
        """The exchanges as each operation's clauses read them, by operation."""
        views: dict[str, Evidence] = {}
        for operation in self.contract.operations:
            views[operation.id] = Evidence(
                self.contract,
                operation,
                exchanges,
                self.validator,
                self.inspected,
                self.max_response_time,
                self.hidden,
                views,
                self.validated,
            )
        return views

    def records(
        self, exchanges: Sequence[Exchange], only: Collection[tuple[str, str]] | None = None
    ) -> list[Record]:
        """What each clause says about its operations; `only` some pairs of clause and operation."""
        views = self.views(exchanges)
        self.gateways = refusals(views)
        records = []
        for clause, operation in self.selected:
            if only is not None and (clause.id, operation.id) not in only:
                continue
            record = Record(clause, operation, hidden=self.gateways)
            clause.function(evidence=views[operation.id], record=record)
            record.withhold()
            records.append(record)
        return records

    def findings(
        self,
        records: Sequence[Record],
        exchanges: Sequence[Exchange],
        reduced: Mapping[int, Culprit] | None = None,
    ) -> list[Finding]:
        """Each defect once."""
        context = self._context(exchanges, reduced or {})
        context.innocent = self._innocent(records, exchanges)
        context.judged = {
            (r.clause.id, r.operation.id): frozenset(r.judged - r.blank) for r in records
        }
        return merge(context, records)

    def _innocent(
        self, records: Sequence[Record], exchanges: Sequence[Exchange]
    ) -> dict[tuple[str, str], frozenset[Cell]]:
        carried_out = {e.number: self._carried_out(e) for e in exchanges}
        found = {}
        for record in records:
            bad = {d.exchange.number for d in record.deviations}
            cells = {c for n in record.judged - bad for c in carried_out.get(n, ())}
            found[record.clause.id, record.operation.id] = frozenset(cells)
        return found

    def _carried_out(self, exchange: Exchange) -> tuple[Cell, ...]:
        """What is unusual about a request, if all of it was surely looked at.

        One that is refused may have been refused for any of several places, and what is read
        another way than integers are says nothing of those. Where a page begins is not known
        beside another odd value: its size may have been brought into bounds.
        """
        cells = cells_of(self.contract, exchange)
        is_sure = 200 <= exchange.status < 300 or len({cell.place for cell in cells}) == 1
        if not is_sure:
            return ()
        known = tuple(c for c in cells if c.kind != OFFSET_BEYOND_64_BITS or len(cells) == 1)
        return tuple(cell for cell in known if cell.kind == FLOAT_NOTATION) or known

    def open(self, records: Sequence[Record], exchanges: Sequence[Exchange]) -> list[Deviation]:
        """What the grid does not explain."""
        context = self._context(exchanges, {})
        context.innocent = self._innocent(records, exchanges)
        return open_deviations(context, records)

    def _context(self, exchanges: Sequence[Exchange], reduced: Mapping[int, Culprit]) -> Context:
        return Context(
            contract=self.contract,
            defined=tuple(REGISTRY.clauses),
            contexts={o.id: tuple(baselines(o, "sink.invalid")) for o in self.contract.operations},
            witnesses={o.id: self.witnesses(o, exchanges) for o in self.contract.listings},
            message=self.message,
            pointer=self._pointer,
            requirement={c.id: c.requirement for c in REGISTRY.clauses.values()},
            reduced=reduced,
        )

    def witnesses(self, operation: Operation, exchanges: Sequence[Exchange]) -> dict[int, Witness]:
        """Exchange number -> the fixed circumstance of a listing that it stands for."""
        found = {}
        for exchange in exchanges:
            if exchange.case.operation != operation.id:
                continue
            if exchange.case.phase not in {"listing", "grid"}:
                continue
            page = page_of(operation, exchange)
            one = witness(
                exchange,
                page.keys if page else (),
                answered=page is not None,
                size=_telling_size(operation, exchange),
                out_of_range=_size_places(operation),
            )
            if one:
                found[exchange.number] = one
        return found

    def _pointer(self, clause: str, operation: str, place: str) -> str:
        where = self.contract.operation(operation)
        if place.startswith("/"):
            return schema_pointer(self.contract, where, place)
        return pointer(self.contract, where, REGISTRY.clauses[clause].source)


def _telling_size(operation: Operation, exchange: Exchange) -> str:
    """The page size that a request asks for, if it is the smallest or the largest."""
    pagination, window = operation.pagination, window_of(operation, exchange.case.query)
    if pagination is None or window is None or window.size is None:
        return ""
    bounds = (pagination.minimum_size, pagination.maximum_size)
    return f"page size {window.size}" if window.size in bounds else ""


def _size_places(operation: Operation) -> tuple[str, ...]:
    pagination = operation.pagination
    return (f"query {pagination.size}",) if pagination else ()
