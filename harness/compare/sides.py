"""Two servers held against each other by the same plan: what differs, and what may be the data.

A difference is told once: as a clause that only one of them breaks, or else as what was seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.compare.answers import Pair, Pairs, Sign, over_all, paired, signs
from harness.compare.comparing import Comparison, compare, facts, incomplete
from harness.compare.findings import BETTER, GONE, NEW, NOT_COMPARABLE, WORSE, Change, flickers
from harness.compare.reading import Document
from harness.contract import Contract
from harness.culprits.requests import cells_of, combined
from harness.model import Exchange
from harness.reports.text import plural
from harness.wire.kinds import VALID_VALUE

KINDS = ("clause", "status", "content type", "field", "type", "enum value")
GOOD = "a good request"
MISCONFIGURED = 4
"""Exit code."""
CHANCE = "came and went when it was repeated"
Confirm = Callable[[Pair, Sign], bool]
"""Whether a pair, sent again to both servers, shows the sign again."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one server was asked and said."""

    run: Document
    """As in run.json."""
    exchanges: Sequence[Exchange]


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which the servers differ."""

    kind: str
    """One of KINDS."""
    operation: str
    what: str
    """Clause, pointer, or empty for the answer as a whole."""
    one: str
    other: str
    requests: tuple[str, ...] = ()
    """What was unusual in the requests that show it; GOOD where nothing was. Of a clause, its
    culprits."""
    count: int = 0
    """Pairs that show it; 0 where it shows over the whole run only."""
    why: str = ""
    """Why it may be no difference in behaviour; empty for one that is."""
    example: Pair | None = None
    """The smallest request that shows it."""
    curl: str = ""


@dataclass(frozen=True, slots=True)
class Against:
    """Everything that the reports are written from."""

    one: dict[str, Any]
    other: dict[str, Any]
    exit_code: int
    headline: str
    reasons: tuple[str, ...] = ()
    paired: int = 0
    alone: tuple[int, int] = (0, 0)
    weather: int = 0
    differences: tuple[Difference, ...] = ()
    doubts: tuple[Difference, ...] = ()
    """What may be the data, or chance. Never fails."""


def inconclusive(one: Document, other: Document | None, reason: str) -> Against:
    """Where one of the servers could not be judged."""
    told = facts(other) if other else {}
    return Against(facts(one), told, 6, f"inconclusive — {reason}", (reason,))


def misconfigured(found: Against, reason: str) -> Against:
    """The same where something has to be corrected first: nobody may rely on what was found."""
    others = tuple(r for r in found.reasons if r != reason)
    reasons = (*others, reason) if found.exit_code == MISCONFIGURED else (reason, *others)
    headline = f"misconfigured — {reasons[0]}"
    return replace(found, exit_code=MISCONFIGURED, headline=headline, reasons=reasons)


def hold(one: Side, other: Side, contract: Contract, confirm: Confirm) -> Against:
    """All differences. `confirm` is asked for the smallest pair of each that no clause tells."""
    lacking = [*incomplete("target's", one.run), *incomplete("other's", other.run)]
    if lacking:
        return inconclusive(one.run, other.run, lacking[0])
    comparison = compare(other.run, one.run)
    pairs = paired(one.exchanges, other.exchanges)
    if not pairs.pairs:
        return inconclusive(one.run, other.run, "no request was answered by both servers")
    told = _clauses(comparison.changes)
    seen = _seen(contract, pairs, comparison)
    settled = [*told, *_confirmed(seen, confirm), *_enums(one.run, other.run)]
    ordered = sorted(settled, key=lambda d: (KINDS.index(d.kind), d.operation, d.what))
    sure = tuple(d for d in ordered if not d.why)
    code = 1 if sure else 0
    how = f"behaves differently — {plural(len(sure), 'difference')}" if sure else "behaves alike —"
    headline = (
        f"{how}{' in' if sure else ''} {plural(len(pairs.pairs), 'request')} answered by both"
    )
    return Against(
        facts(one.run), facts(other.run), code, headline,
        paired=len(pairs.pairs), alone=pairs.alone, weather=pairs.weather,
        differences=sure, doubts=tuple(d for d in ordered if d.why),
    )  # fmt: skip


_ONE_SIDED = {
    NEW: ("broken", "kept"), "new, not reached before": ("broken", "not reached"),
    GONE: ("kept", "broken"), NOT_COMPARABLE: ("not reached", "broken"),
    WORSE: ("violation", "leniency"), BETTER: ("leniency", "violation"),
}  # fmt: skip
"""Change from the other server's run to the target's -> what the target and the other did."""


def _clauses(changes: Iterable[Change]) -> list[Difference]:
    """A clause that the servers do not keep alike is one difference, whatever its culprits."""
    groups: dict[tuple[str, str, str, str, str], list[Change]] = {}
    for change in changes:
        if change.kind in _ONE_SIDED:
            finding = change.finding
            word = "lenient" if finding["severity"] == "leniency" else "broken"
            one, other = (text.replace("broken", word) for text in _ONE_SIDED[change.kind])
            key = (finding["operation"], finding["clause"], one, other, _doubt(change))
            groups.setdefault(key, []).append(change)
    return [
        Difference(
            "clause", operation, clause, one, other, tuple(change.culprit for change in ones),
            sum(change.finding["count"] for change in ones), why, curl=ones[0].finding["curl"],
        )
        for (operation, clause, one, other, why), ones in groups.items()
    ]  # fmt: skip


def _doubt(change: Change) -> str:
    """Why the other server may do the same; empty where it does not."""
    return change.why.partition(": ")[2] or (CHANCE if flickers(change.finding) else "")


def _seen(contract: Contract, pairs: Pairs, comparison: Comparison) -> list[Difference]:
    """What pairs and fields show and no clause tells."""
    known = _explained(change for change in comparison.changes if not _doubt(change))
    found: dict[tuple[str, Sign], list[Pair]] = {}
    for pair in pairs.pairs:
        operation = pair.one.case.operation
        if any(e.number in numbers for e, numbers in zip(pair, known.numbers, strict=True)):
            continue
        for sign in signs(contract, pair):
            if (operation, sign.what) not in known.places:
                found.setdefault((operation, sign), []).append(pair)
    differences = [_of_pairs(contract, *key, ones) for key, ones in found.items()]
    for operation, status, sign in over_all(contract, pairs.pairs):
        if (operation, sign.what) not in known.places:
            told = f"{sign.what} ({status})"
            why = "" if sign.is_sure else "may be the data"
            differences.append(
                Difference(sign.kind, operation, told, sign.one, sign.other, why=why)
            )
    return differences


@dataclass(frozen=True, slots=True)
class _Explained:
    """What clauses tell already."""

    numbers: tuple[frozenset[int], frozenset[int]]
    """Exchanges of the target and of the other server."""
    places: frozenset[tuple[str, str]]
    """(operation, pointer into the answer)"""


def _explained(changes: Iterable[Change]) -> _Explained:
    numbers: tuple[set[int], set[int]] = (set(), set())
    places = set()
    for change in changes:
        mine = change.kind not in {GONE, NOT_COMPARABLE}
        numbers[0 if mine else 1].update(change.finding["exchanges"])
        places.add((change.finding["operation"], change.finding["culprit"]["place"]))
    return _Explained((frozenset(numbers[0]), frozenset(numbers[1])), frozenset(places))


def _of_pairs(contract: Contract, operation: str, sign: Sign, pairs: Sequence[Pair]) -> Difference:
    smallest = min(pairs, key=lambda p: (len(cells_of(contract, p.one)), p.one.number))
    return Difference(
        sign.kind, operation, sign.what, sign.one, sign.other,
        requests=tuple(dict.fromkeys(_unusual(contract, pair.one) for pair in pairs)),
        count=len(pairs), why="" if sign.is_sure else "may be the data", example=smallest,
    )  # fmt: skip


def _unusual(contract: Contract, exchange: Exchange) -> str:
    """What to know of a request: what is odd in it, or which part of a listing it asks for."""
    cells = [c for c in cells_of(contract, exchange) if not c.kind.startswith(VALID_VALUE)]
    if cells:
        return str(combined(cells))
    is_window = exchange.case.phase == "listing" and exchange.case.role
    return exchange.case.role.replace("|", " ") if is_window else GOOD


def _confirmed(differences: Sequence[Difference], confirm: Confirm) -> Iterator[Difference]:
    for one in differences:
        sign = Sign(one.kind, one.what, one.one, one.other)
        if one.why or one.example is None or confirm(one.example, sign):
            yield one
        else:
            yield replace(one, why=CHANCE)


def _enums(one: Document, other: Document) -> Iterator[Difference]:
    """Values that only one of them showed: what is stored decides that."""
    for place in sorted(one["enums"].keys() | other["enums"].keys()):
        seen: list[Mapping[str, Any]] = [run["enums"].get(place, {}) for run in (one, other)]
        mine, yours = (set(values.get("seen", ())) for values in seen)
        if mine != yours:
            only = [", ".join(sorted(v)) or "none" for v in (mine - yours, yours - mine)]
            yield Difference("enum value", "", place, only[0], only[1], why="may be the data")
