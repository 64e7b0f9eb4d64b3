"""Where what was sent is found again, and where nothing should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness import told
from harness.clauses import Record
from harness.evidence.deadlines import WITHIN, delay_of, is_due, is_told
from harness.evidence.pages import Page, page_of
from harness.evidence.sending import (
    creates_of,
    has_spent_key,
    identity_of,
    plain_and_accepted,
)
from harness.evidence.sends import Look, Sent, is_findable, page_ok
from harness.evidence.view import Evidence
from harness.evidence.windows import Window, window_of
from harness.model import SEND_PLACEHOLDER, Exchange
from harness.reasons import CROWDED
from harness.wire.draft import read
from harness.wire.plain import UUID

IN_TIME = f"listed within {WITHIN:g} s"
NOT_THERE = "no such item in the list"


@dataclass(frozen=True)
class Listed:
    """What is wrong with how a send is listed; with `gap`, what is merely late."""

    expected: str = ""
    actual: str = ""
    gap: str = ""


def listed(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, Listed]]:
    """Every plain accepted send that is not listed as it should be."""
    delays: dict[int, tuple[Sent, float]] = {}
    for part, attempts in _rounds(evidence).items():
        if not (evidence.list_works and evidence.schemes_agree):
            continue  # who sees less than others is auth.*'s to tell
        looks = [look for look in attempts if _readable(evidence, look)]
        if attempts[-1] not in looks:
            continue
        for sent in plain_and_accepted(evidence):
            if sent.exchange.case.group != part or not is_told(sent, looks):
                continue
            record.judged.add(sent.exchange.number)
            verdicts = list(_listed(evidence, sent, looks))
            yield from ((sent, verdict) for verdict in verdicts)
            delay = delay_of(sent, looks)
            if delay is not None and not verdicts:
                delays[sent.exchange.number] = sent, delay
    longest = max((delay for _, delay in delays.values()), default=0.0)
    for sent, _ in delays.values():
        gap = f"first seen in the list up to {longest:.2f} s after the answer"
        yield sent, Listed(gap=gap)
    yield from _of_the_grid(evidence, record)


def _of_the_grid(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, Listed]]:
    """Other valid sends that were accepted: what is unusual about them must not lose them."""
    if not (evidence.list_works and evidence.schemes_agree):
        return
    for sent in evidence.sends:
        last = _last_look(evidence, sent)
        if last is None or not _readable(evidence, last) or not _is_looked_for(evidence, sent):
            continue
        own = str(sent.item.get(identity_of(evidence)[0])).lower()
        if own in last.items or last.identities(sent.exchange.marker, "unfiltered"):
            record.judged.add(sent.exchange.number)
        elif is_due(sent, last) and _reaches_back(evidence, last, sent):
            record.judged.add(sent.exchange.number)
            yield sent, Listed(expected=IN_TIME, actual=NOT_THERE)
        elif is_due(sent, last):
            record.miss(CROWDED())


def _is_looked_for(evidence: Evidence, sent: Sent) -> bool:
    is_good = sent.accepted and isinstance(sent.item, dict)
    return (
        is_good
        and is_findable(evidence.contract, sent.exchange.case)
        and not has_spent_key(evidence, sent)
    )


def _reaches_back(evidence: Evidence, look: Look, sent: Sent) -> bool:
    """Whether a look was long enough, at each end it read, to reach what is older than a send."""
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    earlier = [
        k for k in evidence.looks if all(e.number < sent.exchange.number for e in k.exchanges)
    ]
    older = {key for k in earlier for key in k.items}
    ends: dict[str, set[str]] = {}
    for exchange in look.exchanges:
        page = page_of(listing, exchange)
        if page is not None and exchange.case.group == "unfiltered":
            ends.setdefault(exchange.case.role.rpartition("|")[2], set()).update(page.keys)
    return bool(ends) and all(keys & older for keys in ends.values())


def _last_look(evidence: Evidence, sent: Sent) -> Look | None:
    """The last of the looks that were made for a send of the grid, or for its repetition."""
    part = {"grid": "grid", "repeat": "repeat"}.get(sent.exchange.case.phase, "")
    looks = [look for look in evidence.looks if look.part == part]
    after = [k for k in looks if all(e.number > sent.exchange.number for e in k.exchanges)]
    return after[-1] if after else None


def _rounds(evidence: Evidence) -> dict[str, list[Look]]:
    """`plain N` -> the attempts to find what was sent in that round."""
    rounds: dict[str, list[Look]] = {}
    for look in evidence.looks:
        if look.part.startswith("plain "):
            rounds.setdefault(look.part, []).append(look)
    return rounds


def _readable(evidence: Evidence, look: Look) -> bool:
    """Whether every page of a look is a list that a client can read."""
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    pages = [(page_of(listing, e), window_of(listing, e.case.query)) for e in look.exchanges]
    return bool(pages) and all(_is_readable(*both) for both in pages)


def _is_readable(page: Page | None, window: Window | None) -> bool:
    """Whether a page is a list, and of the size that was asked for: if not, list.* tells it."""
    if page is None or window is None or not page.is_list:
        return False
    return not isinstance(page.echo_size, int) or page.echo_size == window.size


def _listed(evidence: Evidence, sent: Sent, looks: list[Look]) -> Iterator[Listed]:
    marker, last = sent.exchange.marker, looks[-1]
    own = str(sent.item.get(identity_of(evidence)[0])).lower()
    found = last.identities(marker, "unfiltered")
    if not found and own in last.items:
        return  # it is there without its text, which is send.content's to tell
    due = [look for look in looks if is_due(sent, look)]
    if any(own not in k.items and not k.identities(marker, "unfiltered") for k in due):
        delay = delay_of(sent, looks) or 0.0
        is_late = delay > WITHIN
        late = f"first seen in the list {delay:.2f} s after the answer" if is_late else NOT_THERE
        yield Listed(expected=IN_TIME, actual=late)
        return
    times = max(len(found), last.most(marker, "unfiltered"))
    if times > 1:
        yield Listed(expected="listed once", actual=f"{times} items in the list")
    elif own not in found and _is_comparable(own, found):
        name = identity_of(evidence)[0]
        yield Listed(
            expected=f"listed as {name} {told.text(own)}", actual=told.text(next(iter(found)))
        )
    yield from _behind_filters(evidence, sent, looks)


def _is_comparable(own: str, found: set[str]) -> bool:
    """Whether the listed identity is one at all; if not, that is response.formats' to tell."""
    return bool(UUID.fullmatch(own)) == all(UUID.fullmatch(other) for other in found)


