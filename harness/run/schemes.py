"""Which of an operation's documented schemes lets good credentials in.

A server that refuses one of them breaks `auth.*`, which tells it; everything else is asked by
another one, so that the rest of the contract is judged all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.contract import Contract
from harness.model import Case, Exchange

Send = Callable[[Sequence[Case]], list[Exchange | None]]
TURNED_AWAY = frozenset({401, 403})


@dataclass
class Schemes:
    """A sender that finds out, operation by operation, and heeds it from then on.

    What only tries a scheme (`good|…`), and what carries defective credentials, goes as planned.
    """

    contract: Contract
    pay: Send
    welcome: dict[str, str] = field(default_factory=dict)
    """Operation -> the scheme that its requests carry instead of the one planned."""
    known: set[str] = field(default_factory=set)
    """Operations that let somebody in, or nobody by any scheme."""

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        """The exchanges in the order of the cases; None for what was kept back."""
        answers = self.pay([self._welcome(case) for case in cases])
        for place, answer in enumerate(answers):
            if answer and answer.case.operation not in self.known and _is_plain(answer.case):
                answers[place] = self._learn(answer)
        return answers

    def _welcome(self, case: Case) -> Case:
        scheme = self.welcome.get(case.operation, "")
        return _with(case, scheme) if scheme and _is_plain(case) else case

    def _learn(self, answer: Exchange) -> Exchange:
        """The answer itself, or the one to the same request by a scheme that lets it in."""
        case = answer.case
        if answer.status not in TURNED_AWAY:
            if answer.status:
                self.known.add(case.operation)
            return answer
        self.known.add(case.operation)
        assert case.credentials
        for scheme in self.contract.operation(case.operation).security:
            if scheme == case.credentials.scheme:
                continue
            again = replace(_with(case, scheme), id=f"{case.id} by {scheme}")
            other = self.pay([again])[0]
            if other and other.status and other.status not in TURNED_AWAY:
                self.welcome[case.operation] = scheme
                return other
        return answer


def _is_plain(case: Case) -> bool:
    credentials = case.credentials
    return bool(credentials and not credentials.defect) and not case.role.startswith("good|")


def _with(case: Case, scheme: str) -> Case:
    assert case.credentials
    return replace(case, credentials=replace(case.credentials, scheme=scheme))
