"""What a profile has room for (contract.md: *baselines and grid are in every plan*)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from harness.client import Secrets
from harness.plan.grid import grid
from harness.run.planning import one_of_each
from harness.run.runner import Runner
from harness.settings import read_pyproject, resolve
from servers.forked import forked
from tests.selftest.fakes import CONTRACT, ROOT, SEND, SINK, clauses

SECRETS = Secrets("key", "Secret", {})


FORBIDDING = ("auth.token-403", "real.missing-403", "real.malformed-403")
"""Each lot of the credentials matrix is followed by a look at whether this is a lock-out."""


@pytest.mark.parametrize(("profile", "faults"), [("smoke", ()), ("gate", ()), ("gate", FORBIDDING)])
def test_everything_that_is_fixed_is_sent(profile: str, faults: tuple[str, ...]) -> None:
    """A witness more in one place must not push another out at the end."""
    settings = resolve({"profile": profile}, {}, read_pyproject(ROOT), date(2026, 1, 1), root=ROOT)
    selected = [
        (clause, operation)
        for clause in clauses().values()
        for operation in CONTRACT.operations
        if clause.applies(operation)
    ]
    runner = Runner(settings, CONTRACT, selected, (), ROOT, server=partial(forked, faults))
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
