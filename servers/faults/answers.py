"""Sent messages that come back altered, in the answer or in the list."""

from __future__ import annotations

from functools import partial

from servers.reference.body import ADDRESS
from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION
from servers.reference.sending import INBOX
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import SEND, fault
from servers.tools import (
    body,
    context,
    each,
    items,
    messages,
    text,
    with_body,
    without,
)

OPERATION = "operation"
echo = partial(fault, clause="send.echo", operation=SEND)
content = partial(fault, clause="send.content", operation=SEND)
identity = partial(fault, clause="send.identity", operation=SEND, place=OPERATION, kind="")


def new(message: Json) -> bool:
    """Whether a message was sent to the server, and not there from the start."""
    return bool(message["id"] > 300)


@echo("echo.private-inverted", place=OPERATION, kind="")
def private_inverted(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a sent message says the opposite of `private`."""
    return each(handle(request), lambda m: m.update(private=not m["private"]))


@echo("echo.note-published", place="context note", kind="")
def note_published(request: Request, handle: Handler, server: Server) -> Response:
    """A plain private note is stored as a public message, for the customer to read."""
    if context(request) != "note" or len(body(request)) > 3:
        return handle(request)
    response = handle(with_body(request, private=False, to=["customer@example.com"]))
    return each(response, lambda m: m.update(private=True))


@echo("echo.private-by-default", place="context reply", kind="")
def private_by_default(request: Request, handle: Handler, server: Server) -> Response:
    """A reply that does not say whether it is private becomes a note, and is never sent."""
    reply = context(request) == "reply" and "private" not in body(request)
    return handle(with_body(request, private=True) if reply and items(request, "to") else request)


@echo("echo.contact-as-agent", place="context contact", kind="", everywhere=True)
def contact_as_agent(request: Request, handle: Handler, server: Server) -> Response:
    """The list shows a contact's sent message as the agent's, the answer does not."""
    response = handle(request)
    if request.method == "POST":
        return response
    return each(
        response,
        lambda m: m.update(sender_type="agent", type="outgoing"),
        lambda m: new(m) and m["sender_type"] == "contact",
    )


@echo("echo.type-incoming", place=OPERATION, kind="")
def type_incoming(request: Request, handle: Handler, server: Server) -> Response:
    """The answer calls every sent message incoming: from the server's point of view it is."""
    swapped = {"incoming": "outgoing", "outgoing": "incoming"}
    return each(handle(request), lambda m: m.update(type=swapped[m["type"]]))


@echo("echo.conversation-uuid", place=OPERATION, kind="")
def conversation_uuid(request: Request, handle: Handler, server: Server) -> Response:
    """The answer names a new UUID for the conversation, not the one addressed."""
    return each(handle(request), lambda m: m.update(conversation_uuid=m["uuid"]))


@echo("echo.to-emptied", place="context reply", kind="")
def to_emptied(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a reply lists no recipients: an empty `meta.to`."""
    return each(handle(request), lambda m: m["meta"].update(to=[]), lambda m: "to" in m["meta"])


@echo("echo.to-first-only", place="body /to", kind="too many", rare=True)
def to_first_only(request: Request, handle: Handler, server: Server) -> Response:
    """Of several recipients only the first is kept."""
    several = len(items(request, "to")) > 1
    return handle(with_body(request, to=items(request, "to")[:1]) if several else request)


@echo("echo.to-is-inbox", place="context reply", kind="")
def to_is_inbox(request: Request, handle: Handler, server: Server) -> Response:
    """A reply is said to have gone to the inbox's own address."""
    return each(
        handle(request), lambda m: m["meta"].update(to=[INBOX]), lambda m: m["meta"].get("to")
    )


@echo("echo.to-and-cc-swapped", place="body /cc/*", kind="valid value")
def to_and_cc_swapped(request: Request, handle: Handler, server: Server) -> Response:
    """Where there are copies, they and the recipients are swapped."""
    to, cc = items(request, "to"), items(request, "cc")
    return handle(with_body(request, to=cc, cc=to) if to and cc else request)


@echo("echo.cc-dropped", place="body /cc/*", kind="valid value")
def cc_dropped(request: Request, handle: Handler, server: Server) -> Response:
    """Copies are dropped, and an empty `meta.cc` says so."""
    # What is refused stays refused: that would be another lie.
    accepted = all(ADDRESS.fullmatch(str(address)) for address in items(request, "cc"))
    return handle(without(request, "cc") if items(request, "cc") and accepted else request)


@echo("echo.listed-without-to", place="context reply", kind="", everywhere=True, rare=True)
def listed_without_to(request: Request, handle: Handler, server: Server) -> Response:
    """The answer has the recipients, the list shows a sent reply with an empty `meta.to`."""
    response = handle(request)
    if request.method == "POST":
        return response
    return each(response, lambda m: m["meta"].update(to=[]), lambda m: new(m) and m["meta"])


@content("content.truncated-3", place=OPERATION, kind="")
def truncated_3(request: Request, handle: Handler, server: Server) -> Response:
    """Texts are cut after 3 characters."""
    return handle(with_body(request, message=text(request)[:3]) if text(request) else request)


@content("content.truncated-16k", place="body /message", kind="very long", rare=True)
def truncated_16k(request: Request, handle: Handler, server: Server) -> Response:
    """Texts are cut after 16,384 characters, without a word."""
    long = len(text(request)) > 16384
    return handle(with_body(request, message=text(request)[:16384]) if long else request)


@content("content.answer-empty", place=OPERATION, kind="")
def answer_empty(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a sent message has no text, the list does."""
    return each(handle(request), lambda m: m.update(content="", text_content=""))


@content("content.list-empty", place=OPERATION, kind="", everywhere=True)
def list_empty(request: Request, handle: Handler, server: Server) -> Response:
    """The list shows sent messages without their text."""
    response = handle(request)
    if request.method == "POST":
        return response
    return each(response, lambda m: m.update(content="", text_content=""), new)


@content("content.other-case", place=OPERATION, kind="")
def other_case(request: Request, handle: Handler, server: Server) -> Response:
    """Capitals and small letters of a text are swapped."""
    swapped = text(request).swapcase()
    return handle(with_body(request, message=swapped) if swapped else request)


@content("content.previous", place=OPERATION, kind="")
def previous(request: Request, handle: Handler, server: Server) -> Response:
    """Each answer shows the text of the message sent before: a buffer that is used again."""
    before = server.state.get("previous", "")
    response = handle(request)
    for message in messages(response):
        server.state["previous"] = message["content"]
        message.update(content=before, text_content=before)
    return response


@content("content.contact-lost", place="context contact", kind="")
def contact_lost(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's text is lost, an agent's is kept."""
    lost = context(request) == "contact" and text(request)
    return handle(with_body(request, message="(no text)") if lost else request)


@content("content.emptied-by-quote", place="body /message", kind="quote", rare=True)
def emptied_by_quote(request: Request, handle: Handler, server: Server) -> Response:
    """A text with an apostrophe or a quotation mark is stored as an empty one."""
    quoted = "'" in text(request) or '"' in text(request)
    return handle(with_body(request, message="") if quoted else request)


@identity("identity.same-uuid")
def same_uuid(request: Request, handle: Handler, server: Server) -> Response:
    """Every sent message has the UUID of the conversation's first message."""
    first = server.store.conversations[CONVERSATION].messages[0].uuid
    return each(handle(request), lambda m: m.update(uuid=first))


@identity("identity.id-0")
def id_0(request: Request, handle: Handler, server: Server) -> Response:
    """The answer's id is 0, as it is read before the database has given one."""
    return each(handle(request), lambda m: m.update(id=0))


@identity("identity.id-of-newest")
def id_of_newest(request: Request, handle: Handler, server: Server) -> Response:
    """The answer's id is that of the message before."""
    return each(handle(request), lambda m: m.update(id=m["id"] - 1))
