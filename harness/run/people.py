"""Whose addresses the write resource holds, before anything is written that may send mail.

A server may mail the people of a resource by itself, whoever a request names as recipients.
"""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from harness.contract import Contract, Operation
from harness.evidence.pages import Page, page_of
from harness.model import Case, Exchange
from harness.wire.baselines import LISTING, baselines

Send = Callable[[Sequence[Case]], list[Exchange | None]]
Read = tuple[Exchange, Page]
ADDRESS = re.compile(r"[^\s@<>(){}\[\],:;]@([\w-]+(?:\.[\w-]+)*|\[[^\]\s]*\])")
"""The last character of a name, and a domain; `@` at the beginning of a word is no address."""
WALK = 10
"""Pages that are read at the most where it is not said how many there are."""
SHOWN = 5
"""Domains that a message names."""
LONGEST = 60
"""Characters of a domain that a message shows."""


def domains(body: bytes) -> set[str]:
    """The domains, lower case, of all addresses that stand anywhere in a decoded body.

    Whatever looks like an address counts as one; a body that is no JSON is read as a text.
    """
    try:
        texts = list(_texts(json.loads(body)))
    except (ValueError, RecursionError):
        texts = [body.replace(b"\0", b"").decode("utf-8", "replace")]
    readings = (reading for text in texts for reading in _readings(text))
    return {found[1].lower() for reading in readings for found in ADDRESS.finditer(reading)}


def _texts(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def _readings(text: str) -> set[str]:
    found = {text}
    for decode in (html.unescape, unquote, lambda t: unicodedata.normalize("NFKC", t)):
        found |= {decode(one) for one in found}
    return {one for one in found if "@" in one}


@dataclass(frozen=True)
class Seen:
    """What the recipient check saw. At most one of both is not empty."""

    strangers: frozenset[str] = frozenset()
    """Domains that are not allowed."""
    unseen: str = ""
    """Why it is not known who is there, in a clause; empty if it is."""


@dataclass(frozen=True)
class People:
    """Looks at both ends of the list of every resource that is written to.

    Only what is shown as a list, with somebody on it or with a total of 0, says who is there. Where
    the total does not lead to the last page, the list is walked, `WALK` pages at most.
    """

    contract: Contract
    send: Send
    """Tries the other documented schemes where the first is turned away (`schemes.py`)."""
    allowed: Collection[str]
    """Domains, lower case."""

    def look(self) -> Seen:
        """Whose addresses the write resource holds."""
        strangers: set[str] = set()
        for listing in self._listings():
            pages = self._pages(listing)
            if isinstance(pages, str):
                return Seen(unseen=pages)
            for exchange, _ in pages:
                assert exchange.response
                strangers |= domains(exchange.response.body.read()) - set(self.allowed)
        return Seen(frozenset(strangers))

    def _listings(self) -> list[Operation]:
        found = [o.creates.listed_by for o in self.contract.senders if o.creates]
        return [self.contract.operation(name) for name in dict.fromkeys(found)]

    def _pages(self, listing: Operation) -> list[Read] | str:
        """Pages that show both ends of a list, or why there are none."""
        assert listing.pagination
        why = ""
        for size in (listing.pagination.maximum_size, None):
            first = self._page(listing, 1, size)
            if isinstance(first, str):
                why = why or first
                continue
            return self._ends(listing, first, size) or self._walk(listing, first, size)
        return why

    def _ends(self, listing: Operation, first: Read, size: int | None) -> list[Read]:
        """The first page and the last one; nothing where the total leads to no other page."""
        page = first[1]
        if not isinstance(page.total, int) or page.total <= len(page.items):
            return []
        told = page.pages if isinstance(page.pages, int) else 0
        last = max(told, math.ceil(min(page.total, 2**31) / len(page.items)))
        other = self._page(listing, last, size)
        return [first, other] if not isinstance(other, str) and other[1].items else []

    def _walk(self, listing: Operation, first: Read, size: int | None) -> list[Read] | str:
        """Every page up to one that brings nobody new; one that is refused will do for a total."""
        pages, keys = [first], set(first[1].keys)
        for number in range(2, WALK + 1) if keys else ():
            page = self._page(listing, number, size)
            if isinstance(page, str):
                return pages if len(keys) == first[1].total else page
            if not set(page[1].keys) - keys:
                break
            keys |= set(page[1].keys)
            pages.append(page)
        else:
            return f"its end was not met on {WALK} pages" if keys else pages
        return pages

    def _page(self, listing: Operation, number: int, size: int | None) -> Read | str:
        """A page that shows who is on it, or why it does not."""
        assert listing.pagination
        base = baselines(listing, "sink.invalid")[LISTING]
        pairs = [(listing.pagination.page, str(number))]
        pairs += [(listing.pagination.size, str(size))] if size else []
        draft = replace(
            base.with_query(*pairs), path_values={name: "{write}" for name in base.path_values}
        )
        name = f"preflight people {listing.id} {number} {size or 'default'}"
        answer = self.send([draft.case(name, "preflight")])[0]
        if answer is None or not answer.response or answer.failure:
            return f"page {number} did not arrive whole"
        page = page_of(listing, answer)
        if page is None:
            is_good = 200 <= answer.status < 300
            shown = "an answer that holds no page" if is_good else f"status {answer.status}"
            return f"page {number} is {shown}"
        if not page.is_list or (number == 1 and not page.items and page.total != 0):
            return f"page {number} shows no list of who is on it"
        return answer, page


def told(strangers: Collection[str], write: str) -> str:
    """Whom a resource holds besides the sink, in a sentence; `write` names its setting."""
    shown = [ascii(d)[1:-1][:LONGEST] for d in sorted(strangers)[:SHOWN]]
    more = len(strangers) - len(shown)
    where = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
    return (
        f"--writes all: addresses in {where} stand in the resource that {write} names, and a "
        "server may mail people of a resource by itself; take one whose people are all in the "
        "sink, or allow each domain by --allow-domain DOMAIN"
    )
