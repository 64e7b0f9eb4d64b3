"""What a run makes, what it leaves as it is, and what it mends."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import pytest

from deploy.provision import envfile, messages
from deploy.provision.names import AS_CONTACT, NAME, PERMISSIONS
from tests.selftest.provision.conftest import Provisioning, Running
from tests.selftest.provision.fake import Row

TWIN = "00000000-0000-4000-8000-000000000000"


def _kinds(running: Running, of: str) -> Counter[tuple[str, bool]]:
    [row] = [row for row in running.desk.conversations if f" {of} " in row["subject"]]
    mine = [m for m in running.desk.messages if m["conversation"] == row["uuid"]]
    return Counter((m["type"], m["private"]) for m in mine)


def _assignment(running: Running) -> Row:
    return running.desk.conversations[0]


@pytest.mark.usefixtures("few")
def test_first_run_makes_one_of_each(provision: Provisioning, running: Running) -> None:
    outcome = provision()
    desk = running.desk
    assert (outcome.code, outcome.err) == (0, "")
    [role], [agent], [inbox] = desk.roles, desk.agents, desk.inboxes
    assert (role["name"], role["permissions"]) == (NAME, [*PERMISSIONS, AS_CONTACT])
    assert (agent["roles"], agent["email"]) == ([NAME], "contract-test-agent@sink.example")
    assert agent["send_welcome_email"] is False
    assert [hop["host"] for hop in inbox["config"]["smtp"]] == ["127.0.0.1"]
    assert (inbox["config"]["imap"], inbox["csat_enabled"]) == ([], False)
    assert [c["assigned_user_id"] for c in desk.conversations] == [agent["id"]] * 2


def test_enough_messages_of_every_kind_well_mixed(
    provision: Provisioning, running: Running
) -> None:
    provision()
    kinds = _kinds(running, "read")
    assert kinds.total() > 100
    assert min(kinds["outgoing", True], kinds["outgoing", False], kinds["incoming", False]) >= 30
    assert kinds["activity", True] >= 2
    assert running.desk.conversations[0]["status"] == "Open"
    first = running.desk.conversations[0]["uuid"]
    mine = [m for m in running.desk.messages if m["conversation"] == first]
    assert {(m["type"], m["private"]) for m in mine[10:40]} >= {
        ("outgoing", True), ("outgoing", False), ("incoming", False),
    }  # fmt: skip


def test_some_notes_are_written_at_the_same_time(
    provision: Provisioning, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list sorted by time has ties then, as far as a server lets it."""
    monkeypatch.setattr(messages, "WANTED", {messages.NOTE: 3})
    monkeypatch.setattr(messages, "TOGETHER", 3)
    keep, meeting = running.desk.keep, threading.Barrier(3, timeout=30)

    def kept(row: Any, **message: Any) -> Any:
        if message["type"] == "outgoing":
            meeting.wait()
        return keep(row, **message)

    monkeypatch.setattr(running.desk, "keep", kept)
    assert provision().code == 0
    assert _kinds(running, "read")["outgoing", True] == 3


@pytest.mark.usefixtures("few")
def test_no_address_leads_out_of_the_sink(provision: Provisioning, running: Running) -> None:
    provision("--sink", "mail.invalid")
    sent = [address for m in running.desk.messages for address in m.get("to") or []]
    authors = [m["author"] for m in running.desk.messages if m["type"] == "activity"]
    contacts = [row["contact"]["email"] for row in running.desk.conversations]
    assert sent
    assert authors
    found = {a.partition("@")[2] for a in (*sent, *authors, *contacts)}
    assert found == {"mail.invalid"}


@pytest.mark.usefixtures("few")
def test_second_run_changes_nothing(provision: Provisioning, running: Running) -> None:
    provision()
    before = provision.output.read_text()
    outcome = provision()
    assert (outcome.code, running.desk.changes) == (0, [])
    assert provision.output.read_text() == before
    assert outcome.out.count("there already") == 7


@pytest.mark.usefixtures("few")
def test_only_what_is_missing_is_written(provision: Provisioning, running: Running) -> None:
    provision()
    running.desk.messages = [m for m in running.desk.messages if m["type"] != "outgoing"]
    provision()
    sent = ["POST conversations/…/messages"] * 3
    assert running.desk.changes == ["PUT roles/1", *sent, "PUT roles/1"]


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(
    ("option", "kept"),
    [("--no-contact", PERMISSIONS), ("--as-contact", (*PERMISSIONS, AS_CONTACT))],
)
def test_permissions_to_make_things_are_only_lent(
    provision: Provisioning, running: Running, option: str, kept: tuple[str, ...]
) -> None:
    assert provision(option).code == 0
    assert running.desk.changes.count("PUT roles/1") == 2
    assert running.desk.roles[0]["permissions"] == list(kept)
    assert _kinds(running, "read")["incoming", False] == 2


@pytest.mark.usefixtures("few")
def test_lent_permissions_are_taken_back_after_a_failure(
    provision: Provisioning, running: Running
) -> None:
    provision()
    running.desk.messages.clear()
    read = running.desk.conversations[0]["uuid"]
    running.faults[f"POST conversations/{read}/messages"] = 500
    outcome = provision("--no-contact")
    assert outcome.code == 1
    assert "writing one of the notes: " in outcome.err
    assert running.desk.roles[0]["permissions"] == list(PERMISSIONS)


@pytest.mark.usefixtures("few")
def test_permissions_that_cannot_be_taken_back_are_told(
    provision: Provisioning, running: Running
) -> None:
    provision()
    running.desk.messages.clear()
    read = running.desk.conversations[0]["uuid"]
    running.fault_after[f"POST conversations/{read}/messages"] = 500
    outcome = provision()
    assert "writing one of the notes: " in outcome.err
    assert "role still may do more, until this runs well" in outcome.err
    assert AS_CONTACT in running.desk.roles[0]["permissions"]
    running.faults.clear()
    assert provision().code == 0
    assert running.desk.roles[0]["permissions"] == [*PERMISSIONS, AS_CONTACT]


@pytest.mark.usefixtures("few")
def test_contact_can_be_changed_later(provision: Provisioning, running: Running) -> None:
    provision("--no-contact")
    provision("--as-contact")
    assert running.desk.changes == ["PUT roles/1"]
    assert AS_CONTACT in running.desk.roles[0]["permissions"]


@pytest.mark.usefixtures("few")
def test_agent_is_put_right(provision: Provisioning, running: Running) -> None:
    provision()
    running.desk.agents[0].update(enabled=False, roles=["Admin"])
    provision()
    assert running.desk.changes == ["PUT agents/1"]
    assert (running.desk.agents[0]["enabled"], running.desk.agents[0]["roles"]) == (True, [NAME])


@pytest.mark.usefixtures("few")
def test_conversation_that_was_taken_away_is_assigned_again(
    provision: Provisioning, running: Running
) -> None:
    provision()
    _assignment(running)["assigned_user_id"] = 77
    assert provision().code == 0
    assert running.desk.changes == ["PUT conversations/…/assignee/user"]
    assert _assignment(running)["assigned_user_id"] == running.desk.agents[0]["id"]


@pytest.mark.usefixtures("few")
def test_other_conversations_of_the_inbox_are_left_alone(
    provision: Provisioning, running: Running
) -> None:
    provision()
    twin = {**running.desk.conversations[0], "uuid": TWIN, "created_at": "2027"}
    running.desk.conversations.insert(0, twin)
    assert provision().code == 0
    assert envfile.read(provision.output)["LIBREDESK_CONVERSATION"] != TWIN
