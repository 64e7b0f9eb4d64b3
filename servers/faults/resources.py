"""Undocumented methods that do something, and conversations that do not exist but answer."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import Server
from servers.registry import LIST, NONE, SEND, fault
from servers.targets import asked_for, elsewhere, is_malformed, is_unknown
from servers.tools import amend, error

method = partial(fault, clause="method.undocumented", operation=NONE, kind="undocumented value")
unknown = partial(fault, clause="unknown.conversation", place="path uuid", kind="unknown id")
malformed = partial(fault, clause="unknown.malformed-id", place="path uuid", kind="malformed")


@method("method.put-stores", place="method PUT")
def put_stores(request: Request, handle: Handler, server: Server) -> Response:
    """PUT does what POST does."""
    return handle(replace(request, method="POST") if request.method == "PUT" else request)


@method("method.put-200", place="method PUT")
def put_200(request: Request, handle: Handler, server: Server) -> Response:
    """PUT is answered with 200, and does nothing."""
    done = Response(200, {"status": "success", "data": True})
    return done if request.method == "PUT" else handle(request)


@method("method.patch-lists", place="method PATCH")
def patch_lists(request: Request, handle: Handler, server: Server) -> Response:
    """PATCH does what GET does."""
    return handle(replace(request, method="GET") if request.method == "PATCH" else request)


@method("method.delete-204", place="method DELETE")
def delete_204(request: Request, handle: Handler, server: Server) -> Response:
    """DELETE is answered with 204."""
    return Response(204, content=b"") if request.method == "DELETE" else handle(request)


@method("method.delete-fails", place="method DELETE")
def delete_fails(request: Request, handle: Handler, server: Server) -> Response:
    """DELETE is answered with 500."""
    return error(500) if request.method == "DELETE" else handle(request)


@method("method.trace-echoes", place="method TRACE")
def trace_echoes(request: Request, handle: Handler, server: Server) -> Response:
    """TRACE gives back what was sent, credentials and all."""
    if request.method != "TRACE":
        return handle(request)
    echo = "\r\n".join(f"{name}: {value}" for name, value in request.headers)
    return Response(200, headers={"Content-Type": "message/http"}, content=echo.encode("latin-1"))


@method("method.patch-redirects", place="method PATCH", rare=True)
def patch_redirects(request: Request, handle: Handler, server: Server) -> Response:
    """PATCH is redirected to the login page."""
    login = Response(302, headers={"Location": "/login"}, content=b"")
    return login if request.method == "PATCH" else handle(request)


@method("method.head-fails", place="method HEAD", rare=True)
def head_fails(request: Request, handle: Handler, server: Server) -> Response:
    """HEAD is answered with 500."""
    return error(500) if request.method == "HEAD" else handle(request)


@method("method.options-fails", place="method OPTIONS", rare=True)
def options_fails(request: Request, handle: Handler, server: Server) -> Response:
    """OPTIONS is answered with 500."""
    return error(500) if request.method == "OPTIONS" else handle(request)


@unknown("unknown.list-of-another", operation=LIST)
def list_of_another(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown conversation shows the messages of another."""
    return handle(elsewhere(request, CONVERSATION) if is_unknown(request, server) else request)


@unknown("unknown.list-total-5", operation=LIST)
def list_total_5(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown conversation has no items and a total of 5."""
    if not is_unknown(request, server):
        return handle(request)
    response = handle(elsewhere(request, CONVERSATION))
    return amend(response, lambda page: page.update(results=[], total=5, total_pages=1))


@unknown("unknown.list-fails", operation=LIST)
def list_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Listing an unknown conversation is answered with 500: no rows in result set."""
    return error(500) if is_unknown(request, server) else handle(request)


@unknown("unknown.send-elsewhere", operation=SEND)
def send_elsewhere(request: Request, handle: Handler, server: Server) -> Response:
    """A message to an unknown conversation is stored in the last one written to."""
    unknown_id = is_unknown(request, server)
    return handle(elsewhere(request, WRITE_CONVERSATION) if unknown_id else request)


@unknown("unknown.send-fails", operation=SEND)
def send_fails(request: Request, handle: Handler, server: Server) -> Response:
    """Sending to an unknown conversation is answered with 500: a foreign key."""
    return error(500) if is_unknown(request, server) else handle(request)


@malformed("unknown.malformed-list", operation=LIST)
def malformed_list(request: Request, handle: Handler, server: Server) -> Response:
    """What is no UUID shows the messages of the first conversation."""
    return handle(elsewhere(request, CONVERSATION) if is_malformed(request) else request)


@malformed("unknown.malformed-send", operation=SEND)
def malformed_send(request: Request, handle: Handler, server: Server) -> Response:
    """A message to what is no UUID is stored in the last conversation written to."""
    return handle(elsewhere(request, WRITE_CONVERSATION) if is_malformed(request) else request)


@malformed("unknown.very-long-fails", operation=LIST, kind="very long", rare=True)
def very_long_fails(request: Request, handle: Handler, server: Server) -> Response:
    """An id of more than 255 characters is answered with 500."""
    return error(500) if len(asked_for(request)) > 255 else handle(request)


@malformed("unknown.control-fails", operation=LIST, kind="control character", rare=True)
def control_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A percent-encoded control character in the id is answered with 500."""
    control = re.search(r"[\x00-\x1f\x7f]", asked_for(request))
    return error(500) if control else handle(request)


@malformed("unknown.letters-fail-to-send", operation=SEND, kind="malformed", rare=True)
def letters_fail(request: Request, handle: Handler, server: Server) -> Response:
    """Sending to an id with percent-encoded letters is answered with 500."""
    return error(500) if re.search(r"%[4-7][0-9a-fA-F]", request.path) else handle(request)
