"""Behind an access proxy: a client certificate is shown, and no secret of the way comes out."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from harness.client import Redactor, Secrets, Target, proxy_login

from .conftest import CERTIFICATE, answer, case

TOKEN, LOGIN = "CanaryAccess/9+b2", "CanaryLogin-77"
EXTRA = {TOKEN: "<CF-Access>", LOGIN: "<proxy login>", "true": "<X-Flag>"}


def test_the_client_certificate_is_shown_to_a_server_that_asks(serve: Any, opened: Any) -> None:
    server = serve(lambda request, n: answer(b"seen"), tls=True, asks=True)
    own = (str(CERTIFICATE), None)
    [seen] = opened(server.url, ca=str(CERTIFICATE), certificate=own).send([case()])
    assert seen.response.body.read() == b"seen"
    [refused] = opened(server.url, ca=str(CERTIFICATE)).send([case()])
    assert refused.failure in {"unreachable", "reset"}
    assert len(server.received) == 1


@pytest.mark.parametrize(
    "written",
    [
        TOKEN,
        LOGIN,
        json.dumps({"a": TOKEN}).replace("/", "\\/"),
        base64.b64encode(f"user:{LOGIN}".encode()).decode(),
        base64.b64encode(f"x{TOKEN}".encode()).decode(),
    ],
)
def test_what_the_way_wants_to_know_is_said_nowhere(written: str) -> None:
    redactor = Redactor(Secrets("k", "s"), extra=EXTRA)
    headers, body = redactor.response((("X-Echo", written),), f'{{"it": "{written}"}}'.encode())
    for text in (redactor.text(written), headers[0][1], body.decode()):
        assert "Canary" not in text
        assert written not in text


def test_an_ordinary_word_of_a_header_is_left_in_bodies() -> None:
    """Or every `true` of an answer would be gone, and the answer no JSON any more."""
    redactor = Redactor(Secrets("k", "s"), extra=EXTRA)
    body = b'{"private": true}'
    assert redactor.data(body) is body
    assert redactor.response((("X-Flag", "true"),), b"")[0] == (("X-Flag", "<X-Flag>"),)


def test_the_proxys_login_is_known_as_a_secret(
    binding: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://us%40er:pa%3Assword@proxy.example:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    target = Target("https://desk.example", Secrets(), binding)
    assert proxy_login(target) == ("pa:ssword", base64.b64encode(b"us@er:pa:ssword").decode())
    assert proxy_login(Target("https://desk.example", Secrets(), binding, embedded=True)) == ()
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    assert proxy_login(target) == ()
