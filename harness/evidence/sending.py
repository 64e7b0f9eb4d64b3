"""What became of what was sent: in the answer, in the list, and where nothing should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.clauses import Record
from harness.contract import Creates, Echo
from harness.evidence.pages import MISSING, at, page_of
from harness.evidence.sends import Look, Sent, carries, page_ok
from harness.evidence.view import Evidence
from harness.model import SEND_PLACEHOLDER, Exchange
from harness.wire import kinds
from harness.wire.baselines import nearest_context
from harness.wire.reading import UUID, forbidden_values, is_plain_recipients, is_plain_text

Places = tuple[frozenset[str], bool]
WITHIN = 2.0
"""Seconds within which what was sent must be listed."""


def _creates(evidence: Evidence) -> Creates:
    assert evidence.operation.creates is not None
    return evidence.operation.creates


def answer(evidence: Evidence) -> str:
    """The response pointer of the created item."""
    return _creates(evidence).answer


def text_place(evidence: Evidence) -> str:
    """The first of the item's texts."""
    return _creates(evidence).marker_response[0]


def outcome(sent: Sent) -> str:
    """The status, or what came in its place."""
    return str(sent.exchange.status or sent.exchange.failure)


def is_valid(evidence: Evidence, sent: Sent) -> bool:
    """Whether the contract promises that the request is accepted, as far as its form goes."""
    reading = evidence.reading(sent.exchange)
    return reading.is_valid and "{write}" in sent.exchange.case.path


def is_plain(evidence: Evidence, sent: Sent) -> bool:
    """Whether a valid request is plain (contract.md, *A plain request*)."""
    creates, body = _creates(evidence), sent.draft.json
    limits = creates.limits
    if not isinstance(body, dict) or any(p.removeprefix("/") in body for p in limits.absent):
        return False
    cells = evidence.reading(sent.exchange).cells
    if any(c.place != f"body {limits.text}" or c.kind not in _PRINTABLE for c in cells):
        return False
    recipients = {p: body[p[1:]] for p in creates.recipients if p.removeprefix("/") in body}
    text = body.get(limits.text.removeprefix("/"))
    return (
        is_plain_text(text, limits.minimum, limits.maximum)
        and set(recipients) == _recipients(creates, nearest_context(evidence.operation, body))
        and all(is_plain_recipients(v, limits.recipients_maximum) for v in recipients.values())
    )


_PRINTABLE = frozenset({kinds.QUOTE, kinds.TEMPLATE, kinds.SQL})
"""What may be special about a text that is plain all the same."""


def _recipients(creates: Creates, context: str) -> set[str]:
    return {p for p in creates.recipients if p.removeprefix("/") in creates.plain[context]}


def lacks_the_right(evidence: Evidence, sent: Sent) -> bool:
    """Whether the credentials may not send in this context while another context passes."""
    creates = _creates(evidence)
    context = nearest_context(evidence.operation, sent.draft.json)
    return (
        sent.exchange.status == 403
        and context in creates.refusable
        and any(s.accepted and s.exchange.case.context != context for s in evidence.sends)
    )


def _plain_and_accepted(evidence: Evidence) -> Iterator[Sent]:
    for sent in evidence.sends:
        repeat = sent.exchange.case.role.startswith("repeat|")
        marked = is_marked(evidence, sent) and not repeat
        if sent.accepted and marked and isinstance(sent.item, dict):
            yield sent


def is_marked(evidence: Evidence, sent: Sent) -> bool:
    """A valid send that the suite looks for: a baseline, the long text, another scheme."""
    return (
        is_valid(evidence, sent)
        and (is_plain(evidence, sent) or sent.exchange.case.role == "long")
        and bool(sent.exchange.marker)
        and sent.exchange.case.phase in {"baseline", "sending", "auth", "repeat"}
    )


