"""After everything was sent: judged, reduced to its smallest, repeated, settled.

Repeats and reduction share what the profile allows beyond its size, however many findings there
are; violations come before leniencies, which fail nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.clauses import Record
from harness.culprits.requests import cells_of, roots, roots_of
from harness.evidence.answers import gateway
from harness.evidence.comparisons import NOBODY_ELSE
from harness.evidence.sends import is_findable
from harness.explore.listing import ListingJourney
from harness.explore.sending import SendingJourney
from harness.model import Case, Culprit, Exchange, Finding, NotExercised
from harness.run.judge import Judge
from harness.run.planning import Plan, Purse, Send
from harness.run.reduction import reduce
from harness.run.stability import (
    LEAST,
    ROUNDS,
    SURE,
    again,
    in_turn,
    is_heavy,
    is_lost,
    outcomes,
    second_rounds,
    settle,
)
from harness.run.stability import gateway as is_weather
from harness.wire.baselines import baselines

LOOKED_FOR = frozenset({"send.listed", "send.atomic", "auth.no-effect"})
"""Clauses whose repetition is told by what the list shows then."""


def is_good(case: Case) -> bool:
    """Whether a request only tries the good credentials of a scheme."""
    return case.role.startswith("good|")


@dataclass
class Outcome:
    """What a run found out."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missed: list[NotExercised] = field(default_factory=list)
    weather: list[Finding] = field(default_factory=list)
    is_heavy: bool = False
    """Whether so much was lost to weather that there is no telling."""
    reductions: int = 0
    repeats: int = 0
    first_finding: int | None = None
    cut: list[Case] = field(default_factory=list)
    """What a budget had no room for."""


def cut_short(judge: Judge, exchanges: Sequence[Exchange], *, flickers: bool = False) -> Outcome:
    """What a run found out that ended before anything was repeated.

    With `flickers` nothing is sure to be the server's own: it was lost, and what it did before
    that may have been a part of it.
    """
    records = judge.records(exchanges)
    findings, weather = settle(judge.findings(records, exchanges), {}, {})
    if flickers:
        note = "the target was lost before it could be repeated"
        findings = [replace(f, stability="unstable", note=note) for f in findings]
    return Outcome(records, findings, weather=weather)


