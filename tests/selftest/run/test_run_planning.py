"""What a profile has room for (contract.md: *baselines and grid are in every plan*)."""

from __future__ import annotations

from datetime import date

import pytest

from harness.client import Secrets
from harness.plan.grid import grid
from harness.run.planning import one_of_each
from harness.run.runner import Runner
from harness.settings import read_pyproject, resolve
from tests.selftest.fakes import CONTRACT, ROOT, SEND, SINK, clauses

SECRETS = Secrets("key", "Secret", {})


@pytest.mark.parametrize("profile", ["smoke", "gate"])
def test_everything_that_is_fixed_is_sent(profile: str) -> None:
    """A witness more in one place must not push another out at the end."""
    settings = resolve({"profile": profile}, {}, read_pyproject(ROOT), date(2026, 1, 1), root=ROOT)
    selected = [
        (clause, operation)
        for clause in clauses().values()
        for operation in CONTRACT.operations
        if clause.applies(operation)
    ]
    runner = Runner(settings, CONTRACT, selected, (), ROOT)
    try:
        run = runner.execute()
    finally:
        runner.finish()
    plan = runner.plan(applicable_to=SECRETS, embedded=True)
    sent = {exchange.case.id for exchange in run.exchanges}
    assert [case.id for case in plan.fixed() if case.id not in sent] == []
    assert {n.clause for n in run.not_exercised} == {"response.in-time"}


def test_where_there_is_little_room_each_cell_has_one_witness() -> None:
    cases = grid(CONTRACT, SEND, SINK)
    kept = one_of_each(cases)
    assert {(c.cells, c.context) for c in kept} == {(c.cells, c.context) for c in cases}
    assert len(kept) == len({(c.cells, c.context) for c in kept}) < len(cases)
