"""Answers that look like a gateway's, where no gateway would answer.

What refuses or answers an ordinary request so breaks the contract, whoever it says it is.
"""

from __future__ import annotations

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, NONE, SEND, fault
from servers.tools import context, number

PAGE = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)
PHRASES = {200: "Welcome", 400: "Bad Request", 403: "Forbidden", 500: "Internal Server Error"}


def page(status: int) -> Response:
    """The page that nginx shows, down to its name."""
    headers = {"Content-Type": "text/html", "Server": "nginx/1.22.1", "Connection": "close"}
    return Response(status, headers=headers, content=PAGE.format(_title(status)).encode())


def _title(status: int) -> str:
    return f"{status} {PHRASES[status]}"


@fault(
    "pages.size-1-refused",
    clause="list.page-size-valid",
    operation=LIST,
    place="query page_size",
    kind="valid value",
)
def size_1_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=1` is refused with nginx's page for a bad request."""
    return page(400) if request.parameter("page_size") == ["1"] else handle(request)


@fault(
    "pages.reply-forbidden",
    clause="send.accepted",
    operation=SEND,
    place="context reply",
    kind="",
)
def reply_forbidden(request: Request, handle: Handler, server: Server) -> Response:
    """Every reply is turned away with nginx's page for what is forbidden."""
    return page(403) if context(request) == "reply" else handle(request)


@fault(
    "pages.page-overflow",
    clause="list.out-of-range",
    operation=LIST,
    place="query page",
    kind="beyond 64 bits",
)
def page_overflow(request: Request, handle: Handler, server: Server) -> Response:
    """A page beyond 64 bits is answered with 500 and nginx's page."""
    return page(500) if number(request, "page", 1) >= 2**63 else handle(request)


@fault(
    "pages.missing-403",
    clause="auth.missing",
    operation=SEND,
    place="header Authorization",
    kind="missing",
)
def missing_403(request: Request, handle: Handler, server: Server) -> Response:
    """A send without credentials is turned away with nginx's page, 403."""
    return handle(request) if request.header("authorization") else page(403)


@fault(
    "pages.put-200",
    clause="method.undocumented",
    operation=NONE,
    place="method PUT",
    kind="undocumented value",
)
def put_200(request: Request, handle: Handler, server: Server) -> Response:
    """PUT is welcomed with a page of nginx's."""
    return page(200) if request.method == "PUT" else handle(request)


@fault(
    "pages.listing-of-notes",
    clause="response.content-type",
    operation=LIST,
    place="header Content-Type",
    kind="wrong value",
    regime=None,
)
def listing_of_notes(request: Request, handle: Handler, server: Server) -> Response:
    """Whoever asks for private notes is shown a page, 200, as if he had to sign in first."""
    return page(200) if request.parameter("private") == ["true"] else handle(request)
