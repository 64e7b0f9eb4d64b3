"""Comparisons of a listing's answers with each other, made while the data stood still."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness import told
from harness.clauses import Record
from harness.evidence.listing import is_integer, windows
from harness.evidence.pages import Item, same_stable
from harness.evidence.placing import GAP, LENGTH, OVERLAP, Placement
from harness.evidence.ranges import filled_huge_pages
from harness.evidence.states import State
from harness.evidence.view import Evidence
from harness.evidence.walks import Seen
from harness.evidence.windows import Window
from harness.model import Exchange


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
        record.judged.add(seen.exchange.number)
        if placement.sign == OVERLAP or (placement.sign == LENGTH and placement.earlier):
            yield seen.exchange, len(placement.earlier)
            is_broken_beyond = is_broken_beyond or not placement.expected
        elif not seen.page.items or placement.state.page(seen) == 1:
            record.blank.add(seen.exchange.number)
    for exchange, page in filled_huge_pages(evidence):
        if is_broken_beyond:
            yield exchange, len(page.items)
    for state, seen in _unplaced(evidence):
        record.judged.add(seen.exchange.number)
        again = _seen_before(state, seen)
        if again:
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
    for placement in evidence.placements:
        seen = placement.seen
        record.judged.add(seen.exchange.number)
        lost = list(placement.lost) if placement.sign else _lost_everywhere(placement)
        if lost or placement.sign == GAP:
            yield seen, lost, "missing item"
        elif _is_reordered(placement):
            yield seen, [], "wrong order"
        elif not placement.expected:
            record.blank.add(seen.exchange.number)


def _is_reordered(placement: Placement) -> bool:
    """Whether the right items stand in another order, in a list that keeps to one."""
    keys, expected = placement.seen.page.keys, placement.expected
    is_other = keys != expected and not placement.state.is_shuffled
    return is_other and sorted(keys) == sorted(expected)


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
                if twin and twin.page.keys != seen.page.keys and not state.is_shuffled:
                    yield seen.exchange, "foreign item", "the items of the default", "other items"


def _twin(
    state: State, seen: Seen, asked: Callable[[Window], int | None], wanted: int
) -> Seen | None:
    """The answer to the same request with the default spelled out."""

    def spelled(one: Seen) -> tuple[int, int]:
        return state.page(one), state.size(one)

    for other in state.seen:
        same = other.window.label == seen.window.label and asked(other.window) == wanted
        if same and spelled(other) == spelled(seen):
            return other
    return None


def unstable(
    evidence: Evidence, record: Record
) -> Iterator[tuple[Exchange, Exchange, str, list[str]]]:
    """Answers that differ from the one before to the same request, or in what must not move.

    (answer, the one before, kind, items that moved)
    """
    for state in evidence.sweeps.states.values():
        last: dict[str, Seen] = {}
        items: dict[str, Item] = {}
        for seen in state.seen:
            earlier = last.get(seen.exchange.case.query, seen)
            last[seen.exchange.case.query] = seen
            if earlier is not seen:
                record.judged.add(seen.exchange.number)
            if earlier.page.keys != seen.page.keys:
                same = sorted(earlier.page.keys) == sorted(seen.page.keys)
                kind = "wrong order" if same else "wrong count"
                yield seen.exchange, earlier.exchange, kind, []
            moved = [
                i.key for i in seen.page.items if not same_stable(items.setdefault(i.key, i), i)
            ]
            if moved:
                record.judged.add(seen.exchange.number)
                yield seen.exchange, earlier.exchange, "another value", moved
