"""The core: one function from a request to a response, over one store."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from servers.reference.authentication import Credentials
from servers.reference.listing import list_messages
from servers.reference.protocol import Refusal, Request, Response
from servers.reference.seed import seeded_store
from servers.reference.sending import send_message
from servers.reference.store import Clock, Conversation, Store, utc_now

# Fixed, so that a run can be repeated; random-looking, so that no test guesses them.
CREDENTIALS = Credentials("q7Rk2mXw9TzLb4Vd", "hN3vYc8PsE6uJf1GxKa5WtZo0BqMiD2R")
ROUTE = re.compile(r"/api/v1/conversations/([^/]+)/messages")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
METHODS = "GET, HEAD, OPTIONS, POST"


class Server:
    """A store behind the two published operations.

    `state` belongs to whoever wraps `handle` and has to remember something between requests.
    """

    def __init__(self, store: Store, credentials: Credentials = CREDENTIALS) -> None:
        self.store = store
        self.credentials = credentials
        self.state: dict[str, Any] = {}

    def handle(self, request: Request) -> Response:
        """Answer one request. Nothing that a client sends leads to a 5xx."""
        try:
            return self._answer(request)
        except Refusal as refusal:
            return refusal.response()

    def _answer(self, request: Request) -> Response:
        """Route, then authenticate, then look up, then read the body.

        The order matters: who has no credentials must not learn which conversations exist, and
        must not make the server parse anything.
        """
        route = ROUTE.fullmatch(request.path)
        if route is None:
            raise Refusal(404, "No such resource")
        if request.method == "OPTIONS":
            return Response(204, headers={"Allow": METHODS}, content=b"")
        if request.method not in ("GET", "HEAD", "POST"):
            raise Refusal(405, "Method not allowed", {"Allow": METHODS})
        self.credentials.require(request)
        conversation = self._conversation(unquote(route[1], errors="replace"))
        if request.method == "POST":
            return send_message(request, conversation, self.store)
        return list_messages(request, conversation)

    def _conversation(self, uuid: str) -> Conversation:
        if not UUID.fullmatch(uuid):
            raise Refusal(400, "The conversation id must be a UUID")
        conversation = self.store.conversation(uuid)
        if conversation is None:
            raise Refusal(404, "Conversation not found")
        return conversation


def new_server(clock: Clock = utc_now) -> Server:
    """A server with the seeded conversations, as `python -m servers.reference` starts it."""
    return Server(seeded_store(clock))
