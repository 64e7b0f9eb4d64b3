"""How a listing is cut into pages (contract: `list.*`, from `x-pagination`)."""

from __future__ import annotations

from harness import told
from harness.clauses import Record, clause
from harness.evidence import comparisons, ranges, repeats, totals
from harness.evidence import listing as say
from harness.evidence.view import Evidence

READS = ("baseline", "listing", "grid")


@clause("list.isolation", source="parameters", operations="listing", reads=(*READS, "sending"))
def test_isolation(evidence: Evidence, record: Record) -> None:
    """Every item belongs to the resource asked for; another one's items never appear."""
    for exchange, foreign in say.foreign(evidence, record):
        record.add(
            exchange,
            place=say.items(evidence),
            kind="foreign item",
            expected="items of the resource asked for",
            actual=f"{len(foreign)} of another one",
            carriers=foreign,
        )


@clause(
    "list.page-full",
    source="query size",
    operations="listing",
    reads=READS,
    tolerated="4xx beyond the last page: a gap",
)
def test_page_full(evidence: Evidence, record: Record) -> None:
    """Every page before the last is full; the last holds the rest; beyond it is an empty list."""
    is_broken_beyond = False
    for seen, expected in comparisons.wrong_lengths(evidence, record):
        is_broken_beyond = is_broken_beyond or expected == 0
        record.add(
            seen.exchange,
            place=say.trait(evidence, "items"),
            kind="wrong count" if seen.page.is_list else "null",
            expected=f"{expected} items",
            actual=f"{len(seen.page.items)} items" if seen.page.is_list else "no list",
        )
    for exchange, page in ranges.filled_huge_pages(evidence):
        if is_broken_beyond or not page.is_list:
            record.add(
                exchange,
                place=say.trait(evidence, "items"),
                kind="wrong count" if page.is_list else "null",
                expected="0 items",
                actual=f"{len(page.items)} items" if page.is_list else "no list",
            )
    ranges.refused_beyond(evidence, record)
    comparisons.not_comparable(evidence, record)


@clause("list.no-overlap", source="query page", operations="listing", reads=READS)
def test_no_overlap(evidence: Evidence, record: Record) -> None:
    """Over a walk no item comes twice; windows of other sizes hold the same items in order."""
    for exchange, again in comparisons.overlapping(evidence, record):
        record.add(
            exchange,
            place=say.items(evidence),
            kind="duplicate",
            expected="items that no other page holds",
            actual=f"{again} items of another page",
        )
    comparisons.not_comparable(evidence, record)


@clause("list.no-gap", source="query page", operations="listing", reads=READS)
def test_no_gap(evidence: Evidence, record: Record) -> None:
    """Over a walk no item is missing; windows of other sizes hold the same items in order."""
    for seen, lost, kind in comparisons.missing(evidence, record):
        record.add(
            seen.exchange,
            place=say.items(evidence),
            kind=kind,
            expected="every item, in the order of the walk",
            actual=f"{len(lost)} items missing" if lost else kind,
            carriers=lost,
        )
    comparisons.not_comparable(evidence, record)


@clause("list.unique", source="answer items", operations="listing", reads=READS)
def test_unique(evidence: Evidence, record: Record) -> None:
    """Each identity is unique over the whole walk."""
    for seen, name, repeated in comparisons.shared_identities(evidence, record):
        record.add(
            seen.exchange,
            place=f"{say.items(evidence)}/{name}",
            kind="duplicate",
            expected="an identity of its own",
            actual=f"{len(repeated)} items share theirs",
            carriers=repeated,
        )
    comparisons.not_comparable(evidence, record)


@clause("list.total", source="answer total", operations="listing", reads=READS)
def test_total(evidence: Evidence, record: Record) -> None:
    """`total` is the number of items that the walk finds, the same on every page and size."""
    for seen, expected in totals.wrong_totals(evidence, record, filtered=False):
        record.add(
            seen.exchange,
            place=say.trait(evidence, "total"),
            kind="wrong count",
            expected=str(expected),
            actual=told.value(seen.page.total),
        )
    totals.not_exercised(evidence, record)
    comparisons.not_comparable(evidence, record)


@clause(
    "list.total-pages",
    source="answer pages",
    operations="listing",
    reads=READS,
    tolerated="0 or 1 for an empty list",
)
def test_total_pages(evidence: Evidence, record: Record) -> None:
    """`total_pages` is ceil(total / per_page)."""
    for exchange, expected, actual in say.wrong_page_counts(evidence, record, filtered=False):
        record.add(
            exchange,
            place=say.trait(evidence, "pages"),
            kind="wrong count",
            expected=expected,
            actual=actual,
        )


@clause("list.stable", source="responses/2xx", operations="listing", reads=READS)
def test_stable(evidence: Evidence, record: Record) -> None:
    """The same request twice gives the same items in the same order."""
    for exchange, before, kind, carriers in repeats.unstable(evidence, record):
        record.add(
            exchange,
            place=say.items(evidence),
            kind=kind,
            expected="the same items in the same order",
            actual="other items" if kind == "wrong count" else kind,
            carriers=carriers,
            witnesses=(before,),
        )
    comparisons.not_comparable(evidence, record)
