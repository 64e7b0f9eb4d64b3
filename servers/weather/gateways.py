"""Gateways before a server: what they refuse by themselves, and what they make of the rest.

Imitated from nginx 1.22.1, HAProxy 2.6.12, Caddy 2.6.2 and Apache 2.4.71 as Debian 12 configures
them, asked with raw sockets on 1 December 2026: statuses, headers, pages and limits are theirs.
`tight` is how an administrator makes them stricter.
"""

from __future__ import annotations

import re

from servers.weather.gusts import Sky
from servers.weather.kinds import kind
from servers.weather.passage import (
    LARGE,
    SMALL,
    Asked,
    Headers,
    Refusal,
    date,
    page,
    through,
    without,
    zipped,
)

NGINX, APACHE = "nginx/1.22.1", "Apache/2.4.71 (Debian)"
BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
MIDDLE = 15360
"""Bytes of a head that HAProxy takes."""
MANY = 100
"""Headers that HAProxy and Apache take."""


# --- nginx


def _nginx_page(status: str, title: str = "", more: str = "") -> bytes:
    body = (
        f"<html>\r\n<head><title>{title or status}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status}</h1></center>\r\n{more}"
        f"<hr><center>{NGINX}</center>\r\n</body>\r\n</html>\r\n"
    )
    own = (f"Server: {NGINX}", f"Date: {date()}")
    return page(status, body, *own, "Content-Type: text/html", "Connection: close")


def _nginx_refuses(asked: Asked) -> bytes:
    if asked.method in {b"TRACE", b"CONNECT"}:
        return _nginx_page("405 Not Allowed")
    if len(asked.lines[0]) > SMALL:
        return _nginx_page("414 Request-URI Too Large")
    if asked.is_longer(SMALL):
        title = "Request Header Or Cookie Too Large"
        return _nginx_page("400 Bad Request", f"400 {title}", f"<center>{title}</center>\r\n")
    if b"%00" in asked.path or BAD_ESCAPE.search(asked.path):
        return _nginx_page("400 Bad Request")
    if len(asked.values(b"authorization")) > 1:
        return _nginx_page("400 Bad Request")
    return _nginx_page("413 Request Entity Too Large") if asked.size > LARGE else b""