def items(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, str, Any]]:
    """Each valid accepted send with its item in the answer and with the item found listed.

    The place's prefix is the answer's pointer, or `list` for the listed item.
    """
    creates = _creates(evidence)
    for sent in evidence.sends:
        if not sent.accepted or not isinstance(sent.item, dict) or not is_valid(evidence, sent):
            continue
        if sent.exchange.case.role.startswith("repeat|"):
            continue
        record.judged.add(sent.exchange.number)
        yield sent, creates.answer, sent.item
        listed = _last_found(evidence, sent)
        if listed is not None:
            yield sent, "list ", listed


def _last_found(evidence: Evidence, sent: Sent) -> Any:
    """The listed item with this send's identity, as last read; None if it is not listed."""
    identity = str(sent.item.get(_identity(evidence)[0])).lower()
    for look in reversed(evidence.looks):
        for found in look.found.get(sent.exchange.marker, ()):
            if found.identity == identity:
                return found.item
    return None


def _identity(evidence: Evidence) -> tuple[str, ...]:
    listing = evidence.contract.operation(_creates(evidence).listed_by)
    assert listing.pagination is not None
    return listing.pagination.identity


def echo_deviations(evidence: Evidence, sent: Sent, item: Any) -> Iterator[tuple[str, str, str]]:
    """(place, expected, actual) of every property that is not what was sent."""
    creates, body = _creates(evidence), sent.draft.json
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
    for part in f"{_creates(evidence).answer}{pointer}".split("/")[1:]:
        schema = schema.get("properties", {}).get(part, {})
    return not any(forbidden_values("", "", schema, value, required=True))


def _shown(value: Any) -> str:
    return "no such field" if value is MISSING else repr(value)


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
    creates = _creates(evidence)
    if not creates.scope_response:
        return
    actual = at(item, creates.scope_response)
    if (
        isinstance(actual, str)
        and f"/{actual.lower()}/" not in sent.exchange.request.target.lower()
    ):
        yield creates.scope_response, "the resource addressed", actual


def lost_words(evidence: Evidence, sent: Sent, item: Any) -> Iterator[str]:
    """Each word that did not arrive."""
    creates, marker = _creates(evidence), sent.exchange.marker
    if not is_worded(evidence, sent):
        return
    if not carries(creates, item, marker):
        yield f"the marker {marker}"
    elif sent.exchange.case.role == "long" and not carries(creates, item, f"last{marker}"):
        yield f"the last word last{marker}"


def is_worded(evidence: Evidence, sent: Sent) -> bool:
    """Whether the text of a send is the suite's own, with its marker in it."""
    text = sent.draft.json.get(_creates(evidence).limits.text.removeprefix("/"))
    return isinstance(text, str) and SEND_PLACEHOLDER in text


def reused_identities(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, str, str]]:
    """Accepted sends whose item has an identity that another item had before."""
    bearers: dict[tuple[str, str], list[Sent]] = {}
    for sent in _plain_and_accepted(evidence):
        record.judged.add(sent.exchange.number)
        for name in _identity(evidence):
            if name in sent.item:
                bearers.setdefault((name, str(sent.item[name]).lower()), []).append(sent)
    for (name, value), sharing in bearers.items():
        for sent in sharing if len(sharing) > 1 else ():
            yield sent, name, value


@dataclass(frozen=True)
class Listed:
    """What is wrong with how a send is listed; with `gap`, what is merely late."""

    expected: str = ""
    actual: str = ""
    gap: str = ""


def listed(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, Listed]]:
    """Every plain accepted send that is not listed as it should be."""
    for part, attempts in _rounds(evidence).items():
        if not _readable(evidence, attempts[-1]):
            continue
        for sent in _plain_and_accepted(evidence):
            if sent.exchange.case.group == part:
                record.judged.add(sent.exchange.number)
                yield from ((sent, verdict) for verdict in _listed(evidence, sent, attempts))


def _rounds(evidence: Evidence) -> dict[str, list[Look]]:
    """`plain N` -> the attempts to find what was sent in that round."""
    rounds: dict[str, list[Look]] = {}
    for look in evidence.looks:
        if look.part.startswith("plain "):
            rounds.setdefault(look.part, []).append(look)
    return rounds


