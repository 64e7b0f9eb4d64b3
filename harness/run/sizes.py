"""How much each profile sends."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.contract import Pagination
from harness.explore.listing import Extent

MOST_PAIRS = 12
"""So many pairs of filter values are tried."""
MOST_SIZES = 100
"""So many single page sizes are tried, evenly spread where a listing allows more."""

EXTRA = 15
"""Percent of a profile's size that repeats and reduction may add."""


@dataclass(frozen=True)
class Size:
    """What a profile may spend, in requests."""

    limit: int
    """Repeats and reduction not included, nor what the preflight asks unless a budget is given."""
    whole_matrix: bool
    generated: bool
    fuzz: int
    """Generated examples that the plan holds; how many are sent depends on what is left."""

    writes: int | None = None
    """Of these, how many may store something; None for as many as the plan holds."""
    spared: int = 0
    """How much less than the profile would spend this is."""

    @property
    def is_rationed(self) -> bool:
        """Whether a budget leaves less than the profile would spend."""
        return self.spared > 0 or self.writes is not None

    @property
    def extra(self) -> int:
        """What repeats and reduction may add."""
        return self.limit * EXTRA // 100

    def extent(self, walk_limit: int, pagination: Pagination) -> Extent:
        """How much of a listing is read."""
        telling = telling_sizes(pagination)
        if not self.generated:
            return Extent(walk_limit, sizes=telling[:1], single_sizes=telling)
        every = range(pagination.minimum_size, pagination.maximum_size + 1)
        single = every[:: -(-len(every) // MOST_SIZES)]
        return Extent(walk_limit, sizes=telling, single_sizes=tuple(single), pairs=MOST_PAIRS)


def telling_sizes(pagination: Pagination) -> tuple[int, ...]:
    """Page sizes at the bounds and around the default: 1, 2, 29, 30, 31, 99, 100 of 1 to 100."""
    least, usual, most = (
        pagination.minimum_size, pagination.default_size, pagination.maximum_size,
    )  # fmt: skip
    wanted = {least, least + 1, usual - 1, usual, usual + 1, most - 1, most}
    return tuple(sorted(size for size in wanted if least <= size <= most))


SIZES = {
    "smoke": Size(limit=300, whole_matrix=False, generated=False, fuzz=0),
    "gate": Size(limit=600, whole_matrix=True, generated=True, fuzz=150),
    "release": Size(limit=5000, whole_matrix=True, generated=True, fuzz=4400),
}


def within(size: Size, requests: int | None, writes: int | None) -> Size:
    """What a profile may spend where a run is given less, repeats and reduction included there."""
    limit = size.limit if requests is None else min(size.limit, _without_extra(requests))
    return replace(
        size,
        limit=limit,
        writes=None if writes is None else _without_extra(writes),
        spared=size.limit - limit,
    )


def _without_extra(most: int) -> int:
    return most * 100 // (100 + EXTRA)
