"""Commands are pasted into a real bash, and a raw socket says what arrived.

A little longer than a file should be: one socket that all of them share.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.contract import Contract
from harness.model import Credentials
from harness.reports.curl import INLINE, curl
from harness.reports.curl_credentials import arguments
from tests.selftest.preloaded import PATIENCE

NAMES = {"key": "THE_KEY", "secret": "THE_SECRET", "token": "THE_TOKEN"}
VALUES = {"THE_KEY": "kK1", "THE_SECRET": "s3cretAb $x", "THE_TOKEN": "t0kenAb"}
DEFECTS = (
    "wrong key",
    "wrong secret",
    "secret less its last character",
    "secret and one more",
    "secret in another case",
    "wrong key and secret",
    "swapped",
    "empty secret",
    "empty key",
    "Bearer with a wrong secret",
    "not Base64",
    "no colon",
    "scheme word alone",
    "printable garbage",
    "header twice",
    "very long",
    "extra part",
    "key alone",
    "secret less its first character",
    "secret alone",
    "form of another scheme",
    "two schemes",
    "blank secret",
)


class Ear:
    """Answers every connection and keeps the bytes of the request."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:hidden@127.0.0.1:{self._socket.getsockname()[1]}/base"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with connection:
                connection.settimeout(PATIENCE)
                data = connection.recv(65536)
                if data == b"end":
                    return
                head, _, body = data.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                while length and len(body) < int(length[1]):
                    body += connection.recv(65536)
                self.heard.append(head + b"\r\n\r\n" + body)
                connection.sendall(b"HTTP/1.1 204 ok\r\nConnection: close\r\n\r\n")

    def close(self) -> None:
        with socket.create_connection(self._socket.getsockname()) as last:
            last.sendall(b"end")
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    if not shutil.which("curl") or not shutil.which("bash"):
        pytest.fail("these tests need bash and curl; install them")
    ear = Ear()
    yield ear
    ear.close()


def run(ear: Ear, command: str) -> tuple[bytes, dict[str, list[bytes]], bytes]:
    """Request line, headers by lower-case name, body."""
    assert command.isprintable()
    env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **VALUES}
    ear.heard.clear()
    done = subprocess.run(
        ["bash", "-c", command], env=env, capture_output=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, (command, done.stderr)
    head, _, body = ear.heard[0].partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    headers: dict[str, list[bytes]] = {}
    for name, _, value in (each.partition(b":") for each in lines):
        headers.setdefault(name.decode().lower(), []).append(value.strip())
    return line, headers, body


@pytest.mark.parametrize(
    "target",
    [
        "/base/a%2fb?q=%zz&x=1",
        "/base/a/../b/./c",
        "/base/%2e%2e/x",
        "/base/{a}[1-3]?x[]={b,c}",
        "/base/it's$HOME`id`!!\\\"<>^|;&*",
        "//double//slash",
        "/base/a b#c\xe9\x07",
        "/base/?",
    ],
)
def test_the_request_line_arrives_as_recorded(ear, make_exchange, parcels, target):
    command = curl(make_exchange(target=target), parcels.schemes, NAMES, ear.url, None)
    line, headers, _ = run(ear, command)
    assert line == b"GET " + target.encode("latin-1") + b" HTTP/1.1"
    assert "hidden" not in command
    assert "authorization" not in headers


@pytest.mark.parametrize("option", ["--path-as-is", "--globoff", "--request-target", "-X"])
def test_options_stand_only_where_they_are_needed(make_exchange, parcels, option):
    plain = curl(make_exchange(), parcels.schemes, NAMES, "http://h", None)
    assert option not in plain
    odd = {"--path-as-is": "/a/../b", "--globoff": "/{a}", "--request-target": "/#"}
    method = "DELETE" if option == "-X" else "GET"
    exchange = make_exchange(target=odd.get(option, "/"), method=method)
    assert option in curl(exchange, parcels.schemes, NAMES, "http://h", None)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "POST"])
def test_methods_arrive(ear, make_exchange, parcels, method):
    exchange = make_exchange(method=method)
    line, _, body = run(ear, curl(exchange, parcels.schemes, NAMES, ear.url, None))
    assert line.startswith(method.encode() + b" /parcels")
    assert body == b""


BODIES = {
    "plain": b'{"text": "it\'s $HOME `id` !! \\\\ \\u0000"}',
    "lines": b"one\ntwo\r\n\tthree\n",
    "emoji": "🎉 שלום é".encode(),
    "at": b"@/etc/hostname",
    "empty": b"",
    "nul": b'{"text": "a\x00b"}',
    "escape": b"\x1b[31m",
    "not UTF-8": b"\xff\xfe\x80 not text",
    "right-to-left override": "\u202egnp".encode(),
    "long": b"x" * (INLINE + 1),
    "huge": b"0123456789" * 120_000,
}


PIPED = [name for name in BODIES if name != "huge"]
"""A huge body is longer than a word of a command may be; reports always give a folder."""


@pytest.mark.parametrize(
    "sending",
    [*((name, True) for name in BODIES), *((name, False) for name in PIPED)],
)
def test_bodies_arrive_to_the_byte(ear, make_exchange, parcels, bodies, sending):
    name, with_folder = sending
    exchange = make_exchange(
        sent=BODIES[name],
        method="POST",
        headers=(("Content-Type", "application/json"), ("X-Odd", "a'b\\ \xe9"), ("X-Empty", "")),
    )
    folder = bodies if with_folder else None
    line, headers, body = run(ear, curl(exchange, parcels.schemes, NAMES, ear.url, folder))
    assert line.startswith(b"POST ")
    assert body == BODIES[name]
    assert headers["content-type"] == [b"application/json"]
    assert headers["x-odd"] == [b"a'b\\ \xe9"]
    assert headers["x-empty"] == [b""]
    assert "expect" not in headers
    inline = name in {"plain", "lines", "emoji", "at", "empty"}
    assert bodies.exists() == (with_folder and not inline)


