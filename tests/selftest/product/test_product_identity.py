"""A finding is called the same by every seed and profile that reaches it."""

from __future__ import annotations

from .conftest import FAULTS, Outcome


def test_smoke_reaches_every_fault(faulty: Outcome) -> None:
    assert len(faulty.fingerprints) == len(FAULTS)


def test_findings_have_the_same_identity_in_every_seed_and_profile(
    faulty: Outcome, other_seed: Outcome
) -> None:
    """Each of these culprits has a witness in every plan, so every run reaches them all."""
    assert other_seed.run["profile"] == "gate"
    assert other_seed.fingerprints == faulty.fingerprints


def test_what_is_found_does_not_come_and_go(faulty: Outcome, other_seed: Outcome) -> None:
    for outcome in (faulty, other_seed):
        told = {f["culprit"]["place"]: f["stability"] for f in outcome.run["findings"]}
        assert set(told.values()) == {"deterministic"}, told
