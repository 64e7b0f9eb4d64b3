"""Ctrl-C and CI's SIGTERM: both stop the run, also where a library swallows the exception."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While entered, a signal raises KeyboardInterrupt and is remembered."""

    def __init__(self) -> None:
        self._asked = False
        self._before: dict[int, object] = {}

    def is_asked(self) -> bool:
        """Whether a signal came."""
        return self._asked

    def __enter__(self) -> Interrupts:
        self._before = {number: signal.signal(number, self._interrupt) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._asked = True
        raise KeyboardInterrupt
