"""What a filter keeps and what it counts (contract: `filter.*`, from `x-filters`)."""

from __future__ import annotations

from harness import told
from harness.clauses import Record, clause
from harness.evidence import filters as say
from harness.evidence.comparisons import not_comparable
from harness.evidence.listing import items, read_windows, trait, wrong_page_counts
from harness.evidence.totals import wrong_totals
from harness.evidence.view import Evidence

READS = ("baseline", "listing", "grid")


@clause("filter.sound", source="x-filters", operations="listing", reads=READS)
def test_sound(evidence: Evidence, record: Record) -> None:
    """Every item matches the filter, on every page."""
    for exchange, page, window in read_windows(evidence):
        if not window.filters:
            continue
        if page.items:
            record.judged.add(exchange.number)
        wrong = say.unmatched(evidence, exchange)
        if wrong:
            record.add(
                exchange,
                place=items(evidence),
                kind="foreign item",
                expected=f"items with {window.label}",
                actual=f"{len(wrong)} of {len(page.items)} items do not match",
                carriers=wrong,
            )


@clause("filter.complete", source="x-filters", operations="listing", reads=READS)
def test_complete(evidence: Evidence, record: Record) -> None:
    """Nothing that matches one filter is left out: values split the whole, repeated ones add up."""
    for seen, lost in say.incomplete(evidence, record, combined=False):
        record.add(
            seen.exchange,
            place=items(evidence),
            kind="missing item",
            expected=f"every item with {seen.window.label}",
            actual=f"{len(lost)} that match are missing",
            carriers=lost,
        )
    not_comparable(evidence, record)


@clause("filter.combined", source="x-filters", operations="listing", reads=READS)
def test_combined(evidence: Evidence, record: Record) -> None:
    """Two filters together give the intersection."""
    for exchange, _, window in read_windows(evidence):
        wrong = say.unmatched(evidence, exchange) if len(window.filters) > 1 else []
        if wrong:
            record.add(
                exchange,
                place=items(evidence),
                kind="foreign item",
                expected=f"only items with {window.label}",
                actual=f"{len(wrong)} items do not match",
                carriers=wrong,
            )
    for seen, lost in say.incomplete(evidence, record, combined=True):
        record.add(
            seen.exchange,
            place=items(evidence),
            kind="missing item",
            expected=f"every item with {seen.window.label}",
            actual=f"{len(lost)} that match are missing",
            carriers=lost,
        )
    not_comparable(evidence, record)


@clause("filter.total", source="x-filters", operations="listing", reads=READS)
def test_total(evidence: Evidence, record: Record) -> None:
    """`total` and `total_pages` count the filtered items."""
    miscounted = set()
    for seen, expected in wrong_totals(evidence, record, filtered=True):
        miscounted.add(seen.exchange.number)
        record.add(
            seen.exchange,
            place=trait(evidence, "total"),
            kind="wrong count",
            expected=str(expected),
            actual=told.value(seen.page.total),
        )
    for exchange, expected_pages, actual in wrong_page_counts(evidence, record, filtered=True):
        if miscounted:
            continue
        record.add(
            exchange,
            place=trait(evidence, "pages"),
            kind="wrong count",
            expected=expected_pages,
            actual=actual,
        )


@clause(
    "filter.every-value",
    source="x-filters",
    culprit="request",
    operations="listing",
    reads=READS,
)
def test_every_value(evidence: Evidence, record: Record) -> None:
    """Every documented value is accepted, also one that matches nothing."""
    refused_sizes = say.refused_sizes(evidence)
    for exchange in evidence.ordinary:
        window = evidence.window(exchange)
        if window is None or not window.filters or say.is_beyond(evidence, exchange):
            continue
        if window.size in refused_sizes:
            continue
        if "{read}" not in exchange.case.path:
            continue
        record.judged.add(exchange.number)
        if not 200 <= exchange.status < 300:
            record.add(exchange, expected="200", actual=str(exchange.status))


@clause(
    "filter.unknown-value",
    source="x-filters",
    culprit="request",
    operations="listing",
    reads=READS,
    tolerated="the whole list, what a documented value gives, or nothing: a leniency",
)
def test_unknown_value(evidence: Evidence, record: Record) -> None:
    """An undocumented filter value is refused with 4xx."""
    for exchange, verdict in say.unknown_values(evidence, record):
        expected, actual, severity = verdict
        record.add(exchange, expected=expected, actual=actual, severity=severity)
    not_comparable(evidence, record)
