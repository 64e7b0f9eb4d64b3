"""The thin shell around the core: bytes in, bytes out, and the faults that only a wire can show.

Raw ASGI: the core needs neither routing nor request objects, and on this machine a framework's
request and response classes would cost as much as the answer itself.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from servers.reference.protocol import Handler, Request, Response, parse_query

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Protocol(HttpToolsProtocol):
    """Hands the connection on to the application: ASGI knows no way to break one off."""

    def on_message_begin(self) -> None:
        """Called by the parser before each request."""
        super().on_message_begin()
        self.scope["extensions"] = {"transport": {"connection": self.transport}}


def application(handle: Handler, *, threads: bool = False) -> Application:
    """The ASGI application that answers with `handle`; in threads if that waits for others."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            return
        request = _request(scope, body)
        response = await asyncio.to_thread(handle, request) if threads else handle(request)
        if response.delay:
            await asyncio.sleep(response.delay)
        if response.reset:
            _abort(scope)
            await _disconnected(receive)
        else:
            await _deliver(response, scope, receive, send)

    return answer


async def _body(receive: Receive) -> bytes | None:
    """The whole request body; None if the client went away before its end."""
    parts = []
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    return b"".join(parts)


def _request(scope: Scope, body: bytes) -> Request:
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=parse_query(scope["query_string"].decode("latin-1")),
        headers=tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
        ),
        body=body,
        raw_query=scope["query_string"].decode("latin-1"),
    )


async def _deliver(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    content = response.encoded()
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
    ]
    if not response.chunked and response.status != 204:
        headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if response.truncate_at is not None:
        part = content[: response.truncate_at]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        _connection(scope).close()
        await _disconnected(receive)
        return
    if response.chunked:
        middle = len(content) // 2
        await send({"type": "http.response.body", "body": content[:middle], "more_body": True})
        content = content[middle:]
    await send({"type": "http.response.body", "body": content})


def _connection(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["extensions"]["transport"]["connection"]
    return transport


def _abort(scope: Scope) -> None:
    """Reset the connection: without lingering, the kernel sends RST and not FIN."""
    transport = _connection(scope)
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    transport.abort()


async def _disconnected(receive: Receive) -> None:
    """Wait until the server has noticed, or it would answer 500 on the application's behalf."""
    while (await receive())["type"] != "http.disconnect":
        pass
