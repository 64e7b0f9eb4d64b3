"""The agent's API key: the one that is there is never ended unless that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.provision import envfile
from tests.selftest.provision.conftest import Provisioning, Running

pytestmark = pytest.mark.usefixtures("few")

Edit = Callable[[Path], object]


def replaced(name: str, value: str) -> Edit:
    """The file with another value."""
    return lambda file: envfile.write(file, {**envfile.read(file), name: value})


LOST: dict[str, Edit] = {
    "the file was deleted": Path.unlink,
    "the file is empty": lambda file: file.write_text(""),
    "it names another key": replaced("LIBREDESK_API_KEY", "other"),
    "it names another secret": replaced("LIBREDESK_API_SECRET", "other"),
    "it lacks the secret": replaced("LIBREDESK_API_SECRET", ""),
}
"""How the file comes not to hold the agent's key."""


def check_refused(provision: Provisioning, *argv: str) -> None:
    """One sentence before anything is changed, here or there."""
    desk, files = provision.running.desk, list(provision.output.parent.iterdir())
    keys, texts = dict(desk.keys), [file.read_bytes() for file in files]
    outcome = provision(*argv)
    assert outcome.code == 4
    assert outcome.err.startswith(
        "provision: the agent contract-test-agent@sink.example has an API"
    )
    assert outcome.err.endswith("by --output, or give --renew-key.\n")
    assert outcome.err.count("\n") == 1
    assert "Canary" not in outcome.err
    assert (desk.changes, desk.keys) == ([], keys)
    assert list(provision.output.parent.iterdir()) == files
    assert [file.read_bytes() for file in files] == texts


@pytest.mark.parametrize("edit", LOST.values(), ids=LOST)
def test_a_key_that_is_not_in_the_file_is_not_ended(
    edit: Edit, provision: Provisioning, running: Running
) -> None:
    provision()
    edit(provision.output)
    check_refused(provision)
    old = running.desk.keys[1]
    assert provision("--renew-key").code == 0
    assert running.desk.changes == ["POST agents/1/api-key"]
    assert running.desk.keys[1] != old
    assert envfile.read(provision.output)["LIBREDESK_API_KEY"] == running.desk.keys[1][0]


def test_another_file_does_not_end_the_key_in_the_first(
    provision: Provisioning, tmp_path: Path
) -> None:
    provision()
    other = tmp_path / "other.env"
    check_refused(provision, f"--output={other}")
    assert provision(f"--output={other}", "--renew-key").code == 0
    check_refused(provision)  # now it is the first file that does not hold it
    assert provision(f"--output={other}").code == 0


def test_a_disabled_agent_keeps_the_key_in_the_file(
    provision: Provisioning, running: Running
) -> None:
    """It opens nothing until the agent is enabled."""
    provision()
    keys = dict(running.desk.keys)
    running.desk.agents[0]["enabled"] = False
    assert provision().code == 0
    assert running.desk.changes == ["PUT agents/1"]
    assert running.desk.keys == keys


def test_a_disabled_agents_key_whose_secret_is_another(
    provision: Provisioning, running: Running
) -> None:
    """That shows when the agent is enabled; even then nothing is ended."""
    provision()
    keys = dict(running.desk.keys)
    running.desk.agents[0]["enabled"] = False
    LOST["it names another secret"](provision.output)
    outcome = provision()
    assert outcome.code == 1
    assert "or give --renew-key.\nDone so far: agent role and state put right." in outcome.err
    assert running.desk.keys == keys


def test_a_server_that_shows_no_key_may_have_one(provision: Provisioning, running: Running) -> None:
    running.desk.shows_keys = False
    provision()
    assert provision().code == 0
    provision.output.unlink()
    check_refused(provision)


def test_a_key_that_was_revoked_ends_nothing(provision: Provisioning, running: Running) -> None:
    provision()
    running.desk.keys.clear()
    assert provision().code == 0
    assert envfile.read(provision.output)["LIBREDESK_API_KEY"] == running.desk.keys[1][0]


def test_a_good_key_is_renewed_if_that_is_asked_for(
    provision: Provisioning, running: Running
) -> None:
    provision()
    old = running.desk.keys[1]
    assert provision("--renew-key").code == 0
    assert running.desk.keys[1] != old
    assert provision().code == 0
    assert running.desk.changes == []


def test_a_new_key_is_kept_although_what_follows_fails(
    provision: Provisioning, running: Running
) -> None:
    """The rest of the file stays, as far as there was one."""
    provision()
    before = envfile.read(provision.output)
    running.faults["GET conversations/"] = 500
    assert provision("--renew-key").code == 1
    key, secret = running.desk.keys[1]
    renewed = {"LIBREDESK_API_KEY": key, "LIBREDESK_API_SECRET": secret}
    assert envfile.read(provision.output) == before | renewed


def test_a_file_that_cannot_be_read_is_left_alone(
    provision: Provisioning, running: Running
) -> None:
    provision()
    provision.output.write_bytes(b"\xff\xfe")
    outcome = provision("--renew-key")
    assert outcome.code == 4
    assert "cannot be read, and may hold the agent's API key: it is not UTF-8 text" in outcome.err
    assert running.requests == []
    assert provision.output.read_bytes() == b"\xff\xfe"


def test_removing_needs_no_key(provision: Provisioning) -> None:
    provision()
    provision.output.unlink()
    assert provision("--remove").code == 0
    assert provision().code == 0, "the agent is another one"
