"""Canaries: whatever way a credential goes, it does not come out."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest

from harness.client import DEFECTS, Redactor, Secrets, authorization
from harness.client.credentials import wrong
from harness.contract import Contract
from harness.model import Credentials

from .conftest import KEY, SECRET

NAMES = {"key": "API_KEY", "secret": "API_SECRET", "bearer": "API_TOKEN"}


@pytest.fixture
def redactor(contract: Contract, secrets: Secrets) -> Redactor:
    return Redactor(secrets, NAMES, contract.schemes)


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        SECRET,
        "CanaryToken-abc",
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower().replace("canarysecret", "CanarySecret").replace("zz", "Zz"),
        json.dumps(SECRET),
        json.dumps(SECRET).replace("/", "\\/"),
        html.escape(SECRET),
        SECRET[:-1],
        SECRET.swapcase(),
        wrong(SECRET),
        base64.b64encode(f"{KEY}:{SECRET}".encode()).decode(),
        base64.b64encode(f"a{SECRET}".encode()).decode(),
        base64.urlsafe_b64encode(f"ab{SECRET}>>".encode()).decode(),
        SECRET.upper(),
        SECRET.lower(),
        SECRET.encode().hex(),
        SECRET.encode().hex().upper(),
        SECRET.encode().hex(" "),
        "".join(f"%{byte:02x}" for byte in SECRET.encode()),
        "".join(f"&#{ord(c)};" for c in SECRET),
        "".join(f"\\u{ord(c):04X}" for c in SECRET),
        base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()[:-2],
    ],
)
def test_no_spelling_survives(redactor: Redactor, written: str) -> None:
    clean = redactor.text(f'{{"error": "bad {written}!"}}')
    assert written not in clean
    assert redactor.data(f"x{written}y".encode()) != f"x{written}y".encode()
    for secret in (KEY, SECRET, SECRET[:-1], "CanaryToken-abc"):
        assert secret not in clean


def test_variables_stand_in_their_place(redactor: Redactor) -> None:
    assert redactor.text(f"{KEY} {SECRET} CanaryToken-abc") == "$API_KEY $API_SECRET $API_TOKEN"
    good = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    assert redactor.text(good) == "<good credentials>"


def test_no_defective_header_value_survives(redactor: Redactor, contract: Contract) -> None:
    secrets = Secrets(KEY, SECRET, {"bearer": "CanaryToken-abc", "bare": "CanaryBare-xyz"})
    for scheme in contract.schemes.values():
        for defect in ("", *DEFECTS):
            for value in authorization(scheme, defect, secrets):
                clean = redactor.text(f"you sent {value}")
                for part in (KEY, SECRET, SECRET[:-1], wrong(SECRET)[:12], "CanaryBare"):
                    assert part not in clean
                    assert base64.b64encode(part.encode()).decode()[:10] not in clean


def test_one_that_begins_within_another_is_found_too() -> None:
    redactor = Redactor(Secrets("abcdefghij", "ghijklmnopqr"), NAMES)
    clean = redactor.data(b"bad abcdefghijklmnopqr!")
    assert clean == b"bad abcdef$API_SECRET!"


def test_what_holds_nothing_is_not_even_copied(redactor: Redactor) -> None:
    data = b'{"items": []}'
    assert redactor.data(data) is data


def test_the_header_of_the_credentials_says_which(redactor: Redactor, secrets: Secrets) -> None:
    sent = (("Authorization", f"token {KEY}:{SECRET}x"), ("X-Other", f"a {SECRET}"))
    described = redactor.request_headers(sent, Credentials("pairAuth", "secret and one more"))
    assert described == (
        ("Authorization", "token <secret and one more>"),
        ("X-Other", "a $API_SECRET"),
    )
    good = redactor.request_headers((("Authorization", "Basic eA=="),), Credentials("basicAuth"))
    assert good == (("Authorization", "Basic <good credentials>"),)
    planned = redactor.request_headers((("Authorization", "Basic Og=="),), None)
    assert planned == (("Authorization", "Basic Og=="),)


def test_cookies_go_from_headers_and_from_the_body_that_repeats_them(redactor: Redactor) -> None:
    headers = (
        ("Set-Cookie", "sid=CanaryCookie99; Path=/; HttpOnly"),
        ("X-Csrf", "CanaryCookie99"),
        ("Cookie", "a=1; b=2"),
    )
    clean, body = redactor.response(headers, b'{"csrf":"CanaryCookie99"}')
    assert clean == (
        ("Set-Cookie", "sid=<cookie>; Path=/; HttpOnly"),
        ("X-Csrf", "<cookie>"),
        ("Cookie", "a=<cookie>; b=<cookie>"),
    )
    assert body == b'{"csrf":"<cookie>"}'


def test_a_very_short_secret_is_hidden_in_headers_only() -> None:
    redactor = Redactor(Secrets("abc", "xyz"), NAMES)
    assert redactor.data(b'{"a": "abcdef"}') == b'{"a": "abcdef"}'
    assert redactor.request_headers((("X-Echo", "abc"),), None) == (("X-Echo", "$API_KEY"),)


@pytest.mark.parametrize("length", range(8, 12))
def test_what_a_server_cut_off_is_hidden_too(redactor: Redactor, length: int) -> None:
    pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
    for whole in (KEY, SECRET, pair, SECRET.encode().hex(), quote(SECRET, safe="")):
        said = f"bad credentials {whole[:length]}"
        assert redactor.data(said.encode(), error=True).startswith(b"bad credentials ")
        assert whole[:8].encode() not in redactor.data(said.encode(), error=True)
        ((_, header),), _ = redactor.response((("X-Said", f"{whole[:length]}…"),), b"", 200)
        assert whole[:8] not in header or not f"{whole[:length]}…".isascii()
    # In an ordinary answer the beginning of a key may be a word.
    assert redactor.data(KEY[:length].encode()) == KEY[:length].encode()
    assert SECRET[:8].encode() not in redactor.data(SECRET[:length].encode())


def test_a_cookie_is_not_repeated_by_a_later_error(redactor: Redactor) -> None:
    redactor.response((("Set-Cookie", "sid=canarycookie; Path=/"),), b"{}")
    for spelling in ("canarycookie", base64.b64encode(b"ab canarycookie").decode()):
        _, body = redactor.response((), f"expired: {spelling}".encode(), 401)
        assert body.startswith(b"expired: ")
        assert b"<cookie>" in body
        assert spelling.encode() not in body


def test_a_cookie_that_is_a_word_alters_no_answer_that_clauses_judge(redactor: Redactor) -> None:
    headers = (("Set-Cookie", "last=outgoing; Path=/"),)
    _, body = redactor.response(headers, b'{"type": "outgoing"}')
    assert body == b'{"type": "outgoing"}'
