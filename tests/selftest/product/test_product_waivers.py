"""Known deviations: written once, tolerated from then on, and hiding nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from .conftest import FAULTS, WAIVED_CLAUSES, Outcome, Serve, Served, Start

SMOKE = ("--profile", "smoke")


def test_every_finding_gets_an_entry(faulty: Outcome, waivers: Path) -> None:
    assert faulty.code == 1, "writing waivers does not make a run good"
    entries = yaml.safe_load(waivers.read_text("utf-8"))
    assert len(entries) == len(faulty.run["findings"]) == len(FAULTS)
    assert {entry["clause"] for entry in entries} == WAIVED_CLAUSES
    for entry in entries:
        assert entry["owner"] == "o"
        assert entry["reason"] == "known since spring"
    assert str(waivers) in faulty.output, "the output names the file that was written"


@pytest.fixture(scope="module")
def again(faulty: Outcome, faulty_server: Served, waivers: Path, start: Start) -> Outcome:
    """The same run with the waivers."""
    assert faulty.code == 1, faulty.output
    return start(*SMOKE, f"--waivers={waivers}", environ=faulty_server.mailing)


def test_the_same_run_is_green_with_them(again: Outcome, faulty: Outcome) -> None:
    assert again.code == 0, again.output
    failed = {name for name, case in faulty.cases.items() if case == "failure"}
    assert {name for name, case in again.cases.items() if case == "pytest.xfail"} == failed
    assert "failure" not in again.cases.values()
    assert f"{len(failed)} xfailed" in again.said


def test_waived_findings_stay_visible_everywhere(again: Outcome, faulty: Outcome) -> None:
    assert again.fingerprints == faulty.fingerprints
    summary = (again.reports / "summary.md").read_text("utf-8")
    junit = (again.reports / "junit.xml").read_text("utf-8")
    assert "waived by o: known since spring" in junit
    assert "## Waived (6)" in summary
    for finding in again.run["findings"]:
        culprit = "{place}: {kind}".format(**finding["culprit"])
        assert finding["waived"]["reason"] == "known since spring"
        assert culprit in summary
        assert culprit in again.said
    assert "6 findings waived" in again.said


def test_another_seed_and_profile_are_green_too(other_seed: Outcome) -> None:
    assert other_seed.code == 0, other_seed.output
    assert all(finding["waived"] for finding in other_seed.run["findings"])


def test_a_further_fault_is_red_and_named_alone(
    serve: Serve, faulty: Outcome, waivers: Path, start: Start
) -> None:
    """It sits in an operation and a clause that have waivers already."""
    served = serve(*FAULTS, "real.wrong-type-cc")
    outcome = start(*SMOKE, f"--waivers={waivers}", environ=served.mailing)
    assert outcome.code == 1, outcome.output
    assert set(faulty.fingerprints) < set(outcome.fingerprints)
    new = [f for f in outcome.run["findings"] if not f["waived"]]
    assert [f["culprit"]["place"] for f in new] == ["body /cc"]
    reasons = outcome.run["reasons"]
    assert [r for r in reasons if "is broken by" in r] == [
        "response.no-server-error is broken by handleSendMessage: body /cc: wrong type"
    ]
    failed = {name for name, case in outcome.cases.items() if case == "failure"}
    assert failed == {
        f"{clause} handleSendMessage" for clause in (new[0]["clause"], *new[0]["also"])
    }


def test_an_unused_waiver_is_exit_code_4(
    serve: Serve, faulty: Outcome, waivers: Path, start: Start
) -> None:
    """The server was mended in one place; the entry has to go."""
    served = serve(*(fault for fault in FAULTS if fault != "text.nul-fails"))
    outcome = start(*SMOKE, f"--waivers={waivers}", environ=served.mailing)
    assert outcome.code == 4, outcome.output
    assert outcome.run["verdict"] == "misconfigured"
    unused = [reason for reason in outcome.run["reasons"] if "is unused" in reason]
    assert len(unused) == 1
    assert unused[0].startswith(f"{waivers}:")
    line = int(unused[0].removeprefix(f"{waivers}:").partition(":")[0])
    entry = "\n".join(waivers.read_text("utf-8").splitlines()[line - 1 :][:6])
    assert "body /message" in entry
    assert "NUL" in entry
    assert "remove it" in unused[0]
    assert "Traceback" not in outcome.output
