"""How long what was sent may take to be listed, and how long it took.

Counted from the end of the send's answer to the moment at which a look begins: a server that
answers a look slowly is not late. What a look misses tells nothing before the deadline; what it
finds after it tells nothing either, unless one that began at the deadline missed it.
"""

from __future__ import annotations

from collections.abc import Sequence

from harness.evidence.sends import Look, Sent

WITHIN = 2.0
"""Seconds (contract.md, *send.listed*)."""
SLACK = 0.001
"""Seconds that two readings of a clock may be apart by rounding."""


def is_due(sent: Sent, look: Look) -> bool:
    """Whether a look must show what was sent."""
    return look.at - _answered(sent) >= WITHIN - SLACK


def is_told(sent: Sent, looks: Sequence[Look]) -> bool:
    """Whether the looks tell anything: the last one shows what was sent, or one at its deadline."""
    return _shows(looks[-1], sent) or any(is_due(sent, look) for look in looks)


def delay_of(sent: Sent, looks: Sequence[Look]) -> float | None:
    """Seconds from a send's answer to that of the first look that shows it.

    None where no look does, or the first of them all.
    """
    shown = next((look for look in looks if _shows(look, sent)), None)
    if shown is None or shown is looks[0]:
        return None
    pages = (found.exchange for found in shown.found[sent.exchange.marker])
    return min(page.started + page.elapsed for page in pages) - _answered(sent)


def _answered(sent: Sent) -> float:
    return sent.exchange.started + sent.exchange.elapsed


def _shows(look: Look, sent: Sent) -> bool:
    return bool(look.identities(sent.exchange.marker, "unfiltered"))
