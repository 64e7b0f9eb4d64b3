"""Which defect a finding is about: the same in every run, and under earlier names too."""

from __future__ import annotations

import hashlib

from harness.model import Culprit
from harness.wire.kinds import FORMERLY


def fingerprint(clause: str, operation: str, culprit: Culprit, status: str) -> str:
    """The identity of a finding: twelve hexadecimal digits."""
    text = "\n".join([clause, operation, culprit.place, culprit.kind, status])
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]


def names_of(culprit: Culprit) -> list[Culprit]:
    """`culprit`, and what waivers were written with when its kind was told less exactly."""
    before = FORMERLY.get(culprit.kind)
    return [culprit, Culprit(culprit.place, before)] if before else [culprit]
