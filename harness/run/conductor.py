"""What is sent in which order, the cheapest telling request first.

preflight > listing > plain sends > grid > methods > single page sizes > generated > credentials >
judging > reduction > repeats. Credentials come last, so that a lock-out spoils nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.contract import Operation
from harness.evidence.sends import is_findable
from harness.explore.credentials import CredentialsJourney, looks_between
from harness.explore.listing import ListingJourney
from harness.explore.sending import SendingJourney
from harness.model import Case, Exchange
from harness.run.aftermath import Aftermath, Outcome
from harness.run.judge import Judge
from harness.run.planning import PLAIN, Plan, Purse, Send
from harness.run.rations import LAST_LOOKS, READING, WALK, most_telling
from harness.wire.baselines import LISTING, baselines

LOOKS = 6
"""Requests kept for good credentials in between and for the last look at what was stored.

What is generated leaves as many as a server needs that answers 403 to wrong secrets.
"""
BRACKETS = 2
"""Requests kept for the last bracket of a listing."""


@dataclass
class Conductor:
    """Carries a plan out."""

    plan: Plan
    judge: Judge
    pay: Send
    recorded: Callable[[], list[Exchange]]
    listings: dict[str, ListingJourney] = field(default_factory=dict)
    sendings: dict[str, SendingJourney] = field(default_factory=dict)

    refused: list[Case] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.purse = Purse(self.pay, self.plan.size.limit, self.refused)

    def _up_to(self, count: int) -> Purse:
        """A part of the purse."""
        return Purse(self.purse.send, count, self.refused)

    def run(self, preflight: int) -> Outcome:
        """Send everything, judge it, and repeat what deviates."""
        if self.plan.size.is_rationed:
            self.purse.left -= preflight
        self.plan.ration(self.purse.left)
        matrix = len(self.plan.matrix())
        last = matrix + LOOKS
        rest = last + self._leaving(self.plan.methods())
        grids = sum(self._leaving(self.plan.grid(o)) for o in self.plan.contract.senders)
        plain = PLAIN if self.plan.writes != "none" else 0
        for operation in self.plan.contract.listings:
            self._listing(operation, self._up_to(self.purse.left - rest - grids - plain))
        for operation in self.plan.contract.senders:
            self._sending(operation, self._up_to(self.purse.left - rest), rest)
        self._others()
        self.purse.send(self.plan.methods())
        for journey in self.listings.values():
            journey.sender = self._up_to(self.purse.left - last)
            journey.finish()
            journey.sender = self.purse
        self._generated(max(last, matrix + looks_between(matrix) + LAST_LOOKS))
        self._credentials()
        outcome = Aftermath(
            self.plan, self.judge, self.pay, self.recorded, self.listings, self.sendings
        ).conclude()
        outcome.cut = self._cut()
        return outcome

    def _leaving(self, cases: Sequence[Case]) -> int:
        """How many the write policy may let through: the others cost nothing."""
        return sum(map(self.plan.may_leave, cases))

    def _cut(self) -> list[Case]:
        """What the profile would have sent, and it or a budget had no room for."""
        sent = {exchange.case.id for exchange in self.recorded()}
        cases = {**self.plan.cut, **{case.id: case for case in self.refused}}
        return [c for c in cases.values() if c.id not in sent and self.plan.may_leave(c)]

    def _listing(self, operation: Operation, purse: Purse) -> None:
        reads = self.plan.grid(operation)
        if not reads and not self.plan.wants("listing", operation):
            return
        assert operation.pagination
        extent = self.plan.size.extent(self.plan.walk_limit, operation.pagination)
        closer = self._up_to(BRACKETS)
        purse.left -= BRACKETS
        journey = ListingJourney(operation, purse, extent, reads, closer)
        self.listings[operation.id] = journey
        if self.plan.wants("listing", operation):
            schemes = self._with_each_scheme(operation)
            journey.grid = [*schemes, *reads]
            if self.plan.size.spared:
                journey.grid = [*reads, *schemes]
                kept = min(len(journey.grid) + BRACKETS, max(0, purse.left - WALK))
                journey.keeper = self._up_to(kept)
                self.refused += journey.grid  # what of it is sent counts as sent
                journey.grid = most_telling(journey.grid, max(0, kept - BRACKETS))
                purse.left -= kept
            journey.run()
        else:
            self.purse.send(reads)
        journey.sender, journey.closer = self.purse, None

    def _sending(self, operation: Operation, purse: Purse, rest: int) -> None:
        """`rest`: requests that what comes after needs."""
        creates = operation.creates
        assert creates is not None
        wanted = any(self.plan.wants(phase, operation) for phase in ("sending", "grid", "auth"))
        listing = self.plan.contract.operation(creates.listed_by)
        journey = SendingJourney(operation, listing, purse, self.plan.sink)
        if not wanted:
            if self.plan.writes != "none" and self.plan.writes_besides():
                journey.first()
            return
        pairs = [case for case in self.plan.pairs() if case.operation == operation.id]
        cases = [*self.plan.grid(operation), *pairs]
        if self.plan.writes == "none":  # the client drops all of it, and counts
            self.purse.send([*journey.plain_cases().values(), *cases])
            return
        self.sendings[operation.id] = journey
        journey.plain()
        journey.sender = self.purse
        if not any(200 <= e.status < 300 for e in journey.sent.values()):
            if self._is_forbidden(journey):
                self.purse.send(cases)
            return
        sent = purse.send(cases)
        accepted = [e for e in sent if e and 200 <= e.status < 300]
        findable = [e for e in accepted if is_findable(self.plan.contract, e.case)]
        journey.sender = self._up_to(max(LAST_LOOKS, self.purse.left - rest))
        journey.check("grid", len(accepted), findable)
        journey.sender = self.purse

    def _is_forbidden(self, journey: SendingJourney) -> bool:
        """Whether the client drops and counts all that may be stored: the first was refused."""
        first = next(iter(journey.sent.values()), None)
        return not self.plan.embedded and first is not None and first.status in {401, 403}

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
        room, cases = max(0, self.purse.left - reserve), self.plan.others()
        if self.plan.size.is_rationed:
            leaving = [case for case in cases if self.plan.may_leave(case)]
            self.refused += leaving[: room + self.plan.size.spared]
        if self.plan.size.writes is not None:
            written = sum(e.request.method not in READING for e in self.recorded())
            cases = _with_few_writes(cases, max(0, self.plan.size.writes - written))
        Purse(self.purse.send, room).send(cases)

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
        for operation in self.plan.contract.operations:
            if not operation.is_safe or not self.plan.wants("auth", operation):
                continue
            if self.plan.wants("listing", operation) and operation.id in self.listings:
                continue  # the journey sent them
            cases = self._with_each_scheme(operation)
            if operation.pagination:
                extent = self.plan.size.extent(self.plan.walk_limit, operation.pagination)
                journey = ListingJourney(operation, self.purse, extent)
                self.listings[operation.id] = journey
                journey.between(cases)
            else:
                self.purse.send(cases)

    def _with_each_scheme(self, operation: Operation) -> list[Case]:
        base = baselines(operation, self.plan.sink)[LISTING]
        return [
            replace(base, credentials=replace(base.credentials, scheme=scheme)).case(
                f"auth {operation.id} {scheme} good",
                "auth",
                role=f"good|{scheme}",
            )
            for scheme in operation.security
            if base.credentials is not None
        ]


def _with_few_writes(cases: Sequence[Case], writes: int) -> list[Case]:
    """The cases without those that may store something beyond the first few."""
    writing = [case.id for case in cases if case.method not in READING]
    beyond = set(writing[writes:])
    return [case for case in cases if case.id not in beyond]
