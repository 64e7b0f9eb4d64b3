"""All faults and variants by id; `python -m servers.catalogue` lists them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

import servers.faults
import servers.variants
from servers.reference.protocol import Wrap
from servers.reference.server import Server
from servers.registry import FAULTS, VARIANTS, Fault, Variant

__all__ = ["FAULTS", "VARIANTS", "Fault", "Variant", "select"]

T = TypeVar("T")

servers.faults.load()
servers.variants.load()


def select(faults: Iterable[str], variants: Iterable[str], server: Server) -> list[Wrap]:
    """The behaviours with these ids, innermost first: a faulty server may be an odd one as well.

    Raises LookupError with a sentence for whoever asked for an id that does not exist.
    """
    wraps: list[Wrap] = []
    for name in variants:
        chosen = _find(name, VARIANTS, "variant")
        if chosen.prepare:
            chosen.prepare(server)
        wraps.append(chosen.wrap)
    return wraps + [_find(name, FAULTS, "fault").wrap for name in faults]


def _find(name: str, catalogue: dict[str, T], what: str) -> T:
    if name not in catalogue:
        raise LookupError(f"There is no {what} {name!r}; `python -m servers.catalogue` lists them.")
    return catalogue[name]


def lines() -> list[str]:
    """One line for each fault and variant, and a count of each."""
    listed = [
        f"{fault.id:<40} {fault.clause:<28} {fault.place} {fault.kind}: {fault.lie}"
        for fault in FAULTS.values()
    ]
    listed.append(f"{len(FAULTS)} faults, {sum(fault.rare for fault in FAULTS.values())} rare")
    listed += [f"{variant.id:<40} {variant.shows}" for variant in VARIANTS.values()]
    return [*listed, f"{len(VARIANTS)} variants"]


if __name__ == "__main__":
    sys.stdout.write("\n".join(lines()) + "\n")
