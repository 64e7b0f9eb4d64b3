"""Whether a run would have shown a finding, had its server had the defect.

Only what the run itself recorded counts: the very request that showed the finding was sent again
and its clause found nothing wrong with it; or, of a listing, a page was read under the same
circumstances. When in doubt it was not reached.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from harness.compare.reading import Document
from harness.culprits.findings import REQUEST_PLACES

Finding = Mapping[str, Any]
PROFILES = ("smoke", "gate", "release")
WRITES = ("none", "notes", "all")
YARDSTICK: dict[str, Callable[[Document], Any]] = {
    "another contract": lambda run: run["spec"]["sha256"],
    "another version of the suite": lambda run: run["version"],
}
"""What decides whether an answer is a deviation."""
GENERATED = frozenset({"coverage", "fuzz"})
ENOUGH = 3
"""So many items of which none deviates tell that items do not deviate any more."""
CHANCE = 0.001
"""What is less probable is no chance."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_WITNESS = {
    "not attributed": "nothing that every run sends shows it",
    "intermittent": "it comes and goes",
}
_AGAIN = re.compile(r" \(again, \d+\)$")


def why_not(run: Document, other: Document, finding: Finding) -> str:
    """Why `run` could not have shown a finding of `other`; empty if it would have.

    Half a sentence for people.
    """
    for reason in (_yardstick, _clause, _witness, _policy, _plan, _carriers, _sent):
        told = reason(run, other, finding)
        if told:
            return told
    return ""


def _yardstick(run: Document, other: Document, finding: Finding) -> str:
    del finding
    return next((name for name, of in YARDSTICK.items() if of(run) != of(other)), "")


def _clause(run: Document, other: Document, finding: Finding) -> str:
    del other
    result = next(
        (c for c in run["clauses"] if (c["id"], c["operation"]) == clause_of(finding)), None
    )
    if result is None:
        return "its clause was not selected"
    if not result["exchanges"]:
        missed = (
            m for m in run["not_exercised"] if (m["clause"], m["operation"]) == clause_of(finding)
        )
        return next((f"its clause was not exercised: {m['reason']}" for m in missed),
                    "its clause was not exercised")  # fmt: skip
    return "" if run["reach"] else "the record does not say what was reached"


def clause_of(finding: Finding) -> tuple[str, str]:
    """(clause, operation)"""
    return (finding["clause"], finding["operation"])


def _witness(run: Document, other: Document, finding: Finding) -> str:
    del other
    culprit = finding["culprit"]
    if culprit["place"] == "intermittent" and _by_chance(run, finding) < CHANCE:
        return ""
    if circumstances(finding) == ["elsewhere"]:
        return WITHOUT_WITNESS["not attributed"]
    return WITHOUT_WITNESS.get(culprit["place"], "")


def _by_chance(run: Document, finding: Finding) -> float:
    """How probable it is that as many requests met nothing of what came and went before."""
    asked = sum(
        c["exchanges"] for c in run["clauses"] if (c["id"], c["operation"]) == clause_of(finding)
    )
    failing = min(1.0, finding["rate"] / 100) if finding["count"] >= ENOUGH else 0.0
    return float((1 - failing) ** asked)


def _policy(run: Document, other: Document, finding: Finding) -> str:
    """Without writes a request that might store something goes elsewhere and holds less."""
    is_safe = finding["request"]["method"] in SAFE
    if not is_safe and run["writes"] == "none" and other["writes"] != "none":
        return "nothing may be written"
    return ""


def _plan(run: Document, other: Document, finding: Finding) -> str:
    """The id of a generated request stands for the same request in the same plan only."""
    if finding["request"]["phase"] not in GENERATED:
        return ""
    return next(
        (f"generated, with {name}" for name, of in PLAN.items() if of(run) != of(other)), ""
    )


PLAN: dict[str, Callable[[Document], Any]] = {
    "another seed": lambda run: run["seed"],
    "another profile": lambda run: run["profile"],
    "another write policy": lambda run: run["writes"],
    "other versions of the generators": lambda run: run["environment"],
}


def _carriers(run: Document, other: Document, finding: Finding) -> str:
    """An item that deviates may be gone with the data, and its deviation with it."""
    if not finding["carriers"] or finding["culprit"]["kind"].startswith("foreign item"):
        return ""
    met = set(_reach(run, finding)["items"])
    carriers = set(map(digest, finding["carriers"]))
    if carriers & met:
        return ""
    if len(met) >= ENOUGH and carriers >= set(_reach(other, finding)["items"]):
        return ""  # every item showed it, whichever it was
    return "the items that showed it were not met"


def _sent(run: Document, other: Document, finding: Finding) -> str:
    del other
    if finding["culprit"]["place"] == "intermittent":
        return ""
    request, clause = finding["request"], finding["clause"]
    reach = _reach(run, finding)
    if _is_answered(finding) and reach["circumstances"]:
        wanted, seen = set(circumstances(finding)), _judged(reach["circumstances"], clause)
        missing = sorted(wanted - seen - {"any"})
        if missing:
            return f"not judged good: {', '.join(missing)}"
        if wanted - {"any"}:
            return ""
        if request["phase"] == "listing":
            return "" if seen else "no page was judged good"
    good = _judged(reach["cases"], clause)
    # A journey goes on only where something is wrong; whatever it asks for shows a whole operation.
    everywhere = request["phase"] == "sending" and finding["culprit"]["place"] == "operation"
    if case_digest(request["case"]) in good or (everywhere and good):
        return ""
    return "the request that showed it was not sent, or not judged good"


def _is_answered(finding: Finding) -> bool:
    """Whether the answer is to blame, not the request."""
    return not finding["culprit"]["place"].startswith(REQUEST_PLACES)


def _reach(run: Document, finding: Finding) -> Mapping[str, Any]:
    empty: dict[str, Any] = {"cases": [], "circumstances": [], "items": []}
    found: Mapping[str, Any] = run["reach"].get(finding["operation"], empty)
    return found


def _judged(groups: list[Mapping[str, Any]], clause: str) -> set[str]:
    return {name for group in groups if clause in group["clauses"] for name in group["names"]}


def circumstances(finding: Finding) -> list[str]:
    """Under which a deviation in the answer shows: the part of the kind behind its comma."""
    if not _is_answered(finding):
        return []
    told = finding["culprit"]["kind"].partition(", ")[2]
    return [part for part in re.split(r"; |, ", told) if part]


def digest(text: str) -> str:
    """As in `reach` of a record."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:10]


def case_digest(name: str) -> str:
    """Of a planned case, also where it was sent again."""
    return digest(_AGAIN.sub("", name))
