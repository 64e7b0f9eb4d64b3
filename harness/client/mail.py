"""What `--writes all` lets through to a server that sends real mail: the sink, and nobody else.

Judged from the bytes: every `@` in any reading of them must be followed by the sink domain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from harness.client.decoding import is_hidden, readings
from harness.client.harmless import folded
from harness.client.wire import Wire

MOST = 25
"""Recipients of one request."""
LOCAL = r"[^@,;:%!=<>()\[\]\\\"'`|\s]+"
"""In front of the `@`: nothing that a mailer may take for a route, a list or an encoded word."""


def mail_reason(
    wire: Wire,
    sink: str,
    pointers: Collection[str],
    witnesses: Collection[Any],
    ours: Collection[str] = (),
) -> str:
    """Why the request might reach somebody by mail; empty if it cannot.

    `pointers`: where recipients stand in the body. `witnesses`: JSON values without an address
    that may stand there. `ours`: names of headers that the user adds to every request.
    """
    if not sink:
        return "writes that may send mail need a sink domain (--sink)"
    if is_hidden(wire):
        return "its charset or coding may hide an address"
    inside = re.compile(rf"@{re.escape(sink)}(?![\w.-])", re.IGNORECASE)
    texts = readings(wire, ours)
    if any(text.count("@") != len(inside.findall(text)) for text in texts):
        return "an @ in it is not followed by the sink domain"
    recipients = _recipients(wire, pointers, texts)
    if recipients is None:
        return "it may have recipients, where they cannot be read"
    if max(len(recipients), *(text.count("@") for text in texts)) > MOST:
        return f"it may have more than {MOST} recipients"
    return _strangers(recipients, sink, witnesses)


def _strangers(recipients: Collection[Any], sink: str, witnesses: Collection[Any]) -> str:
    one = re.compile(rf"{LOCAL}@{re.escape(sink)}", re.IGNORECASE)
    allowed = {json.dumps(witness) for witness in witnesses}
    for recipient in recipients:
        is_sink = isinstance(recipient, str) and one.fullmatch(recipient)
        if not is_sink and json.dumps(recipient) not in allowed:
            return "a recipient is neither one address in the sink domain nor a known witness"
    return ""


def _recipients(wire: Wire, pointers: Collection[str], texts: Collection[str]) -> list[Any] | None:
    """The single values in the recipients' places, in whatever spelling of their keys, and of
    every key that is repeated. None if such a place is named where it cannot be read."""
    names = {folded(pointer.split("/")[1]) for pointer in pointers}
    found: list[Any] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(value for name, value in items if names & {folded(name), *_words(name)})
        return dict(items)

    query = parse_qsl(urlsplit(wire.target).query, keep_blank_values=True)
    if any(names & {folded(name), *_words(name)} for name, _ in query):
        return None
    try:
        json.loads((wire.body or b"").decode("utf-8", "replace"), object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        # A form, parts, markup, half of an object: any word may be the name of a place.
        return None if any(names & set(_words(text)) for text in texts) else []
    values = [value for value in found if value is not None]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _words(text: str) -> list[str]:
    return [folded(word) for word in re.findall(r"\w+", text)]
