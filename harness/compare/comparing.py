"""Two records -> one comparison and its exit code. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from harness.compare import latency, observed
from harness.compare.findings import GONE, NOT_COMPARABLE, Change, changes
from harness.compare.latency import Ratios
from harness.compare.observed import Observation
from harness.compare.reading import Document
from harness.reports.text import plural

INCOMPLETE = frozenset({"interrupted", "internal error", "nothing selected"})
"""Verdicts of runs that did not do what they were to do."""
DIFFERENT: dict[str, Callable[[Document], str]] = {
    "contract": lambda run: (
        f"{run['spec']['title']} {run['spec']['version']} (sha256 {run['spec']['sha256'][:12]})"
    ),
    "suite": lambda run: run["version"],
    "target": lambda run: _target(run["target"]),
    "profile": lambda run: run["profile"],
    "seed": lambda run: str(run["seed"]),
    "writes": lambda run: run["writes"],
    "generators": lambda run: " ".join(f"{k}={v}" for k, v in sorted(run["environment"].items())),
    "clauses": lambda run: f"{len({c['id'] for c in run['clauses']})} selected",
}
"""What two runs may have been told differently, in the order in which it is said."""
LEAST_LATE = ("p50", "p95")
"""Percentiles that a limit holds for: the slowest few answers say more of the machine."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What fails a comparison besides new violations."""

    leniencies: bool = False
    require: tuple[str, ...] = ()
    """Globs of clauses that must not cease to be exercised."""
    latency_ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """A clause that one run exercised and the other did not."""

    clause: str
    operation: str
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that the reports are written from."""

    old: Document
    new: Document
    exit_code: int
    headline: str
    reasons: tuple[str, ...]
    differences: tuple[tuple[str, str, str], ...] = ()
    """(what, old, new)"""
    changes: tuple[Change, ...] = ()
    unchanged: int = 0
    """Findings that both runs have, waived alike."""
    no_longer: tuple[Exercise, ...] = ()
    newly: tuple[Exercise, ...] = ()
    observations: tuple[Observation, ...] = ()
    latency: tuple[Ratios, ...] = ()

    @property
    def failing(self) -> int:
        """How many changes are regressions; their reasons come first."""
        return sum(change.fails for change in self.changes)


def compare(old: Document, new: Document, limits: Limits = Limits()) -> Comparison:
    """Hold `new` against `old`."""
    reasons = [*incomplete("old", old), *incomplete("new", new)]
    differences = tuple(_differences(old, new))
    if reasons:
        headline = "nothing can be compared — " + reasons[0]
        return Comparison(old, new, 6, headline, tuple(reasons), differences)
    found, unchanged = changes(old, new, leniencies=limits.leniencies)
    no_longer, newly = tuple(_ceased(old, new)), tuple(_ceased(new, old))
    ratios = latency.ratios(old, new)
    regressions = [*_regressions(found), *_slower(ratios, limits)]
    inconclusive = [*_required(no_longer, limits), *_unsure(new)]
    code = 1 if regressions else 6 if inconclusive else 0
    return Comparison(
        old,
        new,
        code,
        _headline(code, found, [*regressions, *inconclusive]),
        (*regressions, *inconclusive),
        differences,
        found,
        unchanged,
        no_longer,
        newly,
        tuple(observed.observations(old, new)),
        ratios,
    )


def _target(name: str) -> str:
    """The embedded server is the same one, whatever its port."""
    return "the embedded server" if name.endswith("(embedded)") else name


def incomplete(name: str, run: Document) -> Iterator[str]:
    """Why a run cannot be compared at all, in a sentence with what to do."""
    exercised = any(clause["exchanges"] for clause in run["clauses"])
    if run["verdict"] in INCOMPLETE:
        yield f"the {name} run is no whole run: {run['headline']}; repeat it"
    elif not exercised:
        yield f"the {name} run exercised no clause: {run['headline']}; repeat it"


def _unsure(new: Document) -> Iterator[str]:
    if new["verdict"] == "inconclusive":
        yield f"the new run is inconclusive: {new['headline'].partition(' — ')[2]}"


def _differences(old: Document, new: Document) -> Iterator[tuple[str, str, str]]:
    for name, of in DIFFERENT.items():
        if of(old) != of(new):
            yield name, of(old), of(new)
    selected = [{(c["id"], c["operation"]) for c in run["clauses"]} for run in (old, new)]
    if selected[0] != selected[1] and DIFFERENT["clauses"](old) == DIFFERENT["clauses"](new):
        yield "clauses", "a selection", "another selection of as many"


def _ceased(old: Document, new: Document) -> Iterator[Exercise]:
    """What `old` exercised and `new` did not."""
    reasons = {(m["clause"], m["operation"]): m["reason"] for m in new["not_exercised"]}
    there = {(c["id"], c["operation"]): c["exchanges"] for c in new["clauses"]}
    for clause in old["clauses"]:
        key = (clause["id"], clause["operation"])
        if clause["exchanges"] and not there.get(key):
            reason = reasons.get(key, "no request reaches it") if key in there else "not selected"
            yield Exercise(*key, reason)


def _regressions(found: Sequence[Change]) -> Iterator[str]:
    for change in found:
        if change.fails:
            yield (f"{change.kind}: {change.finding['clause']} is broken by "
                   f"{change.finding['operation']}: {change.culprit}")  # fmt: skip


def _slower(ratios: Sequence[Ratios], limits: Limits) -> Iterator[str]:
    if limits.latency_ratio is None:
        return
    for one in ratios:
        for name, ratio in one.ratios.items():
            if name in LEAST_LATE and ratio is not None and ratio > limits.latency_ratio:
                yield (f"{one.operation} is {ratio:.2f} times as slow ({name}), more than "
                       f"{limits.latency_ratio:g}")  # fmt: skip


def _required(no_longer: Sequence[Exercise], limits: Limits) -> Iterator[str]:
    for one in no_longer:
        if any(fnmatchcase(one.clause, glob) for glob in limits.require):
            yield f"{one.clause} is no longer exercised for {one.operation}: {one.reason}"


def _headline(code: int, found: Sequence[Change], reasons: Sequence[str]) -> str:
    failing = sum(change.fails for change in found)
    gone = sum(change.kind == GONE for change in found)
    unsure = sum(change.kind == NOT_COMPARABLE for change in found)
    parts = [plural(failing, "regression") if failing else "nothing new"]
    parts += [f"{gone} gone"] if gone else []
    parts += [f"{unsure} not comparable"] if unsure else []
    if reasons and not failing:
        parts.insert(0, reasons[0])
    verdict = {0: "no regression", 1: "regressed", 6: "inconclusive"}[code]
    return f"{verdict} — {'; '.join(parts)}"


def facts(run: Document) -> dict[str, Any]:
    """What identifies a run, for people and machines."""
    names = ("labels", "target", "spec", "profile", "seed", "writes", "version", "run_id",
             "started", "verdict")  # fmt: skip
    return {**{name: run[name] for name in names}, "exchanges": run["counts"]["exchanges"]}
