"""What is sent in which order, the cheapest telling request first.

preflight > listing > plain sends > grid > methods > generated > credentials > judging >
reduction > repeats. Credentials come last, so that a lock-out spoils nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.clauses import Record
from harness.contract import Contract, Operation
from harness.evidence.answers import gateway
from harness.explore.credentials import CredentialsJourney
from harness.explore.listing import ListingJourney
from harness.explore.sending import SendingJourney
from harness.model import Case, Culprit, Exchange, Finding, NotExercised
from harness.plan.grid import grid
from harness.plan.matrix import matrix, methods
from harness.run.judge import Judge
from harness.run.reduction import reduce
from harness.run.sizes import Size
from harness.run.stability import again, in_turn, outcomes, settle
from harness.wire.baselines import baselines

GENERATED = ("coverage ", "fuzz ")
PLANNED = ("grid ", "method ", "auth ", *GENERATED)
"""How the ids of cases begin that need no journey to be sent."""
LOOKS = 8
"""Requests kept for good credentials in between and for the last look at what was stored."""
PLAIN = 14
"""Requests kept for the plain sends and the search for them."""
Send = Callable[[Sequence[Case]], list[Exchange | None]]


@dataclass
class Purse:
    """A sender that spends no more than it holds."""

    pay: Send
    left: int

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        """None for what is beyond the purse."""
        affordable = list(cases)[: max(0, self.left)]
        self.left -= len(affordable)
        sent = self.pay(affordable) if affordable else []
        return sent + [None] * (len(cases) - len(affordable))


@dataclass
class Plan:
    """What a run may send, before it is known what comes back."""

    contract: Contract
    size: Size
    sink: str
    needs: frozenset[tuple[str, str]]
    """(phase, operation) that a selected clause reads."""
    writes: str
    embedded: bool
    walk_limit: int
    defects: dict[str, Sequence[str]]
    generated: Callable[[], Sequence[Case]]
    only: str = ""
    """Id of the one planned case to send; empty for all."""

    def wants(self, phase: str, operation: Operation) -> bool:
        """Whether a selected clause reads this phase of the operation."""
        return (phase, operation.id) in self.needs

    def grid(self, operation: Operation) -> list[Case]:
        """The operation's grid, if a clause reads it."""
        if not self.wants("grid", operation):
            return []
        return self._chosen(grid(self.contract, operation, self.sink))

    def matrix(self) -> list[Case]:
        """The credentials matrix, as far as clauses read it."""
        cases = matrix(
            self.contract,
            self.sink,
            self.defects,
            whole=self.size.whole_matrix,
            writes=self.writes != "none",
        )
        return self._chosen([c for c in cases if ("auth", c.operation) in self.needs])

    def methods(self) -> list[Case]:
        """Undocumented methods, as far as clauses read them."""
        cases = methods(self.contract, embedded=self.embedded)
        return self._chosen([c for c in cases if ("method", c.operation) in self.needs])

    def others(self) -> list[Case]:
        """Generated cases that clauses read and that may be sent."""
        if not self.size.generated or (self.only and not self.only.startswith(GENERATED)):
            return []
        cases = [c for c in self.generated() if (c.phase, c.operation) in self.needs]
        if self.writes == "none":
            cases = [c for c in cases if self.contract.operation(c.operation).is_safe]
        return self._chosen(cases)

    def _chosen(self, cases: list[Case]) -> list[Case]:
        """All of them, or the one that is to be reproduced."""
        chosen = [c for c in cases if c.id == self.only]
        return chosen if self.only.startswith(PLANNED) else cases

    def fixed(self) -> list[Case]:
        """Everything that is known before anything is sent, but for journeys."""
        cases = [c for o in self.contract.operations for c in self.grid(o)]
        return [*cases, *self.methods(), *self.matrix()]


@dataclass
class Outcome:
    """What a run found out."""

    records: list[Record] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    missed: list[NotExercised] = field(default_factory=list)
    weather: list[Finding] = field(default_factory=list)
    reductions: int = 0
    repeats: int = 0
    first_finding: int | None = None


