"""What answers that contradict each other have in common: the order of their items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise


def merged(sequences: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """The longest run of items whose order is certain; empty if there is none.

    Certain is what some sequence has side by side. Sequences that contradict each other give
    nothing.
    """
    pairs = {pair for keys in sequences for pair in pairwise(keys)}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for before, after in pairs:
        sorter.add(after, before)
    try:
        order = tuple(sorter.static_order())
    except CycleError:
        return ()
    following: dict[str, set[str]] = {}
    for before, after in pairs:
        following.setdefault(before, set()).add(after)
    return max(_runs(order, following), key=len, default=())


def _runs(order: Sequence[str], following: dict[str, set[str]]) -> Iterable[tuple[str, ...]]:
    """Chains from each item to the nearest one that is certain to follow it."""
    place = {key: index for index, key in enumerate(order)}
    done: set[str] = set()
    for start in order:
        run, key = [start], start
        while key not in done and following.get(key):
            done.add(key)
            key = min(following[key], key=place.__getitem__)
            run.append(key)
        yield tuple(run)
