"""What every response promises, whatever was asked (contract: `response.*`)."""

from __future__ import annotations

from math import ceil

from harness import told
from harness.clauses import Record, clause
from harness.evidence import starred
from harness.evidence.answers import (
    broken,
    gateway,
    internals,
    is_envelope,
    is_for_another_clause,
    media_type,
    status_is_explained,
    values,
)
from harness.evidence.view import Evidence
from harness.reasons import NO_TIME_LIMIT


@clause(
    "response.no-server-error",
    source="responses/500",
    culprit="request",
    tolerated="501 to an undocumented method; 502/503/504 from a gateway that are not reproduced",
)
def test_no_server_error(evidence: Evidence, record: Record) -> None:
    """No request, valid or not, is answered with 5xx, although 500 is documented."""
    for exchange in record.each(evidence.exchanges):
        documented = evidence.reading(exchange).documented_method
        if exchange.status == 501 and not documented:
            continue
        if exchange.status >= 500 or broken(exchange):
            record.add(
                exchange,
                expected="any status below 500",
                actual=str(exchange.status or exchange.failure),
            )


@clause(
    "response.complete",
    source="responses",
    tolerated="a connection that is reset before the answer starts, and not again when repeated",
)
def test_complete(evidence: Evidence, record: Record) -> None:
    """The body arrives whole and parses, no key has two values; compressed bodies decode."""
    for exchange in record.each(evidence.exchanges):
        if exchange.failure in {"broken off", "undecodable"}:
            record.add(
                exchange,
                place="body",
                kind="truncated" if exchange.failure == "broken off" else "malformed",
                expected="a whole body",
                actual=exchange.detail,
            )
        elif starred.unparsable(evidence, exchange):
            record.add(
                exchange,
                place="body",
                kind="malformed",
                expected="JSON",
                actual="a body that is no JSON",
            )
        for place, actual, carriers in starred.contradictory(evidence, exchange):
            record.add(
                exchange,
                place=place,
                kind="repeated key",
                expected="one value for each key",
                actual=actual,
                carriers=carriers,
            )


@clause(
    "response.content-type",
    source="responses/2xx/content",
    tolerated="parameters such as charset; application/problem+json and the like for errors",
)
def test_content_type(evidence: Evidence, record: Record) -> None:
    """A response with a documented body carries its media type."""
    for exchange in evidence.answers:
        documented = evidence.validator.media_documented(exchange)
        if documented is None or not evidence.reading(exchange).documented_method:
            continue
        record.judged.add(exchange.number)
        if not documented:
            said = media_type(exchange)
            record.add(
                exchange,
                place="header Content-Type",
                kind="wrong value" if said else "missing",
                expected=" or ".join(values(evidence, exchange)),
                actual=told.text(said, "header") if said else "no Content-Type",
            )


@clause("response.fields-present", source="responses/2xx/content")
def test_fields_present(evidence: Evidence, record: Record) -> None:
    """Every documented field of the envelope, of the page and of each item is there."""
    for exchange in evidence.answers:
        inspection = evidence.inspection(exchange)
        if inspection is None:
            continue
        record.judged.add(exchange.number)
        for place, carriers in starred.group(evidence, exchange, inspection.missing):
            record.add(
                exchange,
                place=place,
                kind="missing",
                expected="the field",
                actual="no such field",
                carriers=carriers,
            )


@clause("response.enums", source="responses/2xx/content")
def test_enums(evidence: Evidence, record: Record) -> None:
    """Every enum field, wherever it stands, holds a documented value."""
    for exchange in evidence.answers:
        inspection = evidence.inspection(exchange)
        if inspection is None:
            continue
        record.judged.add(exchange.number)
        for place, value, documented, carriers in starred.undocumented(
            evidence, exchange, inspection
        ):
            record.add(
                exchange,
                place=place,
                kind=f"undocumented value {value}".strip(),
                expected=f"one of {', '.join(map(str, documented))}",
                actual=told.text(value, "word") if value else "another value",
                carriers=carriers,
            )


@clause("response.formats", source="responses/2xx/content", tolerated="any offset, any fraction")
def test_formats(evidence: Evidence, record: Record) -> None:
    """Documented date-times are RFC 3339; documented UUIDs are UUIDs, of any version and case."""
    for exchange in evidence.answers:
        inspection = evidence.inspection(exchange)
        if inspection is None:
            continue
        record.judged.add(exchange.number)
        for place, carriers in starred.group(evidence, exchange, inspection.formats):
            record.add(
                exchange,
                place=place,
                kind="malformed",
                expected="the documented format",
                actual=told.value(starred.example(inspection.formats, place)),
                carriers=carriers,
            )


@clause("response.body-schema", source="responses/2xx/content", tolerated="undocumented fields")
def test_body_schema(evidence: Evidence, record: Record) -> None:
    """openapi-core finds no error in the body; all errors are listed, not the first."""
    for exchange in evidence.answers:
        if not evidence.reading(exchange).documented_method:
            continue
        record.judged.add(exchange.number)
        for error, carriers in starred.errors(evidence, exchange):
            record.add(
                exchange,
                place=error.pointer,
                kind=error.kind,
                expected=error.expected,
                actual=error.actual,
                carriers=carriers,
            )


@clause(
    "response.status-documented",
    source="responses",
    tolerated="4xx to what the contract forbids or does not document; 405, 406, 413, 414, 415, 431",
)
def test_status_documented(evidence: Evidence, record: Record) -> None:
    """The status is documented for the operation."""
    for exchange in record.each(evidence.authenticated):
        if evidence.validator.status_documented(exchange) or exchange.status >= 500:
            continue
        if is_for_another_clause(evidence, exchange):
            continue
        why = status_is_explained(evidence, exchange)
        if why:
            record.gap(exchange, why)
        else:
            record.add(
                exchange,
                place="status",
                kind=f"undocumented value {exchange.status}",
                expected=f"one of {', '.join(evidence.operation.responses)}",
                actual=str(exchange.status),
            )


@clause(
    "response.no-internals",
    source="responses/500",
    tolerated="what the request itself contained; a gateway's page",
)
def test_no_internals(evidence: Evidence, record: Record) -> None:
    """An error shows no stack trace, SQL, credential, server path or source line."""
    for exchange in evidence.answers:
        if exchange.status < 400 or gateway(exchange):
            continue
        record.judged.add(exchange.number)
        for place, kind, excerpt in internals(evidence, exchange):
            record.add(
                exchange, place=place, kind=kind, expected="words for the caller", actual=excerpt
            )


@clause("response.error-envelope", source="responses/401", tolerated="any other shape: a gap")
def test_error_envelope(evidence: Evidence, record: Record) -> None:
    """4xx and 5xx answer the JSON envelope; that is nowhere published."""
    for exchange in evidence.answers:
        if exchange.status >= 400 and exchange.case.method != "HEAD" and not gateway(exchange):
            record.judged.add(exchange.number)
            if not is_envelope(evidence.contract, exchange):
                record.gap(exchange, "an error in another shape than the JSON envelope")


@clause(
    "response.in-time",
    source="responses/2xx",
)
def test_in_time(evidence: Evidence, record: Record) -> None:
    """Every response arrives within --max-response-time, where one is given."""
    limit = evidence.max_response_time
    if limit is None:
        record.miss(NO_TIME_LIMIT())
        return
    for exchange in record.each(evidence.exchanges):
        if exchange.elapsed > limit:
            record.add(
                exchange,
                place="duration",
                kind="beyond bound",
                expected=f"at most {limit:g} s",
                actual=f"{ceil(exchange.elapsed * 1000) / 1000:.3f} s",  # never the bound itself
            )
