"""A record of what reached the server, for tests that count writes, recipients and mentions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from servers.reference.protocol import Handler, Request, Response

if TYPE_CHECKING:
    from servers.reference.server import Server

RECIPIENT_FIELDS = ("to", "cc", "bcc")


class Journal:
    """Appends one JSON line for each request to a file; it has the shape of a `Wrap`.

    A line holds `method`, `path`, `status`, `stored` (whether the store grew), `recipients` (the
    addresses that the request names, sent to or not), `mentions` (how many it names), `private`
    (whether its body is, to the letter, an agent's private note), `authenticated` and `time`.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def __call__(self, request: Request, handle: Handler, server: Server) -> Response:
        """Pass the request on, and write down what became of it before the client knows."""
        before = server.store.additions
        response = handle(request)
        line = {
            "method": request.method,
            "path": request.path,
            "status": response.status,
            "stored": server.store.additions > before,
            "recipients": recipients(request),
            "mentions": sum(1 for _ in named(request, ("mentions",))),
            "private": is_private_note(request.body),
            "authenticated": server.credentials.accept(request),
            "time": server.store.clock().isoformat(),
        }
        self._file.write(json.dumps(line) + "\n")
        return response

    def close(self) -> None:
        """Release the file; every line is already written."""
        self._file.close()


def recipients(request: Request) -> list[str]:
    """Read as leniently as possible: a line must not miss an address that some server would use."""
    return [value for value in named(request, RECIPIENT_FIELDS) if isinstance(value, str)]


def named(request: Request, fields: tuple[str, ...]) -> Iterator[Any]:
    """The single values of some properties, in JSON or a form, at any depth and in any capitals."""
    pairs: list[tuple[str, Any]] = list(request.query)

    def keep(items: list[tuple[str, Any]]) -> dict[str, Any]:
        pairs.extend(items)
        return dict(items)

    try:
        json.loads(request.body, object_pairs_hook=keep)
    except (ValueError, RecursionError):
        pairs += parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    for name, value in pairs:
        if name.lower().partition("[")[0] in fields:
            yield from value if isinstance(value, list) else [value]


def is_private_note(body: bytes) -> bool:
    """What no server can take for anything else; a repeated key is two different things."""
    try:
        value = json.loads(body, object_pairs_hook=lambda items: (len(items), dict(items)))
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, tuple) or value[0] != len(value[1]):
        return False
    return value[1].get("private") is True and value[1].get("sender_type") == "agent"
