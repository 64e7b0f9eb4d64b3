"""Comparisons of a listing's answers with each other, made while the data stood still."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness import told
from harness.clauses import Record
from harness.evidence.listing import is_integer, windows
from harness.evidence.placing import GAP, LENGTH, OVERLAP, Placement
from harness.evidence.ranges import filled_huge_pages
from harness.evidence.states import State
from harness.evidence.view import Evidence
from harness.evidence.walks import Seen
from harness.evidence.windows import Window
from harness.model import Exchange
from harness.reasons import DATA_CHANGED, ORDER_UNSEEN, OUT_OF_ORDER

REORDERED = "wrong order"


def not_comparable(evidence: Evidence, record: Record) -> None:
    """Say why no two answers could be compared, where none could."""
    found = evidence.sweeps
    if record.judged or record.missed or found.states:
        return
    if found.unseen:
        met, total = found.unseen
        record.miss(ORDER_UNSEEN(met=met, total=total))
    elif found.disturbed:
        record.miss(DATA_CHANGED())


def wrong_lengths(evidence: Evidence, record: Record) -> Iterator[tuple[Seen, int]]:
    """Answers that are no list, or hold another number of items than they should.

    What is but the end of shifted pages is list.no-overlap's and list.no-gap's.
    """
    for placement in evidence.placements:
        seen = placement.seen
        record.judged.add(seen.exchange.number)
        if placement.sign == LENGTH:
            yield seen, len(placement.expected)
        elif seen.page.total == 0:
            record.blank.add(seen.exchange.number)
    for state, seen in _unplaced(evidence):
        claimed = _claimed_length(state, seen)
        if claimed is None:
            continue
        record.judged.add(seen.exchange.number)
        if not seen.page.is_list or len(seen.page.items) != claimed:
            yield seen, claimed


def _unplaced(evidence: Evidence) -> Iterator[tuple[State, Seen]]:
    """Answers of lists that are too long to be walked to their end."""
    for state, seen in evidence.compared:
        whole = state.walks.get("unfiltered")
        if (whole is None or not whole.is_finished) and state.position(seen) is None:
            yield state, seen


def _claimed_length(state: State, seen: Seen) -> int | None:
    """How many items an answer should hold by its own total; None where it says nothing."""
    if not is_integer(seen.page.total) or seen.page.total < 0 or _seen_before(state, seen):
        return None
    total = int(seen.page.total)
    size = state.size(seen)
    return max(0, min(size, total - (state.page(seen) - 1) * size))


def overlapping(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, int]]:
    """Answers that hold items which belong to an earlier page, or were seen on one; how many.

    If a page beyond the last does, one far beyond that is not empty is no defect of its own.
    """
    is_broken_beyond = False
    for placement in evidence.placements:
        seen = placement.seen
        if placement.in_disorder or placement.state.is_shuffled(seen.window):
            continue
        record.judged.add(seen.exchange.number)
        if placement.sign == OVERLAP or (placement.sign == LENGTH and placement.earlier):
            yield seen.exchange, len(placement.earlier)
            is_broken_beyond = is_broken_beyond or not placement.expected
        elif not seen.page.items or placement.state.page(seen) == 1:
            record.blank.add(seen.exchange.number)
    for exchange, page in filled_huge_pages(evidence):
        if is_broken_beyond:
            yield exchange, len(page.items)
    yield from _shown_twice(evidence, record)
    if evidence.placements and not record.judged:
        record.miss(OUT_OF_ORDER())


def _shown_twice(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, int]]:
    """Answers that hold what an earlier page of theirs held, where that is all that is known.

    Of a list whose order changes only those that list.stable tells as well.
    """
    swapped = {swap.after.exchange.number for swap in evidence.sweeps.swaps}
    moving = [(state, seen) for state, seen in evidence.compared if state.is_shuffled(seen.window)]
    still = [(s, seen) for s, seen in _unplaced(evidence) if not s.is_shuffled(seen.window)]
    record.judged.update(seen.exchange.number for _, seen in still)
    for state, seen in [*still, *(one for one in moving if one[1].exchange.number in swapped)]:
        again = _seen_before(state, seen)
        if again:
            record.judged.add(seen.exchange.number)
            yield seen.exchange, len(again)


def _seen_before(state: State, seen: Seen) -> list[str]:
    """Items of an answer that an earlier page of the same series held."""
    number = seen.window.page or 1
    keys = seen.page.keys
    again = {key for key in keys if keys.count(key) > 1}
    for other in state.seen:
        same = other.window.label == seen.window.label and other.window.size == seen.window.size
        if same and (other.window.page or 1) < number:
            again.update(set(keys) & set(other.page.keys))
    return sorted(again)


def missing(evidence: Evidence, record: Record) -> Iterator[tuple[Seen, list[str], str]]:
    """Answers that lack items of theirs, or hold them in another order."""
    for swap in evidence.sweeps.swaps:
        record.judged.add(swap.after.exchange.number)
        yield swap.after, [], REORDERED
    for placement in evidence.placements:
        seen = placement.seen
        if placement.state.is_shuffled(seen.window):
            continue
        record.judged.add(seen.exchange.number)
        lost = list(placement.lost) if placement.sign else _lost_everywhere(placement)
        if placement.is_reordered or (placement.in_disorder and placement.sign == GAP):
            yield seen, [], REORDERED
        elif lost or placement.sign == GAP:
            yield seen, lost, "missing item"
        elif not placement.expected:
            record.blank.add(seen.exchange.number)


def _lost_everywhere(placement: Placement) -> list[str]:
    """What only filtered answers hold, though the unfiltered list is at one with itself."""
    whole = placement.state.walks.get("unfiltered")
    if whole is None or placement.seen.window.filters:
        return []
    is_at_one = whole.is_consistent and whole.is_as_claimed
    return list(whole.lost) if is_at_one else []


def shared_identities(evidence: Evidence, record: Record) -> Iterator[tuple[Seen, str, list[str]]]:
    """Answers whose items share an identity with another item."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    for state, seen in evidence.compared:
        if seen.window.filters:
            continue
        record.judged.add(seen.exchange.number)
        for index, name in enumerate(pagination.identity):
            repeated = _shared(state, seen, index)
            if repeated:
                yield seen, name, repeated


