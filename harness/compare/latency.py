"""How much slower or faster an operation became: ratios, new to old. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from harness.compare.reading import Document

FIGURES = ("p50", "p95", "p99", "max")


@dataclass(frozen=True, slots=True)
class Ratios:
    """One operation that both runs asked. Seconds, and new seconds to old ones."""

    operation: str
    old: dict[str, float]
    new: dict[str, float]

    @property
    def ratios(self) -> dict[str, float | None]:
        """None where the old figure is nothing."""
        return {
            name: self.new[name] / self.old[name] if self.old[name] > 0 else None
            for name in FIGURES
        }


def ratios(old: Document, new: Document) -> tuple[Ratios, ...]:
    """In the order of the operations' names."""
    both = sorted(old["latency"].keys() & new["latency"].keys())
    return tuple(
        Ratios(name, *({f: run["latency"][name][f] for f in FIGURES} for run in (old, new)))
        for name in both
    )
