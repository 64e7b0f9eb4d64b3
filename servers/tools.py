"""What faults and variants have in common: small surgery on requests, responses and the store."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.reference.store import Json, Message

Change = Callable[[Json], object]
Choice = Callable[[list[Json], int, int], list[Json]]


def error(status: int, message: str = "Something went wrong") -> Response:
    """An answer in the error envelope."""
    return Response(status, {"status": "error", "message": message})


# --- requests


def with_parameter(request: Request, name: str, *values: object) -> Request:
    """The request with these values of a query parameter instead of its own, or with none."""
    kept = [pair for pair in request.query if pair[0] != name]
    return replace(request, query=(*kept, *((name, str(value)) for value in values)))


def with_header(request: Request, name: str, *values: str) -> Request:
    """The request with these values of a header instead of its own, or without it."""
    kept = [pair for pair in request.headers if pair[0] != name]
    return replace(request, headers=(*kept, *((name, value) for value in values)))


def number(request: Request, name: str, default: int) -> int:
    """A parameter that is an integer; the default if it is absent or anything else."""
    try:
        return int(request.parameter(name)[0])
    except (IndexError, ValueError):
        return default


def filtered(request: Request) -> bool:
    """Whether the request restricts the listing."""
    return any(name in ("private", "type") for name, _ in request.query)


def body(request: Request) -> Json:
    """The body if it is a JSON object, and nothing of it otherwise."""
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def with_body(request: Request, value: Json | None = None, **changes: Any) -> Request:
    """The request with another JSON body, or with some of its properties changed."""
    content = json.dumps({**(body(request) if value is None else value), **changes}).encode()
    return replace(request, body=content)


def without(request: Request, *names: str) -> Request:
    """The request without some properties of its body."""
    return with_body(request, {k: v for k, v in body(request).items() if k not in names})


def text(request: Request) -> str:
    """The message's text; empty if there is none."""
    value = body(request).get("message")
    return value if isinstance(value, str) else ""


def items(request: Request, name: str) -> list[Any]:
    """An array property of the body; empty if it is absent or no array."""
    value = body(request).get(name)
    return value if isinstance(value, list) else []


def context(request: Request) -> str:
    """Which kind of message a body is: a note, a reply or a contact's."""
    sent = body(request)
    if sent.get("sender_type") == "contact":
        return "contact"
    return "note" if sent.get("private") is True else "reply"


# --- credentials


@dataclass(frozen=True, slots=True)
class Given:
    """What an `Authorization` header says, read leniently; `raw` is all but the scheme."""

    scheme: str
    key: str
    secret: str
    colon: bool
    raw: str


def given(request: Request) -> Given:
    """The last `Authorization` header of a request, in parts."""
    values = request.header("authorization")
    scheme, _, raw = values[-1].partition(" ") if values else ("", "", "")
    pair = raw
    if scheme.lower() == "basic":
        pair = decoded(raw)
    key, colon, secret = pair.partition(":")
    return Given(scheme.lower(), key, secret, bool(colon), raw)


def decoded(raw: str) -> str:
    """What Base64 stands for, read leniently; empty for what is none."""
    try:
        return base64.b64decode(raw.encode("latin-1") + b"==").decode("latin-1")
    except ValueError:
        return ""


def admitted(request: Request, server: Server) -> Request:
    """The same request, with good credentials."""
    good = server.credentials
    return with_header(request, "authorization", f"token {good.api_key}:{good.api_secret}")


def admit_if(condition: bool, request: Request, handle: Handler, server: Server) -> Response:
    """Answer as if the credentials were good, where a fault takes them for good."""
    return handle(admitted(request, server) if condition else request)


# --- responses


def messages(response: Response) -> list[Json]:
    """The messages of a successful answer, of either operation, to be altered in place."""
    data = response.payload.get("data") if isinstance(response.payload, dict) else None
    if response.status != 200 or not isinstance(data, dict):
        return []
    results: list[Json] = data.get("results", [data])
    return results


def each(response: Response, change: Change, where: Change = bool) -> Response:
    """The response, with every message altered that `where` holds for."""
    for message in messages(response):
        if where(message):
            change(message)
    return response


def amend(response: Response, change: Change, where: Change = bool) -> Response:
    """The response, with the `data` of a page altered, if it is a page and `where` holds."""
    page = page_of(response)
    if page is not None and where(page):
        change(page)
    return response


def page_of(response: Response) -> Json | None:
    """The `data` of a page; None for any other response."""
    if response.status != 200 or not isinstance(response.payload, dict):
        return None
    data = response.payload.get("data")
    return data if isinstance(data, dict) and "results" in data else None


def matching(request: Request, handle: Handler) -> list[Json]:
    """All messages that the request's filters let through, over all pages."""
    found: list[Json] = []
    number_of_pages = 1
    page = 0
    while page < number_of_pages:
        page += 1
        step = with_parameter(with_parameter(request, "page", page), "page_size", 100)
        data = page_of(handle(step))
        if data is None:
            break
        found += data["results"]
        number_of_pages = data["total_pages"]
    return found


def reselect(request: Request, handle: Handler, choose: Choice) -> Response:
    """A page whose items are what `choose(all matching, page, page size)` says."""
    response = handle(request)
    page = page_of(response)
    if page is not None:
        page["results"] = choose(matching(request, handle), page["page"], page["per_page"])
    return response


def relist(request: Request, handle: Handler, wanted: Change) -> Response:
    """A page of the unfiltered list's messages that `wanted` holds for, with totals to match."""
    response = handle(request)
    page = page_of(response)
    if page is not None:
        plain = with_parameter(with_parameter(request, "type"), "private")
        found = [message for message in matching(plain, handle) if wanted(message)]
        size = page["per_page"]
        start = (page["page"] - 1) * size
        page["results"] = found[start : start + size]
        page["total"] = len(found)
        page["total_pages"] = -(-len(found) // size)
    return response


# --- the server


def nth(server: Server, name: str, every: int) -> bool:
    """True once in `every` calls, by a counter: what is random can't be told from a bad test."""
    server.state[name] = server.state.get(name, 0) + 1
    return bool(server.state[name] % every == 0)


def once(server: Server, name: str) -> bool:
    """True for the first call only."""
    first = name not in server.state
    server.state[name] = True
    return first


@contextmanager
def showing(server: Server, wanted: Callable[[Message], bool]) -> Iterator[None]:
    """For a moment, the store holds only the messages that `wanted` holds for."""
    stored = {uuid: c.messages for uuid, c in server.store.conversations.items()}
    for conversation in server.store.conversations.values():
        conversation.messages = [message for message in conversation.messages if wanted(message)]
    try:
        yield
    finally:
        for uuid, kept in stored.items():
            server.store.conversations[uuid].messages = kept


def age(server: Server, message: Message) -> float:
    """Seconds since a message was stored."""
    return (server.store.clock() - message.created_at).total_seconds()
