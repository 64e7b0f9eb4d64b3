"""What released versions of Libredesk were seen to do; 1.0.3, 2.4.0 and 2.7.0, each lie by itself.

All of them together, `--fault real.…` for each, come close to the server that the suite will meet.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from servers.reference.body import MENTION_TYPES
from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, START
from servers.reference.server import Server
from servers.reference.store import Draft
from servers.registry import LIST, SEND, fault
from servers.tools import (
    amend,
    body,
    context,
    error,
    given,
    items,
    matching,
    number,
    once,
    with_body,
    with_parameter,
)

MAX_INT = 2**63 - 1
PARSING = "Error parsing request"
real = partial(fault, real=True)
listing = partial(real, operation=LIST)
sending = partial(real, operation=SEND)


@listing(
    "real.page-overflow",
    clause="list.out-of-range",
    place="query page",
    kind="offset beyond 64 bits",
)
def page_overflow(request: Request, handle: Handler, server: Server) -> Response:
    """A page whose offset does not fit 64 bits is answered with 500."""
    offset = number(request, "page", 1) * number(request, "page_size", 30)
    return error(500) if offset > MAX_INT else handle(request)


@listing("real.type-nul", clause="filter.unknown-value", place="query type", kind="NUL")
def type_nul(request: Request, handle: Handler, server: Server) -> Response:
    """A NUL in `type` is answered with 500."""
    return error(500) if any("\0" in v for v in request.parameter("type")) else handle(request)


@listing("real.type-not-utf-8", clause="filter.unknown-value", place="query type", kind="not UTF-8")
def type_not_utf_8(request: Request, handle: Handler, server: Server) -> Response:
    """A `type` that is not UTF-8 is answered with 500."""
    return error(500) if any("\ufffd" in v for v in request.parameter("type")) else handle(request)


def _malformed_id(name: str, operation: str) -> None:
    def malformed_id(request: Request, handle: Handler, server: Server) -> Response:
        response = handle(request)
        malformed = response.status == 400 and "UUID" in response.payload["message"]
        return error(500) if malformed else response

    malformed_id.__doc__ = "A conversation id that is no UUID is answered with 500."
    real(
        name,
        clause="unknown.malformed-id",
        operation=operation,
        place="path uuid",
        kind="malformed",
    )(malformed_id)


_malformed_id("real.list-malformed-id", LIST)
_malformed_id("real.send-malformed-id", SEND)


@listing(
    "real.total-beyond",
    clause="list.total",
    place="/data/total",
    kind="wrong count",
    regime="beyond",
)
def total_beyond(request: Request, handle: Handler, server: Server) -> Response:
    """Beyond the last page the total is 0: it is read from the first row of the page."""
    return amend(
        handle(request),
        lambda page: page.update(total=0, total_pages=0),
        lambda page: not page["results"],
    )


@listing(
    "real.page-size-500",
    clause="list.page-size-bound",
    place="query page_size",
    kind="beyond bound",
)
def page_size_500(request: Request, handle: Handler, server: Server) -> Response:
    """Sizes up to 500 are accepted, and larger ones brought to 500."""
    size = min(number(request, "page_size", 30), 500)
    page_number = number(request, "page", 1)
    if size <= 100 or page_number < 1:
        return handle(request)
    found = matching(request, handle)
    start = (page_number - 1) * size
    return amend(
        handle(with_parameter(request, "page_size", 100)),
        lambda page: page.update(
            results=found[start : start + size],
            per_page=size,
            total_pages=-(-len(found) // size),
        ),
    )


@listing(
    "real.activity",
    clause="response.enums",
    place="/data/results/*/type",
    kind="undocumented value activity",
    regime=None,
)
def activity(request: Request, handle: Handler, server: Server) -> Response:
    """A change of status or priority leaves a message of the undocumented type `activity`."""
    if once(server, "activity"):
        _add_activities(server)
    return handle(request)


def _add_activities(server: Server) -> None:
    conversation = server.store.conversations[CONVERSATION]
    additions = server.store.additions
    for index in (40, 140, 240):
        draft = Draft(
            type="activity",
            status="sent",
            content="Status changed",
            text_content="Status changed",
            content_type="text",
            private=True,
            sender_id=7,
            sender_type="agent",
        )
        moment = START + timedelta(minutes=37 * index)
        conversation.messages.insert(
            index, server.store.add(conversation, draft, created_at=moment)
        )
        conversation.messages.pop()
    server.store.additions = additions


@sending("real.missing-403", clause="auth.missing", place="header Authorization", kind="missing")
def missing_403(request: Request, handle: Handler, server: Server) -> Response:
    """A send without credentials is answered with 403: the check against forgery comes first."""
    missing = not request.header("authorization")
    return error(403, "CSRF token mismatch") if missing else handle(request)


@sending(
    "real.malformed-403",
    clause="auth.malformed",
    place="header Authorization basicAuth",
    kind="not Base64",
)
def malformed_403(request: Request, handle: Handler, server: Server) -> Response:
    """A send with credentials that can't be read is answered with 403."""
    malformed = bool(request.header("authorization")) and not given(request).colon
    return error(403, "CSRF token mismatch") if malformed else handle(request)


_TYPES: dict[str, type] = {
    "message": str,
    "attachments": list,
    "private": bool,
    "to": list,
    "cc": list,
    "bcc": list,
    "sender_type": str,
    "mentions": list,
    "echo_id": str,
}


def _wrong_type(name: str, expected: type) -> None:
    def wrong_type(request: Request, handle: Handler, server: Server) -> Response:
        value: Any = body(request).get(name)
        wrong = value is not None and not isinstance(value, expected)
        return error(500, PARSING) if wrong else handle(request)

    wrong_type.__doc__ = f"A `{name}` of the wrong type is answered with 500."
    sending(
        f"real.wrong-type-{name.replace('_', '-')}",
        clause="send.forbidden",
        place=f"body /{name}",
        kind="wrong type",
    )(wrong_type)


for _name, _expected in _TYPES.items():
    _wrong_type(_name, _expected)


@sending(
    "real.mention-type",
    clause="send.forbidden",
    place="body /mentions/*/type",
    kind="undocumented value",
)
def mention_type(request: Request, handle: Handler, server: Server) -> Response:
    """A mention of an undocumented type is accepted, and mentions nobody."""
    mentions = items(request, "mentions")
    known = [m for m in mentions if not isinstance(m, dict) or m.get("type") in MENTION_TYPES]
    return handle(with_body(request, mentions=known) if len(known) < len(mentions) else request)


@sending("real.reply-without-to", clause="send.any-length", place="body /to", kind="missing")
def reply_without_to(request: Request, handle: Handler, server: Server) -> Response:
    """A reply without recipients is answered with 500."""
    nobody = context(request) == "reply" and body(request) and not items(request, "to")
    return error(500, "`to` empty") if nobody else handle(request)


@sending("real.reply-to-empty", clause="send.any-text", place="body /to/*", kind="empty")
def reply_to_empty(request: Request, handle: Handler, server: Server) -> Response:
    """A reply to an empty address is answered with 500."""
    return error(500, "`to` empty") if items(request, "to") == [""] else handle(request)
