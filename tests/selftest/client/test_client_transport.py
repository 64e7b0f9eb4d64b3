"""Answers as they come, failures by their names, connections, proxies and certificates.

Longer than a file should be: one subject, and its answers are tables.
"""

from __future__ import annotations

import base64
import gzip
import logging
import threading
import zlib
from typing import Any
from urllib.parse import urlsplit

import pytest

from harness.client import Binding, Secrets, Target, TargetError
from harness.client import transport as transport_module
from harness.client.environment import proxy_for
from harness.client.transport import Transport
from harness.client.wire import Wire
from tests.selftest.preloaded import PATIENCE

from .conftest import CERTIFICATE, CLOSE, RESET, answer, case

HEAD = b"HTTP/1.1 200 OK\r\n"
LONG_HEAD = HEAD + b"Content-Length: 10\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def coded(body: bytes, coding: str) -> bytes:
    return answer(body, "200 OK", f"Content-Encoding: {coding}")


RAW_DEFLATE = zlib.compress(b"[1]")[2:-4]


@pytest.mark.parametrize(
    ("steps", "status", "body"),
    [
        (answer(b'{"a": 1}'), 200, b'{"a": 1}'),
        (CHUNKED + b"3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n", 200, b"[1,2]"),
        ([HEAD + b"\r\nuntil the end", CLOSE], 200, b"until the end"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, b""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"x"), 200, b"x"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2 + answer(b"x"), 200, b"x"),
        (coded(gzip.compress(b"[1]", mtime=0), "gzip"), 200, b"[1]"),
        (coded(gzip.compress(b"[1", mtime=0) + gzip.compress(b"]", mtime=0), "GZip"), 200, b"[1]"),
        (coded(zlib.compress(b"[1]"), "deflate"), 200, b"[1]"),
        (coded(RAW_DEFLATE, "deflate"), 200, b"[1]"),
        (coded(gzip.compress(zlib.compress(b"[1]"), mtime=0), "deflate, gzip"), 200, b"[1]"),
        (coded(b"", "gzip"), 200, b""),
        (answer(b"gone", "302 Found", "Location: /elsewhere"), 302, b"gone"),
    ],
)
def test_whole_answers(serve: Any, opened: Any, steps: Any, status: int, body: bytes) -> None:
    server = serve(lambda request, n: steps)
    [exchange] = opened(server.url).send([case()])
    assert (exchange.failure, exchange.detail) == ("", "")
    assert (exchange.status, exchange.response.body.read()) == (status, body)
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("steps", "failure", "status", "kept", "detail"),
    [
        (CLOSE, "reset", 0, b"", "before an answer started"),
        (RESET, "reset", 0, b"", "before an answer started"),
        ([b"HTTP/1.1 2", CLOSE], "broken off", 0, b"", "first line"),
        ([b"SSH-2.0-OpenSSH\r\n", CLOSE], "undecodable", 0, b"", "not HTTP"),
        ([LONG_HEAD + b"abc", CLOSE], "broken off", 200, b"abc", "after 3 bytes"),
        ([LONG_HEAD + b"abc", RESET], "broken off", 200, None, "broke off"),
        ([CHUNKED + b"5\r\nabcde\r\n", CLOSE], "broken off", 200, b"abcde", "after 5 bytes"),
        (CHUNKED + b"zz\r\nabc", "broken off", 200, b"", "after 0 bytes"),
        (coded(b"no gzip", "gzip"), "undecodable", 200, b"no gzip", "valid gzip"),
        (
            coded(gzip.compress(b"[1]" * 99, mtime=0)[:-9], "gzip"),
            "undecodable",
            200,
            None,
            "valid gzip",
        ),
        (coded(b"??", "br"), "undecodable", 200, b"??", "not asked for"),
    ],
)
def test_failures(
    serve: Any, opened: Any, steps: Any, failure: str, status: int, kept: bytes | None, detail: str
) -> None:
    server = serve(lambda request, n: steps)
    [exchange] = opened(server.url).send([case("POST", body=b"{}")])
    assert (exchange.failure, exchange.status) == (failure, status)
    assert exchange.status_class == failure
    assert detail in exchange.detail
    if status and kept is not None:
        assert exchange.response.body.read() == kept
    assert len(server.received) == 1


