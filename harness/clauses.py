"""Clauses: one sentence of the contract each, one test function each.

A clause reads recorded exchanges and reports every distinct deviation softly; it never stops at
the first. The function's docstring is the requirement. A few lines longer than a file should be:
what a clause says of itself and the record that it writes are one thing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Literal, TypeVar

from harness.contract import Contract, Operation, escape
from harness.model import Deviation, Exchange, Gap, NotExercised, Severity, WriteClass
from harness.reasons import Told

Side = Literal["request", "response"]
Kind = Literal["any", "listing", "sending", "path", "secured", "scoped"]
"""`secured` operations ask for credentials; `scoped` ones name a resource in their path."""
Function = FunctionType
T = TypeVar("T")

PHASES = (
    "baseline",
    "listing",
    "grid",
    "sending",
    "method",
    "coverage",
    "fuzz",
    "auth",
)
"""In the order in which they are sent."""
REACH: dict[WriteClass, str] = {
    "none": "",
    "notes": "--writes notes (or all), and a resource to write to",
    "all": "--writes all, and a resource to write to",
}
"""What exercises a clause that needs that much to be written."""


@dataclass(frozen=True)
class Clause:
    """One sentence of the contract."""

    id: str
    source: str
    """Where the sentence stands, relative to an operation: see `pointer`."""
    culprit: Side
    """Whether a deviation is blamed on what was asked or on what was answered."""
    operations: Kind
    reads: tuple[str, ...]
    """Phases whose exchanges the clause needs."""
    tolerated: str
    writes: WriteClass
    """The least write policy that exercises it for at least one operation."""
    function: Function

    @property
    def requirement(self) -> str:
        """The sentence."""
        return inspect.cleandoc(self.function.__doc__ or "").replace("\n", " ")

    def applies(self, operation: Operation) -> bool:
        """Whether the operation has what the clause speaks of."""
        has: dict[Kind, bool] = {
            "any": True,
            "listing": operation.pagination is not None,
            "sending": operation.creates is not None,
            "path": operation.first_on_path,
            "secured": bool(operation.security),
            "scoped": bool(operation.path_parameters),
        }
        return has[self.operations]


def _home(function: Function) -> tuple[str, str]:
    """Where a function is written: a file may be imported under two module names."""
    return function.__code__.co_filename, function.__qualname__


@dataclass
class Registry:
    """All clauses, in the order of their definition."""

    clauses: dict[str, Clause] = field(default_factory=dict)

    def add(self, clause: Clause) -> None:
        """Raises ValueError for an id that is taken or a clause without a sentence."""
        known = self.clauses.get(clause.id)
        if known and _home(known.function) != _home(clause.function):
            raise ValueError(f"two clauses are called {clause.id}")
        if not clause.requirement:
            raise ValueError(f"the clause {clause.id} has no docstring, which is its requirement")
        self.clauses[clause.id] = clause


REGISTRY = Registry()


def clause(
    identifier: str,
    *,
    source: str,
    culprit: Side = "response",
    operations: Kind = "any",
    reads: Iterable[str] = PHASES,
    tolerated: str = "",
    writes: WriteClass = "none",
) -> Callable[[Function], Function]:
    """Make a test function a clause; pytest runs it once for each operation it applies to."""

    def register(function: Function) -> Function:
        phases = tuple(reads)
        made = Clause(identifier, source, culprit, operations, phases, tolerated, writes, function)
        REGISTRY.add(made)
        function.__dict__["clause"] = made
        return function

    return register


@dataclass(repr=False)
class Record:
    """What one clause says about one operation. It holds answers: `--debug` writes its repr."""

    clause: Clause
    operation: Operation
    deviations: list[Deviation] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    missed: list[NotExercised] = field(default_factory=list)
    judged: set[int] = field(default_factory=set)
    """Numbers of the exchanges that the clause could judge."""
    blank: set[int] = field(default_factory=set)
    """Those of them that hold nothing at which a deviation could show, an empty list say."""
    hidden: Collection[int] = frozenset()
    """Numbers of the exchanges that a gateway answered: they say nothing of what is behind it."""
    withheld: set[int] = field(default_factory=set)
    """Those of them that the clause would have judged."""

    def each(self, exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
        """The exchanges, each noted as judged."""
        for exchange in exchanges:
            self.judged.add(exchange.number)
            yield exchange

    def add(  # noqa: PLR0913 - by keyword, what a report shows
        self,
        exchange: Exchange,
        *,
        place: str = "",
        kind: str = "",
        expected: str = "",
        actual: str = "",
        severity: Severity = "violation",
        carriers: Iterable[str] = (),
        witnesses: Iterable[Exchange] = (),
    ) -> None:
        """Report one deviation."""
        self.deviations.append(
            Deviation(
                clause=self.clause.id,
                operation=self.operation.id,
                exchange=exchange,
                place=place,
                kind=kind,
                expected=expected,
                actual=actual,
                severity=severity,
                carriers=tuple(carriers),
                witnesses=tuple(witnesses),
            )
        )

    def gap(self, exchange: Exchange, about: str, status: str = "") -> None:
        """Note that the documents are silent about what the server did."""
        if exchange.number in self.hidden:
            return
        status = status or str(exchange.status)
        self.gaps.append(Gap(self.operation.id, status, about, clause=self.clause.id))

    def silent(self, exchange: Exchange, about: str) -> None:
        """Note a status as a gap, unless the documents name it: then they are not silent."""
        if str(exchange.status) not in self.operation.responses:
            self.gap(exchange, about)

    def miss(self, told: Told) -> None:
        """Note why (a part of) the clause could not be exercised."""
        self.missed.append(missed(self.clause.id, self.operation.id, told))

    def withhold(self) -> None:
        """Leave what a gateway answered out of what was judged, for better or worse."""
        self.withheld = self.judged & set(self.hidden)
        self.judged -= self.withheld
        self.deviations = [d for d in self.deviations if d.exchange.number not in self.hidden]


def missed(clause: str, operation: str, told: Told) -> NotExercised:
    """What a report shows of a reason."""
    return NotExercised(clause, operation, told.reason, told.reach, told.code)


def pointer(contract: Contract, operation: Operation, source: str) -> str:
    """The JSON pointer of a clause's source in the bundled document.

    `source` is a path below the operation (`responses/401`; `responses/2xx` is its success),
    `query NAME` for a parameter with that trait (`page`, `size`) or `answer TRAIT` for the schema
    of a response field. Of what the document lacks, the nearest that it has.
    """
    word, _, rest = source.partition(" ")
    pagination, creates = operation.pagination, operation.creates
    if word == "query" and pagination:
        name = {"page": pagination.page, "size": pagination.size}.get(rest, rest)
        return next((p.pointer for p in operation.parameters if p.name == name), operation.pointer)
    if word == "answer" and pagination:
        return schema_pointer(contract, operation, str(getattr(pagination, rest)))
    if word == "answer" and creates:
        return schema_pointer(contract, operation, creates.answer)
    path = source.replace("responses/2xx", f"responses/{operation.success}")
    return _nearest(contract.raw, f"{operation.pointer}/{path}" if path else operation.pointer)


def _nearest(raw: Any, where: str) -> str:
    """`where`, cut back to what the document has: an operation need not repeat what is shared."""
    node: Any = raw
    parts = where.removeprefix("#/").split("/")
    for index, part in enumerate(parts):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            return "#/" + "/".join(parts[:index])
        node = node[key]
    return where


def schema_pointer(contract: Contract, operation: Operation, place: str) -> str:
    """Where the document describes the response field that a JSON pointer names."""
    documented = operation.responses.get(operation.success, {})
    media = next((name for name in documented if "json" in name), "application/json")
    where = f"{operation.pointer}/responses/{operation.success}/content/{escape(media)}/schema"
    for part in place.split("/")[1:]:
        where, node = _follow(contract.raw, where)
        inner = ["items"] if part in {"*"} or "items" in node else ["properties", escape(part)]
        where = "/".join([where, *inner])
    return _follow(contract.raw, where)[0]


def _follow(raw: Any, where: str) -> tuple[str, Any]:
    node = raw
    for part in where.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or key not in node:
            return where.rpartition("/")[0], {}
        node = node[key]
    if isinstance(node, dict) and "$ref" in node:
        return _follow(raw, node["$ref"])
    return where, node
