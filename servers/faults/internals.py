"""Errors that show what is none of the client's business."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault

leak = partial(fault, clause="response.no-internals", place="/message", regime=None)


def says(response: Response, status: int, message: str) -> Response:
    """The error with this status, in other words."""
    if response.status == status:
        response.payload["message"] = message
    return response


@leak("internals.stack-trace", operation=LIST, kind="stack trace")
def stack_trace(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown conversation is answered with a stack trace."""
    trace = (
        "goroutine 41 [running]:\nmain.handleGetMessages(0xc0001a2000)\n"
        "\tcmd/messages.go:58 +0x1d4\nruntime/debug.Stack()"
    )
    return says(handle(request), 404, trace)


@leak("internals.python-traceback", operation=SEND, kind="stack trace")
def python_traceback(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is no JSON is answered with a Python traceback."""
    trace = (
        "Traceback (most recent call last):\n"
        '  File "messages.py", line 31, in post\nJSONDecodeError: Expecting value'
    )
    return says(handle(request), 400, trace)


@leak("internals.sql", operation=LIST, kind="SQL statement")
def sql(request: Request, handle: Handler, server: Server) -> Response:
    """A bad parameter is answered with the database's complaint and the statement."""
    message = "pq: syntax error: SELECT id, uuid FROM conversation_messages WHERE type = ANY($2)"
    return says(handle(request), 400, message)


@leak("internals.sql-insert", operation=SEND, kind="SQL statement", rare=True)
def sql_insert(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown attachment is answered with the statement that failed; other errors are clean."""
    response = handle(request)
    if response.status == 400 and "attachments" in response.payload["message"]:
        response.payload["message"] = "INSERT INTO message_media (message_id, media_id) VALUES ($1)"
    return response


@leak("internals.path", operation=SEND, kind="absolute path")
def path(request: Request, handle: Handler, server: Server) -> Response:
    """A bad body is answered with the place of the schema on the server's disk."""
    return says(handle(request), 400, "validation failed: /opt/libredesk/schema/message.json")


@leak("internals.source-line", operation=LIST, kind="source line")
def source_line(request: Request, handle: Handler, server: Server) -> Response:
    """A conversation id that is no UUID is answered with a source file and its line."""
    response = handle(request)
    if response.status == 400 and "UUID" in response.payload["message"]:
        response.payload["message"] = "invalid input (conversation.go:212)"
    return response


@leak("internals.expected-secret", operation=LIST, kind="credential", strangers=True)
def expected_secret(request: Request, handle: Handler, server: Server) -> Response:
    """A 401 helpfully names the secret that it expected."""
    secret = server.credentials.api_secret
    return says(handle(request), 401, f"invalid secret, expected {secret}")


@leak("internals.database-password", operation=SEND, kind="credential")
def database_password(request: Request, handle: Handler, server: Server) -> Response:
    """An unknown conversation is answered with the database's address and password."""
    dsn = "postgres://libredesk:s3cr3t-pw@db:5432/libredesk"
    return says(handle(request), 404, f"no rows in result set ({dsn})")


@leak("internals.path-page-size-0", operation=LIST, kind="absolute path", rare=True)
def path_page_size_0(request: Request, handle: Handler, server: Server) -> Response:
    """Only a page size of 0 is answered with a path of the server's disk."""
    response = handle(request)
    if request.parameter("page_size") == ["0"]:
        return says(response, 400, "cannot divide by zero in /usr/local/lib/libredesk/paging.so")
    return response
