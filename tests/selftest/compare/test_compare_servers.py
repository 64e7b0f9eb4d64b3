"""Real runs of the suite held against each other: a server that breaks, and one that is mended."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import Any

import pytest

from harness.clauses import REGISTRY
from harness.compare.comparing import compare
from harness.compare.reading import checked
from harness.reports import run_json
from harness.run.runner import Runner
from servers.forked import forked
from tests.proof import trials
from tests.proof.trials import ROOT, Trial, _settings, clauses

FAULTS = ("list.total-off-by-one", "enums.status-bounced-with-attachments", "text.nul-fails",
          "bounds.page-0-fails", "auth.basic-not-base64-fails")  # fmt: skip


@cache
def made(*faults: str, writes: Any = "all", fewer: bool = False) -> dict[str, Any]:
    """The record of a smoke run."""
    clauses()
    contract = trials.contract()
    selected = [
        (clause, operation)
        for clause in REGISTRY.clauses.values()
        for operation in contract.operations
        if clause.applies(operation) and not (fewer and clause.id.startswith("list."))
    ]
    settings = replace(_settings(Trial("", "")), writes=writes)
    runner = Runner(settings, contract, selected, (), ROOT, server=partial(forked, list(faults)))
    try:
        return checked(run_json.record(runner.execute()), "made")
    finally:
        runner.finish()


def told(old: dict[str, Any], new: dict[str, Any]) -> dict[str, set[str]]:
    """Change -> clauses and culprits."""
    found: dict[str, set[str]] = {}
    for change in compare(old, new).changes:
        culprit = f"{change.finding['clause']} {change.culprit.partition(',')[0]}"
        found.setdefault(change.kind, set()).add(culprit)
    return found


EVERY = {
    "list.total /data/total: wrong count",
    "response.enums /data/results/*/status: undocumented value bounced",
    "response.no-server-error body /message: NUL",
    "response.no-server-error query page: zero",
    "response.no-server-error header Authorization basicAuth: not Base64",
}


def test_a_server_that_breaks_is_a_regression_and_one_that_is_mended_is_not() -> None:
    assert told(made(), made(*FAULTS)) == {"new": EVERY}
    assert told(made(*FAULTS), made()) == {"gone": EVERY}
    assert compare(made(), made(*FAULTS)).exit_code == 1
    assert compare(made(*FAULTS), made()).exit_code == 0


@pytest.mark.parametrize("faults", [(), FAULTS])
def test_a_server_that_stays_as_it_is_has_nothing_new(faults: tuple[str, ...]) -> None:
    again = made.__wrapped__(*faults)
    assert told(made(*faults), again) == {}


def test_what_a_run_without_writes_cannot_meet_is_not_called_mended() -> None:
    found = told(made(*FAULTS), made(writes="none"))
    assert found["not comparable"] == {"response.no-server-error body /message: NUL"}
    assert found["gone"] == EVERY - found["not comparable"]


def test_what_fewer_clauses_cannot_meet_is_not_called_mended() -> None:
    found = told(made(*FAULTS), made(fewer=True))
    assert "list.total /data/total: wrong count" in found["not comparable"]
    assert "response.no-server-error body /message: NUL" in found["gone"]
