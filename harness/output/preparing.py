"""Between what was read and what is sent: every mistake told, and the runner made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from harness import settings as options
from harness import waivers
from harness.clauses import REGISTRY
from harness.contract import Contract
from harness.output.state import State
from harness.run.runner import Runner


def ready(state: State) -> Contract:
    """Raises UsageError, which is exit code 4, with every mistake."""
    if state.settings and state.contract:
        state.mistakes += options.unmatched(state.settings, list(REGISTRY.clauses))
    if state.mistakes or state.contract is None:
        raise pytest.UsageError(*[f"contract: {mistake}" for mistake in state.mistakes])
    return state.contract


def runner_of(state: State, config: pytest.Config, selected: Sequence[Any]) -> Runner:
    """What carries the plan out. Raises UsageError for waivers that cannot be used."""
    assert state.settings
    assert state.contract
    try:
        known = waivers.load(
            state.settings.waivers,
            date.today(),
            clauses=list(REGISTRY.clauses),
            operations=[o.id for o in state.contract.operations],
        )
    except waivers.WaiverError as error:
        raise pytest.UsageError(
            *[f"contract: {line}" for line in str(error).splitlines()]
        ) from None
    state.runner = Runner(state.settings, state.contract, selected, known, state.root)
    state.runner.reproduce = state.wanted
    state.runner.ledger = state.settings.reports / "sent.jsonl"
    return state.runner
