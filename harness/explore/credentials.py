"""Send the credentials matrix so that a lock-out after wrong secrets is not taken for an answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from harness.contract import Contract
from harness.explore.sender import Sender
from harness.model import Case, Exchange
from harness.wire.baselines import LISTING, baselines

CHUNK = 6
"""Cells between two looks at whether good credentials are still welcome."""
PATIENCE = 3.0
"""Seconds that a lock-out may take to end."""
TRIES = 2
"""How often a cell is sent again after a lock-out."""
PROBE = "probe"


def looks_between(cells: int) -> int:
    """How many good requests `cells` of a matrix may need in between, where nobody is locked out.

    A server that answers 403 to wrong secrets has every lot of them followed by one.
    """
    return -(-cells // CHUNK)


@dataclass
class CredentialsJourney:
    """The matrix of one contract."""

    contract: Contract
    sender: Sender
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = field(default_factory=lambda: Event().wait)
    locked_out: list[Case] = field(default_factory=list)
    probes: int = 0

    def run(self, cases: Sequence[Case]) -> None:
        """Send all cells, those that met a lock-out again."""
        for start in range(0, len(cases), CHUNK):
            self._chunk(cases[start : start + CHUNK])

    def _chunk(self, cases: Sequence[Case]) -> None:
        exchanges = self.sender.send(cases)
        for _ in range(TRIES):
            doubtful = [e.case for e in exchanges if e and e.status in {403, 429}]
            if not doubtful or self._welcome():
                return
            self._until_welcome()
            exchanges = []
            for case in doubtful:
                exchanges += self.sender.send([replace(case, group="after a lock-out")])
        doubtful = [e.case for e in exchanges if e and e.status in {403, 429}]
        if doubtful and not self._welcome():
            self.locked_out += doubtful

    def _until_welcome(self) -> None:
        deadline = self.clock() + PATIENCE
        while not self._welcome() and self.clock() < deadline:
            self.wait(0.1)

    def _welcome(self) -> bool:
        operation = self.contract.probe
        if operation is None:
            return True
        self.probes += 1
        case = baselines(operation, "sink.invalid")[LISTING].case(
            f"auth {operation.id} good again {self.probes}", "auth", role=PROBE
        )
        answer: Exchange | None = self.sender.send([case])[0]
        return answer is None or 200 <= answer.status < 300
