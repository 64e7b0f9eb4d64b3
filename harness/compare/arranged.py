"""How a comparison is arranged for people; shared by the terminal and Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from harness.compare.comparing import Comparison, Exercise, facts
from harness.compare.findings import Change
from harness.compare.latency import FIGURES, Ratios
from harness.reports.grouping import pairs

TITLES = {
    "new": "New",
    "new, not reached before": "New, or not reached before",
    "waived to violated": "No longer waived",
    "leniency to violation": "Leniencies that became violations",
    "violated to waived": "Waived since",
    "violation to leniency": "Violations that became leniencies",
    "gone": "Gone",
    "not comparable": "Not comparable: not met, and the new run could not have met them",
}
OBSERVED = {
    "gap": "Gaps in the published contract",
    "status": "Statuses",
    "enum value": "Enum values",
    "undocumented field": "Undocumented fields",
}
SIGNS = {"appeared": "+", "vanished": "-", "not comparable": "?"}
"""Of what was observed; a question mark: the new run may not have looked."""


def by_kind(changes: Iterable[Change]) -> Iterator[tuple[str, list[Change]]]:
    """(Title, changes), in the order of importance."""
    for kind, ones in groupby(changes, key=lambda change: change.kind):
        yield TITLES[kind], list(ones)


def sides(found: Comparison) -> Iterator[tuple[str, str, str]]:
    """(what, old, new) of what identifies the runs, where it is the same as well."""
    old, new = facts(found.old), facts(found.new)
    labels = pairs(old["labels"]), pairs(new["labels"])
    if any(labels):
        yield "labels", labels[0] or "none", labels[1] or "none"
    told = {what: (one, other) for what, one, other in found.differences}
    for what in dict.fromkeys(("target", "profile", "seed", "writes", *told)):
        one, other = told.get(what, (old.get(what), new.get(what)))
        yield what, str(one), str(other)
    for what in ("started", "verdict", "exchanges"):
        yield what, str(old[what]), str(new[what])


def caution(found: Comparison) -> str:
    """What the runs' differences mean, in a sentence; empty where they mean nothing."""
    told = [what for what, *_ in found.differences if what != "target"]
    if not told:
        return ""
    return (f"Not the same in both runs: {', '.join(told)}. What the new run could not have met "
            "is not comparable, never gone.")  # fmt: skip


def remarks(change: Change) -> list[str]:
    """What is to be said of a change besides its culprit."""
    finding = change.finding
    waived = finding["waived"]
    return [
        finding["fingerprint"],
        finding["stability"],
        *(["leniency"] if finding["severity"] == "leniency" else []),
        *([f"context {finding['context']}"] if finding["context"] else []),
        *([f"also {', '.join(finding['also'])}"] if finding["also"] else []),
        *([f"waived: {waived['reason']}"] if waived else []),
        *([change.why] if change.why else []),
    ]


def by_reason(exercises: Iterable[Exercise]) -> dict[str, list[str]]:
    """Reason -> the clauses it kept from being exercised, with their operations."""
    found: dict[str, list[str]] = {}
    for one in exercises:
        found.setdefault(one.reason, []).append(f"{one.clause} ({one.operation})")
    return found


def figures(one: Ratios) -> list[str]:
    """`×1.20` for each percentile, `–` where there is no ratio."""
    ratios = one.ratios
    return [f"×{ratio:.2f}" if (ratio := ratios[name]) is not None else "–" for name in FIGURES]
