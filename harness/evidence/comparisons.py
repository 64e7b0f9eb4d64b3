"""Comparisons of a listing's answers with each other, made while the data stood still."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.clauses import Record
from harness.evidence.listing import is_integer, windows
from harness.evidence.pages import Item, page_of, same_stable
from harness.evidence.ranges import huge_pages
from harness.evidence.sweeps import Seen, State
from harness.evidence.view import Evidence
from harness.evidence.windows import Window
from harness.model import Exchange


def expected_length(state: State, seen: Seen) -> int | None:
    """How many items an answer should hold; None where nothing can say."""
    expected = state.expected(seen)
    if expected is not None:
        return len(expected)
    if not is_integer(seen.page.total) or seen.page.total < 0:
        return None
    total = int(seen.page.total)
    pagination = state.operation.pagination
    assert pagination is not None
    size = state.size(seen)
    page = seen.window.page or pagination.default_page
    claimed = max(0, min(size, total - (page - 1) * size))
    return claimed if _is_telling(state, seen, claimed, is_last=page * size >= total) else None


def _is_telling(state: State, seen: Seen, claimed: int, *, is_last: bool) -> bool:
    """Whether a page's length says something that overlaps and gaps do not say already."""
    walks = [w for w in (state.walks.get(seen.window.label), state.walks.get("unfiltered")) if w]
    if any(walk.is_overlapping for walk in walks):
        return False
    lost = any(walk.lost for walk in walks)
    return not lost or not is_last or (claimed > 0 and not seen.page.items)


def overlapping(evidence: Evidence, record: Record) -> Iterator[tuple[Seen, list[str]]]:
    """Answers that hold items which belong to, or were seen on, another page."""
    for state, seen in evidence.compared:
        expected = state.expected(seen)
        walk = state.walks.get(seen.window.label)
        if expected is not None:
            record.judged.add(seen.exchange.number)
            if len(seen.page.items) == len(expected):
                extra = [key for key in seen.page.keys if key not in expected]
                if extra:
                    yield seen, extra
            continue
        again = _seen_before(state, seen)
        if walk or again:
            record.judged.add(seen.exchange.number)
        if again:
            yield seen, again


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


def missing(evidence: Evidence, record: Record) -> Iterator[tuple[Seen, int, str]]:
    """Answers that lack items of theirs, or hold them in another order."""
    for state, seen in evidence.compared:
        expected = state.expected(seen)
        walk = state.walks.get(seen.window.label)
        if expected is not None:
            record.judged.add(seen.exchange.number)
            lost = set(expected) - set(seen.page.keys)
            if lost and len(seen.page.items) == len(expected):
                yield seen, len(lost), "missing item"
            elif _is_reordered(state, seen, expected):
                yield seen, 0, "wrong order"
        elif walk and seen in walk.seen:
            record.judged.add(seen.exchange.number)
            if walk.lost and walk.is_sound and not seen.window.filters:
                yield seen, len(walk.lost), "missing item"


def _is_reordered(state: State, seen: Seen, expected: tuple[str, ...]) -> bool:
    """Whether the right items stand in another order, in a list that keeps to one."""
    same = sorted(seen.page.keys) == sorted(expected)
    return same and seen.page.keys != expected and not state.is_shuffled


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


def totals_not_exercised(evidence: Evidence, record: Record) -> None:
    """Say why nothing could count the list, where nothing could."""
    if record.judged or not evidence.compared:
        return
    record.miss("no walk reached the end of the list", "--walk-limit N, or a shorter list")


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
            yield exchange, "wrong value", str(wanted), repr(says)
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
    pagination = state.operation.pagination
    assert pagination is not None

    def spelled(one: Seen) -> tuple[int, int]:
        return (one.window.page or pagination.default_page, state.size(one))

    for other in state.seen:
        same = other.window.label == seen.window.label and asked(other.window) == wanted
        if same and spelled(other) == spelled(seen):
            return other
    return None


def unstable(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, str, list[str]]]:
    """Answers that differ from an earlier one to the same request, or in what must not move."""
    for state in evidence.sweeps.states.values():
        first: dict[str, Seen] = {}
        items: dict[str, Item] = {}
        for seen in state.seen:
            earlier = first.setdefault(seen.exchange.case.query, seen)
            if earlier is not seen:
                record.judged.add(seen.exchange.number)
            if earlier.page.keys != seen.page.keys:
                same = sorted(earlier.page.keys) == sorted(seen.page.keys)
                yield seen.exchange, "wrong order" if same else "wrong count", []
            moved = [
                i.key for i in seen.page.items if not same_stable(items.setdefault(i.key, i), i)
            ]
            if moved:
                yield seen.exchange, "another value", moved
