"""Methods that no operation documents (contract: `method.*`)."""

from __future__ import annotations

from harness.clauses import Record, clause
from harness.evidence.view import Evidence

READS = ("method",)


@clause(
    "method.undocumented",
    source="",
    reads=READS,
    operations="path",
    culprit="request",
    tolerated="HEAD answered like GET or refused; OPTIONS answered for CORS or refused; 501",
)
def test_undocumented(evidence: Evidence, record: Record) -> None:
    """A method that is not documented is refused with 4xx or 501, never answered with 2xx."""
    for exchange in evidence.answers:
        if exchange.case.phase not in {"method", "repeat", "reduce"}:
            continue
        if evidence.reading(exchange).documented_method or exchange.status == 501:
            continue
        record.judged.add(exchange.number)
        harmless = exchange.case.method in {"HEAD", "OPTIONS"}
        if exchange.status >= 500 or (not harmless and not 400 <= exchange.status < 500):
            record.add(exchange, expected="4xx or 501", actual=str(exchange.status))
