"""What signs a URL goes; the URL, and everything that signs nothing, stays."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from harness.reports.signed_urls import unsigned, unsigned_text

AMAZON = "https://s3.example/a.pdf?X-Amz-Credential=canary%2F1&X-Amz-Date=20310302&X-Amz-Signature=canary"


@pytest.mark.parametrize(
    "url",
    [
        AMAZON,
        "https://b.example/f?se=2031&sp=r&sig=canary%3D",
        "https://c.example/f?Expires=1&Signature=canary~-&Key-Pair-Id=canary",
        "/uploads/7?token=canary#page",
        "https://d.example/?access_token=canary&next=/x",
        "https://robin:canary@e.example/",
    ],
)
@pytest.mark.parametrize(
    "spell",
    [
        str,
        lambda url: json.dumps({"url": url, "n": 1}),
        lambda url: json.dumps({"url": url}).replace("/", "\\/"),
        lambda url: json.dumps({"url": url}).replace("&", "\\u0026"),
        lambda url: f'<a href="{url.replace("&", "&amp;")}">',
        lambda url: f"see ({url}), <{url}> and {url} again",
    ],
)
def test_no_signature_stays(url, spell):
    shown = unsigned_text(spell(url))
    assert "canary" not in shown
    assert "redacted" in shown
    assert ".example" in shown or "uploads" in shown


def test_a_url_within_a_url_is_unsigned_too():
    shown = unsigned_text(f"https://g.example/go?to={quote(AMAZON, safe='')}")
    assert shown.count("redacted") == 2
    assert "X-Amz-Date%3D20310302" in shown


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b'{"assign": "a=b", "code": 3, "a": "x = signature"}',
        b"https://h.example/x?page=2&page_size=30",
        b"mailto:ann@home.example",
        b"\xff\x00=?sig",
        b"at 10:30@noon",
    ],
)
def test_what_signs_nothing_stays(kept):
    assert unsigned(kept) == kept


def test_json_stays_json():
    body = json.dumps({"url": AMAZON, "again": [AMAZON]}).encode()
    assert set(json.loads(unsigned(body))) == {"url", "again"}
