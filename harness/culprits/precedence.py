"""Which clause owns a defect that breaks several, and which clauses may go into its `also`."""

from __future__ import annotations

from collections.abc import Sequence

from harness.model import Finding

FIRST = (
    "response.no-server-error",
    "response.complete",
    "response.content-type",
    "response.fields-present",
    "response.enums",
    "response.formats",
    "response.body-schema",
    "response.status-documented",
    "auth.missing",
    "auth.wrong",
    "auth.malformed",
    "auth.first",
    "list.page-size-bound",
    "list.per-page-echo",
    "list.page-echo",
    "filter.sound",
    "list.isolation",
    "list.page-full",
    "list.stable",
    "list.no-overlap",
    "list.no-gap",
    "list.total",
    "list.total-pages",
    "filter.complete",
    "filter.combined",
    "filter.total",
)
"""Then the order in which the clauses are defined (contract.md, *Owner*)."""

UNUSABLE = frozenset(FIRST[:3])
"""An answer that breaks one of these promises nothing else that could be kept."""


def rank(clause: str, defined: Sequence[str]) -> int:
    """The smaller, the earlier it owns a defect."""
    if clause in FIRST:
        return FIRST.index(clause)
    return len(FIRST) + (list(defined).index(clause) if clause in defined else len(defined))


def family(clause: str) -> str:
    """Clauses of one family explain each other; others only at the same place."""
    area = clause.partition(".")[0]
    return {"filter": "paging", "list": "paging", "unknown": "paging"}.get(area, area)


def may_follow(owner: str, owner_place: str, clause: str, place: str) -> bool:
    """Whether breaking `clause` at `place` can be a mere consequence of what `owner` found."""
    if owner in UNUSABLE or "response.status-documented" in (owner, clause):
        return True
    if family(owner) == family(clause) and family(owner) != "response":
        return True
    if not owner_place.startswith("/") or not place.startswith("/"):
        return family(owner) == family(clause)
    return _within(owner_place, place) or _within(place, owner_place)


def _within(inner: str, outer: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}/")


WELL_FORMED = frozenset({"header twice", "very long", "extra part", "two schemes"})
"""Malformed credentials that hold a well-formed wrong pair."""
NO_COLON = frozenset({"key alone", "secret alone"})
"""Wrong credentials that are malformed as well."""


def is_same_refusal(finding: Finding, cause: Finding) -> bool:
    """Whether credentials are refused wrongly for the reason for which others are, too.

    A server that answers a wrong pair wrongly does so where it is sent twice or is very long; one
    that cannot do without a colon misses it behind the right key, too; one that lets any `Bearer`
    in does so beside another scheme; one that knows none takes it for a header without a scheme.
    """
    alike = (finding.operation, finding.status_class, finding.message) == (
        (cause.operation, cause.status_class, cause.message)
    )
    if not alike:
        return False
    place, kind = finding.culprit
    if (finding.clause, cause.clause) == ("auth.malformed", "auth.wrong"):
        besides = kind == "two schemes" and cause.culprit.place.endswith(" Bearer")
        return kind in WELL_FORMED and (cause.culprit.place == place or besides)
    if (finding.clause, cause.clause) == ("auth.wrong", "auth.malformed"):
        if kind in NO_COLON:
            return cause.culprit == (place, "no colon")
        return place.endswith(" Bearer") and cause.culprit.kind == "printable garbage"
    return False