def test_timeouts_are_told_apart_by_whether_the_answer_started(serve: Any, opened: Any) -> None:
    hang = threading.Event()
    server = serve(lambda request, n: [LONG_HEAD + b"abc", hang] if n else [hang])
    # The second answer starts at once: in that time, however busy this machine is.
    [silent] = opened(server.url, timeout=0.15).send([case("POST")])
    [stalled] = opened(server.url, timeout=2).send([case("POST")])
    hang.set()
    assert (silent.failure, silent.status, silent.detail) == (
        "timeout",
        0,
        "no answer started in time",
    )
    assert (stalled.failure, stalled.status) == ("timeout", 200)
    assert stalled.detail == "the answer stalled after 3 bytes of its body"
    assert silent.elapsed >= 0.1


def test_an_answer_that_drips_is_not_waited_for_forever(serve: Any, opened: Any) -> None:
    enough = threading.Event()

    def drip(request: Any, n: int) -> Any:
        head = HEAD + b"Content-Length: 100000\r\n\r\n"
        return [head, *[part for _ in range(5000) for part in (b"x", _Brief(enough))]]

    server = serve(drip)
    [exchange] = opened(server.url, timeout=2).send([case("POST")])
    enough.set()
    assert (exchange.failure, exchange.status) == ("timeout", 200)
    assert "not whole within 2 s" in exchange.detail


class _Brief(threading.Event):
    """An event that is waited for shortly, however long one wants to."""

    def __init__(self, enough: threading.Event) -> None:
        super().__init__()
        self.enough = enough

    def wait(self, timeout: float | None = None) -> bool:
        return self.enough.wait(0.02)


def test_an_endless_answer_is_cut(serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport_module, "LARGEST", 1500)
    bomb = gzip.compress(b"0" * 1_000_000, mtime=0)
    server = serve(lambda request, n: coded(bomb, "gzip") if n else answer(b"0" * 2000))
    long, inflated = opened(server.url).send([case(), case()])
    assert (long.failure, long.response.body.size) == ("broken off", 2000)
    assert inflated.failure == "undecodable"


def test_unreachable(opened: Any, serve: Any) -> None:
    server = serve(lambda request, n: answer())
    server.stop()
    [refused] = opened(server.url).send([case()])
    assert (refused.failure, refused.detail) == ("unreachable", "no connection: connection refused")
    [unnamed] = opened("http://nowhere.invalid").send([case()])
    assert (unnamed.failure, unnamed.detail) == ("unreachable", "its name cannot be resolved")
    late = serve(lambda request, n: answer())
    [silent] = opened(late.url.replace("http:", "https:"), timeout=0.1).send([case()])
    assert (silent.failure, silent.detail) == ("unreachable", "no connection in time")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", ""])
