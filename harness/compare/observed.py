"""What was seen in one run only and is no finding: gaps, statuses, enum values, fields. Pure.

None of it fails a comparison: what vanished may be the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from harness.compare.reached import PROFILES, WRITES
from harness.compare.reading import Document

Key = tuple[str, str]
Seen = dict[Key, str]
"""(where, what) -> what it is about, for people."""
APPEARED, VANISHED, NOT_COMPARABLE = "appeared", "vanished", "not comparable"


@dataclass(frozen=True, slots=True)
class Observation:
    """One thing that appeared or vanished."""

    kind: str
    """`gap`, `status`, `enum value`, `undocumented field`."""
    change: str
    """`appeared`, `vanished`, or `not comparable`: gone where the new run may not have looked."""
    where: str
    what: str
    about: str = ""


def observations(old: Document, new: Document) -> Iterator[Observation]:
    """By kind, what appeared first. Kinds that a record does not tell of are left out."""
    whole = asks_as_much(old, new)
    for kind, (seen, looked) in KINDS.items():
        if kind in TOLD_LATER and not (old["statuses"] and new["statuses"]):
            continue
        before, after = seen(old), seen(new)
        for key in sorted(after.keys() - before.keys()):
            yield Observation(kind, APPEARED, *key, after[key])
        for key in sorted(before.keys() - after.keys()):
            change = VANISHED if whole and looked(new, key) else NOT_COMPARABLE
            yield Observation(kind, change, *key, before[key])


def asks_as_much(old: Document, new: Document) -> bool:
    """Whether `new` sent everything that `old` sent, by what both were told."""
    same = old["spec"]["sha256"] == new["spec"]["sha256"] and old["version"] == new["version"]
    generated = old["profile"] == PROFILES[0] or old["seed"] == new["seed"]
    selected = [{(c["id"], c["operation"]) for c in run["clauses"]} for run in (old, new)]
    return (
        same
        and generated
        and selected[0] <= selected[1]
        and all(
            _rank(order, new[name]) >= _rank(order, old[name])
            for name, order in (("profile", PROFILES), ("writes", WRITES))
        )
    )


def _rank(order: tuple[str, ...], value: str) -> int:
    return order.index(value) if value in order else len(order)


TOLD_LATER = frozenset({"status", "undocumented field"})
"""Kinds that records of older suites do not hold."""


def _gaps(run: Document) -> Seen:
    return {(g["operation"], g["status"]): g["about"] for g in run["gaps"]}


def _statuses(run: Document) -> Seen:
    return {
        (operation, status): "" for operation, found in run["statuses"].items() for status in found
    }


def _asked(run: Document, key: Key) -> bool:
    """Whether the run asked the operation anything."""
    return any(c["operation"] == key[0] and c["exchanges"] for c in run["clauses"])


def _enums(run: Document) -> Seen:
    return {
        (pointer, value): "" for pointer, values in run["enums"].items() for value in values["seen"]
    }


def _met(run: Document, key: Key) -> bool:
    return key[0] in run["enums"]


def _fields(run: Document) -> Seen:
    return {
        (f"{f['operation']} {f['status']}", f["pointer"]): ", ".join(f["types"])
        for f in run["undocumented"]
    }


def _answered(run: Document, key: Key) -> bool:
    operation, _, status = key[0].rpartition(" ")
    return status in run["statuses"].get(operation, {})


KINDS: dict[str, tuple[Callable[[Document], Seen], Callable[[Document, Key], bool]]] = {
    "gap": (_gaps, _asked),
    "status": (_statuses, _asked),
    "enum value": (_enums, _met),
    "undocumented field": (_fields, _answered),
}
"""Kind -> what a run saw of it, and whether it looked where something was seen."""
