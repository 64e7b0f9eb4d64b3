"""What no package of Debian's is: a CDN, and access proxies that do not know the suite.

They answer as such programs are documented to; nobody asked a real one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from servers.weather.gusts import CALM, Gust, Sky
from servers.weather.kinds import kind
from servers.weather.passage import SMALL, Asked, Headers, date, page, through, without, zipped


def _cdn_page(status: str) -> bytes:
    title = status.partition(" ")[2]
    body = (
        f"<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>edge</center>\r\n</body>\r\n</html>\r\n"
    )
    own = ("Server: edge", f"Date: {date()}", "Content-Type: text/html", "Cache-Control: no-store")
    return page(status, body, *own)


ATTACKS = re.compile(rb"drop table|' or |<script|%27%20or|\\u0000|%00", re.IGNORECASE)


def _cdn_refuses(asked: Asked) -> bytes:
    if asked.method not in {b"GET", b"HEAD", b"POST", b"OPTIONS"}:
        return _cdn_page("403 Forbidden")
    if asked.is_longer(SMALL):
        return _cdn_page("494 Request Header Too Large")
    return _cdn_page("403 Forbidden") if ATTACKS.search(asked.raw) else b""


@kind("behind-cdn")
def cdn(_: int) -> Sky:
    """A CDN with a firewall: 403 to other methods and to what looks like an attack, in a page.

    It speaks HTTP/2 to the server, so names are in lower case and reasons are lost, adds a cookie
    to every answer, says its own `Server`, `Via` and `Date`, compresses, and cuts into chunks.
    """
    visits = count(1)

    def deliver(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        kept = without(headers, b"server", b"date", b"connection")
        lowered = [(name.lower(), value) for name, value in kept]
        own = [(b"server", b"edge"), (b"date", date().encode()), (b"via", b"2 edge")]
        cookie = (b"set-cookie", b"__visit=%d; Path=/; Secure; HttpOnly" % next(visits))
        return zipped(asked, [*own, *lowered, cookie], body)

    inner = through(_cdn_refuses, deliver)

    def sky(raw: bytes, number: int) -> Gust:
        gust = inner(raw, number)
        return gust if gust is CALM or gust.answer else Gust(deliver=_silently(gust))

    return sky


def _silently(gust: Gust) -> Callable[[bytes], bytes]:
    """As delivered, without the reason phrase, which HTTP/2 has none of."""

    def deliver(came: bytes) -> bytes:
        assert gust.deliver
        line, _, rest = gust.deliver(came).partition(b"\r\n")
        return b" ".join(line.split(b" ")[:2]) + b" \r\n" + rest

    return deliver


LOGIN = (
    "<!doctype html><html><head><title>Sign in</title></head><body><form method=post>"
    "<input name=user><input name=password type=password></form></body></html>"
)


@kind("login-page")
def login_page(_: int) -> Sky:
    """An access proxy that does not know the suite shows its login page for everything: 200."""
    answer = page("200 OK", LOGIN, "Content-Type: text/html; charset=utf-8")
    return lambda raw, _: Gust(answer)


@kind("login-redirect")
def login_redirect(_: int) -> Sky:
    """An access proxy that does not know the suite leads everything to its login page: 302."""
    where = "Location: https://login.example/start?rd=%2Fapi"
    answer = page("302 Found", LOGIN, where, "Content-Type: text/html; charset=utf-8")
    return lambda raw, _: Gust(answer)


@kind("login-forbidden")
def login_forbidden(_: int) -> Sky:
    """An access proxy that does not know the suite turns everything away with a page: 403."""
    answer = page("403 Forbidden", LOGIN, "Content-Type: text/html; charset=utf-8")
    return lambda raw, _: Gust(answer)
