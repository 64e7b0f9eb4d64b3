"""Where the items of an answer stand in their list, compared with where they should.

One mistake in cutting pages shows in every answer in another way: a list whose pages begin one
item too late has the wrong items in the middle and too few at the end. Told by answers, it would
be three defects; so all answers of a state together say what the mistake is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from harness.evidence.states import State
from harness.evidence.walks import Seen

LENGTH, OVERLAP, GAP = "length", "overlap", "gap"


@dataclass(frozen=True)
class Placement:
    """One answer, laid over the list that it is a page of."""

    state: State
    seen: Seen
    expected: tuple[str, ...]
    earlier: tuple[str, ...]
    """Items of it that belong to a page before, or that it holds twice."""
    later: tuple[str, ...]
    """Items of it that belong to a page behind."""
    sign: str = ""
    """What its deviation is a sign of: `length`, `overlap` or `gap`; empty if it has none."""
    in_disorder: bool = False
    """Whether pages of its state are cut from lists in several orders: what comes twice or is
    missing then is a consequence."""

    @property
    def has_right_length(self) -> bool:
        """Whether it is a list with as many items as it should hold."""
        return self.seen.page.is_list and len(self.seen.page.items) == len(self.expected)

    @property
    def is_reordered(self) -> bool:
        """Whether the right items stand in another order, in a list that keeps to one."""
        keys, is_known = self.seen.page.keys, self.state.knows_order(self.seen.window)
        return is_known and keys != self.expected and sorted(keys) == sorted(self.expected)

    @property
    def lost(self) -> tuple[str, ...]:
        """Items that it should hold and does not; none where that depends on an unknown order."""
        if not self.state.knows_order(self.seen.window):
            return ()
        own = set(self.seen.page.keys)
        known = self.state.items
        return tuple(key for key in self.expected if key not in own and key in known)


def placements(states: Iterable[State]) -> Iterator[Placement]:
    """Every comparable answer whose list is known."""
    for state in states:
        placed = [p for p in (_placed(state, seen) for seen in state.seen) if p]
        signs = Counter(filter(None, map(_sign, placed)))
        in_disorder = any(p.is_reordered for p in placed)
        for placement in placed:
            sign = _settled(placement, signs)
            sign = GAP if in_disorder and sign == OVERLAP else sign
            yield replace(placement, sign=sign, in_disorder=in_disorder)


def _placed(state: State, seen: Seen) -> Placement | None:
    found = state.position(seen)
    if found is None:
        return None
    keys, start = found
    expected = keys[start : start + state.size(seen)]
    if not state.knows_order(seen.window):
        return Placement(state, seen, expected, (), ())
    place = {key: index for index, key in enumerate(keys)}
    own = seen.page.keys
    earlier = [k for k in own if place.get(k, start) < start or own.count(k) > 1]
    later = [k for k in own if place.get(k, start) >= start + len(expected)] if expected else []
    return Placement(state, seen, expected, tuple(earlier), tuple(later))


def _sign(placement: Placement) -> str:
    """What an answer says by itself; nothing where it may be but the end of shifted pages."""
    items = placement.seen.page.items
    if not placement.state.knows_order(placement.seen.window):
        return "" if placement.has_right_length else LENGTH
    if placement.has_right_length:
        return OVERLAP if placement.earlier else GAP if placement.lost else ""
    if len(items) > len(placement.expected):
        return "" if placement.earlier else LENGTH
    if not items:
        return ""
    return GAP if placement.seen.page.keys == placement.expected[-len(items) :] else LENGTH


def _settled(placement: Placement, signs: Counter[str]) -> str:
    """The sign of an answer in the light of all others.

    Where no walk is to be trusted, the list that answers are laid over has holes, and what most
    answers say counts for all.
    """
    own = _sign(placement)
    if placement.has_right_length and not own:
        return ""
    shifts = [sign for sign in (GAP, OVERLAP) if signs[sign]]
    if placement.state.truth is None and signs:
        return signs.most_common(1)[0][0]
    if own == LENGTH or not shifts:
        return LENGTH
    # What begins too late here and too early there is in another order: nothing comes twice.
    return shifts[0]
