"""What reaches a server: only what was asked for, and nothing that may not be written."""

from __future__ import annotations

import pytest

from .conftest import Outcome, Serve, Served, Start

SMOKE = ("--profile", "smoke")
STORING = ("auth.missing-stored", "auth.wrong-stored")
"""A server that stores what strangers send: the worst that could be met when nothing may be."""
SINK = "@sink.example"


def test_listing_clauses_send_listing_requests_only(serve: Serve, start: Start) -> None:
    served = serve()
    outcome = start(*SMOKE, "-k", "list.", "--writes", "all", environ=served.mailing)
    assert outcome.code == 0, outcome.output
    assert {line["method"] for line in served.lines()} == {"GET"}
    assert all(line["authenticated"] for line in served.lines())
    assert set(outcome.cases.values()) == {"passed"}
    assert all(name.startswith("list.") for name in outcome.cases)
    assert outcome.run["counts"]["exchanges"] == len(served.lines())


@pytest.mark.parametrize("selection", ["unknown.", "auth.basic or auth.token"])
def test_a_clause_selected_alone_is_exercised_as_it_is_among_all(
    selection: str, start: Start, conforming: Outcome
) -> None:
    """A clause declares what it reads; all of that is sent, whoever else reads it."""
    outcome = start(*SMOKE, "-k", selection)
    assert outcome.code == 0, outcome.output
    assert len(outcome.cases) == 4
    assert outcome.cases == {name: conforming.cases[name] for name in outcome.cases}


@pytest.fixture(scope="module")
def storing(serve: Serve) -> Served:
    return serve(*STORING)


@pytest.fixture(scope="module")
def reading(storing: Served, start: Start) -> Outcome:
    """A run without a word about writes, against somebody else's server."""
    return start(*SMOKE, environ=storing.writing)


def test_nothing_is_stored_on_somebody_elses_server(storing: Served, reading: Outcome) -> None:
    assert reading.code == 0, reading.output
    assert reading.run["writes"] == "none"
    sent = storing.lines()
    assert len(sent) == reading.run["counts"]["exchanges"] > 100
    assert not any(line["stored"] for line in sent)
    conversations = (storing.known["conversation"], storing.known["write_conversation"])
    for line in sent:
        assert line["recipients"] == []
        if line["method"] not in {"GET", "HEAD", "OPTIONS"}:
            assert not line["authenticated"]
            assert not any(uuid in line["path"] for uuid in conversations)


def test_what_may_not_be_sent_is_not_exercised_and_never_passed(reading: Outcome) -> None:
    sending = {c: o for (c, operation), o in reading.outcomes.items() if c.startswith("send.")}
    assert len(sending) == 14
    assert set(sending.values()) == {"not exercised"}
    assert reading.outcomes["auth.no-effect", "handleSendMessage"] == "not exercised"
    assert reading.outcomes["response.enums", "handleSendMessage"] == "not exercised"
    told = {(n["clause"], n["operation"]): n["reason"] for n in reading.run["not_exercised"]}
    for (clause, operation), outcome in reading.outcomes.items():
        skipped = reading.cases[f"{clause} {operation}"] == "pytest.skip"
        assert skipped == (outcome == "not exercised")
        assert not skipped or told[clause, operation]
    assert told["send.listed", "handleSendMessage"] == "nothing may be written"
    assert "not exercised" in reading.said.lower()


def test_what_would_reach_a_clause_is_not_what_was_done_already(reading: Outcome) -> None:
    """`--profile gate` does not help where nothing may be written."""
    for missed in reading.run["not_exercised"]:
        if missed["reason"] == "nothing may be written":
            assert "--writes" in missed["reach"], missed


@pytest.fixture(scope="module")
def noting(serve: Serve, start: Start) -> tuple[Served, Outcome]:
    """A run that may leave private notes."""
    served = serve()
    return served, start(*SMOKE, "--writes", "notes", environ=served.writing)


def test_notes_name_nobody_and_are_private(noting: tuple[Served, Outcome]) -> None:
    served, outcome = noting
    assert outcome.code == 0, outcome.output
    stored = [line for line in served.lines() if line["stored"]]
    assert stored
    write = served.known["write_conversation"]
    assert {line["path"] for line in stored} == {f"/api/v1/conversations/{write}/messages"}
    assert not any(line["recipients"] for line in served.lines())
    bodies = [
        entry["request"]["postData"]["text"]
        for entry in outcome.har
        if entry["request"]["method"] == "POST"
    ]
    assert len(bodies) == outcome.run["counts"]["writes"]
    for body in bodies:
        assert '"private":true' in body.replace(" ", "")
        assert '"sender_type":"agent"' in body.replace(" ", "")
        assert "mentions" not in body
        assert not any(f'"{name}"' in body for name in ("to", "cc", "bcc"))


def test_notes_exercise_what_they_can(noting: tuple[Served, Outcome]) -> None:
    _, outcome = noting
    assert outcome.outcomes["send.listed", "handleSendMessage"] == "kept"
    assert outcome.outcomes["send.malformed", "handleSendMessage"] == "not exercised"
    assert any("were not sent" in note for note in outcome.run["notes"])


def test_all_recipients_of_made_up_mail_are_in_the_sink(
    faulty: Outcome, faulty_server: Served
) -> None:
    assert faulty.run["writes"] == "all"
    addresses = [a for line in faulty_server.lines() for a in line["recipients"] if "@" in a]
    assert addresses
    assert all(address.rstrip(">").endswith(SINK) for address in addresses), set(addresses)
