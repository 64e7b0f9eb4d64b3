"""Pages and page sizes out of range, and pages beyond the last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness import told
from harness.clauses import Record
from harness.evidence.listing import is_integer, windows
from harness.evidence.pages import Page, page_of
from harness.evidence.view import Evidence
from harness.model import Exchange, Severity
from harness.wire import kinds

Verdict = tuple[str, str, Severity]
"""(expected, actual, severity)"""


HUGE = 2**31


def huge_pages(evidence: Evidence) -> Iterator[Exchange]:
    """Pages that are far beyond the last and that the server did not bring into bounds."""
    for exchange, page in evidence.pages:
        says = page.echo_page
        brought = is_integer(says) and 1 <= says < HUGE
        if not brought and is_huge(evidence, exchange) and "{read}" in exchange.case.path:
            yield exchange


def filled_huge_pages(evidence: Evidence) -> Iterator[tuple[Exchange, Page]]:
    """Pages that are far beyond the last and hold something else than an empty list."""
    for exchange in huge_pages(evidence):
        page = page_of(evidence.operation, exchange)
        if page is not None and (page.items or not page.is_list):
            yield exchange, page


def refused_beyond(evidence: Evidence, record: Record) -> None:
    """A page beyond the last may be refused."""
    for exchange in evidence.ordinary:
        if is_beyond(evidence, exchange) and 400 <= exchange.status < 500:
            record.judged.add(exchange.number)
            record.silent(exchange, "a page beyond the last")


def is_beyond(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a request asks for a page that is, as far as the run knows, beyond the last."""
    if is_huge(evidence, exchange):
        return True
    window = evidence.window(exchange)
    if window is None or window.page is None or window.page == 1:
        return False
    pagination = evidence.operation.pagination
    assert pagination is not None
    size = window.size or pagination.default_size
    largest = evidence.largest_totals.get((exchange.case.path, window.label))
    return largest is None or (window.page - 1) * size >= largest


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


def never_echoed(evidence: Evidence) -> frozenset[str]:
    """`page`, `size`: what no answer to a valid request repeats. Each has a clause that says so,
    and nothing else can be told from it."""
    told_right: dict[str, set[bool]] = {}
    for _, page, window in windows(evidence):
        pairs = (("page", page.echo_page, window.page), ("size", page.echo_size, window.size))
        for name, says, asked in pairs:
            if asked is not None:
                told_right.setdefault(name, set()).add(says == asked)
    return frozenset(name for name, right in told_right.items() if right == {False})


def judge_out_of_range(
    evidence: Evidence, exchange: Exchange, kind: str, unechoed: frozenset[str] = frozenset()
) -> Verdict | str:
    """`gap`, nothing, or what is wrong with an answer to a page or size out of range.

    `unechoed`: see `never_echoed`.
    """
    huge = kind == "page" and is_huge(evidence, exchange)
    if 400 <= exchange.status < 500:
        return "gap" if huge else ""
    page = page_of(evidence.operation, exchange)
    if page is None:
        return ("4xx", str(exchange.status), "violation") if exchange.status >= 500 else ""
    if huge and not page.items:
        return ""
    pagination = evidence.operation.pagination
    assert pagination is not None
    # Of a page out of range the size is not: whether that is kept, list.page-size-bound tells.
    sizes_kept = (
        kind == "page"
        or "size" in unechoed
        or (
            is_integer(page.echo_size)
            and pagination.minimum_size <= page.echo_size <= pagination.maximum_size
            and len(page.items) <= page.echo_size
        )
    )
    page_kept = "page" in unechoed or (is_integer(page.echo_page) and 1 <= page.echo_page < HUGE)
    if sizes_kept and page_kept:
        return "4xx", f"{exchange.status}, brought into bounds", "leniency"
    says = f"page {told.value(page.echo_page)} of {told.value(page.echo_size)} items"
    says += f", {len(page.items)} items"
    return "4xx, or bounds that the answer says and keeps", says, "violation"


def is_huge(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether a request asks for a page of 2^31 or more."""
    pagination = evidence.operation.pagination
    assert pagination is not None
    place = f"query {pagination.page}"
    huge = {kinds.BEYOND_32_BITS, kinds.OFFSET_BEYOND_64_BITS, kinds.BEYOND_64_BITS}
    cells: Iterable[Any] = evidence.reading(exchange).cells
    negative = f"{pagination.page}=-" in exchange.case.query
    return not negative and any(c.place == place and c.kind in huge for c in cells)