@dataclass
class Conductor:
    """Carries a plan out."""

    plan: Plan
    judge: Judge
    pay: Send
    recorded: Callable[[], list[Exchange]]
    listings: dict[str, ListingJourney] = field(default_factory=dict)
    sendings: dict[str, SendingJourney] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.purse = Purse(self.pay, self.plan.size.limit)
        self.extra = Purse(self.pay, self.plan.size.extra)

    def run(self, preflight: int) -> Outcome:
        """Send everything, judge it, and repeat what deviates."""
        self.purse.left -= preflight
        last = len(self.plan.matrix()) + len(self.plan.methods()) + LOOKS
        grids = sum(len(self.plan.grid(o)) for o in self.plan.contract.senders)
        for operation in self.plan.contract.listings:
            self._listing(operation, Purse(self.purse.send, self.purse.left - last - grids - PLAIN))
        for operation in self.plan.contract.senders:
            self._sending(operation)
        reserve = last
        self._others()
        self.purse.send(self.plan.methods())
        self._generated(reserve)
        self._credentials()
        return self._judge()

    def _listing(self, operation: Operation, purse: Purse) -> None:
        reads = self.plan.grid(operation)
        if not reads and not self.plan.wants("listing", operation):
            return
        journey = ListingJourney(
            operation, purse, self.plan.size.extent(self.plan.walk_limit), reads
        )
        self.listings[operation.id] = journey
        if self.plan.wants("listing", operation):
            journey.run()
        else:
            self.purse.send(reads)
        journey.sender = self.purse

    def _sending(self, operation: Operation) -> None:
        creates = operation.creates
        assert creates is not None
        if self.plan.writes == "none" or not self.plan.wants("sending", operation):
            return
        listing = self.plan.contract.operation(creates.listed_by)
        journey = SendingJourney(operation, listing, self.purse, self.plan.sink)
        self.sendings[operation.id] = journey
        journey.plain()
        if not any(200 <= e.status < 300 for e in journey.sent.values()):
            return
        sent = self.purse.send(self.plan.grid(operation))
        accepted = sum(1 for e in sent if e and 200 <= e.status < 300)
        journey.check("grid", accepted)

    def _others(self) -> None:
        done = {*self.listings, *self.sendings}
        for operation in self.plan.contract.operations:
            if operation.id in done or operation.creates:
                continue
            for context, draft in baselines(operation, self.plan.sink).items():
                if self.plan.wants("baseline", operation):
                    self.purse.send([draft.case(f"baseline {operation.id} {context}", "baseline")])
            self.purse.send(self.plan.grid(operation))

    def _generated(self, reserve: int) -> None:
        room = self.purse.left - reserve
        self.purse.send(self.plan.others()[: max(0, room)])

    def _credentials(self) -> None:
        cases = self.plan.matrix()
        if not cases:
            return
        self._good_credentials()
        CredentialsJourney(self.plan.contract, self.purse).run(cases)
        for journey in self.sendings.values():
            if self.plan.wants("auth", journey.operation):
                journey.check("credentials", 0)

    def _good_credentials(self) -> None:
        """Every scheme between the same brackets, so that what they see can be compared."""
        for journey in self.listings.values():
            operation = journey.operation
            base = journey.base
            if base.credentials is None or not self.plan.wants("auth", operation):
                continue
            cases = [
                replace(base, credentials=replace(base.credentials, scheme=scheme)).case(
                    f"auth {operation.id} {scheme} good",
                    "auth",
                    role=f"good|{scheme}",
                )
                for scheme in operation.security
            ]
            journey.repeat(cases)

    def _judge(self) -> Outcome:
        exchanges = self.recorded()
        records = self.judge.records(exchanges)
        reduced = self._reduce(records, exchanges)
        findings = self.judge.findings(records, exchanges, reduced)
        spent = self.extra.left
        self._repeat(findings)
        outcome = Outcome(records, reductions=self.plan.size.extra - spent)
        outcome.repeats = spent - self.extra.left
        everything = self.recorded()
        last = self.judge.records(everything) if len(everything) > len(exchanges) else records
        again_failed = outcomes(findings, last, everything)
        again_failed.update(self._second_rounds(findings, last))
        requests: dict[str, int] = {}
        for exchange in exchanges:
            operation = exchange.case.operation
            requests[operation] = requests.get(operation, 0) + 1
        outcome.findings, outcome.weather = settle(findings, again_failed, requests)
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
        for severity in ("violation", "leniency"):
            ordered = list(in_turn([f for f in findings if f.severity == severity]))
            for twice in (True, False):
                self._repeat_all([f for f, is_first in ordered if is_first == twice], twice=twice)
            if severity == "violation":
                self._repeat_sendings(findings)

    def _repeat_all(self, findings: Sequence[Finding], *, twice: bool) -> None:
        listing: list[Case] = []
        for finding in findings:
            exchange = finding.smallest
            if exchange.case.group.startswith("plain ") and not exchange.failure:
                continue
            if exchange.case.phase in {"listing", "grid"} and self._is_compared(finding):
                listing += [again(exchange)] * (2 if twice else 1)
            elif self.extra.left >= (4 if twice else 1):
                self._send_again(exchange, twice=twice)
        self._repeat_listings(listing)

    def _is_compared(self, finding: Finding) -> bool:
        return finding.operation in self.listings and finding.smallest.status < 300

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
            if any(f.smallest.case.group.startswith("plain ") for f in own):
                journey.plain()
            elif any(f.clause in {"send.atomic", "auth.no-effect"} for f in own):
                journey.check("repeat", 0)

    def _second_rounds(
        self, findings: Sequence[Finding], records: Sequence[Record]
    ) -> dict[str, list[bool]]:
        """Whether what the plain sends showed shows again in their second round."""
        if not any(journey.round > 1 for journey in self.sendings.values()):
            return {}
        found = {}
        for finding in findings:
            if not finding.smallest.case.group.startswith("plain "):
                continue
            deviations = [
                d
                for record in records
                if record.clause.id == finding.clause and record.operation.id == finding.operation
                for d in record.deviations
                if d.exchange.case.group == "plain 2"
                and d.exchange.status_class == finding.status_class
            ]
            found[finding.fingerprint] = [bool(deviations)]
        return found

    def _confirmed(self, outcome: Outcome) -> list[Finding]:
        """Without comparisons that could not be made again because the data kept changing."""
        kept = []
        moving = {j.operation.id for j in self.listings.values() if j.disturbed}
        for finding in outcome.findings:
            compared = finding.clause.startswith(("list.", "filter.", "auth.basic", "auth.token"))
            if finding.stability != "deterministic" and compared and finding.operation in moving:
                outcome.missed.append(
                    NotExercised(
                        finding.clause,
                        finding.operation,
                        "the data kept changing",
                        "a resource that nobody writes to during the run",
                    )
                )
            else:
                kept.append(finding)
        return kept
