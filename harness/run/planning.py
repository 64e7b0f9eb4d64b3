"""What a run may send, before it is known what comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from harness.contract import Contract, Operation
from harness.model import Case, Exchange
from harness.plan.grid import grid, pairs
from harness.plan.matrix import matrix, methods
from harness.run.rations import LAST_LOOKS, LEAST, READING, WALK, WINDOWS, Rations, share
from harness.run.sizes import Size

GENERATED = ("coverage ", "fuzz ")
PLAIN = 14
"""Requests kept for the plain sends of an operation and the search for them."""
PLAIN_WRITES = 10
"""Of these, those that are sends."""


PLANNED = ("grid ", "pair ", "method ", "auth ", *GENERATED)
"""How the ids of cases begin that need no journey to be sent."""


Send = Callable[[Sequence[Case]], list[Exchange | None]]


@dataclass
class Purse:
    """A sender that spends no more than it holds."""

    pay: Send
    left: int
    refused: list[Case] = field(default_factory=list)
    """What was beyond it."""

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        """None for what is beyond the purse."""
        sent: list[Exchange | None] = []
        waiting = list(cases)
        while waiting and self.left > 0:
            lot, waiting = waiting[: self.left], waiting[self.left :]
            answers = self.pay(lot)
            self.left -= sum(answer is not None for answer in answers)
            sent += answers
        self.refused += waiting
        return sent + [None] * len(waiting)


@dataclass
class Plan:
    """What a run would send, before it is known what comes back.

    Nothing is left out because it may not be written: the client drops that and counts it.
    """

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
    rations: Rations = field(default_factory=Rations)
    cut: dict[str, Case] = field(default_factory=dict)
    """By id, what a budget has no room for."""

    def ration(self, room: int) -> None:
        """Keep of what is fixed what there is room for, preflight paid."""
        size = self.size
        if not size.is_rationed:
            return
        senders = [o for o in self.contract.senders if self._is_sent(o)]
        listings = [o for o in self.contract.listings if self.wants("listing", o)]
        fixed = [case for case in self.fixed() if self.may_leave(case)]
        written = sum(c.method not in READING for c in fixed)
        core = PLAIN * len(senders) + WALK * len(listings) + LAST_LOOKS + LEAST
        rest = len(fixed) - LEAST + WINDOWS * len(listings)
        whole = share(room, core, rest) if size.spared else 1.0
        writes = 1.0
        if size.writes is not None:
            plain = PLAIN_WRITES * len(senders)
            writes = share(size.writes, plain + LEAST // 2, written - LEAST // 2)
            writes = writes if size.writes else 0.0
        self.rations = Rations(whole, writes)

    def _is_sent(self, operation: Operation) -> bool:
        wanted = any(self.wants(phase, operation) for phase in ("sending", "grid", "auth"))
        return wanted and self.writes != "none"

    def wants(self, phase: str, operation: Operation) -> bool:
        """Whether a selected clause reads this phase of the operation."""
        return (phase, operation.id) in self.needs

    def grid(self, operation: Operation) -> list[Case]:
        """The operation's grid, if a clause reads it."""
        if not self.wants("grid", operation):
            return []
        cases = grid(self.contract, operation, self.sink)
        if not self.size.generated:
            cases = one_of_each(cases)
        return self._chosen(cases)

    def pairs(self) -> list[Case]:
        """Pairs of optional properties, where the profile has room for what is rare."""
        senders = self.contract.senders if self.size.generated else ()
        cases = [c for o in senders for c in pairs(self.contract, o, self.sink)]
        return self._chosen([c for c in cases if ("grid", c.operation) in self.needs])

    def matrix(self) -> list[Case]:
        """The credentials matrix, as far as clauses read it."""
        cases = matrix(
            self.contract,
            self.sink,
            self.defects,
            whole=self.size.whole_matrix,
            writes=self.writes != "none",
        )
        return self._chosen([c for c in cases if ("auth", c.operation) in self.needs], LEAST)

    def methods(self) -> list[Case]:
        """Undocumented methods, as far as clauses read them."""
        cases = methods(self.contract, self.sink, embedded=self.embedded)
        return self._chosen([c for c in cases if ("method", c.operation) in self.needs])

    def others(self) -> list[Case]:
        """Generated cases that clauses read."""
        if not self.size.generated or (self.only and not self.only.startswith(GENERATED)):
            return []
        cases = [c for c in self.generated() if (c.phase, c.operation) in self.needs]
        return self._one_or_all(cases)

    def writes_besides(self) -> bool:
        """Whether something may be stored by what is not sent on the sending journey."""
        phases = ("baseline", "coverage", "fuzz")
        return any(c.method not in READING for c in self.methods()) or any(
            self.wants(phase, o)
            for o in self.contract.operations
            if not o.is_safe
            for phase in phases
        )

    def may_leave(self, case: Case) -> bool:
        """Whether the write policy might let a case through, as far as can be told without ids."""
        if case.method in READING or self.writes == "all":
            return True
        documented = case.method == self.contract.operation(case.operation).method
        return documented and (self.writes == "notes" or case.body == b"{}")

    def _chosen(self, cases: list[Case], least: int = 0) -> list[Case]:
        """What there is room for, or the one that is to be reproduced."""
        chosen = self._one_or_all(cases)
        if self.only:
            return chosen
        kept = self.rations.fit(chosen, least)
        if len(kept) < len(chosen):
            sent = {case.id for case in kept}
            self.cut.update({case.id: case for case in chosen if case.id not in sent})
        return kept

    def _one_or_all(self, cases: list[Case]) -> list[Case]:
        """All of them, or the one that is to be reproduced."""
        chosen = [c for c in cases if c.id == self.only]
        return chosen if self.only.startswith(PLANNED) else cases

    def fixed(self) -> list[Case]:
        """Everything that is known before anything is sent, but for journeys."""
        cases = [c for o in self.contract.operations for c in self.grid(o)]
        return [*cases, *self.pairs(), *self.methods(), *self.matrix()]


def one_of_each(cases: Sequence[Case]) -> list[Case]:
    """The first witness of each cell and context: a second one is no rarer, only dearer."""
    first: dict[tuple[object, ...], Case] = {}
    for case in cases:
        first.setdefault((case.cells, case.context), case)
    return list(first.values())
