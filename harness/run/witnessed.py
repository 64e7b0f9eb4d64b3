"""Whether what a waiver tolerates was sent in this run and judged good."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.clauses import Record
from harness.contract import Contract
from harness.culprits.requests import cells_of
from harness.evidence.authentication import LOCKED_OUT
from harness.model import Cell, Culprit, Exchange, Waiver
from harness.wire.baselines import baselines
from harness.wire.identity import fingerprint

JOINED = frozenset({"header twice", "two schemes"})
"""Kinds of credentials in two headers of one name: a proxy on the way may make one of them, as
Apache does, so that a good answer may be to something else."""
CLASSES = ("2xx", "3xx", "4xx", "5xx", "reset", "timeout", "broken off", "undecodable")


@dataclass(frozen=True)
class Witnessed:
    """Asks the records of a run; call it with a waiver."""

    contract: Contract
    records: Sequence[Record]
    exchanges: Sequence[Exchange]

    def __call__(self, waiver: Waiver) -> bool | None:
        """True if its witness was judged good, False if not sent, None if nothing can tell."""
        record = next(
            (
                r
                for r in self.records
                if (r.clause.id, r.operation.id) == (waiver.clause, waiver.operation)
            ),
            None,
        )
        if record is None or not record.judged:
            return False
        good = self._good_cells(record)
        if waiver.match:
            return self._by_match(waiver.match, record, good)
        return self._by_fingerprint(waiver, good)

    def _good_cells(self, record: Record) -> set[Cell]:
        """Cells that were sent alone and that the clause found nothing wrong with."""
        bad = {d.exchange.number for d in record.deviations}
        return {
            cells[0]
            for number, cells in self._alone(record)
            if number in record.judged and number not in bad and cells[0].kind not in JOINED
        }

    def _alone(self, record: Record) -> Iterable[tuple[int, tuple[Cell, ...]]]:
        for exchange in self.exchanges:
            if exchange.case.operation == record.operation.id and not _is_locked_out(exchange):
                cells = cells_of(self.contract, exchange)
                if len(cells) == 1:
                    yield exchange.number, cells

    def _by_match(
        self, match: tuple[str, str, str], record: Record, good: set[Cell]
    ) -> bool | None:
        place, kind, _ = match
        if "*" in (place, kind):
            return None
        if place == "operation":
            contexts = baselines(record.operation, "sink.invalid")
            return all(self._is_good_baseline(record, name) for name in contexts)
        if place.startswith("context "):
            return self._is_good_baseline(record, place.removeprefix("context "))
        if place.startswith("/") or record.clause.culprit == "response":
            return not record.deviations
        return Cell(place, kind) in good or (None if " + " in place else False)

    def _is_good_baseline(self, record: Record, context: str) -> bool:
        bad = {d.exchange.number for d in record.deviations}
        return any(
            e.number in record.judged and e.number not in bad
            for e in self.exchanges
            if e.case.phase == "baseline" and e.case.context == context
        )

    def _by_fingerprint(self, waiver: Waiver, good: set[Cell]) -> bool | None:
        for cell in good:
            for status in CLASSES:
                made = fingerprint(waiver.clause, waiver.operation, Culprit(*cell), status)
                if made == waiver.fingerprint:
                    return True
        return None


def _is_locked_out(exchange: Exchange) -> bool:
    """Whether good credentials were not let in: then nothing else was looked at."""
    credentials = exchange.case.credentials
    is_good = credentials is not None and not credentials.defect
    return is_good and exchange.status in LOCKED_OUT
