"""Comparisons of filtered answers with the whole list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness import told
from harness.clauses import Record
from harness.evidence.pages import Page, is_foreign, page_of, scope_of
from harness.evidence.ranges import Verdict, is_beyond
from harness.evidence.states import State
from harness.evidence.view import Evidence
from harness.evidence.walks import Seen, Walk
from harness.evidence.windows import Window, documented_values
from harness.model import Exchange
from harness.reasons import VALUES_UNREAD
from harness.wire import kinds

__all__ = ["incomplete", "is_beyond", "unknown_values", "unmatched"]


def unmatched(evidence: Evidence, exchange: Exchange) -> list[str]:
    """Items of the resource asked for that a filtered answer should not hold."""
    page, window = evidence.page(exchange), evidence.window(exchange)
    if page is None or window is None or not window.filters:
        return []
    asked = scope_of(evidence.operation, exchange).lower()
    return [
        item.key
        for item in page.items
        if not window.matches(evidence.operation, item) and not is_foreign(item, asked)
    ]


def incomplete(
    evidence: Evidence, record: Record, *, combined: bool
) -> Iterator[tuple[Seen, list[str]]]:
    """Answers of a filter setting whose walk lacks items that other answers hold.

    The other way round as well: what only filtered answers hold is missing without a filter.
    """
    for state in evidence.sweeps.states.values():
        if state.foreign:
            continue
        for label, walk in state.walks.items():
            window = walk.seen[0].window
            is_asked = (len(window.filters) > 1) == combined and walk.is_finished
            if not is_asked or not state.is_readable(window) or _is_unsound(state, window):
                continue
            own = [seen for seen in state.seen if seen.window.label == label]
            if state.is_shuffled(window) and not _is_all_met(state, window, own):
                continue  # by chance, or by a fault: pages of another order each do not tell
            if window.filters:
                record.judged.update(seen.exchange.number for seen in own)
            yield from _lacking(state, walk, own)


def _is_all_met(state: State, window: Window, own: Sequence[Seen]) -> bool:
    """Whether the answers of a setting together hold every item that matches it."""
    met = {key for seen in own for key in seen.page.keys}
    return met >= set(state.sequence(window) or ())


def _is_unsound(state: State, window: Window) -> bool:
    """Whether a setting, or a part of it, gives what does not match: filter.sound tells it."""
    own = set(window.label.split("&"))
    return any(set(label.split("&")) <= own for label in state.unsound)


def _lacking(state: State, walk: Walk, own: list[Seen]) -> Iterator[tuple[Seen, list[str]]]:
    is_at_one = walk.is_consistent and walk.is_as_claimed
    for seen in own if walk.lost else ():
        if is_at_one:
            yield seen, list(walk.lost)
        elif seen.window.filters:
            # Its pages are cut wrongly, so only what they lack each is to be told.
            expected = set(state.expected(seen) or ()) - set(seen.page.keys)
            if expected:
                yield seen, sorted(expected)


def refused_sizes(evidence: Evidence) -> set[int]:
    """Page sizes that are refused without a filter too: list.page-size-valid tells it."""
    windows = ((e, evidence.window(e)) for e in evidence.ordinary if e.status >= 400)
    return {w.size for e, w in windows if w and w.size and not w.filters}


def unknown_values(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, Verdict]]:
    """Answers to undocumented filter values that were not refused."""
    asked = {w.label for e in evidence.ordinary if (w := evidence.window(e))}
    unread = _known_settings(evidence) - asked
    for state in evidence.sweeps.states.values():
        counts = _counts(state)
        for exchange in state.others:
            if not _asks_for_unknown_value(evidence, exchange):
                continue
            page = page_of(evidence.operation, exchange)
            if page is None:
                continue
            is_known = _is_somebody_elses(state, page, counts=counts)
            if not is_known and unread:
                record.miss(VALUES_UNREAD(settings=", ".join(sorted(unread))))
                continue
            record.judged.add(exchange.number)
            if is_known:
                yield exchange, ("4xx", f"{exchange.status}, read as something else", "leniency")
            else:
                says = f"{told.value(page.total)} items that no documented value gives"
                yield exchange, ("4xx, or what a documented value gives", says, "violation")
    yield from _refused_values(evidence, record)


def _known_settings(evidence: Evidence) -> set[str]:
    """Labels of what an undocumented value may be read as: the whole list, any documented value."""
    operation = evidence.operation
    values = {f"{n}={v}" for n in operation.filters for v in documented_values(operation, n)}
    return {"unfiltered", *values}


def _refused_values(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, Verdict]]:
    for exchange in evidence.ordinary:
        if _asks_for_unknown_value(evidence, exchange) and exchange.status >= 400:
            record.judged.add(exchange.number)
            if exchange.status >= 500:
                yield exchange, ("4xx", str(exchange.status), "violation")


def _asks_for_unknown_value(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the one unusual thing about a request is the value of a filter."""
    places = {f"query {name}": name for name in evidence.operation.filters}
    cells = evidence.reading(exchange).cells
    unusual = [c for c in cells if not c.kind.startswith(kinds.VALID_VALUE)]
    return (
        len(unusual) == 1
        and unusual[0].place in places
        and unusual[0].kind not in {kinds.DUPLICATE, kinds.TOO_MANY}
        and len(cells) == 1
    )


def _counts(state: State) -> bool:
    """Whether totals say how long the whole list is. Where not even that, `list.total` tells it."""
    firsts = [s for s in state.seen if not s.window.filters and s.window.page in {None, 1}]
    walked = [(state.sequence(s.window), s.page.total) for s in firsts]
    return all(keys is None or total == len(keys) for keys, total in walked)


def _is_somebody_elses(state: State, page: Page, *, counts: bool) -> bool:
    """Whether an answer is exactly what the whole list, a documented value or nothing gives."""
    if not page.items and (page.total == 0 or not counts):
        return True
    return any(
        page.total == other.page.total and _begins_like(state, page, other)
        for other in state.seen
        if (other.window.page or 1) == 1
        and len(other.page.keys) >= len(page.keys) > 0
        and len(other.window.filters) <= 1
    )


def _begins_like(state: State, page: Page, other: Seen) -> bool:
    """Whether a page begins another one; of a list whose order changes, is a part of it."""
    if state.is_shuffled(other.window):
        return set(page.keys) <= set(state.sequence(other.window) or ())
    return page.keys == other.page.keys[: len(page.keys)]
