"""Who is let in (contract: `auth.*`): one cell for each scheme, defect and operation."""

from __future__ import annotations

from harness.clauses import Record, clause
from harness.evidence import authentication as say
from harness.evidence.listed import stored_though_refused
from harness.evidence.view import Evidence
from harness.reasons import NO_SUCH_SCHEME

READS = ("auth", "baseline")


@clause("auth.basic", source="security", reads=READS, culprit="request", operations="secured")
def test_basic(evidence: Evidence, record: Record) -> None:
    """Basic credentials are accepted, with the same status and items as the other schemes."""
    _accepted(evidence, record, is_basic=True)


@clause("auth.token", source="security", reads=READS, culprit="request", operations="secured")
def test_token(evidence: Evidence, record: Record) -> None:
    """Token credentials are accepted, with the same status and items as the other schemes."""
    _accepted(evidence, record, is_basic=False)


def _accepted(evidence: Evidence, record: Record, *, is_basic: bool) -> None:
    schemes = say.schemes(evidence, is_basic=is_basic)
    if not schemes:
        record.miss(NO_SUCH_SCHEME())
    for exchange, expected, actual in say.not_welcome(evidence, record, schemes):
        record.add(
            exchange,
            place=say.scheme_place(evidence, exchange),
            kind=say.GOOD,
            expected=expected,
            actual=actual,
        )


@clause(
    "auth.missing", source="responses/401", reads=READS, culprit="request", operations="secured"
)
def test_missing(evidence: Evidence, record: Record) -> None:
    """Without credentials the answer is 401."""
    for exchange in say.without_credentials(evidence):
        record.judged.add(exchange.number)
        if exchange.status != 401:
            record.add(exchange, expected="401", actual=str(exchange.status))


@clause(
    "auth.wrong",
    source="responses/401",
    reads=READS,
    culprit="request",
    operations="secured",
    tolerated="400 to half of the credentials without a colon: a gap",
)
def test_wrong(evidence: Evidence, record: Record) -> None:
    """With wrong credentials, or with half of them, the answer is 401."""
    for exchange in say.defective(evidence, record, say.WRONG):
        record.judged.add(exchange.number)
        if exchange.status == 400 and say.has_no_colon(exchange):
            record.silent(exchange, "malformed credentials are refused with another status")
        elif exchange.status != 401:
            record.add(exchange, expected="401", actual=str(exchange.status))


@clause(
    "auth.malformed",
    source="responses/401",
    reads=READS,
    culprit="request",
    operations="secured",
    tolerated="400, 413, 431: a gap",
)
def test_malformed(evidence: Evidence, record: Record) -> None:
    """With malformed credentials the answer is 401."""
    for exchange in say.defective(evidence, record, say.MALFORMED):
        record.judged.add(exchange.number)
        if exchange.status in {400, 413, 431}:
            record.silent(exchange, "malformed credentials are refused with another status")
        elif exchange.status != 401:
            record.add(exchange, expected="401", actual=str(exchange.status))


@clause("auth.first", source="security", reads=READS, culprit="request", operations="secured")
def test_first(evidence: Evidence, record: Record) -> None:
    """Without credentials a known resource, an unknown one and no id get the same status."""
    for exchange, expected in say.looked_up_first(evidence, record):
        record.add(
            exchange,
            place=say.path_place(evidence),
            kind=say.path_kind(exchange),
            expected=expected,
            actual=str(exchange.status),
        )


@clause(
    "auth.no-effect",
    source="security",
    reads=(*READS, "sending"),
    culprit="request",
    operations="sending",
    writes="notes",
)
def test_no_effect(evidence: Evidence, record: Record) -> None:
    """An unauthenticated send leaves nothing behind."""
    for exchange in stored_though_refused(evidence, record, authenticated=False):
        record.add(
            exchange,
            expected="nothing stored",
            actual=f"listed although answered {exchange.status}",
        )
