"""Where what was sent is found again, and where nothing should be.

A few lines longer than a file should be: one subject, a function for each clause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness import told
from harness.clauses import Record
from harness.evidence.pages import Page, page_of
from harness.evidence.sending import (
    creates_of,
    has_spent_key,
    identity_of,
    plain_and_accepted,
)
from harness.evidence.sends import COUNTED, Look, Sent, is_findable, page_ok, total_of
from harness.evidence.view import Evidence
from harness.evidence.windows import Window, window_of
from harness.model import SEND_PLACEHOLDER, Exchange
from harness.wire.draft import read
from harness.wire.plain import UUID

WITHIN = 2.0
"""Seconds within which what was sent must be listed."""


@dataclass(frozen=True)
class Listed:
    """What is wrong with how a send is listed; with `gap`, what is merely late."""

    expected: str = ""
    actual: str = ""
    gap: str = ""


def listed(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, Listed]]:
    """Every plain accepted send that is not listed as it should be."""
    for part, attempts in _rounds(evidence).items():
        if not (evidence.list_works and evidence.schemes_agree):
            continue  # who sees less than others is auth.*'s to tell
        if not _readable(evidence, attempts[-1]):
            continue
        for sent in plain_and_accepted(evidence):
            if sent.exchange.case.group == part:
                record.judged.add(sent.exchange.number)
                yield from ((sent, verdict) for verdict in _listed(evidence, sent, attempts))
    yield from _of_the_grid(evidence, record)


def _of_the_grid(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, Listed]]:
    """Other valid sends that were accepted: what is unusual about them must not lose them."""
    if not (evidence.list_works and evidence.schemes_agree):
        return
    for sent in evidence.sends:
        last = _last_look(evidence, sent)
        if last is None or not _readable(evidence, last):
            continue
        is_good = sent.accepted and isinstance(sent.item, dict)
        if not is_good or not is_findable(evidence.contract, sent.exchange.case):
            continue
        if has_spent_key(evidence, sent):
            continue
        own = str(sent.item.get(identity_of(evidence)[0])).lower()
        if own in last.items or last.identities(sent.exchange.marker, "unfiltered"):
            record.judged.add(sent.exchange.number)
        elif _reaches_back(evidence, last, sent):
            record.judged.add(sent.exchange.number)
            yield sent, Listed(expected="listed within 2 s", actual="no such item in the list")
        else:
            record.miss(
                "so much was written meanwhile that what was sent could not be looked for",
                "a resource that nobody else writes to",
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


def _listed(evidence: Evidence, sent: Sent, attempts: list[Look]) -> Iterator[Listed]:
    marker, last = sent.exchange.marker, attempts[-1]
    own = str(sent.item.get(identity_of(evidence)[0])).lower()
    found = last.identities(marker, "unfiltered")
    if not found and own in last.items:
        return  # it is there without its text, which is send.content's to tell
    if not found:
        yield Listed(expected="listed within 2 s", actual="no such item in the list")
        return
    times = max(len(found), last.most(marker, "unfiltered"))
    if times > 1:
        yield Listed(expected="listed once", actual=f"{times} items in the list")
    elif own not in found and _is_comparable(own, found):
        name = identity_of(evidence)[0]
        yield Listed(
            expected=f"listed as {name} {told.text(own)}", actual=told.text(next(iter(found)))
        )
    elif marker not in attempts[0].found:
        delay = last.at - sent.exchange.started
        yield Listed(gap=f"listed {'1' if delay < 1 else '2'} s or less after it was sent")
    yield from _behind_filters(evidence, sent, last)


def _is_comparable(own: str, found: set[str]) -> bool:
    """Whether the listed identity is one at all; if not, that is response.formats' to tell."""
    return bool(UUID.fullmatch(own)) == all(UUID.fullmatch(other) for other in found)


def _behind_filters(evidence: Evidence, sent: Sent, look: Look) -> Iterator[Listed]:
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    for echo in creates_of(evidence).echo:
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
    """Plain sends where the list's total did not grow by what was stored.

    Where each was counted by itself, those that were not; otherwise all that were sent together.
    """
    found = [count for count in _counts(evidence) if count.sends]
    if found and not evidence.totals_work:
        record.miss("the list does not count what it holds", "a list whose total is right")
        return
    apart = {count.round for count in found if count.is_alone}
    for count in found:
        record.judged.update(s.exchange.number for s in count.sends)
        least = count.before + len(count.sends)
        if count.after < least and count.is_alone == (count.round in apart):
            yield from ((sent, least, count.after) for sent in count.sends)


@dataclass(frozen=True)
class _Count:
    """The list's total before and after some sends that are listed."""

    round: str
    is_alone: bool
    before: int
    after: int
    sends: list[Sent]


def _counts(evidence: Evidence) -> Iterator[_Count]:
    """One for each round, and one for each send that was counted by itself.

    What comes before it are the looks for another part.
    """
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    sends = list(plain_and_accepted(evidence))
    last = {look.part: look for look in evidence.looks}
    for earlier, part in pairwise(last):
        before, after = total_of(listing, last[earlier]), total_of(listing, last[part])
        if before is not None and after is not None:
            own = [s for s in sends if s.exchange.case.group == part]
            stored = [s for s in own if s.exchange.marker in last[part].found]
            word, *others = part.split()
            yield _Count("".join(others[:1]), word == COUNTED, before, after, stored)


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
