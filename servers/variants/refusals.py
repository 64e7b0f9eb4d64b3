"""Other ways to say no, and other bounds to bring a request into."""

from __future__ import annotations

from servers.reference.listing import BOOLEANS, INTEGER, MAX_PAGE_SIZE, TYPE_FILTERS
from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION
from servers.reference.server import Server
from servers.registry import variant
from servers.targets import elsewhere, is_malformed, is_unknown
from servers.tools import (
    amend,
    body,
    context,
    error,
    given,
    items,
    page_of,
    text,
    with_body,
    with_parameter,
)

KEPT = (401, 405)


def restated(response: Response, status: int) -> Response:
    """A refusal under another status."""
    if 400 <= response.status < 500 and response.status not in KEPT:
        response.status = status
    return response


@variant("refuses-400")
def refuses_400(request: Request, handle: Handler, server: Server) -> Response:
    """Every refusal is 400, also of an unknown conversation and of another media type.

    No gaps: 404 for both operations, 415 for handleSendMessage.
    """
    return restated(handle(request), 400)


@variant("refuses-422")
def refuses_422(request: Request, handle: Handler, server: Server) -> Response:
    """Every refusal is 422.

    Gaps: 422 for both operations.
    No gaps: 400 for both operations, 404 for both operations, 415 for handleSendMessage.
    """
    return restated(handle(request), 422)


@variant("refuses-404-for-ids")
def refuses_404(request: Request, handle: Handler, server: Server) -> Response:
    """An id that is no UUID is unknown like any other: 404.

    Nothing beyond the reference, which shows 404 as well.
    """
    response = handle(request)
    return error(404, "Not found") if response.status == 400 and is_malformed(request) else response


@variant("bounds-like-libredesk")
def bounds_like_libredesk(request: Request, handle: Handler, server: Server) -> Response:
    """Parameters outside of the schema are brought into bounds, or match nothing.

    Leniencies: list.out-of-range (page, page_size), filter.unknown-value (private, type).
    """
    if request.method != "GET":
        return handle(request)
    page, size = _integer(request, "page", 1), _integer(request, "page_size", 30)
    request = with_parameter(request, "page", page if page > 0 else 1)
    request = with_parameter(request, "page_size", min(size, MAX_PAGE_SIZE) if size > 0 else 30)
    private = request.parameter("private")
    if private and private[0] not in BOOLEANS:
        request = with_parameter(request, "private", "false")
    types = [v if v in TYPE_FILTERS else "activity" for v in request.parameter("type")]
    return handle(with_parameter(request, "type", *types))


def _integer(request: Request, name: str, default: int) -> int:
    values = request.parameter(name)
    return int(values[0]) if values and INTEGER.fullmatch(values[0]) else default


@variant("huge-page-is-last")
def huge_page_is_last(request: Request, handle: Handler, server: Server) -> Response:
    """A page from 2^31 on is brought to the last, and says so.

    Leniencies: list.out-of-range (page).
    """
    response = handle(request)
    page = page_of(response)
    if page is not None and page["page"] >= 2**31:
        return handle(with_parameter(request, "page", max(1, page["total_pages"])))
    return response


@variant("bogus-filters-ignored")
def bogus_filters_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """Undocumented values of filters count as absent.

    Leniencies: filter.unknown-value (private, type).
    """
    private = [value for value in request.parameter("private") if value in BOOLEANS]
    types = [value for value in request.parameter("type") if value in TYPE_FILTERS]
    request = with_parameter(request, "type", *types)
    return handle(with_parameter(request, "private", *private))


@variant("beyond-404")
def beyond_404(request: Request, handle: Handler, server: Server) -> Response:
    """A page beyond the last does not exist: 404.

    Nothing beyond the reference, which shows 404 as well (list.page-full, list.out-of-range).
    """
    response = handle(request)
    page = page_of(response)
    beyond = page is not None and page["page"] > max(1, page["total_pages"])
    return error(404, "No such page") if beyond else response


