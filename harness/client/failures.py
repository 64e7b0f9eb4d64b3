"""What an exception of the network means for the contract: a word of the closed list and a clause.

The clauses are put together here, from nothing but numbers and the words of the operating system:
no URL, no header and no proxy login can get into them.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from http.client import BadStatusLine, HTTPException, RemoteDisconnected

from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    ProxyError,
    ReadTimeoutError,
)

from harness.model import Failure


def before_the_answer(error: BaseException, connected: bool) -> tuple[Failure, str]:
    """For an exchange of which no answer started; `connected`: the request had begun to leave."""
    if not connected:
        return "unreachable", _unreachable(error)
    if _has(error, ReadTimeoutError, TimeoutError):
        return "timeout", "no answer started in time"
    bad = _find(error, BadStatusLine)
    if bad is not None and not isinstance(bad, RemoteDisconnected):
        if str(bad).strip("'\"").startswith("HTTP/"):
            return "broken off", "the answer broke off in its first line"
        return "undecodable", "what came back is not HTTP"
    if _has(error, HTTPException) and not _has(error, RemoteDisconnected):
        return "undecodable", f"the head of the answer is not HTTP: {_words(error)}"
    return "reset", "the connection was closed before an answer started"


def within_the_answer(error: BaseException, received: int) -> tuple[Failure, str]:
    """For an answer that started and did not come whole."""
    if _has(error, ReadTimeoutError, TimeoutError):
        return "timeout", f"the answer stalled after {received} bytes of its body"
    return "broken off", f"the answer broke off after {received} bytes of its body"


def _unreachable(error: BaseException) -> str:
    proxy = "the proxy: " if _has(error, ProxyError) else ""
    if _has(error, NameResolutionError, socket.gaierror):
        return f"{proxy}its name cannot be resolved"
    if _has(error, TimeoutError) or type(error) is ConnectTimeoutError:
        return f"{proxy}no connection in time"
    certificate = _find(error, ssl.SSLCertVerificationError)
    if isinstance(certificate, ssl.SSLCertVerificationError):
        return f"{proxy}its certificate is not trusted: {certificate.verify_message}"
    if _has(error, ssl.SSLError):
        return f"{proxy}TLS cannot be agreed on: {_words(error)}"
    return f"{proxy}no connection: {_words(error)}"


def _words(error: BaseException) -> str:
    """The operating system's words for the innermost cause, or the name of its class."""
    cause = list(_chain(error))[-1]
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or "handshake failure").replace("_", " ").lower()
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror.lower()
    refused = re.match(r"Tunnel connection failed: [0-9]{3}", str(cause))
    if isinstance(cause, OSError) and refused:
        return refused[0].lower()  # without the words of the proxy
    return type(cause).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what is wrapped in it, outermost first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        wrapped = [arg for arg in current.args if isinstance(arg, BaseException)]
        current = wrapped[0] if wrapped else current.__cause__ or current.__context__


def _find(error: BaseException, *kinds: type[BaseException]) -> BaseException | None:
    return next((cause for cause in _chain(error) if isinstance(cause, kinds)), None)


def _has(error: BaseException, *kinds: type[BaseException]) -> bool:
    return _find(error, *kinds) is not None
