"""Each seeded fault is caught by the clause that it was written against, and nothing else is.

The plan is narrowed to what that clause needs; `make prove` runs the whole suite on each of them,
and on the correct variants with many seeds.
"""

from __future__ import annotations

import pytest

from harness.clauses import REGISTRY
from servers.catalogue import FAULTS, VARIANTS
from tests.proof.expected import Judgement, Tolerance
from tests.proof.trials import Outcome, Trial, clauses, run

GAPS_ONLY = {"response.error-envelope"}
"""Never a violation, so no fault can break it."""


def test_every_clause_has_a_fault_and_every_fault_its_clause() -> None:
    clauses()
    assert {fault.clause for fault in FAULTS.values()} == set(REGISTRY.clauses) - GAPS_ONLY


def test_ids_are_unique() -> None:
    """The catalogue refuses an id that it has, so one is missing if two files share it."""
    assert not FAULTS.keys() & VARIANTS.keys()
    assert all(name == entry.id for name, entry in [*FAULTS.items(), *VARIANTS.items()])


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_caught_by_its_clause_and_blamed_on_its_culprit(name: str) -> None:
    found = _judged(name, "smoke")
    if not (found.is_caught and found.is_blamed):
        found = _judged(name, "gate")
    told = found.outcome.violations or found.outcome.reasons
    assert found.is_caught, told
    assert found.is_named, told
    assert found.is_blamed, told
    assert found.groups == 1, told


def _judged(name: str, profile: str) -> Judgement:
    """Smoke is enough for most; what shows only in gate is looked for in gate."""
    return Judgement(run(Trial("fault", name, profile, narrow=FAULTS[name].clause)))


@pytest.fixture(scope="module")
def reference() -> Outcome:
    """What the suite says of the plain reference."""
    return run(Trial("", "", "smoke"))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_left_in_peace_and_its_oddities_are_told(
    name: str, reference: Outcome
) -> None:
    found = Tolerance(run(Trial("variant", name, "smoke")), reference)
    assert not found.is_alarm, [*found.outcome.reasons, *found.outcome.violations]
    assert found.mistakes == []


def test_the_reference_conforms(reference: Outcome) -> None:
    assert (reference.verdict, reference.violations, reference.leniencies) == (
        "conforms",
        (),
        frozenset(),
    )
