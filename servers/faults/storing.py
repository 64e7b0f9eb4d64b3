"""Sent messages that are not stored, stored twice, elsewhere or late, or although refused."""

from __future__ import annotations

from functools import partial
from typing import Any

from servers.reference.body import MENTION_TYPES
from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import Server
from servers.registry import SEND, fault
from servers.tools import (
    age,
    amend,
    body,
    context,
    error,
    items,
    messages,
    showing,
    text,
    with_body,
    with_header,
    with_parameter,
)

OPERATION = "operation"
accepted = partial(fault, clause="send.accepted", operation=SEND)
listed = partial(fault, clause="send.listed", operation=SEND)
atomic = partial(fault, clause="send.atomic", operation=SEND)
counted = partial(fault, clause="send.counted", operation=SEND, everywhere=True)


def forget(server: Server, response: Response) -> Response:
    """Unstore the message that a response answers."""
    uuids = {message["uuid"] for message in messages(response)}
    for conversation in server.store.conversations.values():
        conversation.messages = [m for m in conversation.messages if m.uuid not in uuids]
    return response


def refused_but_stored(request: Request, handle: Handler, when: bool) -> Response:
    """Refuse a request as it should be, after storing what is good about it."""
    response = handle(request)
    if when and response.status in (400, 415):
        note = {"sender_type": "agent", "private": True, "message": text(request)}
        handle(with_header(with_body(request, note), "content-type", "application/json"))
    return response


@accepted("accepted.note-refused", place="context note", kind="")
def note_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Private notes are refused."""
    return error(400, "A reply needs recipients") if context(request) == "note" else handle(request)


@accepted("accepted.contact-refused", place="context contact", kind="")
def contact_refused(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's message is refused with 400, as if its type were unknown."""
    refused = context(request) == "contact"
    return error(400, "sender_type must be agent") if refused else handle(request)


@accepted("accepted.three-recipients-refused", place="body /to/*", kind="valid value", rare=True)
def three_recipients_refused(request: Request, handle: Handler, server: Server) -> Response:
    """A reply to three addresses is refused."""
    return error(400, "Too many recipients") if len(items(request, "to")) == 3 else handle(request)


@accepted("accepted.quote-refused", place="body /message", kind="quote", rare=True)
def apostrophe_refused(request: Request, handle: Handler, server: Server) -> Response:
    """A text with an apostrophe or a quotation mark is refused as an attack."""
    refused = "'" in text(request) or '"' in text(request)
    return error(403, "Request blocked") if refused else handle(request)


