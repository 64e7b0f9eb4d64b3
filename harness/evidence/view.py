"""What a clause is given: the exchanges of one operation and every reading of them.

A few lines longer than a file should be: one value that all clauses are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from harness.contract import Contract, Operation
from harness.evidence.inspected import Inspected, Inspections, inspected
from harness.evidence.orders import same_items
from harness.evidence.pages import Page, key_of, page_of
from harness.evidence.placing import Placement, placements
from harness.evidence.sends import Look, Sent, is_whole, looks, sent
from harness.evidence.states import State
from harness.evidence.sweeps import Sweeps, sweeps
from harness.evidence.walks import Seen
from harness.evidence.windows import UNFILTERED, Window, window_of
from harness.model import Exchange
from harness.schemaerrors import SchemaError
from harness.wire.reading import Reading, understand

if TYPE_CHECKING:
    from harness.validation import Validator

UNAUTHORIZED = 401
"""To good credentials: that is `auth.*`'s to tell, and nothing else was asked."""


@dataclass
class Evidence:
    """The recorded exchanges as one operation's clauses read them."""

    contract: Contract
    operation: Operation
    everything: Sequence[Exchange]
    """All exchanges of the run, in the order sent."""
    validator: Validator
    inspected: Inspections
    """What was inspected already, by operation, status and body."""
    max_response_time: float | None = None
    hidden: tuple[str, ...] = ()
    """What stands in answers in the place of our own credentials, which the client replaced."""
    views: dict[str, Evidence] = field(default_factory=dict)
    """The same exchanges as other operations' clauses read them, by operation."""
    validated: set[int] = field(default_factory=set)
    """Numbers of the exchanges whose answers openapi-core was asked about."""

    @cached_property
    def exchanges(self) -> list[Exchange]:
        """This operation's, without 429, which is weather, and what the preflight was refused.

        That tells of the settings: a resource that does not exist, or a scheme, which is asked for
        again.
        """
        own = [e for e in self.everything if e.case.operation == self.operation.id]
        return [e for e in own if e.status != 429 and not _is_refused_preflight(e)]

    @cached_property
    def answers(self) -> list[Exchange]:
        """Those that were answered whole."""
        return [e for e in self.exchanges if e.response and not e.failure]

    @cached_property
    def authenticated(self) -> list[Exchange]:
        """Answers to good credentials; the others are `auth.*`'s to judge."""
        return [e for e in self.answers if is_authenticated(self.operation, e)]

    @cached_property
    def ordinary(self) -> list[Exchange]:
        """Answers to good credentials and the documented method, where they were let in."""
        return [
            e
            for e in self.authenticated
            if e.case.method == self.operation.method
            and e.status != UNAUTHORIZED
            and not self._is_unwelcome(e)
        ]

    def _is_unwelcome(self, exchange: Exchange) -> bool:
        """Whether a scheme's good credentials are refused like this wherever they come from."""
        credentials = exchange.case.credentials
        return credentials is not None and ((credentials.scheme, exchange.status) in self._refusals)

    def _is_turned_away(self, exchange: Exchange) -> bool:
        """Whether the same request was let in by another scheme: `auth.*` tells it."""
        by = f"{exchange.case.id} by "
        return exchange.status in {401, 403} and any(
            e.case.id.startswith(by) for e in self.exchanges
        )

    @cached_property
    def _refusals(self) -> set[tuple[str, int]]:
        """(scheme, status) where the request that only tries the scheme is refused."""
        return {
            (e.case.role.partition("|")[2], e.status)
            for e in self.authenticated
            if e.case.role.startswith("good|") and 400 <= e.status < 500
        }

    def reading(self, exchange: Exchange) -> Reading:
        """What the contract says of the request."""
        return understand(self.contract, exchange.case)

    def errors(self, exchange: Exchange) -> tuple[SchemaError, ...]:
        """openapi-core's findings in the answer."""
        self.validated.add(exchange.number)
        return self.validator.validate(exchange)

    def inspection(self, exchange: Exchange) -> Inspected | None:
        """Fields, enums and formats of a JSON answer with a documented schema."""
        if exchange.response is None or exchange.failure:
            return None
        if not self.reading(exchange).documented_method:
            return None
        key = (self.operation.id, exchange.status, exchange.response.body.sha256)
        if key not in self.inspected:
            self.inspected[key] = inspected(self.operation, exchange)
        return self.inspected[key]

    def page(self, exchange: Exchange) -> Page | None:
        """The page of a listing's answer."""
        return page_of(self.operation, exchange)

    def window(self, exchange: Exchange) -> Window | None:
        """What a listing's request validly asks for."""
        return window_of(self.operation, exchange.case.query)

    @cached_property
    def pages(self) -> list[tuple[Exchange, Page]]:
        """Every ordinary answer that is a page."""
        found = [(e, page_of(self.operation, e)) for e in self.ordinary]
        return [(exchange, page) for exchange, page in found if page is not None]

    @cached_property
    def largest_totals(self) -> dict[tuple[str, str], int]:
        """(path, filter setting) -> the largest total that an answer claimed."""
        found: dict[tuple[str, str], int] = {}
        for exchange, page in self.pages:
            window = self.window(exchange)
            if window and isinstance(page.total, int):
                key = (exchange.case.path, window.label)
                found[key] = max(found.get(key, 0), page.total)
        return found

    @cached_property
    def sweeps(self) -> Sweeps:
        """The answers that may be compared with each other."""
        return sweeps(
            self.operation,
            [e for e in self.ordinary if "{read}" in e.case.path],
        )

    @cached_property
    def placements(self) -> list[Placement]:
        """Comparable answers laid over their lists."""
        return list(placements(self.sweeps.states.values()))

    @cached_property
    def compared(self) -> list[tuple[State, Seen]]:
        """Every valid answer read while the data stood still."""
        return list(self.sweeps.all_seen)

    @cached_property
    def sends(self) -> list[Sent]:
        """Every send with good credentials, answered or not."""
        asked = [
            e
            for e in self.exchanges
            if is_authenticated(self.operation, e)
            and e.status != UNAUTHORIZED
            and not self._is_turned_away(e)
        ]
        return list(sent(self.operation, asked))

    @cached_property
    def filters_work(self) -> bool:
        """Whether the filters of the list that shows what was sent do what they say.

        Where they do not, that is `filter.*`'s to tell, and says nothing about sending.
        """
        view = self._where_listed
        listing = view.operation
        for exchange, page in view.pages:
            window = view.window(exchange)
            if "{read}" not in exchange.case.path:
                continue
            if window and not all(window.matches(listing, item) for item in page.items):
                return False
        return not any(
            walk.is_finished and walk.lost
            for state in view.sweeps.states.values()
            for walk in state.walks.values()
        )

    @cached_property
    def list_works(self) -> bool:
        """Whether the list that shows what was sent is at one with itself.

        Where it is not, that is `list.*`'s to tell, and says nothing about sending. One whose order
        changes may be shown on one page.
        """
        view = self._where_listed
        if any(swap.label == UNFILTERED for swap in view.sweeps.swaps):
            return all(is_whole(view.operation, look) for look in self.looks)
        wholes = [(s, s.walks.get(UNFILTERED)) for s in view.sweeps.states.values()]
        return all(s.truth is not None for s, whole in wholes if whole and whole.is_finished)

    @cached_property
    def schemes_agree(self) -> bool:
        """Whether all schemes' good credentials see the same in the list of what was sent."""
        view = self._where_listed
        for state in view.sweeps.states.values():
            pages = [p for p in (page_of(view.operation, e) for e in state.by_scheme) if p]
            if not state.moves and not all(same_items(pages[0], page) for page in pages):
                return False
        return True

    @cached_property
    def own_items(self) -> frozenset[str]:
        """First identities of everything that a send of this run was answered with."""
        own = set()
        for operation in self.contract.senders:
            assert operation.creates is not None
            listing = self.contract.operation(operation.creates.listed_by)
            sends = [e for e in self.everything if e.case.operation == operation.id]
            for one in sent(operation, sends):
                if one.accepted and isinstance(one.item, dict):
                    own.add(key_of(listing, one.item))
        return frozenset(own)

    @cached_property
    def totals_work(self) -> bool:
        """Whether the first pages of the list that shows what was sent count what it holds."""
        counted = (
            (state.sequence(seen.window), seen.page.total)
            for state, seen in self._where_listed.compared
            if seen.window.page in {None, 1}
        )
        return self.list_works and all(
            keys is None or not keys or total == len(keys) for keys, total in counted
        )

    @cached_property
    def _where_listed(self) -> Evidence:
        """The listing operation that shows what was sent."""
        creates = self.operation.creates
        assert creates is not None
        listing = self.contract.operation(creates.listed_by)
        if listing.id not in self.views:
            self.views[listing.id] = replace(self, operation=listing)
        return self.views[listing.id]

    @cached_property
    def looks(self) -> list[Look]:
        """Every attempt to find what was sent."""
        creates = self.operation.creates
        assert creates is not None
        listing = self.contract.operation(creates.listed_by)
        return looks(listing, creates, [e for e in self.everything if e.status == 200])

    @cached_property
    def baseline_failed(self) -> dict[str, Exchange]:
        """Context -> its baseline, where that was not answered with 2xx."""
        baselines = [
            e for e in self.exchanges if e.case.phase == "baseline" and not self._is_turned_away(e)
        ]
        return {e.case.context: e for e in baselines if not 200 <= e.status < 300 or e.failure}


def _is_refused_preflight(exchange: Exchange) -> bool:
    return exchange.case.phase == "preflight" and 400 <= exchange.status < 500


def is_authenticated(operation: Operation, exchange: Exchange) -> bool:
    """Whether the request carried good credentials, or the operation asks for none."""
    credentials = exchange.case.credentials
    return not operation.security or bool(credentials and not credentials.defect)
