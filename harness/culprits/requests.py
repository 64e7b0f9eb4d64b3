"""Which place of a request is to blame, looked up in what the grid's witnesses did."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.contract import Contract
from harness.model import Cell, Culprit, Deviation, Exchange
from harness.wire.kinds import DUPLICATE, UNKNOWN_ID
from harness.wire.reading import understand

NOT_ATTRIBUTED = Culprit("not attributed", "")
GRID_PHASES = frozenset({"grid", "listing", "auth", "method", "preflight", "baseline", "sending"})


def cells_of(contract: Contract, exchange: Exchange) -> tuple[Cell, ...]:
    """What differs from a good request, its credentials included."""
    planned = tuple(
        c
        for c in exchange.case.cells
        if c.place.startswith(("header", "method"))
        # That a key was used before stands in another request.
        or (c.kind == DUPLICATE and exchange.case.role.startswith("repeat|"))
    )
    read = tuple(c for c in understand(contract, exchange.case).cells)
    if any(c.place.startswith("header") for c in planned):
        return planned
    return tuple(sorted(set(planned) | set(read)))


@dataclass
class Attribution:
    """Culprit -> the deviations that it explains, of one clause, operation and status class."""

    explained: dict[Culprit, list[Deviation]] = field(default_factory=dict)
    open: list[Deviation] = field(default_factory=list)
    """Deviations that no witness explains."""

    def add(self, culprit: Culprit, deviation: Deviation) -> None:
        """Blame a deviation on a culprit."""
        self.explained.setdefault(culprit, []).append(deviation)


def attribute(
    contract: Contract,
    deviations: Sequence[Deviation],
    contexts: Mapping[str, Sequence[str]],
    innocent: frozenset[Cell] = frozenset(),
) -> Attribution:
    """Blame each deviation on the cells that fail alone.

    `contexts` maps an operation to the contexts whose baseline it has; `innocent` cells stood in
    requests that did not fail, so they are no cause by themselves.
    """
    result = Attribution()
    cells = {d.exchange.number: cells_of(contract, d.exchange) for d in deviations}
    good = [d for d in deviations if not cells[d.exchange.number]]
    failing = {_context(contract, d) for d in good}
    whole = _whole_operation(contexts.get(deviations[0].operation, ()), failing)
    cells = {number: _principal(own, innocent) for number, own in cells.items()}
    alone = _alone(deviations, cells, innocent)
    for deviation in deviations:
        own = cells[deviation.exchange.number]
        context = _context(contract, deviation)
        if whole and (not own or _is_documented_method(deviation)):
            result.add(Culprit("operation", ""), deviation)
        elif context in failing and _is_documented_method(deviation):
            result.add(Culprit(f"context {context}", ""), deviation)
        else:
            _blame(result, deviation, own, alone, innocent)
    return result


def _context(contract: Contract, deviation: Deviation) -> str:
    case = deviation.exchange.case
    return case.context or understand(contract, case).context


def _is_documented_method(deviation: Deviation) -> bool:
    return not any(c.place.startswith(("method", "header")) for c in deviation.exchange.case.cells)


def _whole_operation(contexts: Sequence[str], failing: set[str]) -> bool:
    return bool(contexts) and set(contexts) <= failing


def _principal(own: tuple[Cell, ...], innocent: frozenset[Cell]) -> tuple[Cell, ...]:
    """Without what an unknown id is besides, unless other unknown ids do no harm.

    An id that is too large to exist is an unknown one first of all.
    """
    unknown = {c.place for c in own if c.kind == UNKNOWN_ID and c not in innocent}
    return tuple(c for c in own if c.kind == UNKNOWN_ID or c.place not in unknown)


def _alone(
    deviations: Iterable[Deviation],
    cells: Mapping[int, tuple[Cell, ...]],
    innocent: frozenset[Cell],
) -> frozenset[Cell]:
    """Cells that fail with nothing else unusual beside them, or only what does no harm."""
    fixed = [cells[d.exchange.number] for d in deviations if d.exchange.case.phase in GRID_PHASES]
    suspects = ([cell for cell in own if cell not in innocent] for own in fixed)
    return frozenset(
        [own[0] for own in fixed if len(own) == 1] + [own[0] for own in suspects if len(own) == 1]
    )


def _blame(
    result: Attribution,
    deviation: Deviation,
    own: tuple[Cell, ...],
    alone: frozenset[Cell],
    innocent: frozenset[Cell],
) -> None:
    guilty = [cell for cell in own if cell in alone]
    suspects = [cell for cell in own if cell not in innocent]
    for cell in guilty or suspects * (len(suspects) == 1):
        result.add(Culprit(*cell), deviation)
    if not guilty and len(suspects) != 1:
        result.open.append(deviation)


def root(place: str) -> str:
    """The part of a request that can be left out as a whole: a parameter, a property, the body."""
    word, _, rest = place.partition(" ")
    return f"body /{rest.split('/')[1]}" if word == "body" and rest else place


def roots(cells: Iterable[Cell]) -> set[str]:
    """The parts of a request that are unusual."""
    return {root(cell.place) for cell in cells}


def roots_of(culprit: Culprit) -> set[str]:
    """The parts that a culprit names."""
    return {root(place) for place in culprit.place.split(" + ")}


def combined(cells: Collection[Cell]) -> Culprit:
    """The culprit that several cells are together."""
    # An id that is too large to exist is an unknown one first of all.
    known = {cell.place for cell in cells if cell.kind == UNKNOWN_ID}
    ordered = sorted(c for c in cells if c.kind == UNKNOWN_ID or c.place not in known)
    return Culprit(" + ".join(c.place for c in ordered), " + ".join(c.kind for c in ordered))
