"""Which findings came, went and changed sides between two runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.compare.reached import why_not
from harness.compare.reading import Document
from harness.tally import ENOUGH

NEW = "new"
NOT_REACHED_BEFORE = "new, not reached before"
BROKEN_AGAIN = "waived to violated"
WORSE = "leniency to violation"
WAIVED = "violated to waived"
BETTER = "violation to leniency"
GONE = "gone"
NOT_COMPARABLE = "not comparable"
KINDS = (NEW, NOT_REACHED_BEFORE, BROKEN_AGAIN, WORSE, WAIVED, BETTER, GONE, NOT_COMPARABLE)
"""In the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """One finding that is not the same in both runs."""

    kind: str
    finding: dict[str, Any]
    """As in the new run, or in the old one if it is gone or not comparable."""
    why: str = ""
    """Why one of the runs could not have shown it."""
    fails: bool = False

    @property
    def culprit(self) -> str:
        """Place and kind in one phrase."""
        culprit = self.finding["culprit"]
        return ": ".join(filter(None, (culprit["place"], culprit["kind"])))


def changes(old: Document, new: Document, *, leniencies: bool) -> tuple[tuple[Change, ...], int]:
    """All changes in the order of KINDS, and how many findings are the same in both.

    `leniencies`: whether a new leniency fails like a new violation.
    """
    before, after = _by_fingerprint(old), _by_fingerprint(new)
    found = []
    for key, finding in after.items():
        if key not in before:
            found.append(_appeared(old, new, finding, leniencies))
        else:
            found += _moved(before[key], finding, leniencies)
    unchanged = len(before.keys() & after.keys()) - len([c for c in found if c.kind in _MOVES])
    found += [_vanished(old, new, f) for key, f in before.items() if key not in after]
    ordered = sorted(found, key=lambda c: (KINDS.index(c.kind), not c.fails))
    return tuple(ordered), unchanged


_MOVES = frozenset({BROKEN_AGAIN, WORSE, WAIVED, BETTER})


def _by_fingerprint(run: Document) -> dict[str, dict[str, Any]]:
    return {finding["fingerprint"]: finding for finding in run["findings"]}


def _appeared(old: Document, new: Document, finding: dict[str, Any], leniencies: bool) -> Change:
    why = why_not(old, new, finding)
    return Change(
        NOT_REACHED_BEFORE if why else NEW, finding, _before(why), fails(finding, leniencies)
    )


def _before(why: str) -> str:
    return f"old run: {why}" if why else ""


def _moved(old: dict[str, Any], new: dict[str, Any], leniencies: bool) -> Iterator[Change]:
    severities = (old["severity"], new["severity"])
    if severities == ("leniency", "violation"):
        yield Change(WORSE, new, fails=fails(new, leniencies))
    elif severities == ("violation", "leniency"):
        yield Change(BETTER, new, fails=fails(new, leniencies))
    elif old["waived"] and not new["waived"]:
        yield Change(BROKEN_AGAIN, new, fails=fails(new, leniencies))
    elif new["waived"] and not old["waived"]:
        yield Change(WAIVED, new)


def _vanished(old: Document, new: Document, finding: dict[str, Any]) -> Change:
    why = why_not(new, old, finding)
    if why:
        return Change(NOT_COMPARABLE, finding, f"new run: {why}")
    return Change(GONE, finding)


def fails(finding: dict[str, Any], leniencies: bool) -> bool:
    """Whether a finding fails a run: as in the verdict, seldom seen and flickering ones do not."""
    severe = finding["severity"] == "violation" or leniencies
    return severe and not finding["waived"] and not flickers(finding)


def flickers(finding: dict[str, Any]) -> bool:
    """Whether it came and went, and too seldom to be blamed on the server."""
    rare = finding["stability"] == "intermittent" and finding["count"] < ENOUGH
    return bool(rare or finding["stability"] == "unstable")
