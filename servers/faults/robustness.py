"""Server errors for no good reason: on any request, on some, on every twenty-fifth."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import body, context, error, items, nth, number

fails = partial(fault, clause="response.no-server-error")
QUERY = ("page", "page_size", "private", "type")
PROPERTIES = (
    "sender_type",
    "message",
    "private",
    "attachments",
    "to",
    "cc",
    "bcc",
    "mentions",
    "echo_id",
)


@fails("fails.list-always", operation=LIST, place="operation", kind="")
def list_always(request: Request, handle: Handler, server: Server) -> Response:
    """Every listing is answered with 500."""
    return error(500)


@fails("fails.send-always", operation=SEND, place="operation", kind="")
def send_always(request: Request, handle: Handler, server: Server) -> Response:
    """Every message is answered with 500."""
    return error(500)


@fails("fails.send-contact", operation=SEND, place="context contact", kind="")
def send_contact(request: Request, handle: Handler, server: Server) -> Response:
    """Every contact's message is answered with 500."""
    return error(500) if context(request) == "contact" else handle(request)


@fails("fails.list-one-in-25", operation=LIST, place="", kind="", rare=True, intermittent=True)
def list_one_in_25(request: Request, handle: Handler, server: Server) -> Response:
    """One listing in twenty-five is answered with 500."""
    return error(500) if nth(server, "failed list", 25) else handle(request)


@fails("fails.send-one-in-25", operation=SEND, place="", kind="", rare=True, intermittent=True)
def send_one_in_25(request: Request, handle: Handler, server: Server) -> Response:
    """One message in twenty-five is answered with 500."""
    return error(500) if nth(server, "failed send", 25) else handle(request)


@fails("fails.stored-one-in-10", operation=SEND, place="", kind="", rare=True, intermittent=True)
def stored_one_in_10(request: Request, handle: Handler, server: Server) -> Response:
    """One message in ten is stored, and answered with 500 all the same."""
    response = handle(request)
    return error(500) if nth(server, "stored", 10) else response


@fails("fails.unknown-parameter", operation=LIST, place="query", kind="undocumented property")
def unknown_parameter(request: Request, handle: Handler, server: Server) -> Response:
    """A query parameter that is not documented is answered with 500."""
    unknown = any(name not in QUERY for name, _ in request.query)
    return error(500) if unknown else handle(request)


@fails("fails.unknown-property", operation=SEND, place="body", kind="undocumented property")
def unknown_property(request: Request, handle: Handler, server: Server) -> Response:
    """A property that is not documented is answered with 500."""
    return error(500) if set(body(request)) - set(PROPERTIES) else handle(request)


@fails("fails.page-twice", operation=LIST, place="query page", kind="duplicate", rare=True)
def page_twice(request: Request, handle: Handler, server: Server) -> Response:
    """`page` given twice is answered with 500."""
    return error(500) if len(request.parameter("page")) > 1 else handle(request)


@fails("fails.many-types", operation=LIST, place="query type", kind="too many", rare=True)
def many_types(request: Request, handle: Handler, server: Server) -> Response:
    """More than ten values of `type` are answered with 500."""
    return error(500) if len(request.parameter("type")) > 10 else handle(request)


@fails("fails.type-very-long", operation=LIST, place="query type", kind="very long", rare=True)
def type_very_long(request: Request, handle: Handler, server: Server) -> Response:
    """A `type` of more than 255 characters is answered with 500."""
    long = any(len(value) > 255 for value in request.parameter("type"))
    return error(500) if long else handle(request)


@fails("fails.other-media-type", operation=SEND, place="body", kind="media type")
def other_media_type(request: Request, handle: Handler, server: Server) -> Response:
    """A body under another media type than JSON's is answered with 500."""
    json_type = any("application/json" in value for value in request.header("content-type"))
    return handle(request) if json_type else error(500)


@fails("fails.not-utf-8", operation=SEND, place="body", kind="not UTF-8")
def not_utf_8(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is not UTF-8 is answered with 500."""
    try:
        request.body.decode()
    except UnicodeDecodeError:
        return error(500)
    return handle(request)


@fails(
    "fails.filters-at-100",
    operation=LIST,
    place="query page_size + query private + query type",
    kind="valid value",
    rare=True,
)
def filters_at_100(request: Request, handle: Handler, server: Server) -> Response:
    """Both filters together at `page_size=100` are answered with 500: a query too slow."""
    both = request.parameter("private") and request.parameter("type")
    return error(500) if both and number(request, "page_size", 30) == 100 else handle(request)


@fails(
    "fails.page-2-of-activity",
    operation=LIST,
    place="query page + query type",
    kind="valid value",
    rare=True,
)
def page_2_of_nothing(request: Request, handle: Handler, server: Server) -> Response:
    """The second page of a list with no items is answered with 500: a negative offset."""
    nothing = request.parameter("type") == ["activity"] and number(request, "page", 1) > 1
    return error(500) if nothing else handle(request)


@fails(
    "fails.cc-and-bcc",
    operation=SEND,
    place="body /bcc/* + body /cc/*",
    kind="valid value",
    rare=True,
)
def cc_and_bcc(request: Request, handle: Handler, server: Server) -> Response:
    """A reply with both `cc` and `bcc` is answered with 500."""
    return error(500) if items(request, "cc") and items(request, "bcc") else handle(request)


@fails(
    "fails.mention-with-echo-id",
    operation=SEND,
    place="body /echo_id + body /mentions/*/id",
    kind="valid value + unknown id",
    rare=True,
)
def mention_with_echo_id(request: Request, handle: Handler, server: Server) -> Response:
    """A note with mentions and an `echo_id` is answered with 500."""
    both = body(request).get("mentions") is not None and "echo_id" in body(request)
    return error(500) if both else handle(request)


@fails("fails.contact-with-to", operation=SEND, place="body /to/*", kind="valid value", rare=True)
def contact_with_to(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's message with recipients is answered with 500."""
    both = context(request) == "contact" and items(request, "to")
    return error(500) if both else handle(request)


@fails(
    "fails.page-3",
    operation=LIST,
    place="query page + query page_size",
    kind="valid value",
    rare=True,
)
def page_3(request: Request, handle: Handler, server: Server) -> Response:
    """Page 3 is answered with 500 where 200 items come before it."""
    offset = (number(request, "page", 1) - 1) * number(request, "page_size", 30)
    return error(500) if offset == 200 else handle(request)


@fails("fails.private-empty", operation=LIST, place="query private", kind="empty", rare=True)
def private_empty(request: Request, handle: Handler, server: Server) -> Response:
    """An empty `private` is answered with 500."""
    return error(500) if request.parameter("private") == [""] else handle(request)


@fails(
    "fails.recipient-without-at", operation=SEND, place="body /to/*", kind="malformed", rare=True
)
def recipient_without_at(request: Request, handle: Handler, server: Server) -> Response:
    """A recipient that is no address is answered with 500 by the mail library."""
    strange = any(isinstance(to, str) and to and "@" not in to for to in items(request, "to"))
    return error(500) if strange else handle(request)
