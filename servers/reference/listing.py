"""handleGetMessages: `GET /api/v1/conversations/{uuid}/messages`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from servers.reference.protocol import Refusal, Request, Response
from servers.reference.store import Conversation, newest_first

DEFAULT_PAGE = 1
DEFAULT_PAGE_SIZE = 30
MAX_PAGE_SIZE = 100
BOOLEANS = {"true": True, "false": False}
TYPE_FILTERS = ("incoming", "outgoing", "activity")
# A page number is echoed, so it may be far beyond 64 bits, but must not become a burden.
INTEGER = re.compile(r"-?[0-9]{1,100}")


@dataclass(frozen=True, slots=True)
class Query:
    """The documented query parameters, valid."""

    page: int
    page_size: int
    private: bool | None
    types: tuple[str, ...]


def parse(request: Request) -> Query:
    """Read the documented parameters and leave all others alone; refuse what the schema forbids."""
    page = _integer(request, "page", DEFAULT_PAGE)
    page_size = _integer(request, "page_size", DEFAULT_PAGE_SIZE)
    if page < 1:
        raise Refusal(400, "`page` counts from 1")
    if not 1 <= page_size <= MAX_PAGE_SIZE:
        raise Refusal(400, f"`page_size` must be between 1 and {MAX_PAGE_SIZE}")
    types = tuple(request.parameter("type"))
    if not set(types) <= set(TYPE_FILTERS):
        raise Refusal(400, f"`type` must be one of {', '.join(TYPE_FILTERS)}")
    return Query(page, page_size, _private(request), types)


def list_messages(request: Request, conversation: Conversation) -> Response:
    """One page, newest message first. Beyond the last page: an empty list and the same total."""
    query = parse(request)
    messages = newest_first(conversation, query.private, query.types)
    start = (query.page - 1) * query.page_size
    page = messages[start : start + query.page_size]
    data = {
        "results": [message.as_json() for message in page],
        "total": len(messages),
        "per_page": query.page_size,
        "total_pages": -(-len(messages) // query.page_size),
        "page": query.page,
    }
    return Response(200, {"status": "success", "data": data})


def _single(request: Request, name: str) -> str | None:
    values = request.parameter(name)
    if len(values) > 1:
        raise Refusal(400, f"`{name}` is given more than once")
    return values[0] if values else None


def _integer(request: Request, name: str, default: int) -> int:
    text = _single(request, name)
    if text is None:
        return default
    if not INTEGER.fullmatch(text):
        raise Refusal(400, f"`{name}` must be an integer")
    return int(text)


def _private(request: Request) -> bool | None:
    text = _single(request, "private")
    if text is None:
        return None
    if text not in BOOLEANS:
        raise Refusal(400, "`private` must be true or false")
    return BOOLEANS[text]
