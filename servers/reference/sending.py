"""handleSendMessage: `POST /api/v1/conversations/{uuid}/messages`."""

from __future__ import annotations

from servers.reference.body import MessageRequest, parse
from servers.reference.protocol import Refusal, Request, Response
from servers.reference.store import Conversation, Draft, Json, Store

AGENT_ID = 7
INBOX = "support@libredesk.example"


def send_message(request: Request, conversation: Conversation, store: Store) -> Response:
    """Store the message and answer it as the list will show it.

    `echo_id` is taken and not shown: no response field is documented for it, and to store one
    message for each request is what a client without the notion of an echo expects.
    """
    message = parse(request)
    _check(message, store)
    stored = store.add(conversation, _draft(message, conversation, store))
    return Response(200, {"status": "success", "data": stored.as_json()})


def _check(message: MessageRequest, store: Store) -> None:
    """Refuse what no single property shows to be wrong."""
    known = {"agent": store.agents, "team": store.teams}
    if any(attachment not in store.attachments for attachment in message.attachments):
        raise Refusal(400, "`attachments` holds an unknown id")
    if any(number not in known[kind] for kind, number in message.mentions):
        raise Refusal(400, "`mentions` holds an unknown id")
    if message.private and message.sender_type == "contact":
        raise Refusal(400, "A contact can't write a private note")
    if message.sender_type == "agent" and not message.private and not message.to:
        raise Refusal(400, "A reply needs at least one recipient in `to`")


def _draft(message: MessageRequest, conversation: Conversation, store: Store) -> Draft:
    by_agent = message.sender_type == "agent"
    return Draft(
        type="outgoing" if by_agent else "incoming",
        status="sent" if by_agent else "received",
        content=message.message,
        text_content=message.message,
        content_type="text",
        private=message.private,
        sender_id=AGENT_ID if by_agent else conversation.contact_id,
        sender_type=message.sender_type,
        meta={} if message.private else _envelope(message),
        attachments=tuple(store.attachments[number] for number in message.attachments),
    )


def _envelope(message: MessageRequest) -> Json:
    """A private note goes to nobody, so only public messages have one."""
    meta: Json = {"to": message.to, "cc": message.cc, "bcc": message.bcc}
    if message.sender_type == "agent":
        meta["from"] = [INBOX]
    return meta
