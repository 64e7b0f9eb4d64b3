"""For tests: a client without a socket, a clock that moves when told to, and a process."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from servers.reference.protocol import Handler, Request, Response
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.reference.server import CREDENTIALS, Server

ROOT = Path(__file__).parents[1]
KEY, SECRET = CREDENTIALS.api_key, CREDENTIALS.api_secret
TOKEN = f"token {KEY}:{SECRET}"
BASIC = "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
NOTE = {"sender_type": "agent", "private": True, "message": "a note"}
REPLY = {"sender_type": "agent", "message": "a reply", "to": ["kim@example.com"]}
CONTACT = {"sender_type": "contact", "message": "a question"}


@dataclass
class Clock:
    """Stands still at an hour long after the seeded messages."""

    moment: datetime = field(default_factory=lambda: datetime(2030, 1, 1, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        """The time, as the store asks for it."""
        return self.moment

    def pass_seconds(self, seconds: float) -> None:
        """Let time go by."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class Client:
    """Sends well-formed requests, unless told otherwise, straight to a handler."""

    handle: Handler
    server: Server

    def request(
        self,
        method: str,
        query: list[tuple[str, str]] | None = None,
        body: bytes = b"",
        conversation: str = CONVERSATION,
        authorization: list[str] | None = None,
        content_type: str | None = None,
        path: str | None = None,
    ) -> Response:
        """Any request; without credentials unless they are given."""
        headers = [("authorization", value) for value in authorization or []]
        if content_type is not None:
            headers.append(("content-type", content_type))
        path = path or f"/api/v1/conversations/{conversation}/messages"
        return self.handle(Request(method, path, tuple(query or []), tuple(headers), body))

    def get(self, *query: tuple[str, Any], **options: Any) -> Response:
        """A listing with good credentials; `query` holds pairs."""
        pairs = [(name, str(value)) for name, value in query]
        return self.request("GET", query=pairs, **{"authorization": [TOKEN], **options})

    def page(self, *query: tuple[str, Any], **options: Any) -> dict[str, Any]:
        """The `data` of a listing that must succeed."""
        response = self.get(*query, **options)
        assert response.status == 200, response.payload
        data: dict[str, Any] = response.payload["data"]
        return data

    def post(self, body: Any, **options: Any) -> Response:
        """A message with good credentials, to the conversation that is there to be written to."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        defaults = {
            "authorization": [TOKEN],
            "content_type": "application/json",
            "conversation": WRITE_CONVERSATION,
        }
        return self.request("POST", body=content, **{**defaults, **options})


@contextmanager
def started(*options: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """A server in a process of its own, and what it said when it was ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "servers.reference", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def messages_url(known: dict[str, str], conversation: str = "conversation") -> str:
    """Where the messages of one of the two conversations are."""
    return f"{known['url']}/api/v1/conversations/{known[conversation]}/messages"
