"""What is sent in which order, the cheapest telling request first.

preflight > listing > plain sends > grid > methods > single page sizes > generated > credentials >
judging > reduction > repeats. Credentials come last, so that a lock-out spoils nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from harness.contract import Operation
from harness.evidence.sends import is_findable
from harness.explore.credentials import CredentialsJourney
from harness.explore.listing import ListingJourney
from harness.explore.sending import SendingJourney
from harness.model import Case, Exchange
from harness.run.aftermath import Aftermath, Outcome
from harness.run.judge import Judge
from harness.run.planning import Plan, Purse, Send
from harness.wire.baselines import LISTING, baselines

LOOKS = 6
"""Requests kept for good credentials in between and for the last look at what was stored."""
BRACKETS = 2
"""Requests kept for the last bracket of a listing."""
PLAIN = 14
"""Requests kept for the plain sends and the search for them."""


@dataclass
class Conductor:
    """Carries a plan out."""

    plan: Plan
    judge: Judge
    pay: Send
    recorded: Callable[[], list[Exchange]]
    listings: dict[str, ListingJourney] = field(default_factory=dict)
    sendings: dict[str, SendingJourney] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.purse = Purse(self.pay, self.plan.size.limit)

    def run(self, preflight: int) -> Outcome:
        """Send everything, judge it, and repeat what deviates."""
        self.purse.left -= preflight
        last = len(self.plan.matrix()) + LOOKS
        rest = last + len(self.plan.methods())
        grids = sum(len(self.plan.grid(o)) for o in self.plan.contract.senders)
        for operation in self.plan.contract.listings:
            self._listing(operation, Purse(self.purse.send, self.purse.left - rest - grids - PLAIN))
        for operation in self.plan.contract.senders:
            self._sending(operation)
        self._others()
        self.purse.send(self.plan.methods())
        for journey in self.listings.values():
            journey.sender = Purse(self.purse.send, self.purse.left - last)
            journey.finish()
            journey.sender = self.purse
        self._generated(last)
        self._credentials()
        return Aftermath(
            self.plan, self.judge, self.pay, self.recorded, self.listings, self.sendings
        ).conclude()

    def _listing(self, operation: Operation, purse: Purse) -> None:
        reads = self.plan.grid(operation)
        if not reads and not self.plan.wants("listing", operation):
            return
        assert operation.pagination
        extent = self.plan.size.extent(self.plan.walk_limit, operation.pagination)
        closer = Purse(self.purse.send, BRACKETS)
        purse.left -= BRACKETS
        journey = ListingJourney(operation, purse, extent, reads, closer)
        self.listings[operation.id] = journey
        if self.plan.wants("listing", operation):
            if self.plan.wants("auth", operation):
                journey.grid = [*reads, *self._with_each_scheme(operation)]
            journey.run()
        else:
            self.purse.send(reads)
        journey.sender, journey.closer = self.purse, None

    def _sending(self, operation: Operation) -> None:
        creates = operation.creates
        assert creates is not None
        wanted = any(self.plan.wants(phase, operation) for phase in ("sending", "grid", "auth"))
        listing = self.plan.contract.operation(creates.listed_by)
        journey = SendingJourney(operation, listing, self.purse, self.plan.sink)
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
        if not any(200 <= e.status < 300 for e in journey.sent.values()):
            if self._is_forbidden(journey):
                self.purse.send(cases)
            return
        sent = self.purse.send(cases)
        accepted = [e for e in sent if e and 200 <= e.status < 300]
        findable = [e.marker for e in accepted if is_findable(self.plan.contract, e.case)]
        journey.check("grid", len(accepted), findable)

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
        Purse(self.purse.send, self.purse.left - reserve).send(self.plan.others())

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
