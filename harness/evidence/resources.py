"""Answers to ids that name nothing."""

from __future__ import annotations

from collections.abc import Iterator

from harness.clauses import Record
from harness.evidence.pages import page_of
from harness.evidence.ranges import Verdict
from harness.evidence.view import Evidence
from harness.model import Exchange
from harness.wire import kinds


def unknown(
    evidence: Evidence, record: Record, *, malformed: bool
) -> Iterator[tuple[Exchange, Verdict | None]]:
    """Answers to unknown or malformed ids; None as a verdict stands for a gap."""
    for exchange in evidence.ordinary:
        cells = evidence.reading(exchange).cells
        if len({c.place for c in cells}) != 1 or not cells[0].place.startswith("path "):
            continue
        if (cells[0].kind != kinds.UNKNOWN_ID) != malformed:
            continue
        record.judged.add(exchange.number)
        if 400 <= exchange.status < 500:
            yield exchange, None
        else:
            yield exchange, _verdict(evidence, exchange)


def _verdict(evidence: Evidence, exchange: Exchange) -> Verdict:
    page = page_of(evidence.operation, exchange) if evidence.operation.pagination else None
    if page is not None and not page.items and page.total == 0:
        return "4xx", f"{exchange.status} and an empty list", "leniency"
    if page is not None and page.items:
        return "4xx", f"{exchange.status} and {len(page.items)} items", "violation"
    return "4xx", str(exchange.status), "violation"
