"""From what a run found out to the one value that all reports are written from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harness.clauses import Record, pointer
from harness.clauses import missed as missed_by
from harness.contract import Contract
from harness.evidence.inspected import Inspections
from harness.model import ClauseResult, Exchange, Finding, Gap, Latency, NotExercised, Outcome
from harness.run.reproduce import Wanted
from harness.run.why import Why

SLOWEST = 3


def clause_results(
    contract: Contract, records: Sequence[Record], findings: Sequence[Finding]
) -> list[ClauseResult]:
    """What became of each selected clause, once for each operation."""
    results = []
    for record in records:
        clause, operation = record.clause, record.operation
        own = [
            f for f in findings if f.operation == operation.id and clause.id in (f.clause, *f.also)
        ]
        results.append(
            ClauseResult(
                clause=clause.id,
                operation=operation.id,
                requirement=clause.requirement,
                pointer=pointer(contract, operation, clause.source),
                outcome=_outcome(record, own),
                exchanges=len(record.judged),
                tolerated=clause.tolerated,
            )
        )
    return results


def _outcome(record: Record, findings: Sequence[Finding]) -> Outcome:
    violations = [f for f in findings if f.severity == "violation"]
    if any(not f.waived for f in violations):
        return "violated"
    if violations:
        return "waived"
    if findings:
        return "lenient"
    return "kept" if record.judged else "not exercised"


def gaps(records: Sequence[Record]) -> list[Gap]:
    """Each gap once per operation and status, with all that it is about."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    clauses: dict[tuple[str, str], str] = {}
    for record in records:
        for gap in record.gaps:
            key = (gap.operation, gap.status)
            counts = found.setdefault(key, {})
            counts[gap.about] = counts.get(gap.about, 0) + 1
            clauses[key] = gap.clause
    return [
        Gap(*key, "; ".join(sorted(counts)), max(counts.values()), clauses[key])
        for key, counts in sorted(found.items())
    ]


def not_exercised(
    records: Sequence[Record],
    results: Sequence[ClauseResult],
    missed: Iterable[NotExercised],
    why: Why,
) -> list[NotExercised]:
    """Every clause that was not reached, with the reason; parts of clauses that said so too."""
    found: dict[NotExercised, None] = {}
    for record in records:
        for entry in record.missed:
            told = why.better(record, entry)
            found[missed_by(entry.clause, entry.operation, told) if told else entry] = None
    found.update(dict.fromkeys(missed))
    known = {(n.clause, n.operation) for n in found}
    for record, result in zip(records, results, strict=True):
        key = (record.clause.id, record.operation.id)
        if result.outcome == "not exercised" and key not in known:
            found[missed_by(*key, why(record))] = None
    return list(found)


def latency(exchanges: Sequence[Exchange]) -> dict[str, Latency]:
    """Seconds by operation, over all that was answered."""
    by_operation: dict[str, list[Exchange]] = {}
    for exchange in exchanges:
        if exchange.response and not exchange.failure:
            by_operation.setdefault(exchange.case.operation, []).append(exchange)
    return {name: _latency(ones) for name, ones in sorted(by_operation.items())}


def _latency(exchanges: Sequence[Exchange]) -> Latency:
    ordered = sorted(exchanges, key=lambda e: e.elapsed)
    times = [e.elapsed for e in ordered]

    def percentile(share: float) -> float:
        return times[max(0, math.ceil(share * len(times)) - 1)]

    slowest = tuple((e.case.id, e.elapsed) for e in reversed(ordered[-SLOWEST:]))
    return Latency(percentile(0.5), percentile(0.95), percentile(0.99), times[-1], slowest)


def enums(inspected: Inspections) -> dict[str, dict[str, list[str]]]:
    """Response pointer -> documented and other values seen, and documented ones never seen."""
    seen: dict[str, set[str]] = {}
    documented: dict[str, set[str]] = {}
    for one in inspected.values():
        for place, value, values in one.enums if one else ():
            seen.setdefault(place, set()).add(value)
            documented.setdefault(place, set()).update(map(str, values))
    return {
        place: {
            "seen": sorted(values),
            "unseen": sorted(documented[place] - values),
        }
        for place, values in sorted(seen.items())
    }


def new_with_seed(finding: Finding, seed: int) -> Finding:
    """Says so of a finding that only this seed's requests reach."""
    generated = finding.smallest.case.phase in {"coverage", "fuzz"}
    return replace(finding, note=f"new with this seed ({seed})") if generated else finding


def reproduced(wanted: Wanted, findings: Sequence[Finding]) -> str:
    """Whether one finding of an earlier run is still there."""
    there = [f for f in findings if f.fingerprint == wanted.fingerprint]
    if not there:
        return f"finding {wanted.fingerprint} ({wanted.clause}) is gone"
    return f"finding {wanted.fingerprint} ({wanted.clause}) is still there, {there[0].stability}"


def weather(findings: Sequence[Finding]) -> str:
    """What failed and is not sure to be the server's own, in a sentence."""
    count = sum(f.count for f in findings)
    kinds = ", ".join(sorted({f.status_class for f in findings}))
    were = "request" if count == 1 else "requests"
    return (
        f"{count} {were} met weather ({kinds}): it did not come again, or not often enough to be "
        "the server's"
    )


def too_much(findings: Sequence[Finding], exchanges: int) -> str:
    """Why there is no verdict, where the network took what was to be judged."""
    lost = len({number for finding in findings for number in finding.exchanges})
    return (
        f"the network failed too often: {lost} of {exchanges} requests were lost to resets, "
        "time-outs or a gateway's errors that may not be its own; run again when it is well"
    )