def _nginx_delivers(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    own = [(b"Server", NGINX.encode()), (b"Date", date().encode())]
    kept = without(headers, b"server", b"date", b"connection")
    return [*own, *kept, (b"Connection", b"keep-alive")], body


@kind("behind-nginx")
def nginx(_: int) -> Sky:
    """nginx, which refuses NUL in a path, TRACE, two credentials and what is long, with its page.

    Every answer has its `Server` and `Date`.
    """
    return through(_nginx_refuses, _nginx_delivers)


@kind("behind-nginx-gzip")
def nginx_gzip(_: int) -> Sky:
    """nginx with `gzip on` for JSON: compressed, in chunks, without a length."""

    def deliver(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        return zipped(asked, *_nginx_delivers(asked, headers, body))

    return through(_nginx_refuses, deliver)


# --- HAProxy


def _haproxy_page(status: str, words: str, *headers: str) -> bytes:
    """No date, and no name."""
    body = f"<html><body><h1>{status}</h1>\n{words}\n</body></html>\n"
    return page(status, body, "Cache-Control: no-cache", *headers, "Content-Type: text/html")


def _haproxy_refuses(limit: int) -> Refusal:
    def refuse(asked: Asked) -> bytes:
        is_odd = not asked.lines[0].isascii() or b"#" in asked.lines[0]
        if is_odd or asked.head > limit or len(asked.lines) > MANY:
            words = "Your browser sent an invalid request."
            return _haproxy_page("400 Bad request", words, "Connection: close")
        return b""

    return refuse


def _haproxy_delivers(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    return [(name.lower(), value) for name, value in headers], body


@kind("behind-haproxy")
def haproxy(_: int) -> Sky:
    """HAProxy, which refuses heads of 15 kB, with a page that has neither name nor date.

    Header names arrive in lower case.
    """
    return through(_haproxy_refuses(MIDDLE), _haproxy_delivers)


@kind("behind-haproxy-tight")
def haproxy_tight(_: int) -> Sky:
    """HAProxy with 8 kB for a head, and `http-request deny` for TRACE and NUL in a path: 403."""
    refuse = _haproxy_refuses(8192 - 1024)

    def stricter(asked: Asked) -> bytes:
        if asked.method == b"TRACE" or b"%00" in asked.path:
            return _haproxy_page("403 Forbidden", "Request forbidden by administrative rules.")
        return refuse(asked)

    return through(stricter, _haproxy_delivers)


# --- Caddy


def _caddy_text(status: str) -> bytes:
    """What Go's own server answers: no length, no date, no name."""
    head = "Content-Type: text/plain; charset=utf-8\r\nConnection: close"
    return f"HTTP/1.1 {status}\r\n{head}\r\n\r\n{status}".encode()


def _caddy_refuses(limit: int) -> Refusal:
    def refuse(asked: Asked) -> bytes:
        if asked.head > limit:
            return _caddy_text("431 Request Header Fields Too Large")
        return _caddy_text("400 Bad Request") if BAD_ESCAPE.search(asked.path) else b""

    return refuse


def _caddy_delivers(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    titled = [(name.title(), value) for name, value in headers]
    return sorted([*titled, (b"Server", b"Caddy")], key=lambda pair: pair[0]), body


@kind("behind-caddy")
def caddy(_: int) -> Sky:
    """Caddy, which refuses paths that do not decode and heads of 1 MB, as plain text.

    Its `Server` stands beside the server's own, and headers arrive sorted.
    """
    return through(_caddy_refuses(LARGE + 4096), _caddy_delivers)


@kind("behind-caddy-tight")
def caddy_tight(_: int) -> Sky:
    """Caddy with `max_header_size 4kb`, to which Go adds 4096 bytes."""
    return through(_caddy_refuses(2 * 4096), _caddy_delivers)


# --- Apache


def _apache_page(status: str, words: str, *headers: str) -> bytes:
    title = status.partition(" ")[2]
    body = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">'
        f"\n<html><head>\n<title>{status}</title>\n</head><body>\n<h1>{title}</h1>\n"
        f"<p>{words}</p>\n<hr>\n<address>{APACHE} Server at desk.example Port 80</address>\n"
        "</body></html>\n"
    )
    own = (f"Date: {date()}", f"Server: {APACHE}")
    return page(status, body, *own, *headers, "Content-Type: text/html; charset=iso-8859-1")


def _apache_refuses(asked: Asked) -> bytes:
    close = "Connection: close"
    bad = "Your browser sent a request that this server could not understand.<br />\n"
    if len(asked.lines[0]) > SMALL:
        words = "The requested URL's length exceeds the capacity\nlimit for this server.<br />\n"
        return _apache_page("414 Request-URI Too Long", words, close)
    if asked.is_longer(SMALL):
        more = "Size of a request header field exceeds server limit."
        return _apache_page("400 Bad Request", f"{bad}{more}", close)
    if len(asked.lines) > MANY or BAD_ESCAPE.search(asked.path):
        return _apache_page("400 Bad Request", bad, close)
    if asked.method == b"TRACE":
        words = "The requested method TRACE is not allowed for this URL."
        return _apache_page("405 Method Not Allowed", words, "Allow: ")
    if b"%00" in asked.path or b"%2f" in asked.path.lower():
        return _apache_page("404 Not Found", "The requested URL was not found on this server.")
    return b""


def _apache_delivers(asked: Asked, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    theirs = [pair for pair in headers if pair[0].lower() == b"server"]
    dated = [pair for pair in headers if pair[0].lower() == b"date"]
    rest = without(headers, b"server", b"date")
    return [*dated, *(theirs or [(b"Server", APACHE.encode())]), *rest], body


@kind("behind-apache")
def apache(_: int) -> Sky:
    """Apache, which finds no path with NUL or a slash in it, and refuses TRACE and what is long.

    It names itself where the server does not.
    """
    return through(_apache_refuses, _apache_delivers)