def _shared(state: State, seen: Seen, index: int) -> list[str]:
    """Items that share identity `index` with an item that differs in the other identities."""
    return [i.key for i in seen.page.items if len(state.bearers(index)[i.ids[index]]) > 1]


Difference = tuple[Exchange, str, str, str]
"""(exchange, kind, expected, actual)"""


def default_page(evidence: Evidence, record: Record) -> Iterator[Difference]:
    """Answers without `page` that are not page 1."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    wanted = pagination.default_page
    yield from _defaults(evidence, record, lambda w: w.page, "echo_page", wanted)


def default_size(evidence: Evidence, record: Record) -> Iterator[Difference]:
    """Answers without a size that are not of the default size."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    yield from _defaults(evidence, record, lambda w: w.size, "echo_size", pagination.default_size)


def _defaults(
    evidence: Evidence,
    record: Record,
    asked: Callable[[Window], int | None],
    echo: str,
    wanted: int,
) -> Iterator[Difference]:
    for exchange, page, window in windows(evidence):
        if asked(window) is not None:
            continue
        record.judged.add(exchange.number)
        says = getattr(page, echo)
        if says != wanted:
            yield exchange, "wrong value", str(wanted), told.value(says)
    for state in evidence.sweeps.states.values():
        for seen in state.seen:
            if asked(seen.window) is None:
                twin = _twin(state, seen, asked, wanted)
                if twin and twin.page.keys != seen.page.keys:
                    yield seen.exchange, "foreign item", "the items of the default", "other items"


def _twin(
    state: State, seen: Seen, asked: Callable[[Window], int | None], wanted: int
) -> Seen | None:
    """The answer to the same request with the default spelled out, if the list keeps its order."""
    if state.is_shuffled(seen.window):
        return None

    def spelled(one: Seen) -> tuple[int, int]:
        return state.page(one), state.size(one)

    for other in state.seen:
        same = other.window.label == seen.window.label and asked(other.window) == wanted
        if same and spelled(other) == spelled(seen):
            return other
    return None
