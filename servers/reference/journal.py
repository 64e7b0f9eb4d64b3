"""A record of what reached the server, for tests that count writes and recipients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servers.reference.protocol import Handler, Request, Response

if TYPE_CHECKING:
    from servers.reference.server import Server

RECIPIENT_FIELDS = ("to", "cc", "bcc")


class Journal:
    """Appends one JSON line for each request to a file; it has the shape of a `Wrap`.

    A line holds `method`, `path`, `status`, `stored` (whether the store grew), `recipients` (the
    addresses that the request names, sent to or not), `authenticated` and `time`.
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
            "recipients": recipients(request.body),
            "authenticated": server.credentials.accept(request),
            "time": server.store.clock().isoformat(),
        }
        self._file.write(json.dumps(line) + "\n")
        return response

    def close(self) -> None:
        """Release the file; every line is already written."""
        self._file.close()


def recipients(body: bytes) -> list[str]:
    """Read as leniently as possible: a line must not miss an address that some server would use."""
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return []
    if not isinstance(value, dict):
        return []
    lists = [value[name] for name in RECIPIENT_FIELDS if isinstance(value.get(name), list)]
    return [address for addresses in lists for address in addresses if isinstance(address, str)]
