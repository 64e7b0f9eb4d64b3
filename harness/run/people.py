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
from harness.evidence.pages import page_of
from harness.model import Case, Exchange
from harness.wire.baselines import LISTING, baselines

Send = Callable[[Sequence[Case]], list[Exchange | None]]
ADDRESS = re.compile(r"[^\s@<>(){}\[\],:;]@([\w-]+(?:\.[\w-]+)*|\[[^\]\s]*\])")
"""The last character of a name, and a domain; `@` at the beginning of a word is no address."""
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
class People:
    """Looks at both ends of the list of every resource that is written to; it never walks it."""

    contract: Contract
    send: Send
    allowed: Collection[str]
    """Domains, lower case."""
    names: dict[str, str]

    def problems(self) -> tuple[list[str], list[str]]:
        """(what has to be corrected first, why the target cannot be judged), whole sentences."""
        strangers: set[str] = set()
        for listing in self._listings():
            pages = self._ends(listing)
            if pages is None:
                return [], [
                    f"--writes all: the first and the last page of {self.names['write']} cannot "
                    "be read, so it is not known who may get mail; use --writes notes"
                ]
            for page in pages:
                assert page.response
                strangers |= domains(page.response.body.read()) - set(self.allowed)
        return ([self._told(strangers)] if strangers else []), []

    def _listings(self) -> list[Operation]:
        found = [o.creates.listed_by for o in self.contract.senders if o.creates]
        return [self.contract.operation(name) for name in dict.fromkeys(found)]

    def _ends(self, listing: Operation) -> list[Exchange] | None:
        """The first page and the last one; None if one of them cannot be read."""
        first = self._page(listing, 1)
        page = page_of(listing, first) if first else None
        assert listing.pagination
        if first is None or page is None or not isinstance(page.total, int):
            return None
        told = page.pages if isinstance(page.pages, int) else 0
        last = told or math.ceil(min(page.total, 2**31) / listing.pagination.maximum_size)
        if last <= 1:
            return [first]
        other = self._page(listing, last)
        return [first, other] if other and page_of(listing, other) else None

    def _page(self, listing: Operation, number: int) -> Exchange | None:
        assert listing.pagination
        base = baselines(listing, "sink.invalid")[LISTING]
        size = listing.pagination.maximum_size
        draft = replace(
            base.with_query(
                (listing.pagination.page, str(number)), (listing.pagination.size, str(size))
            ),
            path_values={name: "{write}" for name in base.path_values},
        )
        answer = self.send([draft.case(f"preflight people {listing.id} {number}", "preflight")])[0]
        return answer if answer and answer.response and not answer.failure else None

    def _told(self, strangers: set[str]) -> str:
        shown = [ascii(d)[1:-1][:LONGEST] for d in sorted(strangers)[:SHOWN]]
        more = len(strangers) - len(shown)
        where = ", ".join(shown) + (f" and {more} more" if more > 0 else "")
        return (
            f"--writes all: addresses in {where} stand in the resource that {self.names['write']} "
            "names, and a server may mail people of a resource by itself; take one whose people "
            "are all in the sink, or allow each domain by --allow-domain DOMAIN"
        )
