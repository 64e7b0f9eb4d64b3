"""What the catalogue says must be found, held against what the suite said.

The catalogue was written from the contract alone: what it names is the right answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from servers.catalogue import Fault
from tests.proof.trials import Found, Outcome

_LENIENCIES = re.compile(r"Leniencies: ([^.]*(?:\.[a-z][^.]*)*)\.(?: |$)")
_GAPS = re.compile(r"Gaps: ([^.]*)\.")
_CLAUSE = re.compile(r"[a-z]+\.[a-z-]+")


@dataclass(frozen=True)
class Judgement:
    """One run against a server with one fault: was it caught, and as what?"""

    fault: Fault
    outcome: Outcome

    @property
    def is_caught(self) -> bool:
        """Whether the run failed because of the server."""
        return self.outcome.verdict == "violates"

    @cached_property
    def own(self) -> tuple[Found, ...]:
        """The violations that the fault's own clause owns or is named by."""
        violations = self.outcome.violations
        return tuple(f for f in violations if self.fault.clause in (f.clause, *f.also))

    @property
    def is_named(self) -> bool:
        """Whether the clause that the catalogue names is among what is broken."""
        return bool(self.own)

    @property
    def is_blamed(self) -> bool:
        """Whether the culprit is the one that the catalogue names."""
        return any(self._is_culprit(f) for f in self.own)

    @property
    def groups(self) -> int:
        """How many defects a report shows."""
        return len({f.group for f in self.outcome.violations})

    def _is_culprit(self, found: Found) -> bool:
        fault = self.fault
        if fault.intermittent:
            return found.place == "intermittent"
        kind, _, regime = found.kind.partition(", ")
        if fault.regime == "":
            return (found.place, found.kind) == (fault.place, fault.kind)
        same = (found.place, kind) == (fault.place, fault.kind)
        return same and fault.regime in (None, regime)
