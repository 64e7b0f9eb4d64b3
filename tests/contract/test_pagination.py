"""How a listing is cut into pages (contract: `list.*`, from `x-pagination`)."""

from __future__ import annotations

from harness.clauses import Record, clause
from harness.evidence import listing as say
from harness.evidence.view import Evidence

READS = ("baseline", "listing", "grid")


@clause(
    "list.page-size-bound",
    source="query size",
    culprit="request",
    operations="listing",
    reads=(*READS, "coverage", "fuzz"),
)
def test_page_size_bound(evidence: Evidence, record: Record) -> None:
    """A page never holds more than `per_page` items, never more than the maximum."""
    for exchange, page in evidence.pages:
        bound = say.bound(evidence, exchange, page)
        if len(page.items) >= bound or evidence.window(exchange) is None:
            record.judged.add(exchange.number)
        if len(page.items) > bound:
            record.add(
                exchange,
                **say.in_the_request_if_out_of_range(evidence, exchange),
                expected=f"at most {bound} items",
                actual=f"{len(page.items)} items",
            )
        elif say.says_too_large(evidence.operation, page):
            record.add(
                exchange,
                **say.in_the_request_if_out_of_range(evidence, exchange),
                expected=f"at most {say.maximum(evidence.operation)} a page",
                actual=f"{page.echo_size} a page",
            )


@clause("list.per-page-echo", source="answer echo_size", operations="listing", reads=READS)
def test_per_page_echo(evidence: Evidence, record: Record) -> None:
    """`per_page` repeats a valid request."""
    for exchange, page, window in say.windows(evidence):
        if window.size is None:
            continue
        record.judged.add(exchange.number)
        if page.echo_size != window.size:
            record.add(
                exchange,
                place=say.trait(evidence, "echo_size"),
                kind="wrong value",
                expected=str(window.size),
                actual=repr(page.echo_size),
            )


@clause("list.page-echo", source="answer echo_page", operations="listing", reads=READS)
def test_page_echo(evidence: Evidence, record: Record) -> None:
    """`page` repeats a valid request."""
    for exchange, page, window in say.windows(evidence):
        if window.page is None:
            continue
        record.judged.add(exchange.number)
        if page.echo_page != window.page:
            record.add(
                exchange,
                place=say.trait(evidence, "echo_page"),
                kind="wrong value",
                expected=str(window.page),
                actual=repr(page.echo_page),
            )


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
    for state, seen in evidence.compared:
        expected = say.expected_length(state, seen)
        if expected is None:
            continue
        is_wrong = not seen.page.is_list or len(seen.page.items) != expected
        if is_wrong or seen.page.total != 0:
            record.judged.add(seen.exchange.number)
        if is_wrong:
            is_broken_beyond = is_broken_beyond or expected == 0
            record.add(
                seen.exchange,
                place=say.trait(evidence, "items"),
                kind="wrong count" if seen.page.is_list else "null",
                expected=f"{expected} items",
                actual=f"{len(seen.page.items)} items" if seen.page.is_list else "no list",
            )
    for exchange in say.huge_pages_with_items(evidence) if is_broken_beyond else ():
        record.add(
            exchange,
            place=say.trait(evidence, "items"),
            kind="wrong count",
            expected="0 items",
            actual="items",
        )
    say.refused_beyond(evidence, record)


@clause("list.no-overlap", source="query page", operations="listing", reads=READS)
def test_no_overlap(evidence: Evidence, record: Record) -> None:
    """Over a walk no item comes twice; windows of other sizes hold the same items in order."""
    for seen, again in say.overlapping(evidence, record):
        record.add(
            seen.exchange,
            place=say.items(evidence),
            kind="duplicate",
            expected="items that no other page holds",
            actual=f"{len(again)} items of another page",
        )


@clause("list.no-gap", source="query page", operations="listing", reads=READS)
def test_no_gap(evidence: Evidence, record: Record) -> None:
    """Over a walk no item is missing; windows of other sizes hold the same items in order."""
    for seen, lost, kind in say.missing(evidence, record):
        record.add(
            seen.exchange,
            place=say.items(evidence),
            kind=kind,
            expected="every item, in the order of the walk",
            actual=f"{lost} items missing" if kind == "missing item" else "another order",
        )


