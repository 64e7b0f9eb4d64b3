"""The whole suite, in this process, against one faulty or odd server of the catalogue."""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

from harness.clauses import REGISTRY
from harness.contract import Contract, load
from harness.model import Finding, Run, Waiver
from harness.run.runner import Runner
from harness.run.target import Embedded
from harness.settings import Settings, read_pyproject, resolve
from harness.validation import Validator
from servers.catalogue import FAULTS
from servers.forked import forked
from servers.weather import behind

ROOT = Path(__file__).resolve().parents[2]
SLOW = "0.5"
"""Seconds that an answer may take where slowness is the fault; the slow ones take a second."""
WEATHER = ("throttled", "resets", "timeouts", "gateway_errors", "unreachable")
"""What is counted of it."""


@dataclass(frozen=True)
class Trial:
    """One run against one server. `kind` is `fault` or `variant`, both may be empty."""

    kind: str
    server: str
    profile: str = "smoke"
    seed: int = 1
    narrow: str = ""
    """A clause: nothing is sent that it does not read; empty for everything."""
    weather: str = ""
    """What there is on the way to the server; empty for nothing."""


class Found(NamedTuple):
    """One finding, without what cannot leave its process."""

    clause: str
    also: tuple[str, ...]
    operation: str
    severity: str
    place: str
    kind: str
    status: str
    """Status class."""
    fingerprint: str
    message: str
    stability: str

    @property
    def group(self) -> tuple[str, str, str, str]:
        """What a report shows together."""
        return (self.clause, self.operation, self.status, self.message)


@dataclass(frozen=True)
class Outcome:
    """What the suite said."""

    trial: Trial
    verdict: str
    reasons: tuple[str, ...]
    findings: tuple[Found, ...]
    gaps: frozenset[tuple[str, str]]
    """(status, operation)"""
    not_exercised: frozenset[tuple[str, str]]
    """(clause, operation)"""
    judged: frozenset[str]
    """Clauses that judged at least one exchange."""
    exchanges: int
    first: int
    """How many requests were sent until the first one that shows a violation; 0 if none does."""
    seconds: float
    lost: int = 0
    """Attempts that the weather took."""

    @property
    def violations(self) -> tuple[Found, ...]:
        """The findings that fail a run."""
        return tuple(f for f in self.findings if f.severity == "violation")

    @property
    def leniencies(self) -> frozenset[str]:
        """Clauses that the server was lenient about."""
        return frozenset(f.clause for f in self.findings if f.severity == "leniency")


def run(trial: Trial) -> Outcome:
    """Carry a trial out."""
    start = time.perf_counter()
    faults = [trial.server] if trial.kind == "fault" else []
    variants = [trial.server] if trial.kind == "variant" else []
    runner = runner_for(_settings(trial), _server(trial, faults, variants))
    runner.reads = _reads(trial, runner.contract)
    try:
        found = runner.execute()
    finally:
        runner.finish()
    return replace(_outcome(trial, found), seconds=time.perf_counter() - start)


def runner_for(settings: Settings, server: Embedded | None, known: Sequence[Waiver] = ()) -> Runner:
    """A run of all clauses; the server stands in for the embedded one."""
    document = contract()
    clauses()
    selected = [
        (clause, operation)
        for clause in REGISTRY.clauses.values()
        for operation in document.operations
        if clause.applies(operation)
    ]
    runner = Runner(settings, document, selected, known, ROOT, server=server)
    runner.judge.validator = validator()
    return runner


def _server(trial: Trial, faults: list[str], variants: list[str]) -> Embedded:
    if trial.weather:
        return partial(behind, trial.weather, trial.seed, faults, variants)
    return partial(forked, faults, variants)


def _reads(trial: Trial, contract: Contract) -> frozenset[tuple[str, str]] | None:
    """What the narrowed plan holds: what the clause reads, of the operation that is at fault."""
    if not trial.narrow:
        return None
    concerned = FAULTS[trial.server].operation
    operations = [o.id for o in contract.operations if concerned in ("", o.id)]
    return frozenset(product(REGISTRY.clauses[trial.narrow].reads, operations))


@cache
def contract() -> Contract:
    """The bundle, read once."""
    return load(ROOT / "spec" / "libredesk.yaml")


@cache
def validator() -> Validator:
    """Servers of the catalogue give many of the same answers: what was judged once stays so."""
    return Validator(contract())


def _settings(trial: Trial) -> Settings:
    options = {"profile": trial.profile, "seed": str(trial.seed)}
    if trial.server.startswith("slow.") and trial.kind == "fault":
        options["max_response_time"] = SLOW
    if trial.narrow:
        # It sends the same at any concurrency, and one thread alone takes least from the others.
        options["concurrency"] = "1"
    return resolve(options, {}, read_pyproject(ROOT), date.today(), root=ROOT)


def _outcome(trial: Trial, found: Run) -> Outcome:
    violations = [f for f in found.findings if f.severity == "violation"]
    return Outcome(
        trial=trial,
        verdict=found.verdict.name,
        reasons=found.verdict.reasons,
        findings=tuple(_found(f) for f in found.findings),
        gaps=frozenset((g.status, g.operation) for g in found.gaps),
        not_exercised=frozenset((n.clause, n.operation) for n in found.not_exercised),
        judged=frozenset(c.clause for c in found.clauses if c.exchanges),
        exchanges=found.counts.exchanges,
        first=min((min(f.exchanges) + 1 for f in violations), default=0),
        seconds=0.0,
        lost=sum(getattr(found.counts, name) for name in WEATHER),
    )


def _found(f: Finding) -> Found:
    place, kind = f.culprit
    return Found(
        f.clause, f.also, f.operation, f.severity, place, kind, f.status_class, f.fingerprint,
        f.message, f.stability,
    )  # fmt: skip


def clauses() -> None:
    """Make every clause of tests/contract known."""
    folder = ROOT / "tests" / "contract"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    for path in sorted(folder.glob("test_*.py")):
        if path.stem not in sys.modules:
            importlib.import_module(path.stem)
