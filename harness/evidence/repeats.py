"""The same request answered more than once: what list.stable compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.clauses import Record
from harness.evidence.comparisons import REORDERED
from harness.evidence.orders import in_order
from harness.evidence.pages import Item, page_of, same_stable
from harness.evidence.states import State
from harness.evidence.view import Evidence
from harness.evidence.walks import Seen
from harness.model import Exchange

Instability = tuple[Exchange, Exchange, str, list[str]]
"""(answer, the one before, kind, items that moved)"""


def unstable(evidence: Evidence, record: Record) -> Iterator[Instability]:
    """Answers that differ from the one before to the same request, or in what must not move."""
    found = [one for state in evidence.sweeps.states.values() for one in _in_state(state, record)]
    swaps = [(s.after.exchange, s.before.exchange) for s in evidence.sweeps.swaps]
    found += [(after, before, REORDERED, []) for after, before in swaps]
    moved = {answer.number for answer, _, kind, _ in found if kind == REORDERED}
    if moved:
        # Which requests meet another order is chance, and no circumstance that could name it.
        record.blank |= record.judged - moved
        record.judged |= moved
    yield from found


def _in_state(state: State, record: Record) -> Iterator[Instability]:
    last: dict[str, Seen] = {}
    items: dict[str, Item] = {}
    for seen in state.seen:
        earlier = last.get(seen.exchange.case.query, seen)
        last[seen.exchange.case.query] = seen
        if not state.is_shuffled(seen.window):
            record.judged.update({seen.exchange.number} if earlier is not seen else ())
            if sorted(earlier.page.keys) != sorted(seen.page.keys):
                yield seen.exchange, earlier.exchange, "wrong count", []
        moved = [i.key for i in seen.page.items if not same_stable(items.setdefault(i.key, i), i)]
        if moved:
            record.judged.add(seen.exchange.number)
            yield seen.exchange, earlier.exchange, "another value", moved
    yield from _by_scheme(state, last, record)


def _by_scheme(state: State, last: Mapping[str, Seen], record: Record) -> Iterator[Instability]:
    """Answers to another scheme that hold the same items of the list in another order."""
    for exchange in state.by_scheme:
        page, twin = page_of(state.operation, exchange), last.get(exchange.case.query)
        if page is None or twin is None or state.is_shuffled(twin.window):
            continue
        record.judged.add(exchange.number)
        if not in_order(twin.page, page):
            yield exchange, twin.exchange, REORDERED, []
