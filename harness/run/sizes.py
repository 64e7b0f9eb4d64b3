"""How much each profile sends."""

from __future__ import annotations

from dataclasses import dataclass

from harness.contract import Pagination
from harness.explore.listing import Extent

MOST_PAIRS = 12
"""So many pairs of filter values are tried."""
MOST_SIZES = 100
"""So many single page sizes are tried, evenly spread where a listing allows more."""


@dataclass(frozen=True)
class Size:
    """What a profile may spend, in requests."""

    limit: int
    """Preflight included, repeats and reduction not."""
    whole_matrix: bool
    generated: bool
    fuzz: int
    """Generated examples that the plan holds; how many are sent depends on what is left."""

    @property
    def extra(self) -> int:
        """What repeats and reduction may add."""
        return self.limit * 15 // 100

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
