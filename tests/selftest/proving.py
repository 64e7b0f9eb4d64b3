"""Run the whole suite in this process against one faulty or odd server of the catalogue."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from harness.clauses import REGISTRY
from harness.contract import load
from harness.model import Finding, Run
from harness.run.runner import Runner
from harness.settings import read_pyproject, resolve

ROOT = Path(__file__).resolve().parents[2]
SLOW = "0.5"
"""Seconds that an answer may take where slowness is the fault; the slow ones take a second."""


@dataclass(frozen=True)
class Trial:
    """One run against one server. `kind` is `fault` or `variant`, both may be empty."""

    kind: str
    server: str
    profile: str = "smoke"
    seed: int = 1


@dataclass(frozen=True)
class Outcome:
    """What the suite said, without what cannot leave its process."""

    trial: Trial
    verdict: str
    findings: tuple[tuple[str, tuple[str, ...], str, str, str, str, str, str], ...]
    """(clause, also, operation, severity, place, kind, status class, fingerprint)"""
    exchanges: int
    first: int
    """Number of the first exchange that shows a violation; -1 if none does."""
    not_exercised: tuple[str, ...]
    judged: tuple[str, ...]
    """Clauses that judged at least one exchange."""
    reasons: tuple[str, ...]

    @property
    def violated(self) -> set[str]:
        """Clauses that a violation breaks, as its owner or among its `also`."""
        found = [f for f in self.findings if f[3] == "violation"]
        return {clause for f in found for clause in (f[0], *f[1])}


def run(trial: Trial) -> Outcome:
    """Carry a trial out."""
    clauses()
    contract = load(ROOT / "spec" / "libredesk.yaml")
    options = {"profile": trial.profile, "seed": str(trial.seed)}
    if trial.server.startswith("slow.") and trial.kind == "fault":
        options["max_response_time"] = SLOW
    settings = resolve(options, {}, read_pyproject(ROOT), date.today(), root=ROOT)
    selected = [
        (clause, operation)
        for clause in REGISTRY.clauses.values()
        for operation in contract.operations
        if clause.applies(operation)
    ]
    extra = (f"--{trial.kind}", trial.server) if trial.server else ()
    runner = Runner(
        settings, contract, selected, (), ROOT, server=("-m", "servers.reference", *extra)
    )
    found = runner.execute()
    runner.finish()
    return _outcome(trial, found)


def _outcome(trial: Trial, found: Run) -> Outcome:
    violations = [f for f in found.findings if f.severity == "violation"]
    return Outcome(
        trial=trial,
        verdict=found.verdict.name,
        findings=tuple(_flat(f) for f in found.findings),
        exchanges=found.counts.exchanges,
        first=min((min(f.exchanges) for f in violations), default=-1),
        not_exercised=tuple(n.clause for n in found.not_exercised),
        judged=tuple(c.clause for c in found.clauses if c.exchanges),
        reasons=found.verdict.reasons,
    )


def _flat(f: Finding) -> tuple[str, tuple[str, ...], str, str, str, str, str, str]:
    place, kind = f.culprit
    return (f.clause, f.also, f.operation, f.severity, place, kind, f.status_class, f.fingerprint)


def run_all(trials: Iterable[Trial], processes: int = 2) -> dict[Trial, Outcome]:
    """Carry trials out side by side."""
    wanted: Sequence[Trial] = list(trials)
    with get_context("spawn").Pool(processes) as pool:
        return dict(zip(wanted, pool.imap(run, wanted), strict=True))


def clauses() -> None:
    """Make every clause of tests/contract known."""
    folder = ROOT / "tests" / "contract"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    for path in sorted(folder.glob("test_*.py")):
        if path.stem not in sys.modules:
            importlib.import_module(path.stem)
