"""What leaves is what was planned, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest

from harness.client.wire import Binding, Target, Writer
from harness.model import SEND_PLACEHOLDER, Credentials

from .conftest import READ, UNKNOWN, WRITE, answer, case


@pytest.mark.parametrize(
    "target",
    [
        "/things/%41%zz%2f%2F%7e~/entries?a=%c3%A9&b=%&b=2&&c#d",
        "/things/../a/./b//c",
        "/things/%2e%2E/x?y=[1]{2}|'\"<>^`\\",
        "/things/a;b=1,2/entries?",
        "//host/double",
    ],
)
def test_the_target_is_kept(serve: Any, opened: Any, target: str) -> None:
    server = serve(lambda request, n: answer())
    path, _, query = target.partition("?")
    opened(server.url + "/pre/fix/").send([case(path=path, query=query)])
    planned = target if query else path
    assert server.received[0].line == f"GET /pre/fix{planned} HTTP/1.1"


def test_method_headers_and_body_are_kept(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    body = bytes(range(256))
    headers = (("X-Odd", " a  b\t"), ("x-lower", "\xe9\xff"), ("X-Two", "1"), ("X-Two", "2"))
    opened(server.url).send(
        [
            case("QUERY", headers=headers, body=body),
            case("POST", body=b""),
            case("POST"),
            case("DELETE", headers=(("Accept-Encoding", "identity"), ("User-Agent", "odd"))),
        ]
    )
    first, empty, none, delete = server.received
    assert first.line.startswith("QUERY /things/")
    assert first.raw.split(b"\r\n\r\n", 1)[1] == body
    assert b"\r\nX-Odd:  a  b\t\r\nx-lower: \xe9\xff\r\nX-Two: 1\r\nX-Two: 2\r\n" in first.raw
    assert empty.values("Content-Length") == none.values("Content-Length") == ["0"]
    assert delete.values("Accept-Encoding") == ["identity"]
    assert delete.values("User-Agent") == ["odd"]


def test_nothing_is_added_but_what_is_documented(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    [exchange] = opened(server.url, agent="suite/1.2").send([case()])
    lines = server.received[0].raw.decode().split("\r\n")
    assert lines == [
        f"GET /things/{READ}/entries HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        "User-Agent: suite/1.2 (run run4242)",
        "Accept-Encoding: gzip, deflate",
        "",
        "",
    ]
    assert exchange.request.headers == (
        ("User-Agent", "suite/1.2 (run run4242)"),
        ("Accept-Encoding", "gzip, deflate"),
    )


def test_ids_are_put_in_and_escaped(serve: Any, opened: Any, secrets: Any) -> None:
    server = serve(lambda request, n: answer())
    opened(server.url).send([case(path="/a/{write}/{unknown}/{nothing}")])
    assert server.received[0].line == f"GET /a/{WRITE}/{UNKNOWN}/{{nothing}} HTTP/1.1"
    odd = Target("http://h", secrets, Binding("a/b", "", "", ""))
    wire, _ = Writer(odd, {}, "r", "agent").wire(case(path="/x/{read}"), 0)
    assert wire.target == "/x/a%2Fb"


def test_markers_are_unique_and_as_long_as_their_place(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer())
    marked = case(
        "POST",
        query=f"q={SEND_PLACEHOLDER}",
        headers=(("X-Mark", SEND_PLACEHOLDER),),
        body=f"<{SEND_PLACEHOLDER}|{SEND_PLACEHOLDER}>".encode(),
    )
    first, plain, second = opened(server.url, run_id="a-b/c1").send([marked, case(), marked])
    assert plain.marker == ""
    assert len({first.marker, second.marker}) == 2
    for exchange, received in ((first, server.received[0]), (second, server.received[2])):
        marker = exchange.marker
        assert marker.isalnum()
        assert marker.startswith("ctabc100")
        assert len(marker) == len(SEND_PLACEHOLDER)
        assert received.line.endswith(f"?q={marker} HTTP/1.1")
        assert received.values("X-Mark") == [marker]
        assert received.body == f"<{marker}|{marker}>".encode() == exchange.request.body
        assert exchange.request.target.endswith(marker)


def test_credentials_are_made_here_and_recorded_by_name(
    serve: Any, opened: Any, contract: Any
) -> None:
    server = serve(lambda request, n: answer())
    cases = [
        case(credentials=Credentials("pairAuth")),
        case(credentials=Credentials("basicAuth", "header twice")),
        case(credentials=Credentials("bare", "wrong secret")),
    ]
    exchanges = opened(server.url).send(cases)
    assert server.received[0].values("Authorization") == [
        "token CanaryKey7f3aQ:CanarySecret/9+b2Zz"
    ]
    assert len(server.received[1].values("Authorization")) == 2
    assert len(server.received[2].values("X-Token")) == 1
    recorded = [
        [v for n, v in e.request.headers if n in {"Authorization", "X-Token"}] for e in exchanges
    ]
    assert recorded == [
        ["token <good credentials>"],
        ["Basic <header twice>", "Basic <header twice>"],
        ["<wrong secret>"],
    ]
    assert "Canary" not in repr(exchanges)
