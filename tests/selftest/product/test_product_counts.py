"""One count each, one definition: what every output of a run shows, held against the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Outcome, Serve, Served, Start
from .tallied import disagreements, wanted

ON_GITHUB = {"GITHUB_ACTIONS": "true"}


@pytest.fixture(scope="module")
def reading(start: Start, faulty_server: Served) -> Outcome:
    """Faults, and nothing may be written."""
    return start("--profile", "smoke", environ=faulty_server.reading | ON_GITHUB)


@pytest.fixture(scope="module")
def noting(start: Start, faulty_server: Served) -> Outcome:
    """Faults, notes, leniencies that fail the run, on GitHub."""
    return start(
        *("--profile", "smoke", "--writes", "notes", "--fail-on", "leniency"),
        environ=faulty_server.writing | ON_GITHUB,
    )


@pytest.fixture(scope="module")
def waiving(start: Start, faulty: Outcome, faulty_server: Served, waivers: Path) -> Outcome:
    """What the faulty run found is waived."""
    assert faulty.code == 1
    return start("--profile", "smoke", f"--waivers={waivers}", environ=faulty_server.mailing)


@pytest.fixture(scope="module")
def moody(start: Start, serve: Serve) -> Outcome:
    """A finding that comes and goes."""
    served = serve("fails.list-one-in-25", variants=("bounds-like-libredesk",))
    return start("--profile", "smoke", environ=served.reading | ON_GITHUB)


@pytest.fixture(scope="module")
def short(start: Start, faulty_server: Served) -> Outcome:
    """A budget ends early."""
    return start(
        *("--profile", "smoke", "--writes", "notes", "--max-requests", "60", "--max-writes", "5"),
        environ=faulty_server.writing,
    )


@pytest.fixture(scope="module")
def part(start: Start, faulty_server: Served) -> Outcome:
    """Some clauses only."""
    return start("--profile", "smoke", "-k", "list. or auth.", environ=faulty_server.reading)


@pytest.fixture(scope="module")
def nothing(start: Start) -> Outcome:
    """No clause is selected."""
    return start("--profile", "smoke", "-k", "no.such-clause")


@pytest.fixture(scope="module")
def lost(start: Start) -> Outcome:
    """There is no server."""
    where = {"LIBREDESK_URL": "http://127.0.0.1:9", "LIBREDESK_API_KEY": "k",
             "LIBREDESK_API_SECRET": "s", "LIBREDESK_CONVERSATION": "c"}  # fmt: skip
    return start("--profile", "smoke", environ=where)


RUNS = ("conforming", "faulty", "reading", "noting", "waiving", "moody", "short", "part", "lost")


@pytest.mark.parametrize("name", RUNS)
def test_every_number_is_the_same_in_every_output(
    name: str, request: pytest.FixtureRequest
) -> None:
    outcome: Outcome = request.getfixturevalue(name)
    on_github = name in {"reading", "noting"}
    assert disagreements(outcome, annotated=on_github) == [], outcome.output[-3000:]


def test_the_runs_have_something_to_count(
    faulty: Outcome, moody: Outcome, reading: Outcome, waiving: Outcome, short: Outcome
) -> None:
    """Else no number could be another one."""
    told = ("findings", "gaps", "writes", "clauses_not_exercised")
    assert {n: wanted(faulty.run)[n] for n in told if not wanted(faulty.run)[n]} == {}
    assert wanted(moody.run)["leniencies"] > 1
    assert wanted(waiving.run)["waived"] > 1
    assert wanted(short.run)["cut"] > 1
    assert wanted(reading.run)["clauses_exercised_in_part"] > 0
    assert wanted(faulty.run)["clauses_violated"] > len(
        {f["clause"] for f in faulty.run["findings"] if f["severity"] == "violation"}
    ), "a clause that fails with another one is broken, too"


def test_where_nothing_is_selected_nothing_is_counted(nothing: Outcome) -> None:
    assert nothing.code == 5
    assert not (nothing.reports / "run.json").exists()
    assert "clauses exercised" not in nothing.said


def test_an_unstable_finding_is_counted_and_said_to_be_one(moody: Outcome) -> None:
    """The heading counts it, so the headline does."""
    found = [f for f in moody.run["findings"] if f["severity"] == "violation"]
    unstable = [f for f in found if f["stability"] == "unstable"]
    aside = f"{len(unstable)} of them too unstable to fail the run"
    assert (aside in moody.run["headline"]) is bool(unstable)


def test_where_nothing_may_be_written_no_write_is_counted(reading: Outcome) -> None:
    """Also where what cannot be stored is sent: the credentials matrix of a send."""
    methods = {entry["request"]["method"] for entry in reading.har}
    assert "POST" in methods
    assert (reading.run["writes"], reading.run["counts"]["writes"]) == ("none", 0)
    assert (reading.reports / "sent.jsonl").read_text("utf-8") == ""


@pytest.mark.parametrize(("level", "may_store"), [("none", {"no"}), ("notes", {"no", "yes"})])
def test_a_plan_calls_the_same_a_write(
    level: str, may_store: set[str], start: Start, faulty_server: Served
) -> None:
    told = start("--plan", "--writes", level, "--profile", "smoke", environ=faulty_server.writing)
    rows = [line.split() for line in told.output.splitlines()]
    methods = {"GET", "POST", "HEAD", "OPTIONS"}
    counted = [row for row in rows if len(row) > 3 and row[2] in methods and row[-1].isdecimal()]
    assert {row[-2] for row in counted} == may_store, told.output


def test_max_writes_counts_what_may_be_stored(short: Outcome) -> None:
    assert 0 < short.run["counts"]["writes"] <= 5
