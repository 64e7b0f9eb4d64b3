"""Answers of a listing that may be compared: what was read while the data stood still.

Staging is used by others. Two answers are compared only if the total and the ids of the first
and the last page were equal before and after (contract.md, *A shared server*).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from harness.contract import Operation
from harness.evidence.pages import page_of, scope_of
from harness.evidence.states import State
from harness.evidence.walks import Seen
from harness.evidence.windows import window_of
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

    @property
    def all_seen(self) -> Iterable[tuple[State, Seen]]:
        """Every comparable answer with its state."""
        for state in self.states.values():
            for seen in state.seen:
                yield state, seen


def sweeps(operation: Operation, exchanges: Iterable[Exchange]) -> Sweeps:
    """Sort a listing's exchanges, in the order sent, into states of the data.

    Exchanges outside of two brackets, or between two that differ, are left out.
    """
    states: dict[Signature, State] = {}
    opened: Signature | None = None
    bracket: list[Exchange] = []
    between: list[Exchange] = []
    disturbed = 0
    for exchange in exchanges:
        if exchange.case.role != BRACKET:
            between.append(exchange)
            continue
        bracket.append(exchange)
        if len(bracket) < 2:
            continue
        closed = signature(operation, (bracket[0], bracket[1]))
        if closed is not None and closed == opened:
            state = states.setdefault(closed, State(operation))
            _add(state, operation, [*between, *bracket])
        elif opened is not None and between:
            disturbed += 1
        opened, bracket, between = closed, [], []
    return Sweeps(states, disturbed)


def _add(state: State, operation: Operation, exchanges: list[Exchange]) -> None:
    for exchange in exchanges:
        if exchange.case.role.startswith("good|"):
            # What another scheme sees is compared with itself: auth.* tells if it differs.
            state.by_scheme.append(exchange)
            continue
        window = window_of(operation, exchange.case.query)
        page = page_of(operation, exchange)
        if window is not None and page is not None:
            scope = scope_of(operation, exchange).lower()
            state.seen.append(Seen(exchange, window, page, scope))
        else:
            state.others.append(exchange)