def _readable(evidence: Evidence, look: Look) -> bool:
    """Whether every page of a look is a list that a client can read."""
    listing = evidence.contract.operation(_creates(evidence).listed_by)
    pages = [page_of(listing, exchange) for exchange in look.exchanges]
    return bool(pages) and all(page is not None and page.is_list for page in pages)


def _listed(evidence: Evidence, sent: Sent, attempts: list[Look]) -> Iterator[Listed]:
    marker, last = sent.exchange.marker, attempts[-1]
    own = str(sent.item.get(_identity(evidence)[0])).lower()
    found = last.identities(marker, "unfiltered")
    if not found:
        yield Listed(expected="listed within 2 s", actual="no such item in the list")
        return
    if len(found) > 1:
        yield Listed(expected="listed once", actual=f"{len(found)} items in the list")
    elif own not in found and _is_comparable(own, found):
        name = _identity(evidence)[0]
        yield Listed(expected=f"listed as {name} {own}", actual=next(iter(found)))
    elif marker not in attempts[0].found:
        delay = last.at - sent.exchange.started
        yield Listed(gap=f"listed {'1' if delay < 1 else '2'} s or less after it was sent")
    yield from _behind_filters(evidence, sent, last)


def _is_comparable(own: str, found: set[str]) -> bool:
    """Whether the listed identity is one at all; if not, that is response.formats' to tell."""
    return bool(UUID.fullmatch(own)) == all(UUID.fullmatch(other) for other in found)


def _behind_filters(evidence: Evidence, sent: Sent, look: Look) -> Iterator[Listed]:
    listing = evidence.contract.operation(_creates(evidence).listed_by)
    for echo in _creates(evidence).echo:
        rules = [f for f in listing.filters.values() if f.field == echo.response]
        value = sent.draft.json.get(echo.request.removeprefix("/"), echo.default)
        if not rules or not isinstance(value, bool) or not evidence.filters_work:
            continue
        for side in (True, False):
            where = f"{rules[0].parameter}={str(side).lower()}"
            if not look.covers(where):
                continue
            is_there = bool(look.identities(sent.exchange.marker, where))
            if is_there != (side == value):
                wanted = "" if side == value else "not "
                yield Listed(
                    expected=f"{wanted}found with {where}",
                    actual="found" if is_there else "not found",
                )


def uncounted(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, int, int]]:
    """The last plain send where the list's total did not grow by what was stored."""
    listing = evidence.contract.operation(_creates(evidence).listed_by)
    befores = {
        look.part.replace("before", "plain"): look
        for look in evidence.looks
        if look.part.startswith("before")
    }
    for part, attempts in _rounds(evidence).items():
        between = [s for s in _plain_and_accepted(evidence) if s.exchange.case.group == part]
        if part not in befores or not between:
            continue
        before = _total(evidence, listing.id, befores[part])
        after = _total(evidence, listing.id, attempts[-1])
        if before is None or after is None:
            continue
        record.judged.update(s.exchange.number for s in between)
        if after < before + len(between):
            for sent in between:
                yield sent, before + len(between), after


def _total(evidence: Evidence, listing_id: str, look: Look) -> int | None:
    listing = evidence.contract.operation(listing_id)
    for exchange in look.exchanges:
        page = page_of(listing, exchange)
        if page and exchange.case.group == "unfiltered" and isinstance(page.total, int):
            return page.total
    return None


def forbidden(evidence: Evidence, wanted: set[str]) -> Iterator[Sent]:
    """Sends to the right place whose body has one of the wanted kinds at a required property."""
    for sent in _written(evidence):
        reading = evidence.reading(sent.exchange)
        if any(f.cell.kind in wanted and "/" in f.cell.place for f in reading.forbidden):
            yield sent


def _written(evidence: Evidence) -> Iterator[Sent]:
    return (s for s in evidence.sends if "{write}" in s.exchange.case.path)


_ILL_TYPED = frozenset(
    {kinds.NULL, kinds.WRONG_TYPE, kinds.NOT_AN_INTEGER, kinds.UNDOCUMENTED_VALUE, kinds.EMPTY}
)


