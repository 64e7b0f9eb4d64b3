"""What the server holds from the start: the same to the last byte in every process.

Two conversations: one to read, long enough for three pages of 100, and one to write to. Between
them they show every documented enum value, public and private messages, with and without
recipients and attachments.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from servers.reference.sending import AGENT_ID, INBOX
from servers.reference.store import Clock, Conversation, Draft, Json, Store, utc_now

CONVERSATION = "7f9c24e5-1b3d-4a86-b0de-52c8f0a1d3e9"
WRITE_CONVERSATION = "c1a5e0d7-84f2-4b6e-9d3a-0e7b6f2c958d"
READ_MESSAGES = 260
WRITE_MESSAGES = 40
START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)

ATTACHMENTS: dict[int, Json] = {
    1: {"name": "invoice.pdf", "content_type": "application/pdf", "size": 18231},
    2: {"name": "Bildschirmfoto – Größe.png", "content_type": "image/png", "size": 90412},
    3: {"name": "log.txt", "content_type": "text/plain", "size": 0},
}
TEXTS = (
    "Good morning, my invoice shows the wrong amount.",
    "Thank you for your message, we are looking into it.",
    "Die Größe stimmt nicht – können Sie das prüfen?",
    "مرحبا، أحتاج إلى مساعدة",
    "It works now 👍 thanks!",
    "Line one\nline two\n\n-- \nKim",
    "Ask accounting about O'Brien & Sons <urgent>.",
)


def seeded_store(clock: Clock = utc_now) -> Store:
    """Both conversations, and the uploads, agents and teams that a new message may refer to."""
    store = Store(clock)
    store.attachments = dict(ATTACHMENTS)
    store.agents = frozenset({AGENT_ID, 8, 9})
    store.teams = frozenset({1, 2})
    for number, (uuid, count) in enumerate(
        ((CONVERSATION, READ_MESSAGES), (WRITE_CONVERSATION, WRITE_MESSAGES)), start=41
    ):
        conversation = Conversation(number, uuid, contact_id=500 + number)
        store.conversations[uuid] = conversation
        fill(store, conversation, count)
    store.additions = 0
    return store


def fill(store: Store, conversation: Conversation, count: int) -> None:
    """Append `count` messages, from 2024-03-01 on, two in every seven written at the same time."""
    for message in _written(conversation.uuid, conversation.contact_id, count):
        store.add(conversation, *message)


@cache
def _written(
    conversation: str, contact_id: int, count: int
) -> tuple[tuple[Draft, str, datetime], ...]:
    """Messages never change, and one process may start thousands of servers."""
    return tuple(
        (
            draft(index, contact_id),
            str(uuid5(NAMESPACE_URL, f"{conversation}/{index}")),
            START + timedelta(minutes=37 * (index - (index % 7 == 3)), milliseconds=120),
        )
        for index in range(count)
    )


def draft(index: int, contact_id: int) -> Draft:
    """The message at one index: every kind comes up within twenty, in no simple rhythm."""
    kind = "iorinoirionirioinroi"[index % 20]
    text = f"{TEXTS[index % 7]} #{index}"
    if kind == "i":
        return _incoming(index, text, contact_id)
    if kind == "n":
        return _note(index, text)
    return _reply(index, text)


def _incoming(index: int, text: str, contact_id: int) -> Draft:
    contact = f"contact{contact_id}@example.com"
    return Draft(
        type="incoming",
        status="received",
        content=f"<p>{_escaped(text)}</p>",
        text_content=text,
        content_type="html",
        private=False,
        sender_id=contact_id,
        sender_type="contact",
        meta={"from": [contact], "to": [INBOX], "subject": "Invoice"} if index % 3 else {},
        attachments=_attachments(index, every=8),
    )


def _note(index: int, text: str) -> Draft:
    return Draft(
        type="outgoing",
        status="sent",
        content=text,
        text_content=text,
        content_type="text",
        private=True,
        sender_id=AGENT_ID + index % 3,
        sender_type="agent",
        attachments=_attachments(index, every=9),
    )


def _reply(index: int, text: str) -> Draft:
    recipients = [f"contact{number}@example.com" for number in range(index % 4)]
    return Draft(
        type="outgoing",
        status=("sent", "sent", "pending", "failed")[index % 4],
        content=text if index % 2 else f"<p>{_escaped(text)}</p>",
        text_content=text,
        content_type="text" if index % 2 else "html",
        private=False,
        sender_id=AGENT_ID + index % 3,
        sender_type="agent",
        meta={
            "to": ["contact541@example.com"],
            "cc": recipients,
            "bcc": recipients[:1],
            "from": [INBOX],
            "subject": f"Re: Invoice {index % 5}",
        },
        attachments=_attachments(index, every=7),
    )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _attachments(index: int, every: int) -> tuple[Json, ...]:
    count = index % 4 if index % every == 0 else 0
    return tuple(ATTACHMENTS[number] for number in range(1, 1 + count))
