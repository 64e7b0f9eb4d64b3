"""Whether a list keeps to an order, whoever else uses it.

What others add or delete never swaps two items that stay, and what was deleted does not come back.
So two items that one request shows in one order, and later in the other, were swapped by the
server itself; and so were those of two whole walks that found the same set.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.evidence.pages import Page
from harness.evidence.walks import Seen

Places = Mapping[str, int]
"""Item -> where it stands; what stands behind all that was shown has the same large number."""
BEHIND = 2**31


@dataclass(frozen=True)
class Swap:
    """Two answers that show the same items in another order."""

    before: Seen
    after: Seen
    items: tuple[str, ...]

    @property
    def label(self) -> str:
        """The filter setting that was asked for."""
        return self.after.window.label


def swaps(seen: Sequence[Seen]) -> list[Swap]:
    """What the answers, in the order sent, tell of an order that changes."""
    met = _Sightings(seen)
    found: list[Swap] = []
    for answers in _grouped(seen, lambda s: (s.exchange.case.query, _scheme(s))):
        for before, after in pairwise(answers):
            items = _moved(*_shown_and_hidden(before, after, met))
            if items:
                found.append(Swap(before, after, items))
    for answers in _grouped(seen, lambda s: (s.window.label, s.window.size, _scheme(s))):
        for one, other in pairwise(_whole_walks(answers)):
            found += _between_walks(one, other)
    return found


def contradiction(seen: Sequence[Seen]) -> tuple[Seen, Seen] | None:
    """Answers to two requests for the same filter setting that do not agree on the order."""
    for answers in _grouped(seen, lambda s: s.window.label):
        placed = [(one, _places(one.page)) for one in answers if len(one.page.keys) > 1]
        for index, (before, old) in enumerate(placed):
            for after, new in placed[index + 1 :]:
                if before.exchange.case.query != after.exchange.case.query and _moved(old, new):
                    return before, after
    return None


def in_order(one: Page, other: Page) -> bool:
    """Whether what both pages hold stands in the same order on both."""
    return not _moved(_places(one), _places(other))


def same_items(one: Page, other: Page) -> bool:
    """Whether two pages hold the same items, or what another order shows on a page of its size."""
    return set(one.keys) == set(other.keys) or not in_order(one, other)


def _scheme(seen: Seen) -> str:
    credentials = seen.exchange.case.credentials
    return credentials.scheme if credentials else ""


def _grouped(seen: Iterable[Seen], key: Callable[[Seen], object]) -> Iterable[list[Seen]]:
    groups: dict[object, list[Seen]] = {}
    for one in seen:
        groups.setdefault(key(one), []).append(one)
    return groups.values()


class _Sightings:
    """When each item was certainly there: from the first answer that held it to the last one.

    Only of a list that showed no more items than it says to hold: of others some came and some
    went, and a replica that lags may not know it yet.
    """

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._first: dict[tuple[str, str], float] = {}
        self._last: dict[tuple[str, str], float] = {}
        self._count: Counter[str] = Counter()
        for one in seen:
            for key in one.page.keys:
                name = (one.window.label, key)
                self._count[one.window.label] += name not in self._first
                self._first.setdefault(name, _end(one))
                self._last[name] = one.exchange.started

    def is_whole(self, seen: Seen) -> bool:
        """Whether a list showed no more items than an answer says that it holds."""
        total = seen.page.total
        return isinstance(total, int) and self._count[seen.window.label] <= total

    def spans(self, key: str, before: Seen, after: Seen) -> bool:
        """Whether an item was there when either answer was given."""
        name = (before.window.label, key)
        is_early = name in self._first and self._first[name] <= before.exchange.started
        return is_early and self._last[name] >= _end(after)


def _end(seen: Seen) -> float:
    return seen.exchange.started + seen.exchange.elapsed


def _places(page: Page) -> dict[str, int]:
    """Where each item stands on a page; one that stands there twice has no place."""
    places = {key: index for index, key in enumerate(page.keys)}
    if len(places) == len(page.keys):
        return places
    return {key: index for key, index in places.items() if page.keys.count(key) == 1}


def _shown_and_hidden(before: Seen, after: Seen, met: _Sightings) -> tuple[Places, Places]:
    """Where items stand; what was there and is not on a first page stands behind what is."""
    old, new = _places(before.page), _places(after.page)
    is_first = (before.window.page or 1) == 1 and before.page.total == after.page.total
    if not is_first or not met.is_whole(after):
        return old, new
    twice = (set(before.page.keys) - set(old)) | (set(after.page.keys) - set(new))
    lasting = [k for k in {**old, **new} if k not in twice and met.spans(k, before, after)]
    return {**dict.fromkeys(lasting, BEHIND), **old}, {**dict.fromkeys(lasting, BEHIND), **new}


def _moved(old: Places, new: Places) -> tuple[str, ...]:
    """Items of both that stand before one now which they stood behind."""
    if old == new:
        return ()
    level, furthest, reached = -1, -1, -1
    moved: list[str] = []
    for key in sorted(old.keys() & new.keys(), key=lambda k: (old[k], new[k])):
        if old[key] > level:
            level, furthest = old[key], reached
        if new[key] < furthest:
            moved.append(key)
        reached = max(reached, new[key])
    return tuple(moved)


def _whole_walks(answers: Iterable[Seen]) -> Iterator[list[Seen]]:
    """Pages from the first one on that hold exactly as many items as each of them says."""
    pages: dict[int, Seen] = {}
    for one in answers:
        number = one.window.page or 1
        if number in pages:
            yield from _if_whole(pages)
            pages = {}
        pages[number] = one
    yield from _if_whole(pages)


def _if_whole(pages: Mapping[int, Seen]) -> Iterator[list[Seen]]:
    ordered = [pages[number] for number in sorted(pages)]
    keys = [key for one in ordered for key in one.page.keys]
    if len(set(keys)) == len(keys) and {one.page.total for one in ordered} == {len(keys)}:
        yield ordered


def _between_walks(one: Sequence[Seen], other: Sequence[Seen]) -> Iterator[Swap]:
    """The first page that differs, where both found the same set."""
    keys = [tuple(k for seen in walk for k in seen.page.keys) for walk in (one, other)]
    if keys[0] == keys[1] or set(keys[0]) != set(keys[1]):
        return
    for before, after in zip(one, other, strict=False):
        if before.page.keys != after.page.keys:
            yield Swap(before, after, tuple(sorted(set(after.page.keys) - set(before.page.keys))))
            return
