"""Totals of a listing beside what the walks over its pages found."""

from __future__ import annotations

from collections.abc import Iterator

from harness.clauses import Record
from harness.evidence.pages import page_of
from harness.evidence.ranges import huge_pages
from harness.evidence.view import Evidence
from harness.evidence.walks import Seen, Walk
from harness.evidence.windows import Window
from harness.reasons import WALK_LIMIT


def wrong_totals(
    evidence: Evidence, record: Record, *, filtered: bool
) -> Iterator[tuple[Seen, int]]:
    """Answers whose total is not what the walk found.

    A total that is wrong without a filter too is the list's defect, with all its answers; one
    that is wrong only behind filters is the filter's.
    """
    wrong: list[tuple[Seen, int]] = []
    for state, seen in evidence.compared:
        sequence = state.sequence(seen.window)
        if sequence is None:
            continue
        if not sequence and seen.page.total == 0:
            record.blank.add(seen.exchange.number)
        if bool(seen.window.filters) == filtered or not filtered:
            record.judged.add(seen.exchange.number)
        if seen.page.total != len(sequence):
            wrong.append((seen, len(sequence)))
    wrong += _huge_pages(evidence)
    everywhere = any(not seen.window.filters for seen, _ in wrong)
    if everywhere != filtered:
        yield from wrong


def _huge_pages(evidence: Evidence) -> Iterator[tuple[Seen, int]]:
    """Pages far beyond the last whose total is not that of the whole list."""
    far = {exchange.number for exchange in huge_pages(evidence)}
    whole = Window((), None, None)
    for state in evidence.sweeps.states.values():
        sequence = state.sequence(whole)
        for exchange in state.others:
            page = page_of(evidence.operation, exchange)
            asks = evidence.reading(exchange).cells
            if sequence is None or page is None or exchange.number not in far or len(asks) > 1:
                continue
            if page.total != len(sequence):
                yield Seen(exchange, whole, page, ""), len(sequence)


def not_exercised(evidence: Evidence, record: Record) -> None:
    """Say why the whole list could not be counted, where a walk over it was cut off."""
    states = evidence.sweeps.states.values()
    wholes = [(state, state.walks.get("unfiltered")) for state in states]
    if any(whole and _is_cut_off(whole) and state.truth is None for state, whole in wholes):
        record.miss(WALK_LIMIT())


def _is_cut_off(walk: Walk) -> bool:
    """Whether there was more to read where a walk ended: a full page, with something new on it."""
    last = walk.pages[-1]
    is_full = len(last.page.items) >= (last.window.size or 1)
    return is_full and not walk.is_finished and not walk.is_stuck
