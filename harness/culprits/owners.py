"""One defect, one finding: what breaks several clauses stands under the one that comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.culprits.context import Context
from harness.culprits.precedence import is_same_refusal, may_follow, rank
from harness.model import Finding


def owners_of(context: Context, found: Sequence[Finding]) -> list[Finding]:
    """Each defect under the clause that comes first, the others in its `also`."""
    ordered = sorted(
        found,
        key=lambda f: (f.severity == "leniency", rank(f.clause, context.defined), f.exchanges),
    )
    owners: list[Finding] = []
    also: dict[int, list[str]] = {}
    consequences = [f for f in ordered if any(is_same_refusal(f, cause) for cause in ordered)]
    for finding in (*(f for f in ordered if f not in consequences), *consequences):
        explaining = _explaining(context, finding, owners)
        if not explaining:
            owners.append(finding)
        for index in explaining:
            also.setdefault(index, []).append(finding.clause)
    return [
        replace(
            finding, also=tuple(dict.fromkeys(c for c in also.get(i, []) if c != finding.clause))
        )
        for i, finding in enumerate(owners)
    ]


def _is_same_deviation(owner: Finding, finding: Finding) -> bool:
    """The same field says the same wrong thing, only to requests of another clause."""
    same_place = owner.culprit.place == finding.culprit.place
    kinds = [f.culprit.kind.partition(",")[0] for f in (owner, finding)]
    in_response = owner.culprit.place.startswith("/")
    return in_response and same_place and kinds[0] == kinds[1]


def _is_same_loss(owner: Finding, finding: Finding) -> bool:
    """The same items are missing, only from other lists as well."""
    both = (owner.culprit, finding.culprit)
    lost = all(c.kind.startswith("missing item") for c in both) and finding.carriers
    return (
        bool(lost)
        and both[0].place == both[1].place
        and (set(finding.carriers) <= set(owner.carriers))
    )


def _explaining(context: Context, finding: Finding, owners: Sequence[Finding]) -> list[int]:
    """Indices of earlier findings that together explain a finding.

    They hold all of its exchanges, but for those that their own clauses could not judge.
    """
    rest = set(finding.exchanges)
    used: list[int] = []
    judged: set[int] = set()
    for index, owner in enumerate(owners):
        same = owner.operation == finding.operation and owner.clause != finding.clause
        follows = may_follow(
            owner.clause, owner.culprit.place, finding.clause, finding.culprit.place
        )
        others = set(finding.exchanges) - set(owner.exchanges)
        seen_good = others & context.judged.get((owner.clause, owner.operation), frozenset())
        if same and not seen_good and _is_same_deviation(owner, finding):
            return [index]
        if same and (_is_same_loss(owner, finding) or is_same_refusal(finding, owner)):
            return [index]
        if same and follows and rest & set(owner.exchanges):
            used.append(index)
            rest -= set(owner.exchanges)
            judged |= context.judged.get((owner.clause, owner.operation), frozenset())
    return used if used and not rest & judged else []
