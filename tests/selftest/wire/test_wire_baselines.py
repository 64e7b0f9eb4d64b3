"""The fixed good requests (contract.md, *Baselines*; *A plain request*)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.model import SEND_PLACEHOLDER
from harness.wire.baselines import baselines, nearest_context
from harness.wire.reading import understand
from tests.selftest.fakes import CONTRACT, LIST, SEND, SINK

NOTE, REPLY, CONTACT = (baselines(SEND, SINK)[name] for name in ("note", "reply", "contact"))


def test_one_for_each_operation_and_context() -> None:
    assert set(baselines(LIST, SINK)) == {"listing"}
    assert set(baselines(SEND, SINK)) == {"note", "reply", "contact"}


def test_what_the_plain_requests_are() -> None:
    assert (NOTE.json["sender_type"], NOTE.json["private"]) == ("agent", True)
    assert (REPLY.json["sender_type"], REPLY.json.get("private", False)) == ("agent", False)
    assert (CONTACT.json["sender_type"], CONTACT.json.get("private", False)) == ("contact", False)
    assert 1 <= len(REPLY.json["to"]) <= 3
    for name in ("to", "cc", "bcc", "attachments", "mentions", "echo_id"):
        assert name not in NOTE.json
        assert name not in CONTACT.json
        assert name == "to" or name not in REPLY.json


@pytest.mark.parametrize("draft", [NOTE, REPLY, CONTACT])
def test_texts_are_plain_and_carry_a_marker(draft: Any) -> None:
    text = draft.json["message"]
    assert SEND_PLACEHOLDER in text
    assert 1 <= len(text) <= 200
    assert text.isascii()
    assert text.isprintable()


def test_recipients_lie_in_the_sink() -> None:
    assert all(address.endswith("@other.invalid") for address in
               baselines(SEND, "other.invalid")["reply"].json["to"])  # fmt: skip


def test_only_the_conversation_to_be_written_to_is_written_to() -> None:
    assert baselines(LIST, SINK)["listing"].path() == "/api/v1/conversations/{read}/messages"
    assert NOTE.path() == "/api/v1/conversations/{write}/messages"


@pytest.mark.parametrize("operation", [LIST, SEND])
def test_a_baseline_differs_in_nothing_from_itself(operation: Any) -> None:
    for context, draft in baselines(operation, SINK).items():
        reading = understand(CONTRACT, draft.case("c", "baseline"))
        assert reading.context == context
        assert reading.cells == ()
        assert reading.is_valid


@pytest.mark.parametrize(
    ("body", "context"),
    [
        ({"sender_type": "agent", "private": True}, "note"),
        ({"sender_type": "agent", "private": False}, "reply"),
        ({"sender_type": "agent"}, "reply"),
        ({"sender_type": "contact"}, "contact"),
        ({"sender_type": "contact", "private": False}, "contact"),
        ({"sender_type": "contact", "private": True}, "contact"),
        ({"private": True}, "note"),
        ({"sender_type": "robot", "private": True}, "note"),
        ({"sender_type": "agent", "private": True, "to": ["a@b.c"], "message": None}, "note"),
    ],
)
def test_the_nearest_context(body: dict[str, Any], context: str) -> None:
    """Left out, `private` means false."""
    assert nearest_context(SEND, body) == context
