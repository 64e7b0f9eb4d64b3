"""Conversations and their messages, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

Clock = Callable[[], datetime]
Json = dict[str, Any]


def utc_now() -> datetime:
    """The clock of a server in production; tests inject their own."""
    return datetime.now(UTC)


def rfc3339(moment: datetime) -> str:
    """`format: date-time` means RFC 3339, section 5.6: with an offset, always."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is stored: what its author decides."""

    type: str
    status: str
    content: str
    text_content: str
    content_type: str
    private: bool
    sender_id: int
    sender_type: str
    meta: Json = field(default_factory=dict)
    attachments: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message: a draft, and what the store adds to it."""

    id: int
    uuid: str
    created_at: datetime
    conversation_id: int
    conversation_uuid: str
    draft: Draft

    def as_json(self) -> Json:
        """The documented schema `Message`, every property present; the caller may alter it."""
        draft = self.draft
        created_at = rfc3339(self.created_at)
        return {
            "id": self.id,
            "created_at": created_at,
            "updated_at": created_at,
            "uuid": self.uuid,
            "type": draft.type,
            "status": draft.status,
            "conversation_id": self.conversation_id,
            "conversation_uuid": self.conversation_uuid,
            "content": draft.content,
            "text_content": draft.text_content,
            "content_type": draft.content_type,
            "private": draft.private,
            "sender_id": draft.sender_id,
            "sender_type": draft.sender_type,
            "meta": {
                name: list(value) if isinstance(value, list) else value
                for name, value in draft.meta.items()
            },
            "attachments": [dict(attachment) for attachment in draft.attachments],
        }


@dataclass(slots=True)
class Conversation:
    """One customer's thread; `messages` are kept in the order in which they were stored."""

    id: int
    uuid: str
    contact_id: int
    messages: list[Message] = field(default_factory=list)


class Store:
    """Everything the server remembers.

    `attachments`, `agents` and `teams` are the ids that a sent message may refer to.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self.conversations: dict[str, Conversation] = {}
        self.attachments: dict[int, Json] = {}
        self.agents: frozenset[int] = frozenset()
        self.teams: frozenset[int] = frozenset()
        self.additions = 0
        self._last_id = 0

    def conversation(self, uuid: str) -> Conversation | None:
        """UUIDs are compared without regard to case (RFC 9562, section 4)."""
        return self.conversations.get(uuid.lower())

    def add(
        self,
        conversation: Conversation,
        draft: Draft,
        uuid: str | None = None,
        created_at: datetime | None = None,
    ) -> Message:
        """Store a message under an id and a UUID that no other message has."""
        self._last_id += 1
        self.additions += 1
        message = Message(
            id=self._last_id,
            uuid=uuid or str(uuid4()),
            created_at=created_at or self.clock(),
            conversation_id=conversation.id,
            conversation_uuid=conversation.uuid,
            draft=draft,
        )
        conversation.messages.append(message)
        return message


def newest_first(
    conversation: Conversation, private: bool | None, types: Iterable[str]
) -> list[Message]:
    """What a listing shows: *if not provided, returns all messages*, for each of the filters."""
    wanted = frozenset(types)
    return [
        message
        for message in reversed(conversation.messages)
        if (private is None or message.draft.private is private)
        and (not wanted or message.draft.type in wanted)
    ]
