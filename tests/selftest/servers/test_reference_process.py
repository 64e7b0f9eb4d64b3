"""The process: one line when it is ready, a quiet end, one sentence when it can't start."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys

import pytest
import urllib3

from servers.reference.__main__ import announcement, for_people
from servers.reference.journal import is_private_note, named, recipients
from servers.reference.protocol import Request
from servers.testing import NOTE, REPLY, ROOT, TOKEN, messages_url, started
from tests.selftest.preloaded import PATIENCE


def request(method: str, url: str, body: object = None, **headers: str) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager(retries=False) as pool:
        headers = {"Authorization": TOKEN, **headers}
        return pool.request(method, url, headers=headers, **({"json": body} if body else {}))


def test_it_answers_as_soon_as_it_has_said_where():
    with started() as (process, known):
        assert known["url"].startswith("http://127.0.0.1:")
        response = request("GET", messages_url(known) + "?page_size=100&page=3&type=incoming")
        assert response.status == 200
        assert response.headers["Content-Type"] == "application/json"
        assert response.json()["data"]["page"] == 3
        assert request("POST", messages_url(known, "write_conversation"), NOTE).status == 200
        assert process.poll() is None


def test_head_has_no_body_and_bytes_survive_the_wire():
    with started() as (_, known):
        head = request("HEAD", messages_url(known))
        assert (head.status, head.data) == (200, b"")
        text = "x" * 200_000 + "👍"
        sent = request("POST", messages_url(known, "write_conversation"), {**NOTE, "message": text})
        assert sent.json()["data"]["content"] == text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_quietly(number):
    with started() as (process, known):
        request("GET", messages_url(known))
        process.send_signal(number)
        output, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, output, errors) == (0, "", "")


def test_it_dies_with_its_parent():
    with started("--until-stdin-closes") as (process, known):
        assert request("GET", messages_url(known)).status == 200
        output, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, output, errors) == (0, "", "")


def failed(*options: str) -> str:
    process = subprocess.run(
        [sys.executable, "-m", "servers.reference", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (process.returncode, process.stdout) == (1, "")
    return process.stderr


def test_a_port_in_use_is_one_sentence():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        message = failed("--port", str(port))
    assert message.count("\n") == 1
    assert message.startswith(f"Port {port} on 127.0.0.1 can't be used: Address already in use")


@pytest.mark.parametrize("option", ["--fault", "--variant"])
def test_an_unknown_id_is_one_sentence(option):
    assert failed(option, "no.such") == (
        f"There is no {option[2:]} 'no.such'; `python -m servers.catalogue` lists them.\n"
    )


def test_a_journal_that_cannot_be_written_is_one_sentence(tmp_path):
    assert "can't be written" in failed("--journal", str(tmp_path / "missing" / "journal"))


def test_the_journal_has_a_line_for_each_request(tmp_path):
    journal = tmp_path / "journal.jsonl"
    with started("--journal", str(journal)) as (_, known):
        url = messages_url(known, "write_conversation")
        request("POST", url, REPLY)
        request("POST", url, {**REPLY, "cc": ["c@example.com"], "bcc": 1})
        request("GET", url, Authorization="token x:y")
        lines = [json.loads(line) for line in journal.read_text().splitlines()]
    path = url.removeprefix(known["url"])
    for line in lines:
        assert line.pop("time")
        assert line.pop("path") == path
    to = REPLY["to"]
    for line in lines:
        assert (line.pop("mentions"), line.pop("private")) == (0, False)
    assert lines == [
        {"method": "POST", "status": 200, "stored": True, "recipients": to, "authenticated": True},
        {
            "method": "POST",
            "status": 400,
            "stored": False,
            "recipients": [*to, "c@example.com"],
            "authenticated": True,
        },
        {"method": "GET", "status": 401, "stored": False, "recipients": [], "authenticated": False},
    ]


def asked(body, *query):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Request("POST", "/", query, (), content)


@pytest.mark.parametrize(
    "request_",
    [
        asked({"To": ["a@b.c"]}),
        asked({"data": {"bcc": "a@b.c"}}),
        asked(b'{"to": [], "to": ["a@b.c"]}'),
        asked(b"cc=a%40b.c"),
        asked(b"to[]=a%40b.c"),
        asked({}, ("to", "a@b.c")),
    ],
)
def test_the_journal_misses_no_recipient_that_some_server_would_use(request_):
    assert recipients(request_) == ["a@b.c"]


def test_the_journal_takes_nothing_for_a_private_note_that_might_be_more():
    assert is_private_note(json.dumps(NOTE).encode())
    for body in ({**NOTE, "private": "true"}, {**NOTE, "sender_type": "contact"}, REPLY, [NOTE]):
        assert not is_private_note(json.dumps(body).encode())
    assert not is_private_note(b'{"private": false, "private": true, "sender_type": "agent"}')
    assert sum(1 for _ in named(asked({"mentions": [{"id": 1}, 2]}), ("mentions",))) == 2


def test_the_lines_for_people_name_all_that_is_needed():
    known = announcement("http://127.0.0.1:8390")
    text = for_people(known)
    assert all(value in text for value in known.values())
    assert f"curl -H 'Authorization: {TOKEN}' 'http://127.0.0.1:8390/api/v1/" in text


@pytest.mark.parametrize("line", ["BREW / HTTP/1.1\r\n\r\n", "GET /\xff HTTP/1.1\r\n\r\n"])
def test_what_is_not_http_is_refused_without_a_word(line):
    with started() as (process, known):
        port = int(known["url"].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
            connection.sendall(line.encode("latin-1"))
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=PATIENCE) == ("", "")
