"""Too little for everything: how much of each part, and which cases of it.

"When a budget ends, clauses judge what there is …, cheapest and most telling cases first": no part
eats what another one needs, and within a part every place is tried once before any is tried twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from harness.model import Case

READING = frozenset({"GET", "HEAD", "OPTIONS"})
WALK = 12
"""Requests without which nothing can be said of a listing: a short walk and its brackets."""
WINDOWS = 77
"""Requests that a listing's walks, windows and filters take beside its grid."""
LAST_LOOKS = 3
"""Requests for looking whether what was refused was stored."""
LEAST = 4
"""Cells of the credentials matrix that are sent whatever else is not."""


@dataclass(frozen=True)
class Rations:
    """Shares from 0 to 1 of what is fixed in the plan."""

    all: float = 1.0
    writes: float = 1.0
    """Of what may store something; never more than `all`."""

    def fit(self, cases: Sequence[Case], least: int = 0) -> list[Case]:
        """The most telling of them, in their order; `least`: so many at any rate."""
        reading = [c for c in cases if c.method in READING]
        writing = [c for c in cases if c.method not in READING]
        kept = most_telling(reading, max(least // 2, ceil(self.all * len(reading))))
        share = min(self.all, self.writes)
        few = max(least // 2 if self.writes else 0, int(share * len(writing)))
        kept += most_telling(writing, few)
        chosen = {case.id for case in kept}
        return [case for case in cases if case.id in chosen]


def share(room: int, core: int, rest: int) -> float:
    """How much of the rest there is room for beside the core."""
    return min(1.0, max(0, room - core) / rest) if rest > 0 else 1.0


def most_telling(cases: Sequence[Case], count: int) -> list[Case]:
    """`count` of them: one for each operation and place, then a second, all kinds spread evenly."""
    if count >= len(cases):
        return list(cases)
    places: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        place = case.cells[0].place if case.cells else ""
        places.setdefault((case.operation, place), []).append(case)
    ranked = [
        (rank, index, case)
        for index, own in enumerate(places.values())
        for rank, case in enumerate(_spread(own))
    ]
    return [case for _, _, case in sorted(ranked, key=lambda r: r[:2])[:count]]


def _spread(cases: Sequence[Case]) -> list[Case]:
    """So ordered that the first few are evenly spread over all: first, middle, quarters …"""
    bits = max(1, (len(cases) - 1).bit_length())
    turned = (int(f"{index:0{bits}b}"[::-1], 2) for index in range(1 << bits))
    return [cases[index] for index in turned if index < len(cases)]
