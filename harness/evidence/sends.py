"""What was sent, what was answered, and where it was found again by its marker."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from harness.contract import Contract, Creates, Operation
from harness.evidence.pages import MISSING, at, page_of, parse
from harness.model import SEND_PLACEHOLDER, Case, Exchange
from harness.wire.draft import Draft, read
from harness.wire.reading import understand

LOOK = "look"
"""Role of a request that looks for what was sent: `look|PART|ATTEMPT|WHERE`."""
COUNTED = "counted"
"""First word of a group of one send, which is looked for and counted by itself."""
MARKER = re.compile(r"ct[0-9a-z]{14}")


@dataclass(frozen=True)
class Sent:
    """One send and its answer."""

    exchange: Exchange
    draft: Draft
    item: Any
    """The created item in the answer; `MISSING` if there is none."""

    @property
    def accepted(self) -> bool:
        """Answered with 2xx."""
        return 200 <= self.exchange.status < 300 and not self.exchange.failure

    @property
    def refused(self) -> bool:
        """Answered with 4xx."""
        return 400 <= self.exchange.status < 500 and not self.exchange.failure


@dataclass(frozen=True)
class Found:
    """A sent text met in a listing."""

    exchange: Exchange
    item: Mapping[str, Any]
    identity: str


@dataclass
class Look:
    """One attempt to find what was sent: the pages read at one moment."""

    part: str
    attempt: int
    exchanges: list[Exchange] = field(default_factory=list)
    found: dict[str, list[Found]] = field(default_factory=dict)
    """Marker -> where it was met."""
    items: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Identity -> the item, of all that was read."""

    def identities(self, marker: str, where: str = "") -> set[str]:
        """Different items that carry a marker, on the pages read with filter setting `where`."""
        return {
            found.identity
            for found in self.found.get(marker, ())
            if not where or found.exchange.case.group == where
        }

    def most(self, marker: str, where: str) -> int:
        """How often a marker stands on one page, with filter setting `where`."""
        pages: dict[int, int] = {}
        for found in self.found.get(marker, ()):
            if found.exchange.case.group == where:
                number = found.exchange.number
                pages[number] = pages.get(number, 0) + 1
        return max(pages.values(), default=0)

    def covers(self, where: str) -> bool:
        """Whether pages with the filter setting `where` were read."""
        return any(e.case.group == where and page_ok(e) for e in self.exchanges)

    @property
    def at(self) -> float:
        """Seconds since the run began when the attempt began."""
        return min(exchange.started for exchange in self.exchanges)


def is_whole(listing: Operation, look: Look) -> bool:
    """Whether a look shows every list that it read on one page."""
    pages = [page_of(listing, exchange) for exchange in look.exchanges]
    return all(page is not None and page.total == len(page.keys) for page in pages)


def page_ok(exchange: Exchange) -> bool:
    """Whether a page was answered at all."""
    return 200 <= exchange.status < 300 and not exchange.failure


def sent(operation: Operation, exchanges: Iterable[Exchange]) -> Iterator[Sent]:
    """Every send among the exchanges of a sending operation."""
    creates = operation.creates
    assert creates is not None
    for exchange in exchanges:
        if exchange.case.method != operation.method:
            continue
        item: Any = MISSING
        if exchange.response and not exchange.failure and 200 <= exchange.status < 300:
            item = at(parse(exchange.response.body), creates.answer)
        yield Sent(exchange, read(operation, _marked(exchange)), item)


def _marked(exchange: Exchange) -> Case:
    """The case with its marker where it was sent: any text may have held one, and is echoed."""
    case = exchange.case
    if not case.body or not exchange.marker:
        return case
    body = case.body.replace(SEND_PLACEHOLDER.encode(), exchange.marker.encode())
    return replace(case, body=body)


def looks(listing: Operation, creates: Creates, exchanges: Iterable[Exchange]) -> list[Look]:
    """All attempts to find what was sent, in the order made."""
    made: dict[tuple[str, str], Look] = {}
    for exchange in exchanges:
        role = exchange.case.role.split("|")
        if role[0] != LOOK:
            continue
        look = made.setdefault((role[1], role[2]), Look(role[1], int(role[2])))
        look.exchanges.append(exchange)
        for found in _found(listing, exchange):
            look.items[found.identity] = found.item
            for marker in markers(creates, found.item):
                look.found.setdefault(marker, []).append(found)
    return list(made.values())


def _found(listing: Operation, exchange: Exchange) -> Iterator[Found]:
    pagination = listing.pagination
    assert pagination is not None
    if page_of(listing, exchange) is None or exchange.response is None:
        return
    items = at(parse(exchange.response.body), pagination.items)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield Found(exchange, item, str(item.get(pagination.identity[0])).lower())


def total_of(listing: Operation, look: Look) -> int | None:
    """How many items the whole list claimed to hold when it was looked at."""
    for exchange in look.exchanges:
        page = page_of(listing, exchange)
        if page and exchange.case.group == "unfiltered" and isinstance(page.total, int):
            return page.total
    return None


def markers(creates: Creates, item: Any) -> set[str]:
    """The markers in the texts of an item."""
    texts = [at(item, pointer) for pointer in creates.marker_response]
    return {m for text in texts if isinstance(text, str) for m in MARKER.findall(text)}


def is_findable(contract: Contract, case: Case) -> bool:
    """Whether what a send stores must be listed with its marker: a good text in a valid body."""
    creates = contract.operation(case.operation).creates
    reading = understand(contract, case)
    text = creates and f"body {creates.marker_request}"
    return (
        reading.is_valid
        and case.phase in {"grid", "repeat"}
        and not case.role.startswith("repeat|")
        and "{write}" in case.path
        and all(cell.place != text for cell in reading.cells)
    )


def carries(creates: Creates, item: Any, word: str) -> bool:
    """Whether one of the texts of an item holds a word."""
    texts = [at(item, pointer) for pointer in creates.marker_response]
    return any(isinstance(text, str) and word in text for text in texts)
