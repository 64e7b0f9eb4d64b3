"""A request's text, and everything that a decoder on its way may make of it.

A reading that finds more than the server would costs a request; one that finds less costs a mail.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection
from urllib.parse import unquote_plus

from harness.client.wire import Wire

ROUNDS = 3
"""How often something may be encoded on top of something else."""
OURS = frozenset({"authorization", "user-agent", "host"})
OVERLONG = re.compile(rb"\xc1\x80|\xe0\x81\x80|\xf0\x80\x81\x80")
"""An `@` in more bytes than UTF-8 allows: strict decoders refuse it, lenient ones do not."""
PLAIN_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
ESCAPE = re.compile(
    r"[\\%]u([0-9a-f]{4})|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{8})|\\x([0-9a-f]{2})|(\\[0-7]{3})",
    re.IGNORECASE,
)
QUOTED = re.compile(r"=([0-9a-f]{2})|=[ \t]*\r?\n", re.IGNORECASE)
LINES = "\t\n\r"


def is_hidden(wire: Wire) -> bool:
    """Whether the body is coded in a way that these readings do not undo."""
    types = " ".join(wire.values("content-type")).lower()
    named = re.findall(r"charset\*?\s*=[\s\"']*([^\s;,\"']*)", types)
    body = (wire.body or b"").replace(b"\0", b"").lower()
    return (
        any(value.strip().lower() != "identity" for value in wire.values("content-encoding"))
        or any(name not in PLAIN_CHARSETS for name in named)
        or b"content-transfer-encoding" in body
    )


def readings(wire: Wire, ours: Collection[str] = ()) -> set[str]:
    """Target, headers and body as text, in every reading. `ours`: headers of the user's own."""
    skipped = OURS | {name.lower() for name in ours}
    headers = [value for name, value in wire.headers if name.lower() not in skipped]
    body = OVERLONG.sub(b"@", wire.body or b"")
    found = {
        "\n".join([wire.target, *headers]),
        body.decode("utf-8", "replace"),
        body.replace(b"\0", b"").decode("utf-8", "replace"),
    }
    fresh = found
    for _ in range(ROUNDS):
        fresh = {decode(text) for text in fresh for decode in DECODERS} - found
        found = found | fresh
    return found


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        digits = next(group for group in match.groups() if group)
        code = int(digits[1:], 8) if digits.startswith("\\") else int(digits, 16)
        return chr(code) if code <= 0x10FFFF else match[0]

    return ESCAPE.sub(character, text)


def _wide(text: str) -> str:
    """Characters that mean the same as plain ones, dots of other scripts included."""
    return unicodedata.normalize("NFKC", text).replace("\u3002", ".")


def _bare(text: str) -> str:
    """Without what nobody sees."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in LINES or unicodedata.category(c)[0] != "C")


def _quoted(text: str) -> str:
    """Quoted-printable, as in parts of a multipart body and in encoded words."""
    return QUOTED.sub(lambda found: chr(int(found[1], 16)) if found[1] else "", text)


def _seven(text: str) -> str:
    if "+" not in text:
        return text
    return text.encode("ascii", "replace").decode("utf-7", "replace")


DECODERS: tuple[Callable[[str], str], ...] = (
    _unescaped, unquote_plus, html.unescape, _wide, _bare, _quoted, _seven,
)  # fmt: skip
