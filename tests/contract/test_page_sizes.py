"""Which page and which size a listing answers with (contract: `list.*`, from `x-pagination`)."""

from __future__ import annotations

from harness import told
from harness.clauses import Record, clause
from harness.evidence import comparisons, ranges
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
        if len(page.items) >= bound and say.has_more(evidence, exchange, page, bound):
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
                actual=f"{told.value(page.echo_size)} a page",
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
                actual=told.value(page.echo_size),
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
                actual=told.value(page.echo_page),
            )


@clause("list.default-page", source="query page", operations="listing", reads=READS)
def test_default_page(evidence: Evidence, record: Record) -> None:
    """Without `page` the answer says page 1 and equals `page=1`."""
    for exchange, kind, expected, actual in comparisons.default_page(evidence, record):
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
    for exchange, kind, expected, actual in comparisons.default_size(evidence, record):
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
        if window is None or window.size is None or ranges.is_beyond(evidence, exchange):
            continue
        if "{read}" not in exchange.case.path:
            continue
        record.judged.add(exchange.number)
        if not 200 <= exchange.status < 300:
            record.add(exchange, expected="200", actual=str(exchange.status))


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
    unechoed = ranges.never_echoed(evidence)
    for exchange in evidence.ordinary:
        kind = ranges.out_of_range(evidence, exchange)
        if not kind:
            continue
        record.judged.add(exchange.number)
        verdict = ranges.judge_out_of_range(evidence, exchange, kind, unechoed)
        if verdict == "gap":
            record.silent(exchange, "a page far beyond the last is refused")
        elif verdict:
            expected, actual, severity = verdict
            record.add(exchange, expected=expected, actual=actual, severity=severity)
