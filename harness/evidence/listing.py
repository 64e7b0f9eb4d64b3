"""Comparisons of a listing's answers: with what they say themselves, and with each other."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from harness import told
from harness.clauses import Record
from harness.contract import Operation
from harness.evidence.pages import Page, at, is_foreign, key_of, parse, scope_of
from harness.evidence.sends import MARKER
from harness.evidence.view import Evidence
from harness.evidence.windows import Window
from harness.model import Exchange
from harness.wire import kinds


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
    """How many items a page may hold: what was validly asked for, or what the answer says.

    Of a page that keeps to one of them only, list.per-page-echo tells the other.
    """
    pagination, window = evidence.operation.pagination, evidence.window(exchange)
    assert pagination is not None
    largest = maximum(evidence.operation)
    says = min(int(page.echo_size), largest) if is_integer(page.echo_size) else 0
    if window is not None:
        return max(says, window.size or pagination.default_size)
    place = f"query {pagination.size}"
    asks = any(cell.place == place for cell in evidence.reading(exchange).cells)
    return says if asks and says > 0 else largest


def has_more(evidence: Evidence, exchange: Exchange, page: Page, size: int) -> bool:
    """Whether there are items behind a page of this size, so that it could hold too many."""
    window = evidence.window(exchange)
    if window is None or not is_integer(page.total):
        return True
    return bool(page.total > (window.page or 1) * size)


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


def read_windows(evidence: Evidence) -> Iterator[tuple[Exchange, Page, Window]]:
    """As `windows`, without the looks at what was sent, which `send.listed` judges."""
    for exchange, page, window in windows(evidence):
        if "{read}" in exchange.case.path:
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
            if is_foreign(item, asked) or (is_read and item.key in elsewhere)
        ]
        # What stands in its own list as well went where it should, and is shown to others too.
        ours = _sent_by_us(evidence, exchange) - elsewhere if wrong else set()
        if set(wrong) - ours:
            yield exchange, [key for key in wrong if key not in ours]


def _sent_by_us(evidence: Evidence, exchange: Exchange) -> set[str]:
    """Items in an answer that this run sent: where they went is send.listed's to tell."""
    markers = {e.marker for e in evidence.everything if e.marker}
    pagination = evidence.operation.pagination
    assert pagination is not None
    assert exchange.response is not None
    items = at(parse(exchange.response.body), pagination.items)
    marked = {
        key_of(evidence.operation, item)
        for item in items
        if isinstance(item, dict) and markers & set(MARKER.findall(json.dumps(item)))
    }
    return marked | evidence.own_items


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


def wrong_page_counts(
    evidence: Evidence, record: Record, *, filtered: bool
) -> Iterator[tuple[Exchange, str, str]]:
    """(exchange, expected, actual) where the count of pages does not fit total and size.

    As with totals: what is wrong without a filter too is the list's. So is the count of pages of
    an empty list, which no unfiltered answer may show.
    """
    wrong: list[tuple[Exchange, str, str]] = []
    everywhere, only_empty = False, True
    for exchange, page, window in windows(evidence):
        expected = _page_count(evidence.operation, page, window)
        if expected is None:
            continue
        if page.total == 0 and page.pages in expected:
            record.blank.add(exchange.number)
        if bool(window.filters) == filtered or not filtered:
            record.judged.add(exchange.number)
        if page.pages not in expected:
            wrong.append((exchange, " or ".join(map(str, expected)), told.value(page.pages)))
            everywhere = everywhere or not window.filters
            only_empty = only_empty and page.total == 0
    if (everywhere or only_empty) != filtered:
        yield from wrong


def _page_count(operation: Operation, page: Page, window: Window) -> tuple[int, ...] | None:
    """What `pages` may be by the answer's own total and size; None if it says neither."""
    pagination = operation.pagination
    assert pagination is not None
    asked = window.size or pagination.default_size
    says = page.echo_size if is_integer(page.echo_size) and page.echo_size > 0 else asked
    if not is_integer(page.total) or not pagination.pages:
        return None
    fitting = tuple(dict.fromkeys((math.ceil(page.total / says), math.ceil(page.total / asked))))
    return (0, 1) if page.total == 0 else fitting
