"""Comparisons of a listing's answers: with what they say themselves, and with each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from harness.clauses import Record
from harness.contract import Operation
from harness.evidence.pages import Item, Page, Window, page_of, same_stable, scope_of
from harness.evidence.sweeps import Seen, State
from harness.evidence.view import Evidence
from harness.model import Exchange, Severity
from harness.wire import kinds

Verdict = tuple[str, str, Severity]
"""(expected, actual, severity)"""
HUGE = 2**31


def trait(evidence: Evidence, name: str) -> str:
    """The response pointer of a trait of `x-pagination`."""
    return str(getattr(evidence.operation.pagination, name))


def items(evidence: Evidence) -> str:
    """The response pointer of a single item."""
    return f"{trait(evidence, 'items')}/*"


def maximum(operation: Operation) -> int:
    """The largest page size."""
    assert operation.pagination is not None
    return operation.pagination.maximum_size


def bound(evidence: Evidence, exchange: Exchange, page: Page) -> int:
    """How many items a page may hold: what was validly asked for, else what the answer says."""
    window, largest = evidence.window(exchange), maximum(evidence.operation)
    if window is not None:
        assert evidence.operation.pagination is not None
        return window.size or evidence.operation.pagination.default_size
    says = page.echo_size
    return min(says, largest) if is_integer(says) and says > 0 else largest


def says_too_large(operation: Operation, page: Page) -> bool:
    """Whether the answer claims a page size that is not allowed."""
    return is_integer(page.echo_size) and page.echo_size > maximum(operation)


def is_integer(value: Any) -> bool:
    """Whether a JSON value is an integer; `true` is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def in_the_request_if_out_of_range(evidence: Evidence, exchange: Exchange) -> dict[str, str]:
    """Place and kind in the response, unless the request asked for more than the maximum."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    above = {kinds.BEYOND_BOUND, kinds.BEYOND_32_BITS, kinds.BEYOND_64_BITS}
    cells = evidence.reading(exchange).cells
    if any(c.place == f"query {pagination.size}" and c.kind in above for c in cells):
        return {}
    return {"place": trait(evidence, "items"), "kind": "wrong count"}


def windows(evidence: Evidence) -> Iterator[tuple[Exchange, Page, Window]]:
    """Answers to valid requests for the resource to be read, with what was asked."""
    for exchange, page in evidence.pages:
        window = evidence.window(exchange)
        if window is not None and "{unknown}" not in exchange.case.path:
            yield exchange, page, window


def foreign(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, list[str]]]:
    """Answers with items of a resource that was not asked for."""
    elsewhere = _of_other_resources(evidence)
    for exchange, page in evidence.pages:
        asked = scope_of(evidence.operation, exchange).lower()
        if not page.items or not asked or evidence.reading(exchange).unknown:
            continue
        record.judged.add(exchange.number)
        is_read = "{read}" in exchange.case.path
        wrong = [
            item.key
            for item in page.items
            if (isinstance(item.scope, str) and item.scope.lower() != asked)
            or (is_read and item.key in elsewhere)
        ]
        if wrong:
            yield exchange, wrong


def _of_other_resources(evidence: Evidence) -> set[str]:
    """Items that another resource's own list holds as its own."""
    return {
        item.key
        for exchange, page in evidence.pages
        if "{read}" not in exchange.case.path
        for item in page.items
        if isinstance(item.scope, str)
        and item.scope.lower() == scope_of(evidence.operation, exchange).lower()
    }


def expected_length(state: State, seen: Seen) -> int | None:
    """How many items an answer should hold; None where nothing can say."""
    expected = state.expected(seen)
    if expected is not None:
        return len(expected)
    for walk in (state.walks.get(seen.window.label), state.walks.get("unfiltered")):
        if walk is not None and (walk.is_overlapping or walk.lost):
            return None
    if not is_integer(seen.page.total) or seen.page.total < 0:
        return None
    total = int(seen.page.total)
    pagination = state.operation.pagination
    assert pagination is not None
    size = state.size(seen)
    page = seen.window.page or pagination.default_page
    return max(0, min(size, total - (page - 1) * size))


def huge_pages_with_items(evidence: Evidence) -> Iterator[Exchange]:
    """Answers with items to pages that are far beyond the last and not brought into bounds."""
    for exchange, page in evidence.pages:
        says = page.echo_page
        brought = is_integer(says) and 1 <= says < HUGE
        if page.items and not brought and _is_huge(evidence, exchange):
            yield exchange


def refused_beyond(evidence: Evidence, record: Record) -> None:
    """A page beyond the last may be refused."""
    for exchange in evidence.ordinary:
        if is_beyond(evidence, exchange) and 400 <= exchange.status < 500:
            record.judged.add(exchange.number)
            record.gap(exchange, "a page beyond the last")


