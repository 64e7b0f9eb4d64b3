"""What was read of a listing while its data looked the same, and what can be known from it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from harness.contract import Operation
from harness.evidence.merging import merged
from harness.evidence.pages import Item, is_foreign
from harness.evidence.walks import WALK, Seen, Walk
from harness.evidence.windows import Window, is_documented
from harness.model import Exchange

FILTERED, ALL = "filtered", "all"
"""Which lists change their order by themselves: those behind filters, or the whole one as well."""
MANY = 100_000
"""More items than a list that is walked to its end can have."""


@dataclass
class State:
    """Everything that was read while the data looked the same."""

    operation: Operation
    seen: list[Seen] = field(default_factory=list)
    others: list[Exchange] = field(default_factory=list)
    """Answers to requests that are not plainly valid, read in the same state."""
    by_scheme: list[Exchange] = field(default_factory=list)
    """The same request with the good credentials of each scheme."""
    moves: str = ""
    """Which lists of it are known to change their order: none, `FILTERED` or `ALL`."""
    _bearers: dict[int, dict[str, set[tuple[str, ...]]]] = field(default_factory=dict)
    _sequences: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    _documented: dict[str, bool] = field(default_factory=dict)
    """Filter -> whether every item has one of its values."""

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every item met in any answer of the state, by key, whomever it says it belongs to."""
        return {item.key: item for seen in self.seen for item in seen.page.items}

    @cached_property
    def foreign(self) -> frozenset[str]:
        """Items that say they belong to another resource: that is list.isolation's to tell."""
        return frozenset(
            item.key
            for seen in self.seen
            for item in seen.page.items
            if is_foreign(item, seen.scope)
        )

    @cached_property
    def known(self) -> dict[str, Item]:
        """Every item of the resource met in any answer of the state, by key."""
        return {key: item for key, item in self.items.items() if key not in self.foreign}

    @cached_property
    def walks(self) -> dict[str, Walk]:
        """Filter setting -> its walk."""
        pages: dict[str, list[Seen]] = {}
        for seen in self.seen:
            if seen.exchange.case.role.startswith(WALK):
                pages.setdefault(seen.window.label, []).append(seen)
        return {label: Walk(self, tuple(seen)) for label, seen in pages.items()}

    def is_shuffled(self, window: Window) -> bool:
        """Whether a list changes its order by itself: list.stable tells it, and only sets count."""
        return self.moves == ALL or (self.moves == FILTERED and bool(window.filters))

    def knows_order(self, window: Window) -> bool:
        """Whether a list keeps to an order, and it was seen: behind a filter it may be another."""
        is_seen = not window.filters or window.label in self.walks
        return is_seen and not self.is_shuffled(window)

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
        if not self.can_tell(window):
            return None
        own = self.walks.get(window.label)
        if own and window.filters and own.is_consistent and not self.is_shuffled(window):
            return own.keys if own.is_as_claimed or not own.lost else None
        return None if self.truth is None else self._matching(self.truth, window)

    @cached_property
    def truth(self) -> tuple[str, ...] | None:
        """All items of the unfiltered list, from a walk that nothing contradicts.

        Of one whose order changes, all that was met, in no order: exactly as many as there are.
        """
        if self.moves == ALL:
            return tuple(self.known)
        walks = [*self.walks.values(), *self._other_walks()]
        return next((w.keys for w in walks if not w.seen[0].window.filters and w.is_coherent), None)

    def _other_walks(self) -> Iterator[Walk]:
        """All that was read of the unfiltered list at one page size each."""
        by_size: dict[int, list[Seen]] = {}
        for seen in self.seen:
            if seen.window.size and seen.window.page and not seen.window.filters:
                by_size.setdefault(seen.window.size, []).append(seen)
        yield from (Walk(self, tuple(seen)) for seen in by_size.values())

    def _is_doubtful(self, window: Window) -> bool:
        """Whether a filter of a setting that was not walked is known not to work."""
        if window.label in self.walks:
            return False
        filtered = [w for w in self.walks.values() if w.seen[0].window.filters]
        return bool(window.filters) and (bool(self.unsound) or any(w.lost for w in filtered))

    def _matching(self, keys: Iterable[str], window: Window) -> tuple[str, ...]:
        if not window.filters:
            return tuple(keys)
        items = self.items
        return tuple(k for k in keys if k in items and window.matches(self.operation, items[k]))

    @cached_property
    def unsound(self) -> frozenset[str]:
        """Filter settings with an answer that holds what does not match."""
        return frozenset(
            seen.window.label
            for seen in self.seen
            if not all(seen.window.matches(self.operation, item) for item in seen.page.items)
        )

    def can_tell(self, window: Window) -> bool:
        """Whether nothing else is wrong that would show in what a filter setting gives."""
        is_wrong = self.foreign or window.label in self.unsound or self._is_doubtful(window)
        return not is_wrong and self.is_readable(window)

    def is_readable(self, window: Window) -> bool:
        """Whether every item has a documented value where the filters of a setting look.

        Where one has none, `response.*` tells it, and nobody can say what the filter gives.
        """
        return all(self._is_documented(name) for name, _ in window.filters)

    def _is_documented(self, name: str) -> bool:
        if name not in self._documented:
            self._documented[name] = all(
                is_documented(self.operation, name, item) for item in self.items.values()
            )
        return self._documented[name]

    @cached_property
    def order(self) -> tuple[str, ...] | None:
        """All items of the unfiltered list in its order; None if no walk reached the end.

        Where no walk is to be trusted, what all answers have in common: some items may be missing.
        """
        whole = self.walks.get("unfiltered")
        if whole is None or self.foreign or self.moves == ALL:
            return None
        if self.truth is not None or not (whole.is_finished or whole.is_stuck):
            return self.truth
        return self._from_the_end(merged(s.page.keys for s in self.seen if not s.window.filters))

    def _from_the_end(self, keys: tuple[str, ...]) -> tuple[str, ...]:
        """The same behind as many unknown items as are said to be there before it.

        Unless a first page begins with its first item: then it is the beginning of the list.
        """
        firsts = [s.page.keys[:1] for s in self.seen if self.page(s) == 1 and not s.window.filters]
        total = self.walks["unfiltered"].pages[0].page.total
        if keys[:1] in firsts or not isinstance(total, int):
            return keys
        return (*(f"unknown {n}" for n in range(min(total, MANY) - len(keys))), *keys)

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

    def page(self, seen: Seen) -> int:
        """The page's number: what was asked for, else what the answer says, else the default."""
        pagination = self.operation.pagination
        assert pagination is not None
        says = seen.page.echo_page
        said = says if isinstance(says, int) and 1 <= says < 2**31 else pagination.default_page
        return seen.window.page or said

    def expected(self, seen: Seen) -> tuple[str, ...] | None:
        """The keys that this answer should hold, in order; None if nothing can say."""
        found = self.position(seen)
        return found[0][found[1] : found[1] + self.size(seen)] if found else None

    def position(self, seen: Seen) -> tuple[tuple[str, ...], int] | None:
        """The list that an answer is a page of, and where in it the page begins."""
        sequence = self._contents(seen)
        if sequence is None:
            return None
        return sequence, (self.page(seen) - 1) * self.size(seen)

    def _contents(self, seen: Seen) -> tuple[str, ...] | None:
        """As `sequence`, but where pages are cut wrongly, what they are cut from."""
        window = seen.window
        own = self.walks.get(window.label) if window.filters else None
        if self.is_shuffled(window):
            return self.sequence(window)
        if own and own.lost and own.is_as_claimed and own.is_consistent:
            # What is left out is filter.complete's to tell, and only of this very request.
            return own.keys if self._is_spelled_alike(seen, own) else None
        strict = self.sequence(window)
        if strict is not None or self.order is None or not self.can_tell(window):
            return strict
        return self._matching(self.order, window)

    def _is_spelled_alike(self, seen: Seen, walk: Walk) -> bool:
        return _filter_part(seen, self.operation) == _filter_part(walk.seen[0], self.operation)


def _filter_part(seen: Seen, operation: Operation) -> list[str]:
    """What a request asks of filters, as it is spelled."""
    pagination = operation.pagination
    assert pagination is not None
    others = (f"{pagination.page}=", f"{pagination.size}=")
    return [part for part in seen.exchange.case.query.split("&") if not part.startswith(others)]
