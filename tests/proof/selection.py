"""Which trials a proof is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from servers.catalogue import FAULTS, VARIANTS
from servers.weather.kinds import CLOSED, IMPATIENT, KINDS, SEVERE
from tests.proof.trials import Trial

CORRECT = ("", "other-writers", "busy-writers", "clock-behind", "gzip-chunked", "plain-only",
           "status-moves")  # fmt: skip
"""Servers that stand behind each kind of weather in turn; the first is the plain reference."""
FAULTY = ("real.page-overflow", "real.nul-message", "list.total-off-by-one", "real.activity",
          "text.nul-fails", "auth.bearer", "fails.send-one-in-25")  # fmt: skip
"""Faults that must be found in spite of the weather."""
HIDING = ("gateway", "resets", "throttled-0", "restarts")
"""Weather that they are looked for in."""
BAD = "weather."
"""How the ids of weather begin."""


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
    weather_seeds: int = 0
    """For each kind of weather on the way to correct and to faulty servers."""

    def chosen(self, ids: Iterable[str]) -> list[str]:
        """The ids that are tried, spread evenly over the catalogue."""
        wanted = [name for name in ids if not self.only or name.startswith(self.only)]
        return wanted[:: self.sample]


def trials(extent: Extent) -> list[Trial]:
    """The reference first, then what takes long, so that no core waits for a last one."""
    reference = [Trial("", "", profile) for profile in ("gate", "smoke")]
    return [*reference, *_weather(extent), *_variants(extent), *_faults(extent)]


def _weather(extent: Extent) -> Iterator[Trial]:
    """Every kind with every seed; which server is behind it goes round."""
    kinds = extent.chosen(f"{BAD}{name}" for name in set_fair()) if extent.weather_seeds else []
    for turn, kind in enumerate(name.removeprefix(BAD) for name in kinds):
        for seed in range(1, extent.weather_seeds + 1):
            server = CORRECT[(turn + seed) % len(CORRECT)]
            yield Trial("variant" if server else "", server, "smoke", seed, weather=kind)
        for name in FAULTY if kind in HIDING else ():
            yield Trial("fault", name, "gate", weather=kind)


def set_fair() -> list[str]:
    """The kinds of weather in which a verdict can be reached, by the suite as it comes."""
    return [name for name in KINDS if name not in {*SEVERE, *CLOSED, *IMPATIENT}]


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
