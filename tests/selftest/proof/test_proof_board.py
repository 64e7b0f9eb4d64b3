"""The scoreboard counts what was caught, by what, and what was not (`make prove`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from servers.catalogue import FAULTS, VARIANTS
from tests.proof import report
from tests.proof.__main__ import main
from tests.proof.board import board
from tests.proof.expected import Judgement, Tolerance
from tests.proof.selection import CORRECT, FAULTY, Extent, set_fair, trials
from tests.proof.trials import Found, Outcome, Trial

FAULT = "real.activity"
RIGHT = {"clause": "response.enums", "place": "/data/results/*/type",
         "kind": "undocumented value activity, any"}  # fmt: skip


def found(**changes: Any) -> Found:
    values = {
        "clause": "x", "also": (), "operation": FAULTS[FAULT].operation, "severity": "violation",
        "place": "", "kind": "", "status": "2xx", "fingerprint": "", "message": "",
        "stability": "deterministic",
    }  # fmt: skip
    return Found(**{**values, **changes})


def outcome(trial: Trial, *findings: Found, gaps: frozenset[Any] = frozenset()) -> Outcome:
    verdict = "violates" if any(f.severity == "violation" for f in findings) else "conforms"
    return Outcome(
        trial, verdict, (), findings, gaps, frozenset(), frozenset(), 100, 10 * bool(findings), 1.0
    )


def caught(name: str = FAULT, seed: int = 1, **changes: Any) -> Outcome:
    return outcome(Trial("fault", name, "gate", seed), found(**{**RIGHT, **changes}))


REFERENCES = [outcome(Trial("", "", profile)) for profile in ("gate", "smoke")]


@pytest.mark.parametrize(
    ("changes", "named", "blamed"),
    [
        ({}, True, True),
        ({"clause": "other", "also": ("response.enums",)}, True, True),
        ({"clause": "other"}, False, False),
        ({"place": "/data/results/*/status"}, True, False),
        ({"kind": "undocumented value note, any"}, True, False),
        ({"kind": "undocumented value activity, last"}, True, True),
    ],
    ids=["right", "also", "another clause", "another place", "another value", "any regime"],
)
def test_the_right_clause_and_the_right_culprit(
    changes: dict[str, Any], named: bool, blamed: bool
) -> None:
    """The catalogue names no regime for this fault: it depends on which messages there are."""
    judged = Judgement(caught(**changes))
    assert (judged.is_caught, judged.is_named, judged.is_blamed) == (True, named, blamed)


def figures(*outcomes: Outcome) -> dict[str, bool]:
    return {row["what"]: row["holds"] for row in board([*REFERENCES, *outcomes], 1.0)["figures"]}


def test_everything_holds_where_everything_is_caught_and_nobody_is_accused() -> None:
    smoke = outcome(Trial("fault", FAULT, "smoke"), found(**RIGHT))
    peace = outcome(Trial("variant", "dates", "gate"))
    assert all(figures(caught(), smoke, peace).values())


SMOKE = Trial("fault", FAULT, "smoke")
VARIANT = Trial("variant", "dates", "gate")
LENIENT = found(clause="send.forbidden", severity="leniency")
ELSEWHERE = found(**{**RIGHT, "place": "/data/results/*/status"})
TWICE = outcome(Trial("fault", FAULT, "gate"), found(**RIGHT), found(**RIGHT))
TWO_GROUPS = outcome(Trial("fault", FAULT, "gate"), found(**RIGHT), found(clause="list.total"))


@pytest.mark.parametrize(
    ("what", "outcomes"),
    [
        ("faults caught by gate, rare ones with each seed",
         [caught(), outcome(Trial("fault", FAULT, "gate", 2))]),
        ("faults caught by smoke", [outcome(SMOKE, found(**RIGHT))] * 8 + [outcome(SMOKE)]),
        ("correct servers with a violation", [outcome(VARIANT, found())]),
        ("correct servers with other leniencies or gaps than they say",
         [outcome(VARIANT, LENIENT)]),
        ("caught by the clause named, with the right culprit",
         [caught(), outcome(Trial("fault", FAULT, "gate"), ELSEWHERE)]),
        ("requests until the first finding, median",
         [replace(caught(), first=26), replace(caught(), first=26), caught()]),
        ("findings on a server with one fault, median", [TWICE]),
        ("groups of findings on a server with one fault, most", [caught(), caught(), TWO_GROUPS]),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said_and_nothing_else(what: str, outcomes: list[Outcome]) -> None:
    assert [row for row, holds in figures(*outcomes).items() if not holds] == [what]


def test_who_was_accused_wrongly_is_listed() -> None:
    alarm, peace = outcome(VARIANT, found()), outcome(Trial("variant", "dates", "gate", 2))
    made = board([*REFERENCES, alarm, peace], 1.0)
    assert [(row["variant"], row["seed"]) for row in made["alarms"]] == [("dates", 1)]


def test_two_groups_of_findings_are_an_escape() -> None:
    both = outcome(Trial("fault", FAULT, "gate"), found(**RIGHT), found(clause="list.total"))
    made = board([*REFERENCES, both], 1.0)
    assert [row["fault"] for row in made["escapes"]] == [FAULT]


def test_an_intermittent_fault_may_be_missed_once_in_five() -> None:
    name = "fails.list-one-in-25"
    hit = [caught(name, seed, place="intermittent", kind="") for seed in range(1, 5)]
    missed = [outcome(Trial("fault", name, "gate", seed)) for seed in (5, 6)]
    what = "faults caught by gate, rare ones with each seed"
    assert figures(*hit, missed[0])[what]
    assert not figures(*hit[:3], *missed)[what]
    steady = [caught(seed=seed) for seed in range(1, 5)]
    assert not figures(*steady, outcome(Trial("fault", FAULT, "gate", 5)))[what]


def test_gaps_and_leniencies_must_be_those_that_the_variant_names() -> None:
    both = {("422", "handleGetMessages"), ("422", "handleSendMessage")}
    usual = {(s, o) for s in ("400", "404") for _, o in both} | {("415", "handleSendMessage")}
    reference = outcome(Trial("", "", "gate"), gaps=frozenset(usual))
    trial = Trial("variant", "refuses-422", "gate")
    assert Tolerance(outcome(trial, gaps=frozenset(both)), reference).mistakes == []
    assert len(Tolerance(outcome(trial, gaps=frozenset(usual)), reference).mistakes) == 2
    lenient = found(clause="send.forbidden", severity="leniency")
    told = Tolerance(outcome(trial, lenient, gaps=frozenset(both)), reference)
    assert told.mistakes == ["leniencies: [('send.forbidden', '')], where none should be"]


def test_seeds_and_samples() -> None:
    extent = Extent(sample=10, rare_seeds=5, variant_seeds=3, smoke_seeds=2)
    planned = trials(extent)
    assert len(extent.chosen(FAULTS)) == -(-len(FAULTS) // 10)
    seeds: dict[str, set[int]] = {}
    for trial in planned:
        if (trial.kind, trial.profile) == ("fault", "gate"):
            seeds.setdefault(trial.server, set()).add(trial.seed)
    for name, used in seeds.items():
        rare = FAULTS[name].rare or FAULTS[name].intermittent
        assert used == (set(range(1, 6)) if rare else {1}), name
    assert sum(t.kind == "variant" for t in planned) == 5 * len(extent.chosen(VARIANTS))


def test_the_reports_are_written_and_read_well(tmp_path: Path) -> None:
    missed = outcome(Trial("fault", "real.total-beyond", "gate"))
    page, data = report.write(board([*REFERENCES, caught(), missed], 60.0), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "1 of 2" in text
    assert "`real.total-beyond`, seed 1" in text
    assert '"escapes"' in data.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [["--sample", "0"], ["--seeds", "2"]])
def test_a_mistake_on_the_command_line_is_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_no_such_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing."]) == 2
    assert capsys.readouterr().err == "no fault and no variant begins with nothing.\n"


def test_weather_is_asked_for_and_goes_round() -> None:
    assert not any(trial.weather for trial in trials(Extent()))
    planned = [t for t in trials(Extent(weather_seeds=20, only=("weather.",))) if t.weather]
    correct = [t for t in planned if t.kind != "fault"]
    assert {t.weather for t in correct} == set(set_fair())
    for kind in set_fair():
        own = [t for t in correct if t.weather == kind]
        assert {t.seed for t in own} == set(range(1, 21))
        assert {t.server for t in own} == set(CORRECT)
    assert {t.server for t in planned if t.kind == "fault"} == set(FAULTY)


def test_weather_has_its_own_figures() -> None:
    """What it does to a verdict is not mixed with what a fault does."""
    calm = [Trial("variant", "dates", "smoke", 1, weather="resets"),
            Trial("fault", FAULT, "gate", 1, weather="resets")]  # fmt: skip
    right = [outcome(calm[0]), outcome(calm[1], found(**RIGHT))]
    wrong = [outcome(calm[0], found()), outcome(calm[1])]
    names = {"correct servers in bad weather that do not conform",
             "faults found in spite of bad weather"}  # fmt: skip
    assert names <= {what for what, holds in figures(*right).items() if holds}
    assert {what for what, holds in figures(*wrong).items() if not holds} == names
    (row,) = board([*REFERENCES, *wrong], 1.0)["weather"]
    assert (row["kind"], row["runs"], len(row["wrong"])) == ("resets", 2, 2)
    assert "## In bad weather" in report.markdown(board([*REFERENCES, *wrong], 1.0))
