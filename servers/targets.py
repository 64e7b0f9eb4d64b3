"""Which conversation a request is about, for faults and variants that mind it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from servers.reference.protocol import Request
from servers.reference.server import ROUTE, UUID, Server


def asked_for(request: Request) -> str:
    """The conversation id in the request's path, decoded."""
    route = ROUTE.fullmatch(request.path)
    return unquote(route[1], errors="replace") if route else ""


def elsewhere(request: Request, uuid: str) -> Request:
    """The same request to another conversation."""
    return replace(request, path=f"/api/v1/conversations/{uuid}/messages")


def is_unknown(request: Request, server: Server) -> bool:
    """Whether the id is a UUID that no conversation has."""
    uuid = asked_for(request)
    return bool(UUID.fullmatch(uuid)) and server.store.conversation(uuid) is None


def is_malformed(request: Request) -> bool:
    """Whether the id is no UUID."""
    return asked_for(request) != "" and not UUID.fullmatch(asked_for(request))
