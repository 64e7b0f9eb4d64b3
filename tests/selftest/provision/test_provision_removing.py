"""The way back: what can be removed is gone, what can't is listed, what fails is told."""

from __future__ import annotations

import pytest

from tests.selftest.provision.conftest import Provisioning, Running

pytestmark = pytest.mark.usefixtures("few")


def test_everything_that_can_be_is_removed(provision: Provisioning, running: Running) -> None:
    provision()
    outcome = provision("--remove")
    desk = running.desk
    assert (outcome.code, outcome.err) == (0, "")
    assert (desk.roles, desk.agents, desk.inboxes, desk.keys) == ([], [], [], {})
    assert {row["status"] for row in desk.conversations} == {"Closed"}
    assert not provision.output.exists()


def test_users_are_removed_before_what_they_use(provision: Provisioning, running: Running) -> None:
    provision()
    provision("--remove")
    assert running.desk.changes[2:] == [
        "DELETE agents/1/api-key", "DELETE agents/1", "DELETE roles/1", "DELETE inboxes/1",
    ]  # fmt: skip


def test_what_stays_is_listed(provision: Provisioning, running: Running) -> None:
    provision()
    out = provision("--remove").out
    for row in running.desk.conversations:
        assert f"stays         conversation {row['uuid']}" in out


def test_nothing_of_others_is_touched(provision: Provisioning, running: Running) -> None:
    desk = running.desk
    desk.roles.append({"id": 3, "name": "Agent", "permissions": []})
    desk.agents.append({"id": 9, "email": "kim@example.com", "roles": ["Agent"]})
    desk.inboxes.append({"id": 5, "name": "Support", "config": {}})
    provision()
    provision("--remove")
    assert [row["id"] for row in (*desk.roles, *desk.agents, *desk.inboxes)] == [3, 9, 5]


def test_nothing_there_is_no_mistake(provision: Provisioning, running: Running) -> None:
    outcome = provision("--remove")
    assert (outcome.code, running.desk.changes) == (0, [])
    assert "is there that `make provision` made" in outcome.out


def test_goes_on_after_a_step_that_fails(provision: Provisioning, running: Running) -> None:
    provision()
    running.faults["DELETE roles/1"] = 500
    outcome = provision("--remove")
    assert outcome.code == 1
    assert "deprovision: role contract-test is not deleted: http" in outcome.err
    assert (len(running.desk.roles), running.desk.agents, running.desk.inboxes) == (1, [], [])
    assert provision.output.exists()
    running.faults.clear()
    assert provision("--remove").code == 0
    assert running.desk.roles == []


def test_a_new_set_can_be_made_afterwards(provision: Provisioning, running: Running) -> None:
    provision()
    provision("--remove")
    assert provision().code == 0
    assert len(running.desk.conversations) == 4
