"""What no request may do to the server (contract: `send.any-*`, `send.repeat`)."""

from __future__ import annotations

from harness.clauses import Record, clause
from harness.evidence import bodies
from harness.evidence.answers import broken
from harness.evidence.view import Evidence
from harness.reasons import NO_REPEAT_KEY

READS = ("baseline", "sending", "grid")


def _never_a_server_error(evidence: Evidence, record: Record, places: bodies.Places) -> None:
    for exchange in bodies.touching(evidence, places):
        record.judged.add(exchange.number)
        if exchange.status >= 500 or broken(exchange):
            actual = str(exchange.status or exchange.failure)
            record.add(exchange, expected="no 5xx", actual=actual)


@clause(
    "send.any-text",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="4xx; altering",
    writes="notes",
)
def test_any_text(evidence: Evidence, record: Record) -> None:
    """Any Unicode text is answered without 5xx."""
    _never_a_server_error(evidence, record, bodies.TEXTS)


@clause(
    "send.any-number",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="4xx, or ignored",
    writes="notes",
)
def test_any_number(evidence: Evidence, record: Record) -> None:
    """Ids of any size and sign, existing or not, are answered without 5xx."""
    _never_a_server_error(evidence, record, bodies.NUMBERS)


@clause(
    "send.any-length",
    source="requestBody",
    culprit="request",
    operations="sending",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="4xx",
    writes="notes",
)
def test_any_length(evidence: Evidence, record: Record) -> None:
    """Arrays of any length, none, dozens, duplicates, are answered without 5xx."""
    _never_a_server_error(evidence, record, bodies.LENGTHS)


@clause(
    "send.repeat",
    source="x-creates/repeat-key",
    culprit="request",
    operations="sending",
    reads=READS,
    tolerated="one item or two, or 4xx for the second",
    writes="notes",
)
def test_repeat(evidence: Evidence, record: Record) -> None:
    """The same repeat key twice is answered without 5xx."""
    if evidence.operation.creates and not evidence.operation.creates.repeat_key:
        record.miss(NO_REPEAT_KEY())
    for exchange in bodies.repeats(evidence):
        record.judged.add(exchange.number)
        if exchange.status >= 500 or broken(exchange):
            actual = str(exchange.status or exchange.failure)
            record.add(exchange, expected="no 5xx", actual=actual)
