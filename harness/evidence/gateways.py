"""Which refusals are not the API's own, but of something in front of it (contract.md, *Gateways*).

A gateway is whatever answers before the API does: a proxy, a CDN, an HTTP server of its own. It is
found out from the run alone: the API's good answers show what comes with all of them. A refusal is
the gateway's where all of this holds:

- It is a 4xx, or 501 to an undocumented method. 401 is about credentials, 429 is weather, and a 5xx
  is the server's until it turns out to be weather.
- The request is out of the ordinary. Whoever refuses an ordinary one breaks the contract.
- The answer has not the shape of the API's errors.
- It comes from elsewhere: another `Server` or `Via`, no date, the connection ended, where none of
  the API's answers has that; or it is a page that names the product in `Server`.

What an API's own program words in another way comes from where all the rest does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from harness import told
from harness.evidence.answers import is_envelope, media_type
from harness.evidence.authentication import MALFORMED
from harness.evidence.pages import parse
from harness.evidence.sending import is_plain
from harness.evidence.sends import sent
from harness.evidence.view import Evidence, is_authenticated
from harness.model import Exchange
from harness.wire import kinds

SIGNING = ("server", "via")
"""Headers in which programs on the way say their name."""
NEVER = frozenset({401, 407, 429})
PRODUCT = re.compile(r"[A-Za-z][\w.-]{2,}(?:/[\w.]+)?")


def refusals(views: Mapping[str, Evidence]) -> dict[int, str]:
    """Exchange number -> the gateway that refused it, by its product's name where it says one.

    `views`: the run's exchanges as each operation reads them, by operation.
    """
    voice = Voice(tuple(_answers(views.values())))
    return {
        exchange.number: _name(exchange)
        for view in views.values()
        for exchange in view.exchanges
        if _is_refusal(view, exchange) and voice.is_strange(view, exchange)
        if _is_out_of_the_ordinary(view, exchange)
    }


def _answers(views: Iterable[Evidence]) -> Iterator[Exchange]:
    """All that was answered whole."""
    return (exchange for view in views for exchange in view.answers)


@dataclass(frozen=True)
class Voice:
    """How the API's answers look, learnt from those that nobody else can have given."""

    answers: tuple[Exchange, ...]

    @cached_property
    def good(self) -> list[Exchange]:
        """JSON for what was asked: no gateway has the data."""
        return [e for e in self.answers if 200 <= e.status < 300 and "json" in media_type(e)]

    @cached_property
    def signatures(self) -> dict[str, list[str]]:
        """Header -> its values, where every good answer has the same."""
        found: dict[str, list[str]] = {}
        for name in SIGNING:
            values = [_values(exchange, name) for exchange in self.good]
            if values and all(value == values[0] for value in values):
                found[name] = values[0]
        return found

    @cached_property
    def is_dated(self) -> bool:
        """Whether every good answer has a date."""
        return all(_values(exchange, "date") for exchange in self.good)

    @cached_property
    def errors(self) -> list[Exchange]:
        """JSON that comes from where the good answers come from."""
        return [e for e in self.answers if e.status >= 400 and _members(e) and not self._differs(e)]

    @cached_property
    def shapes(self) -> set[frozenset[str]]:
        """The members of the API's errors."""
        return {_members(e) or frozenset() for e in self.errors}

    @cached_property
    def stays(self) -> bool:
        """Whether the API leaves connections open, whatever it answers in JSON."""
        return not any(map(_closes, [*self.good, *self.errors]))

    def is_strange(self, view: Evidence, exchange: Exchange) -> bool:
        """Whether an answer has another shape than the API's, and comes from elsewhere."""
        members = _members(exchange)
        is_known = members is not None and members in self.shapes
        if not self.good or is_known or is_envelope(view.contract, exchange):
            return False
        return self._differs(exchange) or _signs(exchange) or self._is_last(exchange)

    def _differs(self, exchange: Exchange) -> bool:
        undated = self.is_dated and not _values(exchange, "date")
        return undated or any(_values(exchange, n) != v for n, v in self.signatures.items())

    def _is_last(self, exchange: Exchange) -> bool:
        return self.stays and _closes(exchange)


def _is_refusal(view: Evidence, exchange: Exchange) -> bool:
    """Whether the status is one that gateways refuse requests with."""
    if exchange.failure or exchange.status in NEVER:
        return False
    if exchange.status == 403:  # who is let in is the API's to say
        return is_authenticated(view.operation, exchange)
    is_undone = exchange.status == 501 and not view.reading(exchange).documented_method
    return 400 <= exchange.status < 500 or is_undone


def _is_out_of_the_ordinary(view: Evidence, exchange: Exchange) -> bool:
    """Whether the contract promises the request no ordinary answer."""
    credentials = exchange.case.credentials
    if credentials and credentials.defect:
        return credentials.defect in MALFORMED
    if not is_authenticated(view.operation, exchange):
        return False
    reading = view.reading(exchange)
    if not reading.is_valid or view.operation.creates is None:
        return not reading.is_valid
    (one,) = sent(view.operation, [exchange])
    return not is_plain(view, one) or any(c.kind != kinds.VALID_VALUE for c in reading.cells)


def _members(exchange: Exchange) -> frozenset[str] | None:
    """The names in the JSON object that an answer is; None for any other body."""
    value = parse(exchange.response.body) if exchange.response else None
    return frozenset(value) if isinstance(value, dict) else None


def _values(exchange: Exchange, name: str) -> list[str]:
    headers = exchange.response.headers if exchange.response else ()
    return [value for key, value in headers if key.lower() == name]


def _closes(exchange: Exchange) -> bool:
    return any("close" in value.lower() for value in _values(exchange, "connection"))


def _product(exchange: Exchange) -> str:
    """The first name in `Server`."""
    found = PRODUCT.match(" ".join(_values(exchange, "server")))
    return found[0] if found else ""


def _signs(exchange: Exchange) -> bool:
    """Whether an answer is a page, no JSON, that names the product in `Server`."""
    product = _product(exchange)
    if not product or exchange.response is None or _members(exchange) is not None:
        return False
    page = exchange.response.body.read().decode("utf-8", "replace")
    return bool(re.search(rf"(?<![\w-]){re.escape(product)}(?![\w-])", page, re.IGNORECASE))


def _name(exchange: Exchange) -> str:
    product = _product(exchange)
    return told.text(product, "header") if product else ""