def is_beyond(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a request asks for a page beyond the last, as far as the run knows."""
    if _is_huge(evidence, exchange):
        return True
    window = evidence.window(exchange)
    if window is None or window.page is None or window.page == 1:
        return False
    pagination = evidence.operation.pagination
    assert pagination is not None
    size = window.size or pagination.default_size
    largest = evidence.largest_totals.get((exchange.case.path, window.label))
    return largest is not None and (window.page - 1) * size >= largest


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
            elif not lost and seen.page.keys != expected and len(seen.page.keys) == len(expected):
                yield seen, 0, "another order"
        elif walk and seen in walk.seen:
            record.judged.add(seen.exchange.number)
            if walk.lost and walk.is_sound and not seen.window.filters:
                yield seen, len(walk.lost), "missing item"


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
        if sequence is None or (not sequence and seen.page.total == 0):
            continue
        if bool(seen.window.filters) == filtered or not filtered:
            record.judged.add(seen.exchange.number)
        if seen.page.total != len(sequence):
            wrong.append((seen, len(sequence)))
    everywhere = any(not seen.window.filters for seen, _ in wrong)
    if everywhere != filtered:
        yield from wrong


def totals_not_exercised(evidence: Evidence, record: Record) -> None:
    """Say why nothing could count the list, where nothing could."""
    if record.judged or not evidence.compared:
        return
    record.miss("no walk reached the end of the list", "--walk-limit N, or a shorter list")


def wrong_page_counts(
    evidence: Evidence, record: Record, *, filtered: bool
) -> Iterator[tuple[Exchange, str, str]]:
    """(exchange, expected, actual) where the count of pages does not fit total and size.

    As with totals: what is wrong without a filter too is the list's.
    """
    wrong: list[tuple[Exchange, Window, str, str]] = []
    for exchange, page, window in windows(evidence):
        expected = _page_count(evidence.operation, page, window)
        if expected is None or (page.total == 0 and page.pages in expected):
            continue
        if bool(window.filters) == filtered or not filtered:
            record.judged.add(exchange.number)
        if page.pages not in expected:
            wanted = " or ".join(map(str, expected))
            wrong.append((exchange, window, wanted, repr(page.pages)))
    everywhere = any(not window.filters for _, window, _, _ in wrong)
    if everywhere != filtered:
        for exchange, _, wanted, actual in wrong:
            yield exchange, wanted, actual


def _page_count(operation: Operation, page: Page, window: Window) -> tuple[int, ...] | None:
    """What `pages` may be by the answer's own total and size; None if it says neither."""
    pagination = operation.pagination
    assert pagination is not None
    size = page.echo_size if is_integer(page.echo_size) else window.size
    if not is_integer(page.total) or not size or size < 1 or not pagination.pages:
        return None
    return (0, 1) if page.total == 0 else (math.ceil(page.total / size),)


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
                if twin and twin.page.keys != seen.page.keys:
                    yield seen.exchange, "foreign item", "the items of the default", "other items"


def _twin(
    state: State, seen: Seen, asked: Callable[[Window], int | None], wanted: int
) -> Seen | None:
    """The answer to the same request with the default spelled out."""
    pagination = state.operation.pagination
    assert pagination is not None

    def spelled(window: Window) -> tuple[int, int]:
        return (window.page or pagination.default_page, window.size or pagination.default_size)

    for other in state.seen:
        same = other.window.label == seen.window.label and asked(other.window) == wanted
        if same and spelled(other.window) == spelled(seen.window):
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
                yield seen.exchange, "another order" if same else "wrong count", []
            moved = [
                i.key for i in seen.page.items if not same_stable(items.setdefault(i.key, i), i)
            ]
            if moved:
                yield seen.exchange, "another value", moved


def out_of_range(evidence: Evidence, exchange: Exchange) -> str:
    """`page` or `size` where a request asks for one out of range and nothing else unusual."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    names = {f"query {pagination.page}": "page", f"query {pagination.size}": "size"}
    found = {
        (names[cell.place], cell.kind)
        for cell in evidence.reading(exchange).cells
        if cell.place in names
    }
    special = {(name, kind) for name, kind in found if kind not in _IN_RANGE}
    others = [c for c in evidence.reading(exchange).cells if c.place not in names]
    if len(special) != 1 or any(not c.kind.startswith(kinds.VALID_VALUE) for c in others):
        return ""
    return next(iter(special))[0] if "{read}" in exchange.case.path else ""


_IN_RANGE = frozenset({kinds.VALID_VALUE, kinds.DUPLICATE})


def judge_out_of_range(evidence: Evidence, exchange: Exchange, kind: str) -> Verdict | str:
    """`gap`, nothing, or what is wrong with an answer to a page or size out of range."""
    huge = kind == "page" and _is_huge(evidence, exchange)
    if 400 <= exchange.status < 500:
        return "gap" if huge else ""
    page = page_of(evidence.operation, exchange)
    if page is None:
        return ("4xx", str(exchange.status), "violation") if exchange.status >= 500 else ""
    if huge and not page.items:
        return ""
    pagination = evidence.operation.pagination
    assert pagination is not None
    sizes_kept = (
        is_integer(page.echo_size)
        and pagination.minimum_size <= page.echo_size <= pagination.maximum_size
        and len(page.items) <= page.echo_size
    )
    page_kept = is_integer(page.echo_page) and 1 <= page.echo_page < HUGE
    if sizes_kept and page_kept:
        return "4xx", f"{exchange.status}, brought into bounds", "leniency"
    says = f"page {page.echo_page} of {page.echo_size} items, {len(page.items)} items"
    return "4xx, or bounds that the answer says and keeps", says, "violation"


def _is_huge(evidence: Evidence, exchange: Exchange) -> bool:
    pagination = evidence.operation.pagination
    assert pagination is not None
    place = f"query {pagination.page}"
    huge = {kinds.BEYOND_32_BITS, kinds.BEYOND_64_BITS}
    cells: Iterable[Any] = evidence.reading(exchange).cells
    negative = f"{pagination.page}=-" in exchange.case.query
    return not negative and any(c.place == place and c.kind in huge for c in cells)
