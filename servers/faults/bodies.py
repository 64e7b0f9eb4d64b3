"""Bodies that do not arrive whole, do not parse, or do not say what they are; wrong statuses."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import messages, nth, page_of

complete = partial(fault, clause="response.complete", place="body", kind="truncated", regime="any")
broken = partial(fault, clause="response.complete", place="body", kind="malformed", regime="any")
typed = partial(
    fault,
    clause="response.content-type",
    place="header Content-Type",
    kind="wrong value",
    regime="any",
)
status = partial(fault, clause="response.status-documented", place="status", regime="any")


def sent_as(response: Response, content_type: str | None) -> Response:
    """The response under another media type, or under none."""
    if response.status == 200:
        response.headers.pop("Content-Type", None)
        if content_type is not None:
            response.headers["Content-Type"] = content_type
    return response


@typed("bodies.list-html", operation=LIST)
def list_html(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are sent as `text/html`."""
    return sent_as(handle(request), "text/html; charset=utf-8")


@typed("bodies.list-untyped", operation=LIST, kind="missing")
def list_untyped(request: Request, handle: Handler, server: Server) -> Response:
    """Pages have no `Content-Type`."""
    return sent_as(handle(request), None)


@typed("bodies.send-text", operation=SEND)
def send_text(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered as `text/plain`."""
    return sent_as(handle(request), "text/plain")


@typed("bodies.empty-page-text", operation=LIST, regime=None, rare=True)
def empty_page_text(request: Request, handle: Handler, server: Server) -> Response:
    """Empty pages, and no others, are sent as `text/plain`."""
    response = handle(request)
    page = page_of(response)
    return sent_as(response, "text/plain") if page and not page["results"] else response


@complete("bodies.list-truncated", operation=LIST)
def list_truncated(request: Request, handle: Handler, server: Server) -> Response:
    """The connection closes in the middle of each page."""
    response = handle(request)
    if response.status == 200:
        response.truncate_at = len(response.encoded()) // 2
    return response


@complete("bodies.send-truncated", operation=SEND)
def send_truncated(request: Request, handle: Handler, server: Server) -> Response:
    """The connection closes before the last byte of the answer to a sent message."""
    response = handle(request)
    if response.status == 200:
        response.truncate_at = len(response.encoded()) - 1
    return response


@complete("bodies.large-page-truncated", operation=LIST, regime=None, rare=True)
def large_page_truncated(request: Request, handle: Handler, server: Server) -> Response:
    """Answers break off after 32 KiB, so only large pages do."""
    response = handle(request)
    if len(response.encoded()) > 32768:
        response.truncate_at = 32768
    return response


@complete(
    "bodies.one-in-30-truncated",
    operation=LIST,
    place="",
    kind="",
    rare=True,
    intermittent=True,
    regime=None,
)
def one_in_30_truncated(request: Request, handle: Handler, server: Server) -> Response:
    """One page in thirty breaks off."""
    response = handle(request)
    if nth(server, "truncated", 30):
        response.truncate_at = 20
    return response


@broken("bodies.list-cut", operation=LIST)
def list_cut(request: Request, handle: Handler, server: Server) -> Response:
    """The last brace of a page is missing, though its length is declared well."""
    response = handle(request)
    if response.status == 200:
        response.content = response.encoded()[:-1]
    return response


@broken("bodies.list-gzip-label", operation=LIST)
def list_gzip_label(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are said to be compressed and are not."""
    response = handle(request)
    if response.status == 200:
        response.headers["Content-Encoding"] = "gzip"
    return response


@broken("bodies.list-latin-1", operation=LIST, regime=None)
def list_latin_1(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are encoded in Latin-1, which JSON never is."""
    response = handle(request)
    if response.status == 200:
        response.content = response.encoded().decode().encode("latin-1", "replace")
    return response


@broken("bodies.send-empty", operation=SEND)
def send_empty(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered with 200 and an empty body."""
    response = handle(request)
    if response.status == 200:
        response.content = b""
    return response


@broken("bodies.send-twice", operation=SEND)
def send_twice(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a sent message is written twice into one body."""
    response = handle(request)
    if response.status == 200:
        response.content = response.encoded() * 2
    return response


@broken("bodies.raw-line-feeds", operation=LIST, regime=None, rare=True)
def raw_line_feeds(request: Request, handle: Handler, server: Server) -> Response:
    """Line feeds within texts are not escaped, which breaks pages with texts of several lines."""
    response = handle(request)
    if any("\n" in message["text_content"] for message in messages(response)):
        response.content = response.encoded().replace(b"\\n", b"\n")
    return response


@status("bodies.send-201", operation=SEND, kind="undocumented value 201")
def send_201(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered with 201, which is not published."""
    response = handle(request)
    response.status = 201 if response.status == 200 else response.status
    return response


@status("bodies.send-202-contact", operation=SEND, kind="undocumented value 202", rare=True)
def send_202(request: Request, handle: Handler, server: Server) -> Response:
    """A contact's message is answered with 202, all others with 200."""
    response = handle(request)
    if any(message["sender_type"] == "contact" for message in messages(response)):
        response.status = 202
    return response


@status("bodies.list-206", operation=LIST, kind="undocumented value 206", regime=None)
def list_206(request: Request, handle: Handler, server: Server) -> Response:
    """A page that is not the whole list is answered with 206, as if a range were asked for."""
    response = handle(request)
    page = page_of(response)
    if page and len(page["results"]) < page["total"]:
        response.status = 206
    return response


@status("bodies.list-204-empty", operation=LIST, kind="undocumented value 204", regime=None)
def list_204(request: Request, handle: Handler, server: Server) -> Response:
    """An empty page is answered with 204 and no body."""
    response = handle(request)
    page = page_of(response)
    return Response(204, headers={}, content=b"") if page and not page["results"] else response


@status(
    "bodies.list-302-page-1", operation=LIST, kind="undocumented value 302", regime=None, rare=True
)
def list_302(request: Request, handle: Handler, server: Server) -> Response:
    """`page=1` is redirected to the address without it."""
    response = handle(request)
    if request.parameter("page") == ["1"] and response.status == 200:
        return Response(302, headers={"Location": request.path}, content=b"")
    return response


@fault(
    "slow.list-one-in-25",
    clause="response.in-time",
    operation=LIST,
    place="duration",
    kind="beyond bound",
    regime=None,
    rare=True,
    intermittent=True,
)
def slow_one_in_25(request: Request, handle: Handler, server: Server) -> Response:
    """One page in twenty-five takes a second longer."""
    response = handle(request)
    response.delay += 1.0 if nth(server, "slow", 25) else 0.0
    return response


@fault(
    "slow.large-pages",
    clause="response.in-time",
    operation=LIST,
    place="duration",
    kind="beyond bound",
    regime=None,
)
def slow_large_pages(request: Request, handle: Handler, server: Server) -> Response:
    """Pages of more than fifty messages take a second longer."""
    response = handle(request)
    response.delay += 1.0 if len(messages(response)) > 50 else 0.0
    return response
