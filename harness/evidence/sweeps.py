"""Answers of a listing that may be compared: what was read while the data stood still.

Staging is used by others. Two answers are compared only if the total and the ids of the first
and the last page were equal before and after (contract.md, *A shared server*).

State and Walk are one thing seen from two sides, and so stand in one file.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from harness.contract import Operation
from harness.evidence.pages import Item, Page, is_foreign, page_of, scope_of
from harness.evidence.windows import Window, window_of
from harness.model import Exchange

BRACKET = "bracket"
"""Role of the two requests, first and last page, that stand around what is compared."""
WALK = "walk"
"""Role of the pages of a walk from the first to the one beyond the last."""

Signature = tuple[object, frozenset[str], frozenset[str]]


def signature(operation: Operation, bracket: tuple[Exchange, Exchange]) -> Signature | None:
    """What the data looked like; None where a page could not be read."""
    first, last = (page_of(operation, exchange) for exchange in bracket)
    if first is None or last is None:
        return None
    return (first.total, frozenset(first.keys), frozenset(last.keys))


@dataclass(frozen=True)
class Seen:
    """One answer to a valid listing request, read while the data stood still."""

    exchange: Exchange
    window: Window
    page: Page
    scope: str
    """The id of the resource asked for, lower case."""


@dataclass
class State:
    """Everything that was read while the data looked the same."""

    operation: Operation
    seen: list[Seen] = field(default_factory=list)
    others: list[Exchange] = field(default_factory=list)
    """Answers to requests that are not plainly valid, read in the same state."""
    _bearers: dict[int, dict[str, set[tuple[str, ...]]]] = field(default_factory=dict)
    _sequences: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    @cached_property
    def known(self) -> dict[str, Item]:
        """Every item of the resource met in any answer of the state, by key."""
        return {
            item.key: item
            for seen in self.seen
            for item in seen.page.items
            if not is_foreign(item, seen.scope)
        }

    @cached_property
    def walks(self) -> dict[str, Walk]:
        """Filter setting -> its walk."""
        pages: dict[str, list[Seen]] = {}
        for seen in self.seen:
            if seen.exchange.case.role.startswith(WALK):
                pages.setdefault(seen.window.label, []).append(seen)
        return {label: Walk(self, tuple(seen)) for label, seen in pages.items()}

    @cached_property
    def is_shuffled(self) -> bool:
        """Whether the same request got the same items in another order: list.stable tells it."""
        first: dict[str, tuple[str, ...]] = {}
        orders = (
            (first.setdefault(s.exchange.case.query, s.page.keys), s.page.keys) for s in self.seen
        )
        return any(one != other and sorted(one) == sorted(other) for one, other in orders)

    def bearers(self, index: int) -> dict[str, set[tuple[str, ...]]]:
        """Value of identity `index` -> all identities of the items that bear it."""
        if index not in self._bearers:
            found: dict[str, set[tuple[str, ...]]] = {}
            for seen in self.seen:
                for item in seen.page.items:
                    found.setdefault(item.ids[index], set()).add(item.ids)
            self._bearers[index] = found
        return self._bearers[index]

    def sequence(self, window: Window) -> tuple[str, ...] | None:
        """The keys that belong to a filter setting, in order; None if no walk can say."""
        if window.label not in self._sequences:
            self._sequences[window.label] = self._sequence(window)
        return self._sequences[window.label]

    def _sequence(self, window: Window) -> tuple[str, ...] | None:
        own = self.walks.get(window.label)
        if own and window.filters and own.is_sound and own.is_consistent:
            return own.keys
        whole = self.walks.get("unfiltered")
        if whole is None or not whole.is_coherent:
            return None
        known = self.known
        return tuple(
            k for k in whole.keys if k in known and window.matches(self.operation, known[k])
        )

    def size(self, seen: Seen) -> int:
        """Items a page: what was asked for, else what the answer says, else the default."""
        pagination = self.operation.pagination
        assert pagination is not None
        return seen.window.size or self._said(seen) or pagination.default_size

    def _said(self, seen: Seen) -> int:
        """The size that an answer says, if its own count of pages fits it; otherwise 0."""
        pagination = self.operation.pagination
        assert pagination is not None
        says, total = seen.page.echo_size, seen.page.total
        if not isinstance(says, int) or not 1 <= says <= pagination.maximum_size:
            return 0
        fits = isinstance(total, int) and math.ceil(total / says) == seen.page.pages
        return says if fits and len(seen.page.items) <= says else 0

    def expected(self, seen: Seen) -> tuple[str, ...] | None:
        """The keys that this answer should hold, in order; None if nothing can say."""
        sequence = self.sequence(seen.window)
        if sequence is None:
            return None
        pagination = self.operation.pagination
        assert pagination is not None
        size = self.size(seen)
        start = ((seen.window.page or pagination.default_page) - 1) * size
        return sequence[start : start + size]


@dataclass(frozen=True)
class Walk:
    """All pages of one filter setting at one page size, in order, each once."""

    state: State
    seen: tuple[Seen, ...]

    @cached_property
    def pages(self) -> tuple[Seen, ...]:
        """One answer for each page number, the first one given."""
        first: dict[int, Seen] = {}
        for seen in self.seen:
            first.setdefault(seen.window.page or 1, seen)
        return tuple(first[number] for number in sorted(first))

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Every item once, in the order met."""
        return tuple(dict.fromkeys(key for seen in self.pages for key in seen.page.keys))

    @cached_property
    def repeated(self) -> dict[int, tuple[str, ...]]:
        """Exchange number -> keys that an earlier page (or this one) had already."""
        met: set[str] = set()
        found: dict[int, tuple[str, ...]] = {}
        for seen in self.pages:
            again = tuple(k for k in seen.page.keys if k in met or seen.page.keys.count(k) > 1)
            if again:
                found[seen.exchange.number] = again
            met.update(seen.page.keys)
        return found

    @cached_property
    def is_overlapping(self) -> bool:
        """Whether a page before the last repeats items of another."""
        ends = ("last", "beyond")
        late = {s.exchange.number for s in self.pages if s.exchange.case.role.endswith(ends)}
        return bool(set(self.repeated) - late) or (len(self.pages) == 2 and bool(self.repeated))

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """Items of this filter setting that other answers hold and the walk does not."""
        if not self.is_finished:
            return ()
        window, own = self.seen[0].window, set(self.keys)
        return tuple(
            key
            for key, item in self.state.known.items()
            if key not in own and window.certainly_matches(self.state.operation, item)
        )

    @cached_property
    def is_finished(self) -> bool:
        """Whether it reached an empty page or one that is not full, also by its own word."""
        last = self.pages[-1]
        numbers = [seen.window.page for seen in self.pages]
        complete = numbers == list(range(1, len(numbers) + 1))
        says, size = last.page.echo_size, last.window.size or 0
        size = min(says, size) if isinstance(says, int) and says > 0 else size
        return complete and len(last.page.items) < size

    @cached_property
    def is_coherent(self) -> bool:
        """Whether it can say what the list holds: consistent, and nothing lost."""
        return self.is_consistent and not self.lost

    @cached_property
    def is_consistent(self) -> bool:
        """Whether it is at one with itself: pages full but the last, nothing twice."""
        full = all(len(s.page.items) == s.window.size for s in self.pages[:-1])
        past = [s for s in self.pages if not s.page.items]
        full = full or all(len(s.page.items) == s.window.size for s in self.pages[: -len(past) - 1])
        lists = all(s.page.is_list for s in self.pages)
        return self.is_finished and full and lists and not self.repeated

    @cached_property
    def is_sound(self) -> bool:
        """Whether every item matches the filter."""
        window, known = self.seen[0].window, self.state.known
        return all(
            item.key in known and window.matches(self.state.operation, item)
            for s in self.seen
            for item in s.page.items
        )


