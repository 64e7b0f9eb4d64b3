"""What a run found out, put together for the reports: findings, verdict, what was not reached."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version as package_version
from typing import TYPE_CHECKING

from harness import __version__, waivers
from harness.clauses import REGISTRY, Record
from harness.contract import Contract
from harness.model import Exchange, Finding, Run, Untestable
from harness.run import describe, hidden, seen
from harness.run.target import EMBEDDED
from harness.run.why import Why
from harness.run.witnessed import Witnessed
from harness.verdict import Evidence, decide

if TYPE_CHECKING:
    from harness.run.runner import Runner

GENERATORS = ("schemathesis", "hypothesis", "openapi-core")


def told(runner: Runner) -> Run:
    """The value that all reports are written from."""
    findings = _waived(runner, runner.outcome.findings)
    results = describe.clause_results(runner.contract, runner.outcome.records, findings)
    missed = describe.not_exercised(
        runner.outcome.records,
        results,
        [*runner.outcome.missed, *hidden.missed(*_judged(runner))],
        Why(runner),
    )
    verdict = decide(
        Evidence(
            clauses=results,
            findings=findings,
            not_exercised=missed,
            exchanges=len(runner.exchanges),
            catalogue=len(REGISTRY.clauses),
            fail_on=runner.settings.fail_on,
            require=runner.settings.require,
            interrupted="the run was interrupted" if runner.interrupted else "",
            unused_waivers=runner.unused,
            misconfigured=runner.mistakes,
            inconclusive=runner.problems,
            instead=_instead(runner),
        )
    )
    return Run(
        version=__version__,
        verdict=verdict,
        labels=dict(runner.settings.labels),
        target=runner.target,
        spec={
            "title": runner.contract.title,
            "version": runner.contract.version,
            "sha256": runner.contract.sha256,
        },
        seed=runner.settings.seed,
        profile=runner.settings.profile,
        writes=runner.settings.writes,
        started=runner.started.isoformat(timespec="seconds"),
        duration=runner.duration,
        run_id=runner.run_id,
        counts=runner.counts,
        clauses=tuple(results),
        findings=tuple(findings),
        gaps=tuple(describe.gaps(runner.outcome.records)),
        not_exercised=tuple(missed),
        untestable=tuple(
            Untestable(u["pointer"], u["sentence"], u["reason"]) for u in runner.contract.untestable
        ),
        enums=describe.enums(runner.judge.inspected),
        latency=describe.latency(runner.exchanges),
        clarifications=runner.contract.clarifications,
        exchanges=tuple(runner.exchanges),
        notes=tuple(runner.notes),
        unmet_waivers=runner.unmet,
        environment={name: package_version(name) for name in GENERATORS},
        statuses=seen.statuses(runner.exchanges),
        undocumented=seen.undocumented(
            runner.contract, seen.census(runner.contract, runner.exchanges)
        ),
        gateway=tuple(hidden.hidden(runner.contract, runner.judge.gateways, *_judged(runner)[1:])),
        reach=seen.reach(runner.contract, runner.judge, runner.outcome.records, runner.exchanges),
    )


def _instead(runner: Runner) -> str:
    """Nobody shall take the verdict on it for one on a server of theirs."""
    embedded = "the embedded server"
    if runner.settings.replay:
        is_embedded = runner.target.endswith(EMBEDDED)
        return f"judged from a recording of {embedded if is_embedded else runner.target}"
    return f"target: {embedded}" if runner.settings.embedded else ""


def _judged(runner: Runner) -> tuple[Contract, Sequence[Record], Sequence[Exchange]]:
    return runner.contract, runner.outcome.records, runner.exchanges


def _waived(runner: Runner, findings: Sequence[Finding]) -> list[Finding]:
    noted = [
        describe.new_with_seed(f, runner.settings.seed) if runner.waivers else f for f in findings
    ]
    applied = waivers.apply(noted, runner.waivers, runner.settings.profile, runner.settings.writes)
    witnessed = Witnessed(runner.contract, runner.outcome.records, runner.exchanges)
    runner.unused = waivers.unused(applied.unmet, witnessed)
    runner.unmet = tuple(w for w in applied.unmet if w not in runner.unused)
    return list(applied.findings)