def test_a_body_without_media_type_and_a_get_with_a_body(ear, make_exchange, parcels):
    exchange = make_exchange(sent=b"{}")
    line, headers, body = run(ear, curl(exchange, parcels.schemes, NAMES, ear.url, None))
    assert (line[:4], body) == (b"GET ", b"{}")
    assert "content-type" not in headers


@pytest.fixture
def authorization(ear, make_exchange, parcels):
    """What arrives in a scheme's header for given credentials."""

    def arrived(scheme: str, defect: str) -> list[bytes]:
        return _authorization(ear, make_exchange, parcels, Credentials(scheme, defect))

    return arrived


def _authorization(
    ear: Ear, make_exchange, parcels: Contract, credentials: Credentials
) -> list[bytes]:
    header = parcels.schemes[credentials.scheme].header
    exchange = make_exchange(credentials=credentials, headers=((header, "«redacted»"),))
    command = curl(exchange, parcels.schemes, NAMES, ear.url, None)
    assert not any(value in command for value in VALUES.values())
    return run(ear, command)[1].get(header.lower(), [])


def test_good_credentials_arrive(authorization):
    expected = base64.b64encode(b"kK1:s3cretAb $x")
    assert authorization("plain", "") == [b"Basic " + expected]
    assert authorization("word", "") == [b"token kK1:s3cretAb $x"]
    assert authorization("bearer", "") == [b"Bearer t0kenAb"]
    assert authorization("custom", "") == [b"t0kenAb"]


@pytest.mark.parametrize(
    ("defect", "key_and_secret"),
    [
        ("wrong key", b"wrong:s3cretAb $x"),
        ("wrong secret", b"kK1:wrong"),
        ("secret less its last character", b"kK1:s3cretAb $"),
        ("secret and one more", b"kK1:s3cretAb $xx"),
        ("secret in another case", b"kK1:S3CRETaB $X"),
        ("wrong key and secret", b"wrong:wrong"),
        ("swapped", b"s3cretAb $x:kK1"),
        ("empty secret", b"kK1:"),
        ("empty key", b":s3cretAb $x"),
        ("secret less its first character", b"kK1:3cretAb $x"),
        ("extra part", b"kK1:wrong:bad"),
        ("key alone", b"kK1"),
        ("secret alone", b"s3cretAb $x"),
    ],
)
def test_wrong_credentials_arrive(authorization, defect, key_and_secret):
    basic = authorization("plain", defect)
    assert basic == [b"Basic " + base64.b64encode(key_and_secret)]
    token = authorization("word", defect)
    assert token == [b"token " + key_and_secret]


def test_malformed_credentials_arrive(authorization):
    sent = authorization
    assert sent("plain", "Bearer with a wrong secret") == [b"Bearer kK1:wrong"]
    assert sent("plain", "not Base64") == [b"Basic !!!not-base64!!!"]
    assert b":" not in base64.b64decode(sent("plain", "no colon")[0].removeprefix(b"Basic "))
    assert sent("word", "no colon") == [b"token nocolon"]
    assert sent("plain", "scheme word alone") == [b"Basic"]
    assert sent("custom", "scheme word alone") == [b""]
    assert not sent("plain", "printable garbage")[0].startswith(b"Basic")
    assert len(set(sent("plain", "header twice"))) == 2
    assert len(sent("word", "very long")[0]) > 8000
    assert base64.b64decode(sent("plain", "blank secret")[0].removeprefix(b"Basic ")) == b"kK1: "
    assert sent("plain", "form of another scheme") == [b"Basic kK1:wrong"]
    assert sent("word", "form of another scheme") == [b"token " + base64.b64encode(b"kK1:wrong")]
    assert sent("plain", "two schemes") == [
        b"Basic " + base64.b64encode(b"kK1:wrong"),
        b"Bearer bad",
    ]
    assert sent("word", "two schemes") == [b"token kK1:wrong", b"Bearer bad"]


def test_no_defect_is_forgotten_and_none_is_good_by_mistake(authorization, parcels):
    for name, scheme in parcels.schemes.items():
        good = authorization(name, "")
        for defect in DEFECTS:
            assert arguments(scheme, defect, NAMES) is not None
            if name in {"bearer", "custom"}:
                assert authorization(name, defect) != good


def test_an_unknown_defect_shows_the_recorded_header(ear, make_exchange, parcels):
    exchange = make_exchange(
        credentials=Credentials("plain", "brand new"),
        headers=(("authorization", "Basic $NOT_EXPANDED"),),
    )
    _, headers, _ = run(ear, curl(exchange, parcels.schemes, NAMES, ear.url, None))
    assert headers["authorization"] == [b"Basic $NOT_EXPANDED"]


def test_a_body_beside_the_report_is_named_as_given(make_exchange, parcels, tmp_path: Path):
    exchange = make_exchange(sent=b"\x00", method="POST")
    command = curl(exchange, parcels.schemes, NAMES, "http://h", tmp_path / "it's")
    (file,) = (tmp_path / "it's").iterdir()
    assert file.read_bytes() == b"\x00"
    assert file.name in command
