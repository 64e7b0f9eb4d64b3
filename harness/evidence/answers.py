"""Readings of single answers that need neither the list nor another answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness import told
from harness.contract import Contract
from harness.evidence.pages import at, parse
from harness.evidence.ranges import is_beyond
from harness.evidence.view import Evidence
from harness.internals import internals as find_internals
from harness.model import Exchange

ALWAYS_EXPLAINED = frozenset({405, 406, 413, 414, 415, 431})
SAID = ("/message", "/detail", "/error", "/title")
"""Where an error usually says what it is; RFC 9457 has `detail` and `title`."""
MEMBERS = frozenset(
    {
        "message", "detail", "error", "title", "errors", "status", "type", "instance", "data",
        "code", "error_type", "description", "reason", "cause", "exception", "trace", "stack",
        "stacktrace", "traceback", "debug",
    }
)  # fmt: skip
"""What members of an error are usually called."""
GATEWAY = frozenset({502, 503, 504})


def media_type(exchange: Exchange) -> str:
    """The media type of an answer without parameters, lower case."""
    value = exchange.response.header("content-type") if exchange.response else None
    return (value or "").partition(";")[0].strip().lower()


def values(evidence: Evidence, exchange: Exchange) -> list[str]:
    """The documented media types of an answer."""
    return list(evidence.operation.responses.get(str(exchange.status), ()))


def gateway(exchange: Exchange) -> bool:
    """Whether a gateway answered in the server's place: its status, and no JSON."""
    return exchange.status in GATEWAY and "json" not in media_type(exchange)


def broken(exchange: Exchange) -> bool:
    """Whether the request was left without an answer, which only a repetition can judge."""
    return exchange.failure in {"reset", "timeout"}


def is_envelope(contract: Contract, exchange: Exchange) -> bool:
    """Whether an error has the fields that this API's errors are known for."""
    if exchange.response is None:
        return False
    value = parse(exchange.response.body)
    return isinstance(value, dict) and all(name in value for name in contract.error_required)


def internals(evidence: Evidence, exchange: Exchange) -> Iterator[tuple[str, str, str]]:
    """(place, what is shown, excerpt) of an error that shows its server's inside."""
    if exchange.response is None:
        return
    request = exchange.request
    sent = " ".join([request.target, (request.body or b"").decode("utf-8", "replace")])
    for place, text in _texts(evidence, exchange):
        found = find_internals(text, sent)
        ours = next((name for name in evidence.hidden if name in text and name not in sent), "")
        if ours:
            yield place, "credential", ours
        elif found:
            yield place, found[0].kind, told.text(found[0].excerpt, "error")


def _texts(evidence: Evidence, exchange: Exchange) -> Iterator[tuple[str, str]]:
    """The members of a JSON object that is an error, otherwise the body as it is.

    A member under a name that errors do not usually have stands at `/*`: it may be data.
    """
    known = MEMBERS.union(evidence.contract.error_required)
    assert exchange.response is not None
    value = parse(exchange.response.body)
    if not isinstance(value, dict):
        yield "body", exchange.response.body.read().decode("utf-8", "replace")
        return
    for name, member in value.items():
        place = f"/{name}" if name in known else "/*"
        yield place, member if isinstance(member, str) else json.dumps(member)


def status_is_explained(evidence: Evidence, exchange: Exchange) -> str:
    """Why an undocumented status is tolerated; empty if nothing explains it."""
    reading = evidence.reading(exchange)
    if not 400 <= exchange.status < 500:
        return "" if reading.documented_method else "an undocumented method"
    reasons = {
        f"HTTP's own status {exchange.status}": exchange.status in ALWAYS_EXPLAINED,
        "an undocumented method": not reading.documented_method,
        "an unknown resource": reading.unknown,
        "a request that the contract forbids": bool(reading.forbidden),
        "something undocumented in the request": reading.undocumented,
    }
    explained = next((reason for reason, holds in reasons.items() if holds), "")
    return explained or _by_another_clause(evidence, exchange)


def is_for_another_clause(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a more special clause judges the refusal of this valid request."""
    if not 400 <= exchange.status < 500 or exchange.status in ALWAYS_EXPLAINED:
        return False
    if exchange.case.role.startswith("good|"):
        return True
    if not evidence.reading(exchange).is_valid:
        return False
    if evidence.operation.creates:
        return _is_plain_baseline(exchange)
    if evidence.operation.pagination is None or is_beyond(evidence, exchange):
        return False
    window = evidence.window(exchange)
    return bool(window and (window.filters or window.size))


def _by_another_clause(evidence: Evidence, exchange: Exchange) -> str:
    credentials = exchange.case.credentials
    if evidence.operation.security and (credentials is None or credentials.defect):
        return "" if exchange.status == 403 else "malformed credentials"
    creates = evidence.operation.creates
    if (
        creates
        and exchange.status == 403
        and evidence.reading(exchange).context in creates.refusable
    ):
        return "a context that the credentials have no right to"
    if creates:
        return "" if _is_plain_baseline(exchange) else "a valid body that is not plain"
    if evidence.operation.pagination and is_beyond(evidence, exchange):
        return "a page beyond the last"
    return ""


def _is_plain_baseline(exchange: Exchange) -> bool:
    return not exchange.case.cells and exchange.case.phase == "baseline"


def message(exchange: Exchange) -> str:
    """The server's own words for a failure."""
    if exchange.response is None:
        return exchange.failure
    value = parse(exchange.response.body)
    texts = [at(value, pointer) for pointer in SAID]
    return next((text for text in texts if isinstance(text, str)), "")
