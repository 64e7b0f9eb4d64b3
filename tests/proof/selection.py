"""Which trials a proof is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from servers.catalogue import FAULTS, VARIANTS
from tests.proof.trials import Trial


@dataclass(frozen=True)
class Extent:
    """How much is tried. Seeds are counted from 1."""

    sample: int = 1
    """Every so manieth fault and variant."""
    only: tuple[str, ...] = ()
    """Beginnings of ids; empty for all."""
    fault_seeds: int = 1
    rare_seeds: int = 5
    """For faults that are rare, in combination or intermittent."""
    variant_seeds: int = 3
    smoke_seeds: int = 20
    """For the variants in the smoke profile, where the seed only changes what is written."""

    def chosen(self, ids: Iterable[str]) -> list[str]:
        """The ids that are tried, spread evenly over the catalogue."""
        wanted = [name for name in ids if not self.only or name.startswith(self.only)]
        return wanted[:: self.sample]


def trials(extent: Extent) -> list[Trial]:
    """The reference first, then what takes long, so that no core waits for a last one."""
    reference = [Trial("", "", profile) for profile in ("gate", "smoke")]
    return [*reference, *_variants(extent), *_faults(extent)]


def _faults(extent: Extent) -> Iterator[Trial]:
    for name in extent.chosen(FAULTS):
        yield Trial("fault", name, "smoke")
        for seed in _seeds(extent, name):
            yield Trial("fault", name, "gate", seed)


def _seeds(extent: Extent, name: str) -> Sequence[int]:
    fault = FAULTS[name]
    is_often_missed = fault.rare or fault.intermittent
    count = max(extent.rare_seeds, extent.fault_seeds) if is_often_missed else extent.fault_seeds
    return range(1, count + 1)


def _variants(extent: Extent) -> Iterator[Trial]:
    for name in extent.chosen(VARIANTS):
        for profile, seeds in (("gate", extent.variant_seeds), ("smoke", extent.smoke_seeds)):
            yield from (Trial("variant", name, profile, seed) for seed in range(1, seeds + 1))
