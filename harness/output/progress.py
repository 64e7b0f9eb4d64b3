"""How far the run is, on one line of a terminal; nothing where nobody watches."""

from __future__ import annotations

import sys
import time
from typing import Any

from harness.model import Exchange

EVERY = 0.1
"""Seconds between two updates."""


class Progress:
    """Counts exchanges; `tell` is called by one thread at a time."""

    def __init__(self, reporter: Any, *, quiet: bool) -> None:
        self._reporter = reporter
        self._shown = bool(reporter) and not quiet and sys.stdout.isatty()
        self._started = self._last = time.monotonic()
        self._count = self._failed = 0

    def tell(self, exchange: Exchange, planned: int) -> None:
        """One more exchange came back."""
        self._count += 1
        self._failed += exchange.status >= 500 or bool(exchange.failure)
        now = time.monotonic()
        if not self._shown or now - self._last < EVERY:
            return
        self._last = now
        rate = self._count / max(now - self._started, 1e-6)
        text = f"\r  {self._count} of at most {planned} exchanges, {rate:.0f}/s"
        if self._failed:
            text += f", {self._failed} without a proper answer"
        self._reporter.write(text.ljust(70))

    def end(self) -> None:
        """Leave the line."""
        if self._shown and self._count:
            self._reporter.write("\r" + " " * 70 + "\r")