@clause("list.unique", source="answer items", operations="listing", reads=READS)
def test_unique(evidence: Evidence, record: Record) -> None:
    """Each identity is unique over the whole walk."""
    for seen, name, repeated in say.shared_identities(evidence, record):
        record.add(
            seen.exchange,
            place=f"{say.items(evidence)}/{name}",
            kind="duplicate",
            expected="an identity of its own",
            actual=f"{len(repeated)} items share theirs",
            carriers=repeated,
        )


@clause("list.total", source="answer total", operations="listing", reads=READS)
def test_total(evidence: Evidence, record: Record) -> None:
    """`total` is the number of items that the walk finds, the same on every page and size."""
    for seen, expected in say.wrong_totals(evidence, record, filtered=False):
        record.add(
            seen.exchange,
            place=say.trait(evidence, "total"),
            kind="wrong count",
            expected=str(expected),
            actual=repr(seen.page.total),
        )
    say.totals_not_exercised(evidence, record)


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


@clause("list.default-page", source="query page", operations="listing", reads=READS)
def test_default_page(evidence: Evidence, record: Record) -> None:
    """Without `page` the answer says page 1 and equals `page=1`."""
    for exchange, kind, expected, actual in say.default_page(evidence, record):
        record.add(
            exchange,
            place=say.trait(evidence, "echo_page")
            if kind == "wrong value"
            else say.items(evidence),
            kind=kind,
            expected=expected,
            actual=actual,
        )


@clause("list.default-page-size", source="query size", operations="listing", reads=READS)
def test_default_page_size(evidence: Evidence, record: Record) -> None:
    """Without `page_size` the answer says the default size and equals that size asked for."""
    for exchange, kind, expected, actual in say.default_size(evidence, record):
        record.add(
            exchange,
            place=say.trait(evidence, "echo_size")
            if kind == "wrong value"
            else say.items(evidence),
            kind=kind,
            expected=expected,
            actual=actual,
        )


@clause(
    "list.page-size-valid",
    source="query size",
    culprit="request",
    operations="listing",
    reads=READS,
)
def test_page_size_valid(evidence: Evidence, record: Record) -> None:
    """Every page size from the minimum to the maximum works."""
    for exchange in evidence.ordinary:
        window = evidence.window(exchange)
        if window is None or window.size is None or say.is_beyond(evidence, exchange):
            continue
        if "{read}" not in exchange.case.path:
            continue
        record.judged.add(exchange.number)
        if not 200 <= exchange.status < 300:
            record.add(exchange, expected="200", actual=str(exchange.status))


@clause("list.stable", source="responses/200", operations="listing", reads=READS)
def test_stable(evidence: Evidence, record: Record) -> None:
    """The same request twice gives the same items in the same order."""
    for exchange, kind, carriers in say.unstable(evidence, record):
        record.add(
            exchange,
            place=say.items(evidence),
            kind=kind,
            expected="the same items in the same order",
            actual="other items" if kind == "wrong count" else kind,
            carriers=carriers,
        )


@clause(
    "list.out-of-range",
    source="query size",
    culprit="request",
    operations="listing",
    reads=(*READS, "coverage", "fuzz"),
    tolerated="brought into bounds: a leniency; 4xx for a huge page: a gap",
)
def test_out_of_range(evidence: Evidence, record: Record) -> None:
    """A page or size out of range is refused with 4xx, or brought into bounds that are kept."""
    for exchange in evidence.ordinary:
        kind = say.out_of_range(evidence, exchange)
        if not kind:
            continue
        record.judged.add(exchange.number)
        verdict = say.judge_out_of_range(evidence, exchange, kind)
        if verdict == "gap":
            record.gap(exchange, "a page far beyond the last is refused")
        elif verdict:
            expected, actual, severity = verdict
            record.add(exchange, expected=expected, actual=actual, severity=severity)
