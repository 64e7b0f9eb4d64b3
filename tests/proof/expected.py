"""What the catalogue says must be found, held against what the suite said.

The catalogue was written from the contract alone: what it names is the right answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from servers.catalogue import FAULTS, VARIANTS, Fault
from tests.proof.trials import Found, Outcome

BOTH = ("handleGetMessages", "handleSendMessage")
_SENTENCE = r"{}: (.*?)\.(?: [A-Z]|$)"
_LENIENCY = re.compile(r"([a-z]+\.[a-z-]+)(?: \(([^)]*)\))?")
_GAP = re.compile(r"(\d{3}) for (both operations|\w+)")


@dataclass(frozen=True)
class Judgement:
    """One run against a server with one fault: was it caught, and as what?"""

    outcome: Outcome

    @property
    def fault(self) -> Fault:
        """The catalogue's entry."""
        return FAULTS[self.outcome.trial.server]

    @property
    def is_caught(self) -> bool:
        """Whether the run failed because of the server."""
        return self.outcome.verdict == "violates"

    @cached_property
    def own(self) -> tuple[Found, ...]:
        """The violations that the fault's own clause owns, or is named by."""
        violations = self.outcome.violations
        return tuple(f for f in violations if self.fault.clause in (f.clause, *f.also))

    @property
    def is_named(self) -> bool:
        """Whether the clause that the catalogue names is among what is broken."""
        return bool(self.own)

    @property
    def is_blamed(self) -> bool:
        """Whether the culprit is the one that the catalogue names."""
        return any(self._is_culprit(found) for found in self.own)

    @property
    def groups(self) -> int:
        """How many defects a report shows."""
        return len({found.group for found in self.outcome.violations})

    def _is_culprit(self, found: Found) -> bool:
        fault = self.fault
        if fault.intermittent:
            return found.place == "intermittent"
        if fault.regime != "":
            kind, _, regime = found.kind.partition(", ")
            same = (found.place, kind) == (fault.place, fault.kind)
            return same and fault.regime in (None, regime)
        if " + " in fault.place:
            # The catalogue has one word for what all of the places have in common.
            words, wanted = found.kind.split(" + "), fault.kind.split(" + ")
            wanted *= len(words) if len(wanted) == 1 else 1
            alike = zip(words, wanted, strict=True)
            return found.place == fault.place and all(w.startswith(v) for w, v in alike)
        return (found.place, found.kind) == (fault.place, fault.kind)


@dataclass(frozen=True)
class Tolerance:
    """One run against a correct server: was it left in peace, and was its oddity told?"""

    outcome: Outcome
    reference: Outcome
    """The same run against the reference."""

    @property
    def is_alarm(self) -> bool:
        """Whether the suite complains about a server that keeps the contract."""
        return bool(self.outcome.violations) or self.outcome.verdict != "conforms"

    @property
    def mistakes(self) -> list[str]:
        """Leniencies and gaps that were told and are not there, or there and not told.

        Which gaps of the reference are gone is asked in gate only: smoke has one witness of each
        cell, and may not hold the one that still shows them.
        """
        shows = VARIANTS[self.outcome.trial.server].shows
        more = self.outcome.gaps - self.reference.gaps
        less = self.reference.gaps - self.outcome.gaps
        compared = {
            "leniencies": (self._leniencies(), _leniencies(shows)),
            "gaps": (set(more), _gaps(shows, "Gaps")),
        }
        if self.outcome.trial.profile != "smoke":
            compared["gaps that the reference has"] = (set(less), _gaps(shows, "No gaps"))
        return [
            f"{what}: {sorted(told) or 'none'}, where {sorted(wanted) or 'none'} should be"
            for what, (told, wanted) in compared.items()
            if told != wanted
        ]

    def _leniencies(self) -> set[tuple[str, str]]:
        """(clause, last word of the place), the place only where the variant names places."""
        named = {c for c, place in _leniencies(VARIANTS[self.outcome.trial.server].shows) if place}
        found = (f for f in self.outcome.findings if f.severity == "leniency")
        return {(f.clause, f.place.split(" ")[-1] if f.clause in named else "") for f in found}


def _sentence(shows: str, head: str) -> str:
    match = re.search(r"(?:^|\. )" + _SENTENCE.format(head), shows)
    return match[1] if match else ""


def _leniencies(shows: str) -> set[tuple[str, str]]:
    return {
        (clause, place)
        for clause, places in _LENIENCY.findall(_sentence(shows, "Leniencies"))
        for place in places.split(", ")
    }


def _gaps(shows: str, head: str) -> set[tuple[str, str]]:
    return {
        (status, operation)
        for status, where in _GAP.findall(_sentence(shows, head))
        for operation in (BOTH if where == "both operations" else (where,))
    }
