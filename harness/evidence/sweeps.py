"""Answers of a listing that may be compared: what was read while the data stood still.

Staging is used by others. Two answers are compared only if the total and the ids of the first
and the last page were equal before and after (contract.md, *A shared server*).

A list whose order changes by itself (`orders`) shows other ids each time although nobody changed
the data. Its answers are compared as sets, where all that say the same total together hold exactly
so many items: fewer were not all seen yet, of more some came and others went.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.contract import Operation
from harness.evidence.orders import Swap, swaps
from harness.evidence.pages import page_of, scope_of
from harness.evidence.states import ALL, FILTERED, State
from harness.evidence.walks import Seen
from harness.evidence.windows import UNFILTERED, window_of
from harness.model import Exchange

BRACKET = "bracket"
"""Role of the two requests, first and last page, that stand around what is compared."""

Signature = tuple[object, frozenset[str], frozenset[str]]


def signature(operation: Operation, bracket: tuple[Exchange, Exchange]) -> Signature | None:
    """What the data looked like; None where a page could not be read."""
    first, last = (page_of(operation, exchange) for exchange in bracket)
    if first is None or last is None:
        return None
    return (first.total, frozenset(first.keys), frozenset(last.keys))


@dataclass
class Sweeps:
    """All of a listing's comparable answers, by state."""

    states: dict[Signature, State]
    disturbed: int
    """Brackets that closed on other data than they opened on."""
    swaps: list[Swap] = field(default_factory=list)
    """Answers that show an order which changes by itself, whenever they were given."""
    unseen: tuple[int, int] | None = None
    """(met, total) of a list whose order changes so that not all of it was met."""

    @property
    def all_seen(self) -> Iterable[tuple[State, Seen]]:
        """Every comparable answer with its state."""
        for state in self.states.values():
            for seen in state.seen:
                yield state, seen


@dataclass(frozen=True)
class _Block:
    """What was read between two brackets."""

    opened: Signature | None
    closed: Signature | None
    between: tuple[Exchange, ...]
    bracket: tuple[Exchange, ...]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that may be compared if nothing changed; the closing bracket belongs to it."""
        return (*self.between, *self.bracket)


def sweeps(operation: Operation, exchanges: Iterable[Exchange]) -> Sweeps:
    """Sort a listing's exchanges, in the order sent, into states of the data.

    Exchanges outside of two brackets, or between two that differ, are left out, unless only the
    order changes. Of what brackets miss, totals tell where the data is known to change.
    """
    own = list(exchanges)
    moved = swaps(answers(operation, own))
    blocks = list(_blocks(operation, own))
    if any(swap.label == UNFILTERED for swap in moved):
        return _moving(operation, blocks, moved)
    states: dict[Signature, State] = {}
    is_restless = len({b.closed for b in blocks} - {None}) > 1
    for block in blocks:
        if is_restless and not _is_steady(operation, block):
            continue
        if block.closed is not None and block.closed == block.opened:
            state = states.setdefault(
                block.closed, State(operation, moves=FILTERED if moved else "")
            )
            _add(state, operation, block.exchanges)
    changed = [b for b in blocks if b.opened not in (None, b.closed) and b.between]
    return Sweeps(states, len(changed), moved)


def _blocks(operation: Operation, exchanges: Iterable[Exchange]) -> Iterator[_Block]:
    opened: Signature | None = None
    bracket: list[Exchange] = []
    between: list[Exchange] = []
    for exchange in exchanges:
        if exchange.case.role != BRACKET:
            between.append(exchange)
            continue
        bracket.append(exchange)
        if len(bracket) < 2:
            continue
        closed = signature(operation, (bracket[0], bracket[1]))
        yield _Block(opened, closed, tuple(between), tuple(bracket))
        opened, bracket, between = closed, [], []


def _moving(operation: Operation, blocks: Sequence[_Block], moved: list[Swap]) -> Sweeps:
    """One state for each total that the list had all the while between two brackets."""
    found = Sweeps({}, 0, moved)
    states: dict[int, State] = {}
    for block in blocks:
        total = _steady_total(operation, block)
        if total is not None:
            _add(states.setdefault(total, State(operation, moves=ALL)), operation, block.exchanges)
    for total, state in states.items():
        if len(state.known) == total:
            found.states[total, frozenset(), frozenset()] = state
        else:
            found.unseen = (len(state.known), total)
    return found


def _is_steady(operation: Operation, block: _Block) -> bool:
    """Whether every list had one total between two brackets.

    Where others write, one may have added something and taken it back before anybody looked.
    """
    totals: dict[str, set[object]] = {}
    for seen in answers(operation, block.exchanges):
        if seen.page.items:
            totals.setdefault(seen.window.label, set()).add(seen.page.total)
    return all(len(found) == 1 for found in totals.values())


def _steady_total(operation: Operation, block: _Block) -> int | None:
    """What all pages of the whole list say, but for those beyond the last; None if they differ."""
    pages = [s.page for s in answers(operation, block.exchanges) if not s.window.filters]
    totals = {page.total for page in pages if page.items}
    totals |= {signature[0] for signature in (block.opened, block.closed) if signature}
    total = totals.pop() if len(totals) == 1 and block.opened and block.closed else None
    return total if isinstance(total, int) else None


def answers(operation: Operation, exchanges: Iterable[Exchange]) -> list[Seen]:
    """Those to valid requests, but for those that try another scheme."""
    found = (_seen(operation, e) for e in exchanges if not e.case.role.startswith("good|"))
    return [seen for seen in found if seen is not None]


def _seen(operation: Operation, exchange: Exchange) -> Seen | None:
    window, page = window_of(operation, exchange.case.query), page_of(operation, exchange)
    if window is None or page is None:
        return None
    return Seen(exchange, window, page, scope_of(operation, exchange).lower())


def _add(state: State, operation: Operation, exchanges: Iterable[Exchange]) -> None:
    for exchange in exchanges:
        if exchange.case.role.startswith("good|"):
            # What another scheme sees is compared with itself: auth.* tells if it differs.
            state.by_scheme.append(exchange)
            continue
        seen = _seen(operation, exchange)
        if seen is None:
            state.others.append(exchange)
        else:
            state.seen.append(seen)
