"""What happens on a shared server and on the way to it."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, draft
from servers.reference.server import Server
from servers.reference.store import Conversation
from servers.registry import variant
from servers.tools import error, given, nth, number, once

LOCK = timedelta(seconds=1)


@variant("other-writers")
def other_writers(request: Request, handle: Handler, server: Server) -> Response:
    """Somebody else adds a message to one of the conversations after every seventh request.

    Not exercised where the data keeps changing; never a violation.
    """
    response = handle(request)
    if nth(server, "writers", 7):
        count = server.state["writers"]
        conversations = list(server.store.conversations.values())
        conversation = conversations[count % len(conversations)]
        server.store.add(conversation, draft(count, conversation.contact_id))
    return response


@variant("busy-writers")
def busy_writers(request: Request, handle: Handler, server: Server) -> Response:
    """After every ninth request somebody adds a message, and the status of three others moves on.

    Not exercised where the data keeps changing; never a violation.
    """
    response = handle(request)
    if nth(server, "writers", 9):
        count = server.state["writers"]
        for conversation in server.store.conversations.values():
            server.store.add(conversation, draft(count, conversation.contact_id))
            for index in (count % 20, count % 50, -2):
                move_on(conversation, index % len(conversation.messages))
    return response


def move_on(conversation: Conversation, index: int) -> None:
    """Let the delivery of a message go on; it stays where it is."""
    message = conversation.messages[index]
    status = {"pending": "sent", "sent": "failed", "failed": "sent"}.get(message.draft.status)
    if status:
        moved = replace(message.draft, status=status)
        conversation.messages[index] = replace(message, draft=moved)


def _goes_wrong(by: timedelta) -> Callable[[Server], None]:
    def prepare(server: Server) -> None:
        right = server.store.clock
        server.store.clock = lambda: right() + by

    return prepare


@variant("clock-ahead", prepare=_goes_wrong(timedelta(hours=3)))
def clock_ahead(request: Request, handle: Handler, server: Server) -> Response:
    """The server's clock is three hours ahead, and says so in `created_at`.

    Nothing to report: no time is compared with the client's own.
    """
    return handle(request)


@variant("clock-behind", prepare=_goes_wrong(timedelta(days=-400)))
def clock_behind(request: Request, handle: Handler, server: Server) -> Response:
    """The server's clock is 400 days behind, and says so in `created_at`.

    Nothing to report: no time is compared with the client's own.
    """
    return handle(request)


@variant("insert-and-delete")
def insert_and_delete(request: Request, handle: Handler, server: Server) -> Response:
    """During the first walk one message comes and another goes.

    Nothing to report: the comparison is repeated.
    """
    response = handle(request)
    if request.method != "GET" or CONVERSATION not in request.path or response.status != 200:
        return response
    conversation = server.store.conversations[CONVERSATION]
    page = number(request, "page", 1)
    if page == 2 and once(server, "inserted"):
        server.store.add(conversation, draft(5, conversation.contact_id))
    if page == 3 and once(server, "deleted"):
        del conversation.messages[100]
    return response


@variant("throttled")
def throttled(request: Request, handle: Handler, server: Server) -> Response:
    """Every fiftieth request comes too soon: 429, and again after a second.

    Nothing to report: weather, counted.
    """
    if nth(server, "throttled", 50):
        response = error(429, "Too many requests")
        response.headers["Retry-After"] = "1"
        return response
    return handle(request)


@variant("locks-out")
def locks_out(request: Request, handle: Handler, server: Server) -> Response:
    """After twenty wrong secrets everybody is refused for a second.

    Nothing to report if the matrix waits; else not exercised: locked out.
    """
    until = server.state.get("locked until")
    if until is not None and server.store.clock() < until:
        response = error(429, "Too many attempts")
        response.headers["Retry-After"] = "1"
        return response
    response = handle(request)
    if response.status == 401 and given(request).key and nth(server, "wrong secrets", 20):
        server.state["locked until"] = server.store.clock() + LOCK
    return response


@variant("slow-60ms")
def slow(request: Request, handle: Handler, server: Server) -> Response:
    """Every authenticated request takes 60 ms, as a real Libredesk does.

    Nothing to report.
    """
    response = handle(request)
    response.delay += 0.06 if server.credentials.accept(request) else 0
    return response


@variant("resets")
def resets(request: Request, handle: Handler, server: Server) -> Response:
    """One connection in forty is reset before the answer, and before anything is stored.

    Nothing to report: weather, counted.
    """
    return Response(0, reset=True) if nth(server, "resets", 40) else handle(request)


@variant("gateway-errors")
def gateway_errors(request: Request, handle: Handler, server: Server) -> Response:
    """One request in sixty meets a gateway that finds no server: 502, 503 or 504.

    Nothing to report: not reproduced, so the environment's.
    """
    if not nth(server, "gateway", 60):
        return handle(request)
    status = 502 + server.state["gateway"] // 60 % 3
    page = b"<html><body><h1>Bad Gateway</h1></body></html>"
    return Response(status, headers={"Content-Type": "text/html"}, content=page)


@variant("gzip-chunked")
def gzip_chunked(request: Request, handle: Handler, server: Server) -> Response:
    """Answers come in chunks, and compressed for whoever accepts that.

    Nothing to report.
    """
    response = handle(request)
    response.chunked = response.status not in (204, 304)
    if response.chunked and any("gzip" in value for value in request.header("accept-encoding")):
        response.content = gzip.compress(response.encoded(), compresslevel=1, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
    return response


@variant("cookies")
def cookies(request: Request, handle: Handler, server: Server) -> Response:
    """Every answer, also a 401, begins a session; whoever comes with its cookie gets a 403.

    Nothing to report: the client keeps no cookies.
    """
    if request.header("cookie"):
        return error(403, "CSRF token mismatch")
    response = handle(request)
    nth(server, "sessions", 1)
    response.headers["Set-Cookie"] = f"session={server.state['sessions']}; Path=/; HttpOnly"
    return response


@variant("no-allow")
def no_allow(request: Request, handle: Handler, server: Server) -> Response:
    """Undocumented methods are 501 without `Allow`; HEAD is refused, OPTIONS answered for CORS.

    Nothing to report: method.undocumented allows 4xx or 501.
    No gaps: 204 for handleGetMessages.
    """
    if request.method == "OPTIONS":
        return Response(200, headers={"Access-Control-Allow-Origin": "*"}, content=b"")
    if request.method == "HEAD":
        return error(405, "Method not allowed")
    response = handle(request)
    if response.status == 405:
        response.status = 501
        response.headers.pop("Allow", None)
    return response
