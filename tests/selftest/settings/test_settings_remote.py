"""Which machines may be sent to, how fast, and with which headers and certificate.

A few lines longer than a file should be: its cases are tables.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Settings, clashing, is_loopback

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
CANARY = "CanaryValue-42"


@pytest.mark.parametrize(
    ("text", "rate"), [("40", 40), ("40/s", 40), ("2.5 / s", 2.5), ("none", None), ("0.5/s", 0.5)]
)
def test_rates(settle: Resolve, text: str, rate: float | None) -> None:
    assert settle(rate=text).rate == rate


@pytest.mark.parametrize("text", ["0", "-1", "40/m", "fast", "10001", "1e3"])
def test_no_rates(mistakes: Mistakes, text: str) -> None:
    assert mistakes(rate=text) == [
        f"--rate is '{text}'; give requests a second from 0.01 to 10000, such as 40/s, or none"
    ]


def test_a_target_of_somebody_else_is_paced_unless_told_otherwise(
    settle: Resolve, staging: dict[str, str]
) -> None:
    assert settle().rate is None
    assert settle(staging).rate == 40
    assert settle({**staging, "SHOP_URL": "http://127.0.0.1:9"}).rate == 40
    assert settle({**staging, "SHOP_RATE": "none"}).rate is None


def test_budgets(settle: Resolve, mistakes: Mistakes) -> None:
    settings = settle(max_requests="60", max_writes="0", max_seconds="2m")
    assert (settings.max_requests, settings.max_writes, settings.max_seconds) == (60, 0, 120)
    settings = settle()
    assert (settings.max_requests, settings.max_writes, settings.max_seconds) == (None,) * 3
    assert mistakes(max_requests="0", max_writes="-1", max_seconds="0s") == [
        "--max-requests is '0'; give a whole number from 1 to 1000000",
        "--max-writes is '-1'; give a whole number from 0 to 1000000",
        "--max-seconds is '0s'; give a duration from 1 to 86400 seconds, such as 60s or 500ms",
    ]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://localhost:8000", True),
        ("http://LOCALHOST", True),
        ("http://127.0.0.1", True),
        ("https://127.8.9.10/p", True),
        ("http://[::1]:81", True),
        ("http://localhost.example", False),
        ("http://a.localhost", False),
        ("http://127.0.0.1.example", False),
        ("http://[::ffff:127.0.0.1]", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("http://127.1", False),
    ],
)
def test_only_what_is_literally_this_machine_counts_as_it(url: str, here: bool) -> None:
    assert is_loopback(url) is here


@pytest.mark.parametrize(
    ("pattern", "url", "allowed"),
    [
        ("desk.example", "https://desk.example", True),
        ("desk.example", "https://DESK.example:8443/p", True),
        ("Desk.Example", "https://desk.example.", True),
        ("*.staging.example", "https://a.b.staging.example", True),
        ("*.staging.example", "https://staging.example", False),
        ("*.staging.example", "https://staging.example.evil.example", False),
        ("desk.example", "https://xdesk.example", False),
        ("desk.example", "https://desk-example", False),
        ("desk?.example", "https://desk7.example", True),
        ("desk.example:443", "https://desk.example", True),
        ("desk.example:443", "https://desk.example:8443", False),
        ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443", True),
        ("[2001:db8::1]", "https://[2001:db8::2]", False),
        ("elsewhere.example", "https://127.0.0.1:9", True),
    ],
)
def test_allowed_hosts(
    settle: Resolve, mistakes: Mistakes, staging: dict[str, str], pattern: str, url: str,
    allowed: bool,
) -> None:  # fmt: skip
    environ = {**staging, "SHOP_URL": url}
    table = {"allowed-hosts": ["other.example", pattern]}
    if allowed:
        assert settle(environ, table).url == url
    else:
        [told] = mistakes(environ, table)
        assert told.startswith(f"SHOP_URL is {url}, and allowed-hosts holds other.example, ")
        assert told.endswith("; correct the URL, or add its host there")
    assert settle(environ, table, plan=True).plan


def test_allowed_hosts_stand_in_the_environment_too(
    mistakes: Mistakes, staging: dict[str, str]
) -> None:
    [told] = mistakes({**staging, "SHOP_ALLOWED_HOSTS": "a.example, b.example:81"})
    assert "allowed-hosts holds a.example, b.example:81 only" in told


@pytest.mark.parametrize("pattern", ["https://a.example", "a.example/p", "a.example:0", "a b"])
def test_no_host(mistakes: Mistakes, pattern: str) -> None:
    assert mistakes({}, {"allowed-hosts": [pattern]}) == [
        f"[tool.contract] allowed-hosts holds '{pattern}'; give hosts such as desk.example, "
        "*.staging.example or desk.example:8443, without scheme and path"
    ]


def test_credentials_do_not_travel_readable(
    settle: Resolve, mistakes: Mistakes, staging: dict[str, str]
) -> None:
    environ = {**staging, "SHOP_URL": "http://desk.example"}
    assert mistakes(environ) == [
        "SHOP_URL is http://desk.example: over plain http anybody on the way reads the "
        "credentials; write https://, or accept that with --insecure-http"
    ]
    assert settle(environ, insecure_http=True).insecure_http
    assert settle(environ, plan=True).plan
    assert settle({**staging, "SHOP_URL": "http://localhost"}).url


def test_headers_are_one_a_line(settle: Resolve, staging: dict[str, str]) -> None:
    text = f'\nCF-Access-Client-Id: abc.access\r\n\n  Cookie:a=b; c="d: e"\nX-Key:\t{CANARY}\n'
    settings = settle({**staging, "SHOP_HEADERS": text})
    assert [(name, value.reveal()) for name, value in settings.headers] == [
        ("CF-Access-Client-Id", "abc.access"),
        ("Cookie", 'a=b; c="d: e"'),
        ("X-Key", CANARY),
    ]
    assert CANARY not in repr(settings)
    rows = {name: value for name, value, _ in settings.describe()}
    assert rows["SHOP_HEADERS"] == "CF-Access-Client-Id, Cookie, X-Key"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (CANARY, "line 1: that is no header; write `Name: value`, one a line"),
        (f"A: b\n{CANARY}", "line 2: that is no header; write `Name: value`, one a line"),
        (f"A B: {CANARY}", "line 1: that is no header; write `Name: value`, one a line"),
        (f"authorization: {CANARY}", "line 1: authorization is not for an access proxy to ask for"),
        (f"Host: {CANARY}", "line 1: Host is not for an access proxy to ask for; leave it out"),
        (f"Content-Length: {CANARY}", "line 1: Content-Length is not for an access proxy"),
        (f"User-Agent: {CANARY}", "line 1: User-Agent is not for an access proxy"),
        ("A:", "line 1: the value of A is empty or holds a character that no header can carry"),
        (f"A: {CANARY}\a", "line 1: the value of A is empty or holds a character that no header"),
        (f"A: é{CANARY}", "line 1: the value of A is empty or holds a character that no header"),
        (f"A: b\na: {CANARY}", "line 2: a is there twice; leave one of them out"),
    ],
)
def test_no_headers(mistakes: Mistakes, text: str, says: str) -> None:
    [told] = mistakes({"SHOP_HEADERS": text})
    assert told.startswith(f"SHOP_HEADERS, {says}")
    assert CANARY not in told


def test_headers_are_no_business_of_a_file_that_is_checked_in(mistakes: Mistakes) -> None:
    [told] = mistakes({}, {"headers": f"A: {CANARY}"})
    assert "does not belong into a file that is checked in" in told
    assert CANARY not in told


def test_headers_from_a_credentials_file(
    settle: Resolve, staging: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "credentials"
    file.write_text(f'SHOP_HEADERS="A: one\nB: {CANARY}"\n')
    settings = settle(staging, credentials=str(file))
    assert [(name, value.reveal()) for name, value in settings.headers] == [
        ("A", "one"), ("B", CANARY),
    ]  # fmt: skip


def test_the_apis_own_header_is_not_an_extra_one(settle: Resolve, staging: dict[str, str]) -> None:
    settings = settle({**staging, "SHOP_HEADERS": "A: b\nx-token: c"})
    assert clashing(settings, ["Authorization", "X-Token"]) == [
        "SHOP_HEADERS sets x-token, which is where this API's own credentials go; leave it out"
    ]


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate, its key, that key with a passphrase, and a stranger's key."""
    folder = tmp_path_factory.mktemp("pem")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    for name in ("one", "two"):
        files = ("-keyout", f"{name}.key", "-out", f"{name}.crt")
        openssl("req", "-x509", *new, "-subj", "/CN=x", *files)
    openssl("pkey", "-in", "one.key", "-aes256", "-passout", "pass:x", "-out", "locked.key")
    both = (folder / "one.crt").read_text() + (folder / "one.key").read_text()
    (folder / "both.pem").write_text(both)
    (folder / "junk").write_text("no certificate")
    return folder


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("one.crt", "one.key", ""),
        ("both.pem", "", ""),
        ("gone.crt", "one.key", "SHOP_CLIENT_CERT: {}/gone.crt does not exist; give the path of"),
        ("one.crt", "gone.key", "SHOP_CLIENT_KEY: {}/gone.key does not exist; give the path of"),
        ("", "one.key", "SHOP_CLIENT_KEY is set; set SHOP_CLIENT_CERT too"),
        ("one.crt", "", "SHOP_CLIENT_CERT names no certificate with its key in PEM; correct it, or "
         "give the key by SHOP_CLIENT_KEY"),
        ("one.crt", "two.key", "SHOP_CLIENT_CERT and SHOP_CLIENT_KEY do not belong together"),
        ("one.crt", "locked.key", "SHOP_CLIENT_KEY names a key with a passphrase, which nobody"),
        ("junk", "one.key", "SHOP_CLIENT_CERT names no certificate with its key in PEM"),
    ],
)  # fmt: skip
def test_client_certificates(
    settle: Resolve, mistakes: Mistakes, staging: dict[str, str], pem: Path, certificate: str,
    key: str, says: str,
) -> None:  # fmt: skip
    environ = {**staging}
    if certificate:
        environ["SHOP_CLIENT_CERT"] = str(pem / certificate)
    if key:
        environ["SHOP_CLIENT_KEY"] = str(pem / key)
    if says:
        [told] = mistakes(environ)
        assert told.startswith(says.format(pem))
    else:
        assert settle(environ).client_cert == pem / certificate


def test_a_client_certificate_is_for_https(
    mistakes: Mistakes, staging: dict[str, str], pem: Path
) -> None:
    environ = {**staging, "SHOP_URL": "http://localhost", "SHOP_CLIENT_CERT": f"{pem}/both.pem"}
    assert mistakes(environ) == [
        "SHOP_CLIENT_CERT needs a target with https://; unset it, or correct the URL"
    ]
