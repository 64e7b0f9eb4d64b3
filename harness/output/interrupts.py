"""Ctrl-C and CI's SIGTERM: both stop the run, also where a library swallows the exception."""

from __future__ import annotations

import signal
import threading
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Once armed, the first signal raises KeyboardInterrupt and is remembered.

    The next ones are not needed, and would only break off what the first one has begun.
    """

    def __init__(self) -> None:
        self._asked, self._deferred = False, True
        self._before: dict[int, object] = {}

    def is_asked(self) -> bool:
        """Whether a signal came."""
        return self._asked

    def install(self) -> None:
        """Take the signals over, where Python lets: in the main thread. They are remembered."""
        if not self._before and threading.current_thread() is threading.main_thread():
            self._asked, self._deferred = False, True
            self._before = {number: signal.signal(number, self._interrupt) for number in SIGNALS}

    def arm(self) -> None:
        """From now on a signal interrupts; raises KeyboardInterrupt if one came before."""
        self._deferred = False
        if self._asked:
            raise KeyboardInterrupt

    def defer(self) -> None:
        """From now on a signal is remembered only: reports are being written."""
        self._deferred = True

    def release(self) -> None:
        """Take no part in what is run; raises KeyboardInterrupt if a signal came before."""
        self.uninstall()
        if self._asked:
            raise KeyboardInterrupt

    def uninstall(self) -> None:
        """Leave the signals to whoever had them before."""
        while self._before:
            number, handler = self._before.popitem()
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        first, self._asked = not self._asked, True
        if first and not self._deferred:
            raise KeyboardInterrupt