@listed("listed.never", place=OPERATION, kind="")
def never(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered and not stored."""
    return forget(server, handle(request))


@listed("listed.notes-never", place="context note", kind="")
def notes_never(request: Request, handle: Handler, server: Server) -> Response:
    """Private notes are answered and not stored."""
    response = handle(request)
    return forget(server, response) if context(request) == "note" else response


@listed("listed.contact-never", place="context contact", kind="")
def contact_never(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's message is answered and not stored."""
    response = handle(request)
    return forget(server, response) if context(request) == "contact" else response


@listed("listed.with-cc-never", place="body /cc/*", kind="valid value", rare=True)
def with_cc_never(request: Request, handle: Handler, server: Server) -> Response:
    """Replies with copies are answered and not stored."""
    response = handle(request)
    return forget(server, response) if items(request, "cc") else response


@listed("listed.twice", place=OPERATION, kind="")
def twice(request: Request, handle: Handler, server: Server) -> Response:
    """Every message is stored twice."""
    handle(request)
    return handle(request)


@listed("listed.reply-twice", place="context reply", kind="")
def reply_twice(request: Request, handle: Handler, server: Server) -> Response:
    """A reply is stored once for itself and once for its delivery."""
    if context(request) == "reply":
        handle(request)
    return handle(request)


@listed("listed.elsewhere", place=OPERATION, kind="")
def elsewhere(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is stored in another conversation than the one addressed."""
    response = handle(request)
    there = CONVERSATION if WRITE_CONVERSATION in request.path else WRITE_CONVERSATION
    conversations = server.store.conversations.values()
    uuids = {message["uuid"] for message in messages(response)}
    sent = [m for conversation in conversations for m in conversation.messages if m.uuid in uuids]
    forget(server, response)
    server.store.conversations[there].messages += sent
    return response


@listed("listed.late", place=OPERATION, kind="", everywhere=True)
def late(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is in the list after five seconds only."""
    if request.method != "GET":
        return handle(request)
    with showing(server, lambda message: age(server, message) > 5):
        return handle(request)


@listed("listed.three-seconds-late", place=OPERATION, kind="", everywhere=True)
def three_seconds_late(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is in the list after three seconds only: one late, not for ever."""
    if request.method != "GET":
        return handle(request)
    with showing(server, lambda message: age(server, message) > 3):
        return handle(request)


@listed("listed.notes-late", place="context note", kind="", everywhere=True, rare=True)
def notes_late(request: Request, handle: Handler, server: Server) -> Response:
    """With `private=true` a sent note is found after five seconds only."""
    if request.parameter("private") != ["true"] or request.method != "GET":
        return handle(request)
    with showing(server, lambda message: age(server, message) > 5):
        return handle(request)


@listed("listed.other-uuid", place=OPERATION, kind="")
def other_uuid(request: Request, handle: Handler, server: Server) -> Response:
    """The answer gives a UUID that the list never shows."""
    response = handle(request)
    for message in messages(response):
        message["uuid"] = message["uuid"][:-4] + "beef"
    return response


@listed("listed.note-as-public", place="context note", kind="", everywhere=True)
def note_as_public(request: Request, handle: Handler, server: Server) -> Response:
    """A sent note is found with `private=false` too."""
    response = handle(request)
    if request.method != "GET" or request.parameter("private") != ["false"]:
        return response
    whole = handle(with_parameter(request, "private"))
    notes = [m for m in messages(whole) if m["private"] and m["id"] > 300]
    return amend(
        response, lambda page: page.update(results=(notes + page["results"])[: page["per_page"]])
    )


@counted("counted.contact-uncounted", place="context contact", kind="")
def contact_uncounted(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's sent message is listed, and not counted."""
    sent = sum(
        message.draft.sender_type == "contact" and message.id > 300
        for conversation in server.store.conversations.values()
        for message in conversation.messages
        if conversation.uuid in request.path
    )
    return amend(handle(request), lambda page: page.update(total=page["total"] - sent))


@counted("counted.frozen", place=OPERATION, kind="")
def total_frozen(request: Request, handle: Handler, server: Server) -> Response:
    """Totals stay as they were when first asked for, whatever is sent."""
    totals = server.state.setdefault("totals", {})
    key = (request.path, request.parameter("type"), request.parameter("private"))
    return amend(
        handle(request),
        lambda page: page.update(total=totals.setdefault(str(key), page["total"])),
    )


def _are_ids(values: list[Any]) -> bool:
    """Whether only an unknown id can be the reason for a refusal: wrong types are another lie."""
    return bool(values) and all(type(v) is int and abs(v) < 2**63 for v in values)


@atomic("atomic.attachment", place="body /attachments/*", kind="unknown id")
def unknown_attachment_stored(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown attachment is refused after the message has been stored without it."""
    return refused_but_stored(request, handle, _are_ids(items(request, "attachments")))


@atomic("atomic.private", place="body /private", kind="wrong type")
def wrong_private_stored(request: Request, handle: Handler, server: Server) -> Response:
    """A `private` of the wrong type is refused after the message has been stored."""
    wrong = not isinstance(body(request).get("private", True), bool)
    return refused_but_stored(request, handle, wrong)


@atomic("atomic.recipients", place="body /to", kind="wrong type")
def wrong_to_stored(request: Request, handle: Handler, server: Server) -> Response:
    """Recipients of the wrong type are refused after the message has been stored."""
    return refused_but_stored(request, handle, not isinstance(body(request).get("to", []), list))


@atomic("atomic.mention", place="body /mentions/*/id", kind="unknown id", rare=True)
def unknown_mention_stored(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown mention is refused after the note has been stored."""
    mentions = items(request, "mentions")
    whole = all(isinstance(m, dict) and m.get("type") in MENTION_TYPES for m in mentions)
    return refused_but_stored(request, handle, whole and _are_ids([m.get("id") for m in mentions]))


@atomic("atomic.no-sender", place="body /sender_type", kind="missing")
def no_sender_stored(request: Request, handle: Handler, server: Server) -> Response:
    """A body without `sender_type` is refused after it has been stored."""
    return refused_but_stored(request, handle, "sender_type" not in body(request))