def test_certificates_are_checked_against_those_that_are_named(
    serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    server = serve(lambda request, n: answer(b"x") if n else [LONG_HEAD + b"abc", CLOSE], tls=True)
    [unknown] = opened(server.url).send([case()])
    assert unknown.failure == "unreachable"
    assert "its certificate is not trusted: self" in unknown.detail
    if variable:
        monkeypatch.setenv(variable, str(CERTIFICATE))
        session = opened(server.url)
    else:
        session = opened(server.url, ca=str(CERTIFICATE))
    broken, good, again = session.send([case()] * 3)
    assert (broken.failure, broken.status) == ("broken off", 200)
    assert [good.status, again.status] == [200, 200]
    assert len({received.connection for received in server.received[1:]}) == 1


def test_repeated_headers_are_kept_and_head_has_no_body(serve: Any, opened: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nX-A: 1\r\nx-a: 2\r\nVary: b\r\n\r\n"
    server = serve(lambda request, n: head)
    first, second = opened(server.url).send([case("HEAD"), case("HEAD")])
    assert [v for n, v in first.response.headers if n.lower() == "x-a"] == ["1", "2"]
    assert (second.failure, second.response.body.size) == ("", 0)
    assert server.connections == 1


def test_connections_are_reused_and_a_closed_one_is_no_finding(serve: Any, opened: Any) -> None:
    def script(request: Any, n: int) -> Any:
        return [answer(), CLOSE] if n == 2 else answer()

    server = serve(script)
    session = opened(server.url)
    session.send([case()] * 3)
    assert server.connections == 1
    for thread in server._threads[1:]:
        thread.join(PATIENCE)
    [after] = session.send([case("POST", body=b"{}")])
    assert (after.failure, after.retries, server.connections) == ("", 0, 2)


def test_no_cookies_are_kept(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer(b"{}", "200 OK", "Set-Cookie: sid=abcdefghij; Path=/"))
    exchanges = opened(server.url).send([case(), case()])
    assert server.received[1].values("Cookie") == []
    assert exchanges[0].response.header("set-cookie") == "sid=<cookie>; Path=/"


PROXY = "http://us%40er:pa%3Ass@127.0.0.1:{}"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def test_http_goes_through_the_proxy_that_the_environment_names(
    serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    proxy = serve(lambda request, n: answer(b"via"))
    monkeypatch.setenv("HTTP_PROXY", PROXY.format(proxy.port))
    [exchange] = opened("http://target.invalid:81/p", embedded=False).send([case(path="/%7e/../x")])
    assert proxy.received[0].line == "GET http://target.invalid:81/p/%7e/../x HTTP/1.1"
    assert proxy.received[0].values("Host") == ["target.invalid:81"]
    login = base64.b64encode(b"us@er:pa:ss").decode()
    assert proxy.received[0].values("Proxy-Authorization") == [f"Basic {login}"]
    assert exchange.response.body.read() == b"via"
    assert exchange.request.target == "/p/%7e/../x"
    assert login not in repr(exchange) + caplog.text
    assert "pa:ss" not in repr(exchange) + caplog.text


def test_https_asks_the_proxy_for_a_tunnel(
    serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda request, n: b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
    monkeypatch.setenv("https_proxy", PROXY.format(proxy.port))
    [exchange] = opened("https://target.invalid", embedded=False).send([case()])
    assert proxy.received[0].line.startswith("CONNECT target.invalid:443 ")
    assert len(proxy.received[0].values("Proxy-Authorization")) == 1
    assert exchange.failure == "unreachable"
    assert "proxy" in exchange.detail
    assert "407" in exchange.detail


def test_the_embedded_server_is_never_behind_a_proxy(
    serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(lambda request, n: answer())
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    [exchange] = opened(server.url, embedded=True).send([case()])
    assert exchange.status == 200


@pytest.mark.parametrize(
    ("url", "no_proxy", "bypassed"),
    [
        ("http://a.example", "", False),
        ("http://a.example", "a.example", True),
        ("http://a.example", ".example", True),
        ("http://a.example", "b.example, a.example", True),
        ("http://a.example:81", "a.example:81", True),
        ("http://a.example", "*", True),
        ("http://10.1.2.3", "10.0.0.0/8", True),
        ("http://11.1.2.3", "10.0.0.0/8", False),
    ],
)
def test_no_proxy(url: str, no_proxy: str, bypassed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxy_for(urlsplit(url)) is None) == bypassed


def open_transport(url: str, **options: Any) -> Transport:
    target = Target(url, Secrets(), Binding("", "", "", ""), **options)
    return Transport(target, connections=1, timeout=1.0)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://h", "must look like"),
        ("h:80", "must look like"),
        ("http://h:99999", "must look like"),
        ("https://key:Canary@h", "must not hold credentials"),
        ("https://h/?a=1", "take away"),
    ],
)
def test_urls_of_no_use_say_what_to_do(url: str, words: str) -> None:
    with pytest.raises(TargetError, match=words) as caught:
        open_transport(url)
    assert "Canary" not in str(caught.value)


def test_proxies_and_certificates_of_no_use_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/no/such/bundle.pem")
    with pytest.raises(TargetError, match=r"REQUESTS_CA_BUNDLE names .*/no/such/bundle.pem"):
        open_transport("https://h")
    open_transport("http://h").close()
    monkeypatch.setenv("HTTP_PROXY", "socks5://h:1")
    with pytest.raises(TargetError, match="HTTP_PROXY or add h to NO_PROXY"):
        open_transport("http://h")


def test_abort_wakes_whoever_waits(serve: Any) -> None:
    arrived, hang = threading.Event(), threading.Event()

    def script(request: Any, n: int) -> Any:
        arrived.set()
        return [hang]

    server = serve(script)
    target = Target(server.url, Secrets(), Binding("", "", "", ""))
    transport = Transport(target, connections=1, timeout=PATIENCE)
    answers: list[Any] = []
    wire = Wire("GET", "/", ())
    thread = threading.Thread(target=lambda: answers.append(transport.send(wire)))
    thread.start()
    assert arrived.wait(PATIENCE)
    transport.abort()
    thread.join(PATIENCE)
    hang.set()
    transport.close()
    assert not thread.is_alive()
    assert answers[0].failure == "reset"
