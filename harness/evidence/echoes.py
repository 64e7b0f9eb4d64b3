"""What a created item must repeat of the request that created it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness import told
from harness.contract import Creates, Echo
from harness.evidence.pages import MISSING, at, scope_of
from harness.evidence.sending import creates_of
from harness.evidence.sends import Sent
from harness.evidence.view import Evidence
from harness.wire.forbidden import forbidden_values
from harness.wire.plain import UUID


def echo_deviations(evidence: Evidence, sent: Sent, item: Any) -> Iterator[tuple[str, str, str]]:
    """(place, expected, actual) of every property that is not what was sent."""
    creates, body = creates_of(evidence), sent.draft.json
    for echo in creates.echo:
        expected = body.get(echo.request.removeprefix("/"), echo.default)
        if echo.request.removeprefix("/") not in body and not echo.has_default:
            continue
        if not _applies(creates, echo.when, body):
            continue
        actual = at(item, echo.response)
        if not _echoed(echo, expected, actual) and _has_shape(evidence, echo.response, actual):
            yield echo.response, repr(expected), _shown(actual)
    for derived in creates.derived:
        actual = at(item, derived.response)
        wrong = _applies(creates, derived.when, body) and actual not in (derived.value, MISSING)
        if wrong and _has_shape(evidence, derived.response, actual):
            yield derived.response, repr(derived.value), _shown(actual)
    yield from _scope_deviation(evidence, sent, item)


def _has_shape(evidence: Evidence, pointer: str, value: Any) -> bool:
    """Whether a value is one that its field may hold; if not, `response.*` tells it."""
    schema: Any = evidence.operation.response_schema(200) or {}
    for part in f"{creates_of(evidence).answer}{pointer}".split("/")[1:]:
        schema = schema.get("properties", {}).get(part, {})
    return not any(forbidden_values("", "", schema, value, required=True))


def _shown(value: Any) -> str:
    return "no such field" if value is MISSING else told.value(value)


def _applies(creates: Creates, when: Any, body: dict[str, Any]) -> bool:
    defaults = {e.request.removeprefix("/"): e.default for e in creates.echo if e.has_default}
    return all(body.get(name, defaults.get(name)) == value for name, value in when.items())


def _echoed(echo: Echo, expected: Any, actual: Any) -> bool:
    if actual is MISSING:
        return True  # a missing field is response.fields-present's, an optional one may be absent
    if echo.compare != "addresses":
        return bool(type(actual) is type(expected) and actual == expected)
    if not isinstance(actual, list):
        return actual is None
    if not actual and echo.empty_allowed:
        return True
    return _addresses(expected) <= _addresses(actual)


def _addresses(values: list[Any]) -> set[str]:
    """Bare addresses, without regard to case: `A <a@b>` is `a@b`."""
    return {str(v).rpartition("<")[2].rstrip(">").strip().lower() for v in values}


def _scope_deviation(evidence: Evidence, sent: Sent, item: Any) -> Iterator[tuple[str, str, str]]:
    creates = creates_of(evidence)
    if not creates.scope_response:
        return
    actual = at(item, creates.scope_response)
    addressed = scope_of(evidence.operation, sent.exchange)
    if not isinstance(actual, str) or not addressed or actual.lower() == addressed.lower():
        return
    # What is no id at all is the format's business.
    if UUID.fullmatch(actual) or not UUID.fullmatch(addressed):
        yield creates.scope_response, "the resource addressed", told.text(actual)
