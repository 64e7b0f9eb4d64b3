"""What reaches a server: only what was asked for, and nothing that may not be written."""

from __future__ import annotations

import re

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


def test_what_nothing_may_be_written_costs_is_told_before_and_after(reading: Outcome) -> None:
    """The numbers are those that came of it: of the run itself, and of one that may leave notes."""
    told = next(note for note in reading.run["notes"] if "the default for" in note)
    shown = re.fullmatch(
        r"--writes none, the default for any target but the embedded one: (\d+) clauses left "
        r"out; --writes notes reaches (\d+) of them without sending mail",
        told,
    )
    assert shown
    assert f"contract: {told}" in reading.said
    assert int(shown[1]) == len(unreached(reading))


def test_what_notes_reach_is_what_was_promised(
    reading: Outcome, noting: tuple[Served, Outcome]
) -> None:
    _, noted = noting
    reached = unreached(reading) - unreached(noted)
    assert any(f"--writes notes reaches {len(reached)} of them" in n for n in reading.run["notes"])
    left = unreached(noted)
    assert any(
        f"{len(left)} clauses left out; --writes all reaches them, and sends mail" in note
        for note in noted.run["notes"]
    )


def unreached(outcome: Outcome) -> set[str]:
    """Clauses exercised for no operation, but for the one that needs an option of its own."""
    found = {clause: False for clause, _ in outcome.outcomes}
    for (clause, _), became in outcome.outcomes.items():
        found[clause] |= became != "not exercised"
    return {clause for clause, exercised in found.items() if not exercised} - {"response.in-time"}


def test_what_may_not_be_written_is_dropped_and_counted(reading: Outcome) -> None:
    kept_back = sum(int(note.split()[0]) for note in reading.run["notes"] if "not sent: " in note)
    assert kept_back == reading.run["counts"]["dropped"] > 100
    assert reading.run["counts"]["planned"] == kept_back + reading.run["counts"]["exchanges"]


def test_what_may_not_be_sent_is_not_exercised_and_never_passed(reading: Outcome) -> None:
    sending = {c: o for (c, operation), o in reading.outcomes.items() if c.startswith("send.")}
    assert len(sending) == 14
    assert set(sending.values()) == {"not exercised"}
    for half in ("auth.no-effect", "auth.first", "unknown.conversation", "unknown.malformed-id"):
        assert reading.outcomes[half, "handleSendMessage"] == "not exercised", half
    for half in ("auth.first", "unknown.conversation", "unknown.malformed-id"):
        assert reading.outcomes[half, "handleGetMessages"] == "kept", half
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


@pytest.fixture(scope="module")
def refused(serve: Serve, start: Start) -> tuple[Served, Outcome]:
    """A server that lets these credentials read, and write nothing."""
    served = serve("auth.send-basic-refused", "auth.send-token-refused")
    return served, start(*SMOKE, "--writes", "notes", environ=served.writing)


def test_who_may_not_leave_a_note_writes_nothing_else(refused: tuple[Served, Outcome]) -> None:
    """Unauthenticated sends count as writing: the server may have no authentication.

    The same note is tried by each documented scheme.
    """
    served, outcome = refused
    unsafe = [line for line in served.lines() if line["method"] not in {"GET", "HEAD", "OPTIONS"}]
    assert [line["private"] for line in unsafe] == [True, True]
    assert {line["status"] for line in unsafe} <= {401, 403}
    assert outcome.code == 0, outcome.output
    assert outcome.run["findings"] == []
    told = "the credentials may not write: the first item sent was answered 401"
    dropped = next(note for note in outcome.run["notes"] if told in note)
    assert int(dropped.split()[0]) > 50
    missed = {n["clause"]: n for n in outcome.run["not_exercised"] if "Send" in n["operation"]}
    for clause in ("send.accepted", "send.listed", "auth.no-effect", "auth.first", "auth.missing"):
        assert missed[clause]["reason"] == told
        assert missed[clause]["reach"] == "credentials with the right to write"


MAIL = ("--writes", "all")


def test_real_mail_needs_three_words_more(served_plain: Served, start: Start) -> None:
    outcome = start(*SMOKE, *MAIL, environ=served_plain.writing)
    assert outcome.code == 4, outcome.output
    assert "--writes all needs --sink DOMAIN, given explicitly" in outcome.said
    assert "LIBREDESK_MAIL_MAY_LEAVE is not set; --writes all sends real mail" in outcome.said
    assert served_plain.lines() == []


def test_mail_leaves_no_conversation_with_people_elsewhere(
    served_plain: Served, start: Start
) -> None:
    """What reads is judged all the same: nobody waits twice for what is wrong with the server."""
    environ = served_plain.mailing | {"LIBREDESK_ALLOW_DOMAIN": "example.com"}
    outcome = start(*SMOKE, environ=environ)
    assert outcome.code == 4, outcome.output
    assert "Traceback" not in outcome.output
    assert "misconfigured — --writes all: addresses in libredesk.example stand in" in outcome.said
    assert "support@" not in outcome.output
    assert not any(line["stored"] or line["recipients"] for line in served_plain.lines())
    posts = [line for line in served_plain.lines() if line["method"] == "POST"]
    assert not any(line["authenticated"] for line in posts)
    assert outcome.outcomes["list.total", "handleGetMessages"] == "kept"
    missed = {n["clause"]: n for n in outcome.run["not_exercised"]}
    assert "people outside of the sink" in missed["send.listed"]["reason"]
    assert "--allow-domain" in missed["send.listed"]["reach"]


@pytest.fixture(scope="module")
def served_plain(serve: Serve) -> Served:
    return serve()


def test_all_recipients_of_made_up_mail_are_in_the_sink(
    faulty: Outcome, faulty_server: Served
) -> None:
    assert faulty.run["writes"] == "all"
    addresses = [a for line in faulty_server.lines() for a in line["recipients"] if "@" in a]
    assert addresses
    assert all(address.rstrip(">").endswith(SINK) for address in addresses), set(addresses)