def _behind_filters(evidence: Evidence, sent: Sent, looks: list[Look]) -> Iterator[Listed]:
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    for echo in creates_of(evidence).echo:
        rules = [f for f in listing.filters.values() if f.field == echo.response]
        value = sent.draft.json.get(echo.request.removeprefix("/"), echo.default)
        if not rules or not isinstance(value, bool) or not evidence.filters_work:
            continue
        for side in (True, False):
            where = f"{rules[0].parameter}={str(side).lower()}"
            seen = [
                bool(k.identities(sent.exchange.marker, where)) for k in looks if k.covers(where)
            ]
            late = [k for k in looks if k.covers(where) and is_due(sent, k)]
            if side != value and seen and seen[-1]:
                yield Listed(expected=f"not found with {where}", actual="found")
            elif side == value and not all(k.identities(sent.exchange.marker, where) for k in late):
                yield Listed(expected=f"found with {where}", actual="not found")


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
        if exchange.case.role.startswith("repeat|"):
            continue
        if exchange.case.method != evidence.operation.method or not _is_marked(evidence, exchange):
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


def _is_marked(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether what was stored of a send would show its marker: it stands in the text.

    In a body that is no object, it may be anywhere: who can tell what such a server reads?
    """
    body = read(evidence.operation, exchange.case).json
    if not isinstance(body, dict):
        return exchange.marker.encode() in (exchange.request.body or b"")
    text = body.get(creates_of(evidence).marker_request.removeprefix("/"))
    return isinstance(text, str) and (SEND_PLACEHOLDER in text or exchange.marker in text)