@dataclass
class Sweeps:
    """All of a listing's comparable answers, by state."""

    states: dict[Signature, State]
    disturbed: int
    """Brackets that closed on other data than they opened on."""

    @property
    def all_seen(self) -> Iterable[tuple[State, Seen]]:
        """Every comparable answer with its state."""
        for state in self.states.values():
            for seen in state.seen:
                yield state, seen


def sweeps(operation: Operation, exchanges: Iterable[Exchange]) -> Sweeps:
    """Sort a listing's exchanges, in the order sent, into states of the data.

    Exchanges outside of two brackets, or between two that differ, are left out.
    """
    states: dict[Signature, State] = {}
    opened: Signature | None = None
    bracket: list[Exchange] = []
    between: list[Exchange] = []
    disturbed = 0
    for exchange in exchanges:
        if exchange.case.role != BRACKET:
            between.append(exchange)
            continue
        bracket.append(exchange)
        if len(bracket) < 2:
            continue
        closed = signature(operation, (bracket[0], bracket[1]))
        if closed is not None and closed == opened:
            state = states.setdefault(closed, State(operation))
            _add(state, operation, [*between, *bracket])
        elif opened is not None and between:
            disturbed += 1
        opened, bracket, between = closed, [], []
    return Sweeps(states, disturbed)


def _add(state: State, operation: Operation, exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        window = window_of(operation, exchange.case.query)
        page = page_of(operation, exchange)
        if window is not None and page is not None:
            scope = scope_of(operation, exchange).lower()
            state.seen.append(Seen(exchange, window, page, scope))
        else:
            state.others.append(exchange)