def ill_typed(evidence: Evidence) -> Iterator[tuple[Sent, bool]]:
    """Sends of readable objects with values that their schema forbids; whether all are obvious."""
    for sent in _written(evidence):
        found = evidence.reading(sent.exchange).forbidden
        values = [f for f in found if f.cell.kind in _ILL_TYPED and "/" in f.cell.place]
        if values and len(values) == len(found):
            yield sent, all(f.obvious for f in values)


def malformed(evidence: Evidence) -> Iterator[tuple[Sent, bool]]:
    """Sends whose body as a whole is not what the contract asks for; whether it may be read."""
    for sent in _written(evidence):
        reading = evidence.reading(sent.exchange)
        whole = [f for f in reading.forbidden if f.cell.place == "body"]
        other_case = any(c.kind == kinds.OTHER_CASE for c in reading.cells)
        if whole or other_case:
            yield sent, all(f.obvious for f in whole)


def stored_though_refused(
    evidence: Evidence, record: Record, *, authenticated: bool
) -> Iterator[Exchange]:
    """Exchanges that were refused and whose marker stands in the list all the same."""
    looks = [look for look in evidence.looks if any(page_ok(e) for e in look.exchanges)]
    for exchange in evidence.exchanges:
        credentials = exchange.case.credentials
        good = bool(credentials and not credentials.defect)
        refused = 400 <= exchange.status < 500 if authenticated else exchange.status >= 400
        if good != authenticated or not refused or not exchange.marker:
            continue
        if exchange.case.method != evidence.operation.method or not _is_marked(exchange):
            continue
        later = [
            look
            for look in looks
            if look.at > exchange.started and "{write}" in look.exchanges[0].case.path
        ]
        if not later:
            continue
        record.judged.add(exchange.number)
        if any(exchange.marker in look.found for look in later):
            yield exchange


def _is_marked(exchange: Exchange) -> bool:
    return exchange.marker.encode() in (exchange.request.body or b"")


TEXTS: Places = (
    frozenset(
        {
            kinds.EMPTY,
            kinds.NUL,
            kinds.CONTROL,
            kinds.SURROGATE,
            kinds.EMOJI,
            kinds.QUOTE,
            kinds.RIGHT_TO_LEFT,
            kinds.TEMPLATE,
            kinds.SQL,
            kinds.VERY_LONG,
        }
    ),
    False,
)
NUMBERS: Places = (
    frozenset(
        {kinds.ZERO, kinds.NEGATIVE, kinds.UNKNOWN_ID, kinds.BEYOND_32_BITS, kinds.BEYOND_64_BITS}
    ),
    False,
)
LENGTHS: Places = (
    frozenset({kinds.MISSING, kinds.EMPTY, kinds.TOO_MANY, kinds.DUPLICATE}),
    True,
)


def touching(evidence: Evidence, places: Places) -> Iterator[Exchange]:
    """Sends with exactly one unusual place in the body, of one of the kinds.

    The second member of `places` asks for arrays as a whole, otherwise for what stands in them
    and for plain properties.
    """
    wanted, arrays = places
    schema = evidence.operation.body_schema or {}
    for sent in evidence.sends:
        exchange = sent.exchange
        cells = evidence.reading(exchange).cells
        unusual = [c for c in cells if not c.kind.startswith(kinds.VALID_VALUE)]
        if not unusual or len({c.place for c in unusual}) != 1:
            continue
        cell = unusual[0]
        if cell.kind not in wanted or not cell.place.startswith("body /"):
            continue
        name = cell.place.removeprefix("body /")
        is_array = schema.get("properties", {}).get(name, {}).get("type") == "array"
        if is_array == arrays:
            yield exchange


def repeats(evidence: Evidence) -> Iterator[Exchange]:
    """Sends with a repeat key that was used before, and the first ones."""
    for exchange in evidence.ordinary:
        if exchange.case.role.startswith("repeat|"):
            yield exchange
