"""Date-times that are not RFC 3339, and identities that are no UUIDs."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import each

listed = partial(fault, clause="response.formats", operation=LIST, kind="malformed", regime="any")
answered = partial(fault, clause="response.formats", operation=SEND, kind="malformed", regime="any")
CREATED = "/data/results/*/created_at"


@listed("formats.no-zone", place=CREATED)
def no_zone(request: Request, handle: Handler, server: Server) -> Response:
    """`created_at` has no offset: nobody knows which hour is meant."""
    return each(handle(request), lambda m: m.update(created_at=m["created_at"].rstrip("Z")))


@listed("formats.space", place=CREATED)
def space_without_zone(request: Request, handle: Handler, server: Server) -> Response:
    """`created_at` is written as the database prints it, with a space and a short offset."""
    return each(
        handle(request),
        lambda m: m.update(created_at=m["created_at"].replace("T", " ").replace("Z", "+00")),
    )


@listed("formats.mail-date", place=CREATED)
def mail_date(request: Request, handle: Handler, server: Server) -> Response:
    """`created_at` is written as in a mail's header."""
    return each(handle(request), lambda m: m.update(created_at="Fri, 01 Mar 2024 08:00:00 +0000"))


@listed("formats.date-only", place="/data/results/*/updated_at")
def date_only(request: Request, handle: Handler, server: Server) -> Response:
    """`updated_at` is a date without a time."""
    return each(handle(request), lambda m: m.update(updated_at=m["updated_at"][:10]))


@listed("formats.basic-offset", place=CREATED)
def basic_offset(request: Request, handle: Handler, server: Server) -> Response:
    """`created_at` ends in `+0000`, without the colon that RFC 3339 asks for."""
    return each(
        handle(request), lambda m: m.update(created_at=m["created_at"].replace("Z", "+0000"))
    )


@listed("formats.comma-fraction", place=CREATED)
def comma_fraction(request: Request, handle: Handler, server: Server) -> Response:
    """The fraction of a second follows a comma."""
    return each(handle(request), lambda m: m.update(created_at=m["created_at"].replace(".", ",")))


@listed("formats.updated-empty", place="/data/results/*/updated_at", regime=None)
def updated_empty(request: Request, handle: Handler, server: Server) -> Response:
    """Incoming messages, which nobody alters, have an empty `updated_at`."""
    return each(
        handle(request), lambda m: m.update(updated_at=""), lambda m: m["type"] == "incoming"
    )


@listed("formats.month-13-once", place=CREATED, regime=None, rare=True)
def month_13(request: Request, handle: Handler, server: Server) -> Response:
    """One message was written in the thirteenth month: day and month are swapped."""
    return each(
        handle(request),
        lambda m: m.update(created_at="2024-13-03T08:00:00Z"),
        lambda m: m["id"] == 77,
    )


@listed("formats.no-zone-on-the-hour", place=CREATED, regime=None, rare=True)
def no_zone_on_the_hour(request: Request, handle: Handler, server: Server) -> Response:
    """The offset is lost where the minutes are 00, one message in sixty."""
    return each(
        handle(request),
        lambda m: m.update(created_at=m["created_at"].rstrip("Z")),
        lambda m: ":00:00" in m["created_at"],
    )


@listed("formats.line-feed-at-the-end", place=CREATED, regime=None, rare=True)
def line_feed(request: Request, handle: Handler, server: Server) -> Response:
    """The dates of messages with attachments end in a line feed, which lax patterns let pass."""
    return each(
        handle(request),
        lambda m: m.update(created_at=m["created_at"] + "\n"),
        lambda m: m["attachments"],
    )


@listed("formats.uuid-prefixed", place="/data/results/*/uuid")
def uuid_prefixed(request: Request, handle: Handler, server: Server) -> Response:
    """A message's `uuid` is its UUID behind the word `msg_`."""
    return each(handle(request), lambda m: m.update(uuid="msg_" + m["uuid"]))


@listed("formats.uuid-short", place="/data/results/*/uuid", regime=None, rare=True)
def uuid_short(request: Request, handle: Handler, server: Server) -> Response:
    """The leading zeros of a `uuid` are lost, one in sixteen has some: here every `0` in front."""
    return each(
        handle(request),
        lambda m: m.update(uuid=m["uuid"].lstrip("0")),
        lambda m: m["uuid"].startswith("0"),
    )


@listed("formats.conversation-uuid-number", place="/data/results/*/conversation_uuid")
def conversation_uuid_number(request: Request, handle: Handler, server: Server) -> Response:
    """`conversation_uuid` holds the conversation's number as a string."""
    return each(handle(request), lambda m: m.update(conversation_uuid=str(m["conversation_id"])))


@answered("formats.send-no-zone", place="/data/created_at")
def send_no_zone(request: Request, handle: Handler, server: Server) -> Response:
    """The date of a sent message has no offset in the answer, while the list has it."""
    return each(handle(request), lambda m: m.update(created_at=m["created_at"].rstrip("Z")))


@answered("formats.send-uuid-urn", place="/data/uuid")
def send_uuid_urn(request: Request, handle: Handler, server: Server) -> Response:
    """The answer gives the UUID as a URN."""
    return each(handle(request), lambda m: m.update(uuid="urn:uuid:" + m["uuid"]))


@answered("formats.send-updated-epoch", place="/data/updated_at")
def send_updated_epoch(request: Request, handle: Handler, server: Server) -> Response:
    """The answer's `updated_at` is a number of seconds in a string."""
    return each(handle(request), lambda m: m.update(updated_at="1709280000"))
