"""Which findings are repeated, and what their repetitions make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from harness.clauses import Record
from harness.evidence.sends import COUNTED
from harness.evidence.sweeps import BRACKET
from harness.model import Case, Culprit, Exchange, Finding
from harness.tally import ENOUGH
from harness.wire.identity import fingerprint

ROUNDS = ("plain ", f"{COUNTED} ")
"""How the groups of plain sends begin, which are repeated in rounds: a number follows."""
INTERMITTENT = Culprit("intermittent", "")
SWAP = "wrong order"
"""Kind of a deviation that two answers prove, whatever a third one shows: nobody else can swap two
items of a list, so that once is as good as always."""
LEAST, SURE = 2, 4
"""Repetitions that what looks like weather has to survive to be the server's: where nothing else
met weather, and where something did. Of requests that meet it once in ten times, one in ten
thousand meets it so often in a row."""
HEAVY = 0.1
"""Share of the requests that may be lost to weather; beyond, nothing can be told from it."""
WEATHER = frozenset({"reset", "timeout", "unreachable"})
_REPEAT = re.compile(r" \(again, (\d+)\)$")


def again(exchange: Exchange) -> Case:
    """The same request once more, telling which exchange it repeats."""
    name = f"{_REPEAT.sub('', exchange.case.id)} (again, {exchange.number})"
    role = "again" if exchange.case.role == BRACKET else exchange.case.role
    return replace(exchange.case, id=name, phase="repeat", role=role)


def repeated(exchanges: Iterable[Exchange]) -> dict[int, list[Exchange]]:
    """Exchange number -> the exchanges that repeat it."""
    found: dict[int, list[Exchange]] = {}
    for exchange in exchanges:
        match = _REPEAT.search(exchange.case.id)
        if match:
            found.setdefault(int(match[1]), []).append(exchange)
    return found


def groups(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Findings that are shown together, the smallest request first in each."""
    found: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.group, []).append(finding)
    return [sorted(group, key=_size) for group in found.values()]


def _size(finding: Finding) -> tuple[int, int]:
    request = finding.smallest.request
    return (len(request.body or b"") + len(request.target), finding.smallest.number)


def in_turn(findings: Sequence[Finding]) -> Iterator[tuple[Finding, bool]]:
    """Each group's smallest first (True: to be sent twice), then the others."""
    ordered = groups(findings)
    for group in ordered:
        yield group[0], True
    for group in ordered:
        for finding in group[1:]:
            yield finding, False


def gateway(finding: Finding) -> bool:
    """Whether something in between, or nothing at all, answered."""
    return finding.status_class in WEATHER or is_lost(finding.smallest)


def is_lost(exchange: Exchange) -> bool:
    """Whether something in between, or nothing at all, answered."""
    return exchange.failure in WEATHER or exchange.status in {502, 503, 504}


def is_heavy(weather: Sequence[Finding], requests: Mapping[str, int]) -> bool:
    """Whether so much was lost to what did not come again that the run tells nothing reliable."""
    lost = {number for finding in weather for number in finding.exchanges}
    return len(lost) > HEAVY * sum(requests.values())


def settle(
    findings: Sequence[Finding],
    failed_again: Mapping[str, Sequence[bool]],
    requests: Mapping[str, int],
) -> tuple[list[Finding], list[Finding]]:
    """(findings with their stability, what was only weather).

    `failed_again` holds, by fingerprint, whether each repetition failed; `requests` counts the
    exchanges of each operation.
    """
    settled: list[Finding] = []
    moody: dict[tuple[str, str, str, str], list[Finding]] = {}
    weather: list[Finding] = []
    needed = _needed(findings, failed_again)
    for group in groups(findings):
        own = [failed_again.get(finding.fingerprint) for finding in group]
        first = next((outcome for outcome in own if outcome), None)
        for finding, outcome in zip(group, own, strict=True):
            told = outcome or first
            note = finding.note if outcome or not told else "stability taken from its group"
            if gateway(finding) and len(outcome or ()) < needed:
                weather.append(finding)  # once more may be the same chance again
            elif told is None:
                settled.append(finding)
            elif all(told):
                settled.append(replace(finding, stability="deterministic", note=note))
            elif gateway(finding):
                weather.append(finding)
            else:
                key = (finding.clause, finding.operation, finding.status_class, finding.severity)
                moody.setdefault(key, []).append(finding)
    settled += [_intermittent(ones, requests) for ones in moody.values()]
    return settled, weather


