"""URLs that are passwords: who has one reads the file behind it, without logging in.

"Credentials, cookies and signed URLs are redacted in every output", so in bodies that are kept on
request as well. The URL stays, so that a reader sees what is there; what signs it goes.
"""

from __future__ import annotations

import re

SIGNED = b"redacted"
"""Stands where the signature was; a URL with it is still a URL."""

_NAME = (
    rb"(?:[a-z0-9]+[-_])*(?:signature|sig|sign|signed|credential|security-token|token|tok|secret"
    rb"|hmac|hash|digest|mac|key|apikey|api[-_]key|auth|authorization|password|pwd|policy|jwt|otp"
    rb"|code|session|nonce|key-pair-id)"
)
_START = rb"(?:[?&;]|%3f|%26|\\u0026|\\u003f|&amp;|&#38;|&#x26;)"
_EQUALS = rb"(?:=|%3d|\\u003d)"
_VALUE = rb"(?:(?!%26|%23|\\u0026|&amp;)[^\s&;#\"'<>\\|)\]}])+"
_PARAMETER = re.compile(rb"(" + _START + _NAME + _EQUALS + rb")" + _VALUE, re.IGNORECASE)
_LOGIN = re.compile(
    rb"(\b[a-z][a-z0-9+.-]{1,20}:(?:\\?/){2})[^\s/@\"'<>\\]+:[^\s/@\"'<>\\]+@", re.I
)


def unsigned(data: bytes) -> bytes:
    """`data` with the signatures, tokens and logins of all URLs in it replaced."""
    if not data or (b"=" not in data and b"%3" not in data and b"@" not in data):
        return data
    return _LOGIN.sub(rb"\1" + SIGNED + b"@", _PARAMETER.sub(rb"\1" + SIGNED, data))


def unsigned_text(text: str) -> str:
    """The same for a header's value."""
    return unsigned(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
