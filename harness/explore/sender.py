"""What a journey needs of the client, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from harness.model import Case, Exchange


class Sender(Protocol):
    """Sends cases, concurrently, and gives their exchanges in the order of the cases."""

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        """None stands for what the write policy or the budget kept back."""
        ...
