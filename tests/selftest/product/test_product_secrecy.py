"""Credentials and customers' mail appear in no output and in no file, whatever a server says."""

from __future__ import annotations

import base64
import json
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from servers.testing import BASIC, messages_url

from .conftest import Outcome, Serve, Served, Start

LEAKS = {
    "internals.expected-secret": ("handleGetMessages", "credential"),
    "internals.stack-trace": ("handleGetMessages", "stack trace"),
    "internals.python-traceback": ("handleSendMessage", "stack trace"),
    "internals.database-password": ("handleSendMessage", "credential"),
}
"""Faults of a server that tells its inside, and the findings that they are."""
PASSWORD = "s3cr3t-pw"
"""What `internals.database-password` tells."""
LOUD = ("-vv", "--log-cli-level=DEBUG", "-rA", "--showlocals", "--full-trace")


@pytest.fixture(scope="module")
def leaking(serve: Serve) -> Served:
    return serve(*LEAKS)


@pytest.fixture(scope="module")
def loud(leaking: Served, start: Start) -> Outcome:
    """As talkative as pytest gets."""
    return start("--profile", "smoke", *LOUD, environ=leaking.mailing)


@pytest.fixture(scope="module")
def from_file(leaking: Served, start: Start, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Credentials from a file, bodies kept as they are."""
    path = tmp_path_factory.mktemp("home") / "credentials"
    environ = leaking.reading
    secret = ("LIBREDESK_API_KEY", "LIBREDESK_API_SECRET")
    path.write_text("".join(f"{name}={environ.pop(name)}\n" for name in secret), "utf-8")
    path.chmod(0o600)
    arguments = ("--profile", "smoke", "--keep-bodies", f"--credentials={path}")
    return start(*arguments, *LOUD, environ=environ)


def everything(outcome: Outcome) -> dict[str, bytes]:
    """Name -> content of all that a run said and wrote."""
    found = {path.name: path.read_bytes() for path in outcome.files()}
    return found | {"the terminal": outcome.output.encode()}


def spellings(known: dict[str, str]) -> list[str]:
    key, secret = known["api_key"], known["api_secret"]
    pair = f"{key}:{secret}"
    shortened = [secret[:-1], key[:-1], secret.swapcase()]
    encoded = [base64.b64encode(text.encode()).decode().rstrip("=") for text in (pair, secret)]
    return [key, secret, quote(pair, safe=""), *shortened, *encoded]


@pytest.mark.parametrize("name", ["loud", "from_file"])
def test_credentials_appear_nowhere(
    name: str, leaking: Served, request: pytest.FixtureRequest
) -> None:
    outcome: Outcome = request.getfixturevalue(name)
    assert outcome.code == 1, outcome.output
    assert outcome.run["counts"]["authenticated"] > 100, "there was something to hide"
    for place, content in everything(outcome).items():
        for text in spellings(dict(leaking.known)):
            assert text.encode() not in content, f"{text[:4]}… in {place}"


def test_what_is_hidden_is_a_finding_all_the_same(loud: Outcome) -> None:
    """A server that tells our own secret must not get away with it because it is redacted."""
    found = {
        (f["operation"], f["culprit"]["kind"].partition(",")[0])
        for f in loud.run["findings"]
        if f["clause"] == "response.no-internals"
    }
    assert found == set(LEAKS.values())


def test_the_servers_own_password_is_not_repeated(loud: Outcome) -> None:
    """A finding shows that there is one; it goes to people who must not know it."""
    for place, content in everything(loud).items():
        assert PASSWORD.encode() not in content, place


def mail(served: Served) -> list[str]:
    """Texts of the read conversation, as customers and agents wrote them."""
    request = urllib.request.Request(
        f"{messages_url(dict(served.known))}?page_size=100", headers={"Authorization": BASIC}
    )
    with urllib.request.urlopen(request) as answer:
        results = json.load(answer)["data"]["results"]
    return [m["text_content"] for m in results if len(m["text_content"]) > 20]


def test_customers_mail_stays_where_it_is(loud: Outcome, leaking: Served) -> None:
    texts = {json.dumps(text)[1:-1].encode() for text in mail(leaking)}
    assert len(texts) > 10
    for place, content in everything(loud).items():
        assert [text for text in texts if text in content] == [], place


def test_bodies_are_kept_where_that_is_asked_for(from_file: Outcome, leaking: Served) -> None:
    """Otherwise the test above could look for the wrong thing."""
    har = Path(from_file.reports / "exchanges.har").read_text("utf-8")
    read = [json.dumps(json.dumps(text)[1:-1])[1:-1] for text in mail(leaking)]
    assert any(text in har for text in read)
