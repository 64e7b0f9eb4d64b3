"""Imported before all that takes long to import, so that no signal that comes meanwhile is lost.

Until pytest has a session that it ends properly, a signal is remembered only.
"""

from __future__ import annotations

from harness.output.interrupts import Interrupts

STOP = Interrupts()

STOP.install()
