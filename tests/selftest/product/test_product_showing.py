"""`--plan`, `--clauses` and `--collect-only` show what there is, and send nothing."""

from __future__ import annotations

import re

import pytest

from .conftest import Outcome, Serve, Served, Start

CLAUSES = re.findall(
    r"\S+",
    """
response.no-server-error response.status-documented response.content-type response.body-schema
response.fields-present response.enums response.formats response.no-internals
response.error-envelope response.complete response.in-time
list.default-page list.default-page-size list.page-echo list.per-page-echo list.page-size-bound
list.page-size-valid list.page-full list.total list.total-pages list.no-overlap list.no-gap
list.stable list.out-of-range list.isolation list.unique
filter.sound filter.complete filter.combined filter.total filter.every-value filter.unknown-value
send.accepted send.echo send.content send.identity send.listed send.counted send.required
send.forbidden send.atomic send.malformed send.any-text send.any-number send.any-length send.repeat
auth.basic auth.token auth.missing auth.wrong auth.malformed auth.first auth.no-effect
method.undocumented unknown.conversation unknown.malformed-id
""",
)
"""Every clause of the contract; written down here, so that none can get lost."""

BOTH = ("response.", "auth.", "unknown.")
"""Parts of the contract that both operations have to keep."""


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve()


def listed(outcome: Outcome) -> set[str]:
    return set(re.findall(r"\[([a-z]+\.[a-z-]+ \w+)\]", outcome.output))


def test_every_clause_is_collected_for_its_operations(served: Served, start: Start) -> None:
    outcome = start("--collect-only", "-q", environ=served.writing)
    assert outcome.code == 0, outcome.output
    assert served.lines() == []
    expected = {f"{clause} handleGetMessages" for clause in CLAUSES if clause[:5] != "send."}
    expected |= {
        f"{clause} handleSendMessage" for clause in CLAUSES if clause.startswith(("send.", *BOTH))
    }
    assert listed(outcome) == expected - {"auth.no-effect handleGetMessages"}
    assert not (outcome.reports / "run.json").exists()


def test_collecting_needs_neither_target_nor_credentials(start: Start) -> None:
    outcome = start("--collect-only", "-q", "-k", "list.", environ={"LIBREDESK_URL": "https://h"})
    assert outcome.code == 0, outcome.output
    assert {name.partition(" ")[0] for name in listed(outcome)} == {
        clause for clause in CLAUSES if clause.startswith("list.")
    }


def test_the_catalogue_has_each_clause_with_its_sentence(served: Served, start: Start) -> None:
    outcome = start("--clauses", environ=served.writing)
    assert outcome.code == 0, outcome.output
    assert served.lines() == []
    blocks = dict(re.findall(r"^([a-z]+\.[a-z-]+)\n((?:    .*\n)+)", outcome.output, re.MULTILINE))
    assert set(blocks) == set(CLAUSES)
    for clause, block in blocks.items():
        requirement, *rest = block.splitlines()
        assert len(requirement.split()) > 3, f"{clause} has no sentence"
        assert any("#/" in line for line in rest), f"{clause} points at no published text"
    assert "tolerated: " in blocks["list.page-full"]


PLAN = ("--plan", "--profile", "smoke")


def planned(outcome: Outcome) -> set[tuple[str, str, str]]:
    """(Phase, method, whether it may store something) of each row of the table."""
    rows = re.findall(
        r"^(\w+) +\w+ +([A-Z]+) +(?:not )?valid +(yes|no) +\d+$", outcome.output, re.MULTILINE
    )
    return set(rows)


def test_the_plan_is_shown_and_not_sent(served: Served, start: Start) -> None:
    outcome = start("--plan", environ=served.writing | {"LIBREDESK_WRITES": "all"})
    assert outcome.code == 0, outcome.output
    assert served.lines() == []
    assert "at most 600 requests" in outcome.output
    rows = planned(outcome)
    assert {phase for phase, _, _ in rows} == {"grid", "method", "auth", "coverage", "fuzz"}
    assert {("grid", "POST", "yes"), ("grid", "GET", "no"), ("fuzz", "POST", "yes")} <= rows
    assert re.search(r"^    POST /api/v1/conversations/\{write\}/messages", outcome.output, re.M)
    assert not (outcome.reports / "run.json").exists()


def test_the_plan_of_a_part_holds_that_part(start: Start) -> None:
    rows = planned(start(*PLAN, "-k", "list."))
    assert {method for _, method, _ in rows} == {"GET"}


def test_the_plan_of_a_run_that_may_not_write_holds_no_sends(served: Served, start: Start) -> None:
    """The credentials matrix does: unauthenticated, with `{}`, to an id that does not exist."""
    rows = planned(start(*PLAN, environ=served.reading))
    assert ("grid", "GET", "no") in rows
    assert {phase for phase, _, stores in rows if stores == "yes"} <= {"auth"}
