"""What `--writes all` lets through to a server that sends real mail: the sink, and nobody else.

Judged from the bytes: every `@` in any reading of them must be followed by the sink domain. A
reading that finds more than the server would costs a request; one that finds less costs a mail.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import unquote_plus

from harness.client.wire import Wire

MOST = 25
"""Recipients of one request."""

ROUNDS = 3
OURS = frozenset({"authorization", "user-agent", "host"})


def mail_reason(
    wire: Wire, sink: str, pointers: Collection[str], witnesses: Collection[Any]
) -> str:
    """Why the request might reach somebody by mail; empty if it cannot.

    `pointers`: where recipients stand in the body. `witnesses`: JSON values without an address
    that may stand there.
    """
    if not sink:
        return "writes that may send mail need a sink domain (--sink)"
    inside = re.compile(rf"@{re.escape(sink)}(?![\w.-])", re.IGNORECASE)
    readings = _readings(wire)
    if any(text.count("@") != len(inside.findall(text)) for text in readings):
        return "an @ in it is not followed by the sink domain"
    recipients = _recipients(wire.body or b"", pointers)
    if recipients is None:
        return "it may have recipients, in a body that cannot be read"
    if max(len(recipients), *(text.count("@") for text in readings)) > MOST:
        return f"it may have more than {MOST} recipients"
    return _strangers(recipients, sink, witnesses)


def _strangers(recipients: Collection[Any], sink: str, witnesses: Collection[Any]) -> str:
    one = re.compile(rf"[^@,;\s]+@{re.escape(sink)}", re.IGNORECASE)
    allowed = {json.dumps(witness) for witness in witnesses}
    for recipient in recipients:
        is_sink = isinstance(recipient, str) and one.fullmatch(recipient)
        if not is_sink and json.dumps(recipient) not in allowed:
            return "a recipient is neither one address in the sink domain nor a known witness"
    return ""


def _readings(wire: Wire) -> set[str]:
    """The request's text, and what decoders on the way may make of it."""
    headers = [value for name, value in wire.headers if name.lower() not in OURS]
    body = wire.body or b""
    found = {
        "\n".join([wire.target, *headers]),
        body.decode("utf-8", "replace"),
        body.replace(b"\0", b"").decode("utf-8", "replace"),
    }
    decoders: tuple[Callable[[str], str], ...] = (_unescaped, unquote_plus, html.unescape, _wide)
    fresh = found
    for _ in range(ROUNDS):
        fresh = {decode(text) for text in fresh for decode in decoders} - found
        found = found | fresh
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _wide(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _recipients(body: bytes, pointers: Collection[str]) -> list[Any] | None:
    """The single values in the recipients' places, without regard to the case of keys, and of
    every key that is repeated. None if the body is no JSON, and names such a place."""
    names = {pointer.split("/")[1].casefold() for pointer in pointers}
    found: list[Any] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(value for name, value in items if name.casefold() in names)
        return dict(items)

    text = body.decode("utf-8", "replace")
    try:
        json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        named = rf"(?i)\b({'|'.join(map(re.escape, names))})\b\W{{0,9}}?[:=]"
        return None if names and re.search(named, text) else []
    values = [value for value in found if value is not None]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]
