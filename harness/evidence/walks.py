"""All pages of one filter setting at one page size, and whether they are at one with themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from harness.evidence.pages import Page
from harness.evidence.windows import Window
from harness.model import Exchange

if TYPE_CHECKING:
    from harness.evidence.states import State

WALK = "walk"
"""Role of the pages of a walk from the first to the one beyond the last."""


@dataclass(frozen=True)
class Seen:
    """One answer to a valid listing request, read while the data stood still."""

    exchange: Exchange
    window: Window
    page: Page
    scope: str
    """The id of the resource asked for, lower case."""


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
    def is_stuck(self) -> bool:
        """Whether its last page was full and brought nothing new: no further one would."""
        last, earlier = self.pages[-1], {key for s in self.pages[:-1] for key in s.page.keys}
        return bool(last.page.items) and set(last.page.keys) <= earlier

    @cached_property
    def is_as_claimed(self) -> bool:
        """Whether it found as many items as its own first page says there are."""
        return bool(self.pages[0].page.total == len(self.keys))

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """Items of this filter setting that other answers hold and the walk does not.

        Of a list whose order changes, a walk of several pages misses some and meets others twice.
        """
        is_moving = self.state.is_shuffled(self.seen[0].window)
        if not self.is_finished or (is_moving and not self.is_consistent):
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
