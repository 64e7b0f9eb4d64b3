"""How much each profile sends."""

from __future__ import annotations

from dataclasses import dataclass

from harness.explore.listing import Extent

TELLING_SIZES = (1, 2, 29, 30, 31, 99, 100)


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

    def extent(self, walk_limit: int) -> Extent:
        """How much of a listing is read."""
        if not self.generated:
            return Extent(walk_limit, sizes=(), single_sizes=TELLING_SIZES)
        return Extent(walk_limit, sizes=TELLING_SIZES, single_sizes=tuple(range(1, 101)))


SIZES = {
    "smoke": Size(limit=300, whole_matrix=False, generated=False, fuzz=0),
    "gate": Size(limit=600, whole_matrix=True, generated=True, fuzz=150),
    "release": Size(limit=5000, whole_matrix=True, generated=True, fuzz=4600),
}