@variant("unknown-is-empty")
def unknown_is_empty(request: Request, handle: Handler, server: Server) -> Response:
    """A conversation that does not exist, or whose id is no UUID, has no messages.

    Leniencies: unknown.conversation (uuid), unknown.malformed-id (uuid).
    No gaps: 404 for handleGetMessages.
    """
    if request.method != "GET" or not (is_unknown(request, server) or is_malformed(request)):
        return handle(request)
    known = handle(elsewhere(request, CONVERSATION))
    return amend(known, lambda page: page.update(results=[], total=0, total_pages=0))


@variant("contact-forbidden")
def contact_forbidden(request: Request, handle: Handler, server: Server) -> Response:
    """The agent may not send as a contact: 403.

    Gaps: 403 for handleSendMessage. Not exercised: whatever needs a contact's message.
    """
    forbidden = request.method == "POST" and context(request) == "contact"
    allowed = server.credentials.accept(request)
    return error(403, "Permission denied") if forbidden and allowed else handle(request)


@variant("plain-only")
def plain_only(request: Request, handle: Handler, server: Server) -> Response:
    """Every body that is not plain is refused.

    Nothing beyond the reference, which shows 400 as well (send.accepted).
    """
    if request.method != "POST" or not server.credentials.accept(request) or _plain(request):
        return handle(request)
    return error(400, "Only plain messages are served")


def _plain(request: Request) -> bool:
    known = {"sender_type", "message", "private", "to"}
    printable = text(request).isascii() and text(request).isprintable()
    return set(body(request)) <= known and printable and 1 <= len(text(request)) <= 200


@variant("limits")
def limits(request: Request, handle: Handler, server: Server) -> Response:
    """Long requests are refused at the door, as a proxy does.

    Gaps: 413 for handleSendMessage, 414 for handleGetMessages, 431 for both operations.
    """
    if len(request.path) + sum(len(value) for _, value in request.query) > 2048:
        return error(414, "URI too long")
    if any(len(value) > 4096 for _, value in request.headers):
        return error(431, "Header too large")
    # The 20 kB text that must come back whole is within these bounds.
    return error(413, "Too large") if len(request.body) > 49152 else handle(request)


@variant("unknown-ids-ignored")
def unknown_ids_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """Attachments and mentions that do not exist are left out, and the rest is sent.

    Nothing to report: send.any-number allows it.
    """
    return handle(_known_ids_only(request, server)) if request.method == "POST" else handle(request)


def _known_ids_only(request: Request, server: Server) -> Request:
    sent = body(request)
    known = dict(sent)
    for name, exists in (("attachments", _attachment_exists), ("mentions", _mention_exists)):
        if name in sent and isinstance(sent[name], list):
            known[name] = [item for item in sent[name] if exists(item, server)]
    return with_body(request, known) if known != sent else request


def _attachment_exists(item: object, server: Server) -> bool:
    """Whether an id is known; what is no id is left for the server to refuse."""
    return type(item) is not int or item in server.store.attachments


def _mention_exists(item: object, server: Server) -> bool:
    if not isinstance(item, dict) or type(item.get("id")) is not int:
        return True
    known = {"agent": server.store.agents, "team": server.store.teams}
    return item["id"] in known.get(str(item.get("type")), {item["id"]})


@variant("refuses-float-notation")
def refuses_float_notation(request: Request, handle: Handler, server: Server) -> Response:
    """An integer with a fraction of zero is refused like any other fraction: 400.

    Nothing beyond the reference, which refuses other bodies that are not plain.
    """
    numbers = [*items(request, "attachments"), *_ids(request)]
    refused = request.method == "POST" and server.credentials.accept(request)
    if refused and any(isinstance(number, float) for number in numbers):
        return error(400, "Ids must be integers")
    return handle(request)


def _ids(request: Request) -> list[object]:
    mentions = (mention for mention in items(request, "mentions") if isinstance(mention, dict))
    return [mention.get("id") for mention in mentions]


@variant("malformed-credentials-400")
def malformed_credentials_400(request: Request, handle: Handler, server: Server) -> Response:
    """Credentials in which there is no colon, or that are no Base64, are bad syntax: 400.

    Nothing beyond the reference, which shows 400 as well.
    """
    response = handle(request)
    who = given(request)
    malformed = who.scheme in ("basic", "token") and not who.colon
    return error(400, "Malformed credentials") if response.status == 401 and malformed else response