def _needed(findings: Sequence[Finding], failed_again: Mapping[str, Sequence[bool]]) -> int:
    """How many repetitions tell what is the server's from weather."""
    lost = [failed_again.get(f.fingerprint, ()) for f in findings if gateway(f)]
    return LEAST if all(all(again) for again in lost) else SURE


def _intermittent(findings: Sequence[Finding], requests: Mapping[str, int]) -> Finding:
    """Several chance encounters as one finding."""
    first = min(findings, key=_size)
    numbers = tuple(sorted({n for finding in findings for n in finding.exchanges}))
    return replace(
        first,
        culprit=INTERMITTENT,
        fingerprint=fingerprint(first.clause, first.operation, INTERMITTENT, first.status_class),
        exchanges=numbers,
        count=len(numbers),
        stability="intermittent" if len(numbers) >= ENOUGH else "unstable",
        rate=100 * len(numbers) / max(1, requests.get(first.operation, 0)),
        also=tuple(dict.fromkeys(c for finding in findings for c in finding.also)),
    )


def same_status(exchange: Exchange, finding: Finding) -> bool:
    """Whether an answer is of the finding's status class, where that is part of it."""
    return finding.status_class in {exchange.status_class, "any"}


def outcomes(
    findings: Sequence[Finding], records: Sequence[Record], exchanges: Sequence[Exchange]
) -> dict[str, list[bool]]:
    """By fingerprint, whether each repetition of the finding's smallest request failed too."""
    again_by_number = repeated(exchanges)
    deviating: dict[tuple[str, str], set[int]] = {}
    compared: set[int] = set()
    swapped: set[int] = set()
    for record in records:
        numbers = {d.exchange.number for d in record.deviations}
        compared |= {d.exchange.number for d in record.deviations if d.witnesses}
        swapped |= {d.exchange.number for d in record.deviations if d.witnesses and d.kind == SWAP}
        deviating.setdefault((record.clause.id, record.operation.id), set()).update(numbers)
    found = {}
    for finding in findings:
        bad = deviating.get((finding.clause, finding.operation), set())
        tries = again_by_number.get(finding.smallest.number, [])
        if finding.smallest.number in swapped:
            found[finding.fingerprint] = [True]
        elif tries:
            again = [e.number in bad and same_status(e, finding) for e in tries]
            # Two answers that differ are one repetition of a finding about two answers.
            is_pair = finding.smallest.number in compared
            found[finding.fingerprint] = [any(again)] if is_pair else again
    return found


def second_rounds(
    findings: Sequence[Finding],
    records: Sequence[Record],
    exchanges: Iterable[Exchange],
    *,
    is_whole: bool,
) -> dict[str, list[bool]]:
    """By fingerprint, whether what the plain sends showed shows again in their second round.

    `is_whole`: all of that round was looked for. Where the budget ended before, what was not seen
    again tells nothing.
    """
    second = tuple(f"{word}2" for word in ROUNDS)
    late = {e.number for e in exchanges if e.case.group.startswith(second)}
    bad = {
        (r.clause.id, r.operation.id, d.exchange.status_class)
        for r in records
        for d in r.deviations
        if d.exchange.number in late
    }
    again_bad = {
        f.fingerprint: (f.clause, f.operation, f.status_class) in bad
        for f in findings
        if f.smallest.case.group.startswith(ROUNDS) and not gateway(f)
    }
    return {name: [is_bad] for name, is_bad in again_bad.items() if is_bad or is_whole}
