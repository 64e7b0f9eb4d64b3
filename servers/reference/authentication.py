"""*The Libredesk API supports two authentication methods*: Basic and `token key:secret`."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from servers.reference.protocol import Refusal, Request

CHALLENGE = {"WWW-Authenticate": 'Basic realm="Libredesk API", charset="UTF-8"'}


@dataclass(frozen=True, slots=True)
class Credentials:
    """The one agent's API key and secret."""

    api_key: str
    api_secret: str

    def accept(self, request: Request) -> bool:
        """Whether the request holds exactly these, under one of the two documented schemes.

        Both halves are always compared, in constant time: neither the answer nor its duration
        tells which half was wrong.
        """
        values = request.header("authorization")
        if len(values) != 1:
            return False
        pair = _key_and_secret(values[0])
        if pair is None:
            return False
        key, secret = pair
        return _same(key, self.api_key) & _same(secret, self.api_secret)

    def require(self, request: Request) -> None:
        """*401 Unauthorized* is the one published answer to credentials that are not good."""
        if not self.accept(request):
            raise Refusal(401, "Invalid or missing credentials", CHALLENGE)


def _same(given: bytes, expected: str) -> bool:
    return hmac.compare_digest(given, expected.encode())


def _key_and_secret(value: str) -> tuple[bytes, bytes] | None:
    """Split a header's value; None if it is malformed. Scheme words know no case (RFC 9110)."""
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "basic":
        pair = _decoded(rest.strip(" "))
    elif scheme.lower() == "token":
        pair = rest.strip(" ").encode("latin-1")
    else:
        return None
    key, colon, secret = pair.partition(b":")
    return (key, secret) if colon else None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
