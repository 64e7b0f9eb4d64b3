"""Whatever the server does instead: one sentence, what was done so far, no half file, no secret."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from tests.selftest.provision.conftest import (
    HTML,
    NONSENSE,
    REDIRECT,
    RESET,
    Fault,
    Provisioning,
    Running,
)
from tests.selftest.provision.fake import PASSWORD

STEPS = {
    "POST auth/login": "Nothing was changed.",
    "GET settings/general": "Nothing was changed.",
    "GET roles": "Nothing was changed.",
    "GET agents": "Nothing was changed.",
    "GET inboxes": "Nothing was changed.",
    "POST inboxes": "Nothing was changed.",
    "GET inboxes/1": "Done so far: inbox created.",
    "POST roles": "Done so far: inbox created.",
    "POST agents": "Done so far: inbox created; role created.",
    "POST agents/1/api-key": "Done so far: inbox created; role created; agent created.",
    "PUT roles/1": "role created; agent created; API key created; file holds the new key.",
    "POST conversations": "file holds the new key; role may do more for now; role may do what",
    "GET conversations/": "role may do more for now; conversation created; role may do what",
    "PUT conversations/": "messages",
}
FAULTS: dict[Fault, str] = {
    403: " answered 403: refused for",
    500: " answered 500: refused for",
    HTML: " answered 200 with text/html in place of JSON; is that the address of Libredesk itself?",
    RESET: " broke off the connection before its answer was complete.",
    REDIRECT: " answered 302, a redirect; give the address that it leads to.",
}


# what depends on the step is tried for each, what doesn't for some
TRIED = [(step, fault) for step in STEPS for fault in (500, RESET)] + [
    (step, fault) for step in ("POST auth/login", "GET roles", "POST roles") for fault in FAULTS
    if fault not in {500, RESET}
]  # fmt: skip


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize(("step", "fault"), TRIED)
def test_every_step_may_fail(
    provision: Provisioning, running: Running, step: str, fault: Fault
) -> None:
    running.faults[step] = fault
    outcome = provision()
    sentence, so_far = outcome.err.strip().split("\n")
    assert outcome.code == 1
    assert sentence.startswith("provision: ")
    assert f": {running.url}{FAULTS[fault]}" in sentence
    assert STEPS[step] in so_far
    saved = "file holds the new key" in so_far
    assert f"{provision.output} {'lacks the rest' if saved else 'was not touched'}." in so_far
    assert list(provision.output.parent.iterdir()) == [provision.output] * saved
    assert not re.search("Canary|Traceback", outcome.out + outcome.err)


@pytest.mark.usefixtures("few")
def test_key_that_a_server_quotes_is_not_printed(provision: Provisioning, running: Running) -> None:
    provision()
    pair = ":".join(running.desk.keys[1])
    running.desk.messages.clear()
    read = running.desk.conversations[0]["uuid"]
    running.faults[f"POST conversations/{read}/messages"] = 500
    outcome = provision()
    assert "answered 500: refused for" in outcome.err
    assert base64.b64encode(pair.encode()).decode() not in outcome.err


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("step", STEPS)
def test_run_again_goes_on_where_it_failed(
    provision: Provisioning, running: Running, step: str
) -> None:
    running.faults[step] = 500
    provision()
    running.faults.clear()
    desk = running.desk
    keys = dict(desk.keys)
    assert provision().code == 0
    assert keys in ({}, desk.keys), "the first run's key still opens"
    found = (len(desk.roles), len(desk.agents), len(desk.inboxes), len(desk.conversations))
    assert found == (1, 1, 1, 2)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("step", [s for s in STEPS if s.startswith("POST") and "login" not in s])
def test_answers_that_make_no_sense(provision: Provisioning, running: Running, step: str) -> None:
    running.faults[step] = NONSENSE
    outcome = provision()
    assert outcome.code == 1
    assert re.search(r"the answer (has no (number|UUID)|holds no)", outcome.err)
    assert not [line for line in running.requests if ".." in line]


def test_wrong_login_says_what_to_check(provision: Provisioning, running: Running) -> None:
    outcome = provision(password="CanaryWrong")
    assert outcome.code == 1
    assert (
        "answered 400: Invalid email or password. (…). Check LIBREDESK_ADMIN_EMAIL" in outcome.err
    )
    assert running.requests == ["POST auth/login"]


@pytest.mark.usefixtures("few")
def test_secrets_are_never_printed(provision: Provisioning, running: Running) -> None:
    first = provision()
    provision.output.unlink()
    second = provision("--renew-key")
    assert not re.search("Canary", first.out + first.err + second.out + second.err)
    assert "CanarySecret" in provision.output.read_text()
    assert PASSWORD not in provision.output.read_text()


@pytest.mark.usefixtures("few")
def test_inbox_that_sends_elsewhere_stops_everything(
    provision: Provisioning, running: Running
) -> None:
    provision()
    running.desk.inboxes[0]["config"]["smtp"][0]["host"] = "smtp.example.com"
    running.desk.messages.clear()
    outcome = provision()
    assert outcome.code == 1
    assert "sends through smtp.example.com:1025, not through the sink" in outcome.err
    assert running.desk.changes == []


@pytest.mark.usefixtures("few")
def test_contact_outside_the_sink_stops_everything(
    provision: Provisioning, running: Running
) -> None:
    provision()
    running.desk.conversations[0]["contact"]["email"] = "kim@example.com"
    running.desk.messages.clear()
    outcome = provision()
    assert "is kim@example.com, not one of the sink's" in outcome.err
    assert running.desk.changes == []


@pytest.mark.usefixtures("few")
def test_another_sink_makes_no_second_set(provision: Provisioning, running: Running) -> None:
    provision()
    outcome = provision("--sink", "other.example")
    assert outcome.code == 1
    assert "another sink domain" in outcome.err
    assert running.desk.changes == []


def test_folder_that_cannot_be_written_to(provision: Provisioning, tmp_path: Path) -> None:
    outcome = provision("--output", str(tmp_path / "nowhere" / "staging.env"))
    assert outcome.code == 4
    assert "cannot be written; its folder must exist" in outcome.err