@dataclass
class Aftermath:
    """What becomes of the recorded exchanges."""

    plan: Plan
    judge: Judge
    pay: Send
    recorded: Callable[[], list[Exchange]]
    listings: Mapping[str, ListingJourney]
    sendings: Mapping[str, SendingJourney]

    def __post_init__(self) -> None:
        self.extra = Purse(self.pay, self.plan.size.extra)

    def conclude(self) -> Outcome:
        """Judge, reduce, repeat, settle."""
        exchanges = self.recorded()
        records = self.judge.records(exchanges)
        reduced = self._reduce(records, exchanges)
        findings = self.judge.findings(records, exchanges, reduced)
        spent = self.extra.left
        self._repeat(findings)
        outcome = Outcome(records, reductions=self.plan.size.extra - spent)
        outcome.repeats = spent - self.extra.left
        everything = self.recorded()
        last = records
        if len(everything) > len(exchanges):
            # Only those that found something have anything to confirm.
            concerned = {(c, f.operation) for f in findings for c in (f.clause, *f.also)}
            last = self.judge.records(everything, concerned)
        again_failed = outcomes(findings, last, everything)
        if any(journey.round > 1 for journey in self.sendings.values()):
            is_whole = self.extra.left > 0
            again_failed.update(second_rounds(findings, last, everything, is_whole=is_whole))
        requests = Counter(exchange.case.operation for exchange in exchanges)
        outcome.findings, outcome.weather = settle(findings, again_failed, requests)
        outcome.is_heavy = is_heavy(outcome.weather, requests)
        if outcome.is_heavy:
            outcome.findings = [f for f in outcome.findings if not is_weather(f)]
        outcome.findings = self._confirmed(outcome)
        return outcome

    def _reduce(
        self, records: Sequence[Record], exchanges: Sequence[Exchange]
    ) -> dict[int, Culprit]:
        reduced: dict[int, Culprit] = {}
        purse = Purse(self.pay, self.plan.size.extra // 2)
        for deviation in self.judge.open(records, exchanges):
            if deviation.exchange.number in reduced or gateway(deviation.exchange):
                continue
            if deviation.severity != "violation":
                continue
            own = roots(cells_of(self.plan.contract, deviation.exchange))
            if any(roots_of(culprit) <= own for culprit in reduced.values()):
                continue
            status = deviation.exchange.status_class

            def fails(case: Case, status: str = status) -> bool | None:
                answer = purse.send([case])[0]
                return None if answer is None else answer.status_class == status

            culprit = reduce(self.plan.contract, deviation, self.plan.sink, fails)
            if culprit is not None:
                reduced[deviation.exchange.number] = culprit
        self.extra.left -= self.plan.size.extra // 2 - purse.left
        return reduced

    def _repeat(self, findings: Sequence[Finding]) -> None:
        """Send the smallest request of each group twice, then the other findings once.

        Violations come before leniencies, which fail nobody.
        """
        self._repeat_lost([f.smallest for f in findings if is_weather(f)])
        for severity in ("violation", "leniency"):
            ordered = list(in_turn([f for f in findings if f.severity == severity]))
            for twice in (True, False):
                self._repeat_all([f for f, is_first in ordered if is_first == twice], twice=twice)
            if severity == "violation":
                self._repeat_sendings(findings)

    def _repeat_lost(self, exchanges: Sequence[Exchange]) -> None:
        """Once each, and those again that were lost again: in turns, so that a squall passes."""
        left = list(exchanges)
        for turn in range(SURE):
            if turn >= LEAST and len(left) == len(exchanges):
                return
            answers = [self.extra.send([again(one)])[0] for one in left]
            left = [one for one, a in zip(left, answers, strict=True) if a and is_lost(a)]

    def _repeat_all(self, findings: Sequence[Finding], *, twice: bool) -> None:
        listing: list[Case] = []
        for finding in findings:
            if is_weather(finding):
                continue
            exchange = finding.smallest
            if exchange.case.group.startswith(ROUNDS) and not exchange.failure:
                continue
            if self._is_compared(finding):
                listing += [again(exchange)] * (2 if twice else 1)
            elif self.extra.left >= (4 if twice else 1):
                self._send_again(exchange, twice=twice)
        self._repeat_listings(listing)

    def _is_compared(self, finding: Finding) -> bool:
        """Whether only answers between brackets can show the finding again."""
        exchange = finding.smallest
        credentials = exchange.case.credentials
        return (
            finding.operation in self.listings
            and 200 <= exchange.status < 300
            and "{read}" in exchange.case.path
            and not (credentials and credentials.defect)
            and (exchange.case.phase not in {"auth", "method"} or is_good(exchange.case))
        )

    def _send_again(self, exchange: Exchange, *, twice: bool) -> None:
        cases = [again(exchange)]
        if twice:
            operation = self.plan.contract.operation(exchange.case.operation)
            good = next(iter(baselines(operation, self.plan.sink).values()))
            if operation.is_safe:
                cases.append(good.case(f"repeat {operation.id} good", "repeat"))
            cases.append(again(exchange))
        for case in cases:
            self.extra.send([case])

    def _repeat_listings(self, cases: Sequence[Case]) -> None:
        for journey in self.listings.values():
            own = [c for c in cases if c.operation == journey.operation.id]
            room = max(0, self.extra.left - 4)
            if own and room:
                journey.sender = self.extra
                journey.repeat(own[:room])

    def _repeat_sendings(self, findings: Sequence[Finding]) -> None:
        for journey in self.sendings.values():
            own = [f for f in findings if f.operation == journey.operation.id]
            journey.sender = self.extra
            if any(f.smallest.case.group.startswith(ROUNDS) for f in own):
                journey.plain()
            elif any(f.clause in LOOKED_FOR for f in own):
                journey.check("repeat", 0, self._repeated_markers())

    def _repeated_markers(self) -> list[str]:
        """Of what was sent again and accepted, so that it must be listed."""
        return [
            e.marker
            for e in self.recorded()
            if e.case.phase == "repeat"
            and 200 <= e.status < 300
            and e.case.operation in self.sendings
            and is_findable(self.plan.contract, e.case)
        ]

    def _confirmed(self, outcome: Outcome) -> list[Finding]:
        """Without comparisons that could not be made again because the data kept changing."""
        kept = []
        moving = {j.operation.id for j in self.listings.values() if j.is_restless}
        for finding in outcome.findings:
            compared = finding.clause.startswith(("list.", "filter.", "auth.basic", "auth.token"))
            if finding.stability != "deterministic" and compared and finding.operation in moving:
                why = ("the data kept changing", NOBODY_ELSE)
                outcome.missed.append(NotExercised(finding.clause, finding.operation, *why))
            else:
                kept.append(finding)
        return kept
