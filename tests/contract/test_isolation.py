"""Resources that do not exist, and ids that are none (contract: `unknown.*`)."""

from __future__ import annotations

from harness.clauses import Record, clause
from harness.evidence import resources as say
from harness.evidence.view import Evidence

READS = ("grid",)


@clause(
    "unknown.conversation",
    source="parameters",
    reads=READS,
    operations="scoped",
    culprit="request",
    tolerated="which 4xx: a gap; 200 with an empty list and total 0: a leniency",
)
def test_conversation(evidence: Evidence, record: Record) -> None:
    """A well-formed id that does not exist is refused with 4xx; never items of another one."""
    for exchange, verdict in say.unknown(evidence, record, malformed=False):
        if verdict is None:
            record.silent(exchange, "an unknown resource")
        else:
            expected, actual, severity = verdict
            record.add(exchange, expected=expected, actual=actual, severity=severity)


@clause(
    "unknown.malformed-id",
    source="parameters",
    reads=READS,
    operations="scoped",
    culprit="request",
    tolerated="which 4xx: a gap; 200 with an empty list and total 0: a leniency",
)
def test_malformed_id(evidence: Evidence, record: Record) -> None:
    """An id that is no UUID is refused with 4xx."""
    for exchange, verdict in say.unknown(evidence, record, malformed=True):
        if verdict is None:
            record.silent(exchange, "an id that is none")
        else:
            expected, actual, severity = verdict
            record.add(exchange, expected=expected, actual=actual, severity=severity)
