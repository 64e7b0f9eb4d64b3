"""Which findings are waived, and which waivers are no longer needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from harness.model import Finding, Waiver
from harness.wire.identity import fingerprint, names_of

NEVER_UNUSED = ("elsewhere", "not attributed", "intermittent")
"""Culprits without a witness that would have to show them again (contract.md)."""


class Applied(NamedTuple):
    """Findings with `waived` set, and the waivers of this profile and policy that met none."""

    findings: tuple[Finding, ...]
    unmet: tuple[Waiver, ...]


def apply(
    findings: Iterable[Finding], waivers: Iterable[Waiver], profile: str, writes: str
) -> Applied:
    """Mark every finding with the first waiver that covers it.

    A waiver covers a finding whole, its `also` included, and no other. One that is given for
    another profile or write policy says nothing here: it is neither met nor unmet.
    """
    here = [w for w in waivers if w.profile in {"", profile} and w.writes in {"", writes}]
    judged, met = [], set()
    for finding in findings:
        matching = [index for index, waiver in enumerate(here) if matches(waiver, finding)]
        met.update(matching)
        judged.append(_waived(finding, [here[index] for index in matching]))
    return Applied(tuple(judged), tuple(w for i, w in enumerate(here) if i not in met))


def matches(waiver: Waiver, finding: Finding) -> bool:
    """Whether a waiver is about this finding, whatever it tolerates of it.

    One that was written when the defect had another name still is.
    """
    if (waiver.clause, waiver.operation) != (finding.clause, finding.operation):
        return False
    names = names_of(finding.culprit)
    if waiver.match is None:
        own = (finding.clause, finding.operation)
        former = [fingerprint(*own, name, finding.status_class) for name in names[1:]]
        return waiver.fingerprint in {finding.fingerprint, *former}
    identities = [(name.place, name.kind, finding.status_class) for name in names]
    return any(
        all(want in {"*", have} for want, have in zip(waiver.match, identity, strict=True))
        for identity in identities
    )


def _waived(finding: Finding, matching: list[Waiver]) -> Finding:
    refusals = []
    for waiver in matching:
        refusal = _exceeded(finding, waiver)
        if not refusal:
            return replace(finding, waived=waiver)
        refusals.append(refusal)
    if not refusals:
        return finding
    return replace(finding, note="; ".join(filter(None, (finding.note, *refusals))))


def _exceeded(finding: Finding, waiver: Waiver) -> str:
    """Why a waiver with `at-most` does not cover a finding that it matches; empty if it does."""
    if waiver.at_most is None:
        return ""
    allowed = f"its waiver allows {waiver.at_most:g} failures per 100 requests"
    if finding.stability not in {"intermittent", "unstable"}:
        return f"not waived: {allowed} of an intermittent finding, this one is not"
    if finding.rate > waiver.at_most:
        return f"not waived: {allowed}, it failed {finding.rate:g}"
    return ""


def unused(
    unmet: Iterable[Waiver], witnessed: Callable[[Waiver], bool | None]
) -> tuple[Waiver, ...]:
    """Those of `Applied.unmet` whose own witness was sent in this run and judged good.

    `witnessed`: True if so, False if it was not sent, None if that cannot be told. A culprit that
    has no witness of its own is only ever *not met*.
    """
    return tuple(w for w in unmet if not _without_witness(w) and witnessed(w) is True)


def _without_witness(waiver: Waiver) -> bool:
    culprit = " ".join(waiver.match[:2]) if waiver.match else ""
    return waiver.at_most is not None or any(word in culprit for word in NEVER_UNUSED)
