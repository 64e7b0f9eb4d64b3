"""Enum fields that hold a value that is not documented: a client's `switch` falls through."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import each

listed = partial(fault, clause="response.enums", operation=LIST, regime=None)
answered = partial(fault, clause="response.enums", operation=SEND, regime="any")


def undocumented(value: str) -> str:
    """The kind of deviation, in the contract's words."""
    return f"undocumented value {value}"


@listed("enums.type-note", place="/data/results/*/type", kind=undocumented("note"))
def type_note(request: Request, handle: Handler, server: Server) -> Response:
    """The type of a private message is `note`."""
    return each(handle(request), lambda m: m.update(type="note"), lambda m: m["private"])


@listed("enums.type-capitals", place="/data/results/*/type", kind=undocumented("Incoming"))
def type_capitals(request: Request, handle: Handler, server: Server) -> Response:
    """Incoming messages are `Incoming`."""
    return each(
        handle(request), lambda m: m.update(type="Incoming"), lambda m: m["type"] == "incoming"
    )


@listed("enums.status-delivered", place="/data/results/*/status", kind=undocumented("delivered"))
def status_delivered(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is `delivered`."""
    return each(
        handle(request), lambda m: m.update(status="delivered"), lambda m: m["status"] == "sent"
    )


@listed(
    "enums.status-read-on-last-page",
    place="/data/results/*/status",
    kind=undocumented("read"),
    rare=True,
)
def status_read(request: Request, handle: Handler, server: Server) -> Response:
    """The ten oldest messages are `read`: one must walk to the end to see it."""
    return each(handle(request), lambda m: m.update(status="read"), lambda m: m["id"] <= 10)


@listed("enums.status-empty", place="/data/results/*/status", kind="undocumented value", rare=True)
def status_empty(request: Request, handle: Handler, server: Server) -> Response:
    """A pending delivery's status is the empty string."""
    return each(handle(request), lambda m: m.update(status=""), lambda m: m["status"] == "pending")


@listed(
    "enums.status-bounced-with-attachments",
    place="/data/results/*/status",
    kind=undocumented("bounced"),
    rare=True,
)
def status_bounced(request: Request, handle: Handler, server: Server) -> Response:
    """A failed delivery is `bounced` if it carried attachments."""
    return each(
        handle(request),
        lambda m: m.update(status="bounced"),
        lambda m: m["status"] == "failed" and m["attachments"],
    )


@listed(
    "enums.content-type-mime",
    place="/data/results/*/content_type",
    kind="undocumented value",
)
def content_type_mime(request: Request, handle: Handler, server: Server) -> Response:
    """`content_type` is a media type, `text/html` or `text/plain`."""
    names = {"html": "text/html", "text": "text/plain"}
    return each(handle(request), lambda m: m.update(content_type=names[m["content_type"]]))


@listed(
    "enums.content-type-markdown-after-date",
    place="/data/results/*/content_type",
    kind=undocumented("markdown"),
    rare=True,
)
def content_type_markdown(request: Request, handle: Handler, server: Server) -> Response:
    """Notes written before noon on 1 March 2024 are `markdown`."""
    return each(
        handle(request),
        lambda m: m.update(content_type="markdown"),
        lambda m: m["private"] and m["created_at"] < "2024-03-01T12",
    )


@listed("enums.sender-user", place="/data/results/*/sender_type", kind=undocumented("user"))
def sender_user(request: Request, handle: Handler, server: Server) -> Response:
    """Agents are `user`."""
    return each(
        handle(request),
        lambda m: m.update(sender_type="user"),
        lambda m: m["sender_type"] == "agent",
    )


@listed(
    "enums.sender-bot-once",
    place="/data/results/*/sender_type",
    kind=undocumented("bot"),
    rare=True,
)
def sender_bot(request: Request, handle: Handler, server: Server) -> Response:
    """One message, the 123rd of them all, was sent by a `bot`."""
    return each(handle(request), lambda m: m.update(sender_type="bot"), lambda m: m["id"] == 123)


@listed(
    "enums.status-scheduled-only-with-two-filters",
    place="/data/results/*/status",
    kind=undocumented("scheduled"),
    rare=True,
)
def status_scheduled(request: Request, handle: Handler, server: Server) -> Response:
    """With both filters, another query is used, and what is pending is `scheduled`."""
    response = handle(request)
    if not (request.parameter("private") and request.parameter("type")):
        return response
    return each(
        response, lambda m: m.update(status="scheduled"), lambda m: m["status"] == "pending"
    )


@answered("enums.send-status-queued", place="/data/status", kind=undocumented("queued"))
def send_status_queued(request: Request, handle: Handler, server: Server) -> Response:
    """A message that was just sent is `queued`."""
    return each(handle(request), lambda m: m.update(status="queued"))


@answered("enums.send-type-reply", place="/data/type", kind=undocumented("reply"))
def send_type_reply(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to an agent's message calls it a `reply`."""
    return each(
        handle(request), lambda m: m.update(type="reply"), lambda m: m["type"] == "outgoing"
    )


@answered(
    "enums.send-sender-customer",
    place="/data/sender_type",
    kind=undocumented("customer"),
    rare=True,
)
def send_sender_customer(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a contact's message, and to no other, calls the sender a `customer`."""
    return each(
        handle(request),
        lambda m: m.update(sender_type="customer"),
        lambda m: m["sender_type"] == "contact",
    )


@answered("enums.send-content-type-plain", place="/data/content_type", kind=undocumented("plain"))
def send_content_type_plain(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a sent message says `plain` for text."""
    return each(handle(request), lambda m: m.update(content_type="plain"))
