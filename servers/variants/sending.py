"""Other ways to read, store and deliver a message."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import variant
from servers.tools import age, body, each, error, messages, showing, with_body, with_header

TEXTS = ("message", "sender_type", "echo_id")
ARRAYS = ("attachments", "to", "cc", "bcc", "mentions")


def documented_case(sent: Json) -> Json:
    """The body with its keys in small letters, as Go's decoder matches them."""
    return {name.lower(): value for name, value in sent.items()}


@variant("lenient-bodies")
def lenient_bodies(request: Request, handle: Handler, server: Server) -> Response:
    """JSON is read under any content type, in any case, with duplicate keys and invalid UTF-8.

    Leniencies: send.malformed.
    """
    if request.method != "POST":
        return handle(request)
    start = request.body.decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    try:
        sent, _ = json.JSONDecoder().raw_decode(start)
        strict = with_body(request, documented_case(sent)) if isinstance(sent, dict) else request
    except (ValueError, RecursionError):
        return handle(request)
    return handle(with_header(strict, "content-type", "application/json"))


@variant("coerces-scalars")
def coerces_scalars(request: Request, handle: Handler, server: Server) -> Response:
    """Scalars with an obvious value are brought to the documented type, null counts as absent.

    Leniencies: send.forbidden.
    """
    sent = body(request)
    if request.method != "POST" or not sent:
        return handle(request)
    coerced = {name: _coerced(name, value) for name, value in sent.items() if value is not None}
    return handle(with_body(request, coerced) if coerced != sent else request)


def _coerced(name: str, value: Any) -> Any:
    if name == "private":
        return _boolean(value)
    if name in TEXTS and isinstance(value, (int, float)):
        return json.dumps(value)
    if name == "attachments" and isinstance(value, list):
        return [_integer(item) for item in value]
    return value


def _boolean(value: Any) -> Any:
    obvious = {"true": True, "false": False, "1": True, "0": False}
    return obvious.get(str(value), value) if type(value) in (str, int) else value


def _integer(value: Any) -> Any:
    digits = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
    return int(value) if digits else value


@variant("deduplicates")
def deduplicates(request: Request, handle: Handler, server: Server) -> Response:
    """A repeated `echo_id` gives the message stored the first time, in later runs too.

    Nothing to report: send.repeat allows one message or two.
    """
    echo_id = body(request).get("echo_id")
    if request.method != "POST" or not isinstance(echo_id, str):
        return handle(request)
    if not server.credentials.accept(request):
        return handle(request)
    known = server.state.setdefault("echo ids", {})
    key = (request.path.lower(), echo_id)
    if key in known:
        return Response(200, {"status": "success", "data": deepcopy(known[key])})
    response = handle(request)
    known.update((key, deepcopy(message)) for message in messages(response))
    return response


@variant("repeats-refused")
def repeats_refused(request: Request, handle: Handler, server: Server) -> Response:
    """A repeated `echo_id` is refused with 409.

    Gaps: 409 for handleSendMessage (send.repeat).
    """
    echo_id = body(request).get("echo_id")
    if request.method != "POST" or not isinstance(echo_id, str):
        return handle(request)
    if not server.credentials.accept(request):
        return handle(request)
    seen = server.state.setdefault("seen", set())
    key = (request.path, echo_id)
    if key in seen:
        return error(409, "Already sent")
    response = handle(request)
    if response.status == 200:
        seen.add(key)
    return response


@variant("status-moves")
def status_moves(request: Request, handle: Handler, server: Server) -> Response:
    """A sent reply is pending for 100 ms, and sent or failed then.

    Nothing to report: the status of a delivery may move.
    """
    fresh = {
        message.uuid
        for conversation in server.store.conversations.values()
        for message in conversation.messages[-50:]
        if age(server, message) < 0.1
    }
    response = handle(request)
    if request.method == "POST":
        fresh = {message["uuid"] for message in messages(response)}

    def move(message: Json) -> None:
        delivered = "failed" if message["id"] % 2 else "sent"
        message["status"] = "pending" if message["uuid"] in fresh else delivered

    return each(response, move, lambda m: m["type"] == "outgoing" and not m["private"])


@variant("recipients-completed")
def recipients_completed(request: Request, handle: Handler, server: Server) -> Response:
    """Recipients are sorted, in small letters, once each; blind copies are hidden; one is added.

    Nothing to report: send.echo allows additions, de-duplication and an empty `bcc`.
    """
    return each(handle(request), _completed, lambda m: "to" in m["meta"])


def _completed(message: Json) -> None:
    meta = message["meta"]
    meta["to"] = sorted({address.lower() for address in meta["to"]})
    copies = {address.lower() for address in meta.get("cc", [])}
    meta["cc"] = sorted(copies | {"archive@example.com"})
    meta["bcc"] = []


@variant("read-replica")
def read_replica(request: Request, handle: Handler, server: Server) -> Response:
    """Lists are read from a replica that is 500 ms late.

    Gaps: 200 for handleSendMessage (send.listed: a first miss that heals within 2 s).
    """
    if request.method != "GET":
        return handle(request)
    with showing(server, lambda message: age(server, message) > 0.5):
        return handle(request)


@variant("slow-read-replica")
def slow_read_replica(request: Request, handle: Handler, server: Server) -> Response:
    """Lists are read from a replica that is 1.9 s late, hardly within what is allowed.

    Gaps: 200 for handleSendMessage (send.listed: a first miss that heals within 2 s).
    """
    if request.method != "GET":
        return handle(request)
    with showing(server, lambda message: age(server, message) > 1.9):
        return handle(request)
