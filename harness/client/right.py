"""Whether the credentials may write at all: learnt from the first harmless item that is sent.

Until it was answered nothing else that might be stored may leave. 401 or 403 to it, by every scheme
that the contract documents, ends all writing of the run: whoever may not leave a note must not be
found trying everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from harness.client.policy import WritePolicy
from harness.client.wire import Wire
from harness.model import Case

REFUSED = frozenset({401, 403})


class Job(Protocol):
    """A case that is about to leave."""

    @property
    def case(self) -> Case:
        """What was planned."""
        ...

    @property
    def wire(self) -> Wire:
        """Its bytes."""
        ...


J = TypeVar("J", bound=Job)


class WriteRight:
    """For one run. Its caller takes care that no two threads use it at once."""

    def __init__(self, policy: WritePolicy) -> None:
        self._policy = policy
        self._known = not policy.asks_first
        self._first: Case | None = None
        self._turned_away: set[str] = set()
        self.refused = ""
        """Why nothing more is written; empty as long as nothing speaks against it."""

    def reason(self, case: Case, wire: Wire) -> str:
        """Why the request may not leave now; empty if it may."""
        if not self._policy.is_unsafe(wire) or case is self._first:
            return ""
        if self._known:
            return self.refused
        is_new = _scheme(case) not in self._turned_away
        if self._first is None and is_new and self._policy.is_harmless(wire):
            self._first = case
            return ""
        return self.refused or "it is not known yet whether the credentials may write"

    def learn(self, case: Case, status: int) -> None:
        """Take note of an answer; `status` is 0 where there was none."""
        if self._known or case is not self._first:
            return
        if status not in REFUSED:
            self._known, self.refused = True, ""
            return
        self._turned_away.add(_scheme(case))
        self._known = self._policy.schemes(case.operation) <= self._turned_away
        self._first = None
        self.refused = f"the credentials may not write: the first item sent was answered {status}"

    def still_allowed(self, jobs: Iterable[J], dropped: list[tuple[Case, str]]) -> Iterator[J]:
        """Those that may leave still, when their turn comes; the others go to `dropped`."""
        for job in jobs:
            if reason := self.reason(job.case, job.wire):
                dropped.append((job.case, reason))
            else:
                yield job


def _scheme(case: Case) -> str:
    return case.credentials.scheme if case.credentials else ""
