"""What the server holds from the start must show everything, and be the same in every process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION, seeded_store
from servers.testing import ROOT

SCRIPT = """
import json, sys
from servers.reference.seed import seeded_store
conversations = seeded_store().conversations.values()
json.dump([[m.as_json() for m in c.messages] for c in conversations], sys.stdout)
"""


def dump(hash_seed: str, zone: str) -> str:
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": hash_seed, "TZ": zone},
        capture_output=True,
        text=True,
        check=True,
    )
    return process.stdout


def test_seeded_data_is_the_same_in_every_process():
    first = dump("1", "UTC")
    assert len(first) > 100_000
    assert dump("2", "Asia/Kolkata") == first


@pytest.mark.parametrize("uuid", [CONVERSATION, WRITE_CONVERSATION])
@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("type", {"incoming", "outgoing"}),
        ("status", {"pending", "sent", "received", "failed"}),
        ("content_type", {"html", "text"}),
        ("private", {True, False}),
        ("sender_type", {"agent", "contact"}),
    ],
)
def test_every_documented_value_occurs(uuid, field, values):
    messages = seeded_store().conversations[uuid].messages
    assert {message.as_json()[field] for message in messages} == values


def test_there_are_messages_with_and_without_attachments_and_recipients():
    messages = [m.as_json() for m in seeded_store().conversations[CONVERSATION].messages]
    for private in (True, False):
        counts = {len(m["attachments"]) for m in messages if m["private"] is private}
        assert 0 in counts
        assert len(counts) > 1
    assert {len(m["meta"].get("cc", [])) for m in messages} == {0, 1, 2, 3}
    assert not any(m["meta"].get("to") for m in messages if m["private"])


def test_conversation_ids_hold_letters():
    for uuid in (CONVERSATION, WRITE_CONVERSATION):
        assert any(character.isalpha() for character in uuid)
