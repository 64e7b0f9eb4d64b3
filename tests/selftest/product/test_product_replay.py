"""`--replay` judges recorded exchanges again, and needs no server for that."""

from __future__ import annotations

import pytest

from .conftest import FAULTS, Outcome, Served, Start


@pytest.fixture(scope="module")
def replayed(faulty: Outcome, faulty_server: Served, start: Start) -> tuple[Outcome, int]:
    """The faulty run judged again, and how many requests reached the server meanwhile."""
    assert faulty.code == 1, faulty.output
    before = len(faulty_server.lines())
    har = faulty.reports / "exchanges.har"
    outcome = start(f"--replay={har}", environ=faulty_server.writing)
    return outcome, len(faulty_server.lines()) - before


def test_nothing_is_sent(replayed: tuple[Outcome, int], faulty: Outcome) -> None:
    outcome, sent = replayed
    assert sent == 0
    assert outcome.run["counts"]["exchanges"] == faulty.run["counts"]["exchanges"]


def test_the_same_findings_come_out(replayed: tuple[Outcome, int], faulty: Outcome) -> None:
    outcome, _ = replayed
    assert outcome.code == 1, outcome.output
    assert len(faulty.fingerprints) == len(FAULTS)
    assert outcome.fingerprints == faulty.fingerprints


def test_the_record_says_what_was_recorded(replayed: tuple[Outcome, int], faulty: Outcome) -> None:
    """Profile, seed and write policy are those of the recording, not of the replay's defaults."""
    outcome, _ = replayed
    for name in ("profile", "seed", "writes"):
        assert outcome.run[name] == faulty.run[name], name


def test_its_requests_can_still_be_sent_again(
    replayed: tuple[Outcome, int], faulty: Outcome
) -> None:
    outcome, _ = replayed
    for finding in outcome.run["findings"]:
        assert faulty.run["target"] + "/api/v1/" in finding["curl"]
    assert outcome.har[0]["request"]["url"] == faulty.har[0]["request"]["url"]


def test_a_good_recording_stays_good(conforming: Outcome, start: Start) -> None:
    """Also with the bodies redacted: what cannot be seen any more is no deviation."""
    outcome = start(f"--replay={conforming.reports / 'exchanges.har'}")
    assert outcome.fingerprints == {}
    assert outcome.code == 0, outcome.output


def test_a_part_of_a_recording_can_be_judged(faulty: Outcome, start: Start) -> None:
    har = faulty.reports / "exchanges.har"
    outcome = start(f"--replay={har}", "-k", "list.total-pages or filter.")
    kept = {name: case for name, case in faulty.cases.items() if name in outcome.cases}
    assert outcome.cases == kept
