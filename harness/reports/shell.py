"""Words of a POSIX-like shell command line, exact to the byte."""

from __future__ import annotations

import shlex

_NAMED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def word(data: bytes) -> str:
    """`data` as one word for bash: plain, in single quotes, or `$'…'` where bytes need escapes.

    Only NUL has no spelling: no argument of a program can hold it.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "$'" + "".join(_byte(byte) for byte in data) + "'"
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(_character(c) for c in text) + "'"


def octets(text: str) -> bytes:
    """The bytes that a header's or a target's text stands for (RFC 9110, 5.5: one a character)."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _character(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    if character.isprintable():
        return character
    return "".join(f"\\x{byte:02x}" for byte in character.encode("utf-8"))


def _byte(byte: int) -> str:
    character = chr(byte)
    return _character(character) if character.isascii() else f"\\x{byte:02x}"
