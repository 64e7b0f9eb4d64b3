"""Single values: what is understood, and what is told where it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.settings import Settings

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("option", "text", "expected"),
    [
        ("profile", "Gate", "unknown profile 'Gate', did you mean 'gate'? --profile takes smoke, "
         "gate or release"),
        ("profile", "zzz", "unknown profile 'zzz'; --profile takes smoke, gate or release"),
        ("writes", "note", "unknown write policy 'note', did you mean 'notes'? --writes takes "
         "none, notes or all"),
        ("fail_on", "gap", "unknown severity 'gap'; --fail-on takes violation or leniency"),
        ("seed", "-1", "--seed is '-1'; give a whole number from 0 to 4294967295, or `random`"),
        ("seed", "1.5", "--seed is '1.5'; give a whole number from 0 to 4294967295, or `random`"),
        ("concurrency", "0", "--concurrency is '0'; give a whole number from 1 to 64"),
        ("concurrency", "65", "--concurrency is '65'; give a whole number from 1 to 64"),
        ("walk_limit", "0", "--walk-limit is '0'; give a whole number from 1 to 10000"),
        ("max_response_time", "0", "--max-response-time is '0'; give a duration from 0.001 to "
         "3600 seconds, such as 60s or 500ms"),
        ("wait", "soon", "--wait is 'soon'; give a duration from 0 to 3600 seconds, such as 60s "
         "or 500ms"),
        ("wait", "nan", "--wait is 'nan'; give a duration from 0 to 3600 seconds, such as 60s or "
         "500ms"),
        ("label", ["version"], "--label is 'version'; write key=value, the key of letters, digits "
         "and . _ -"),
        ("reproduce", "a finding", "--reproduce is 'a finding'; copy the finding's fingerprint "
         "from a report"),
        ("sink", "me@sink.example", "--sink is 'me@sink.example'; give a domain alone, such as "
         "sink.example"),
        ("sink", "localhost", "--sink is 'localhost'; give a domain alone, such as sink.example"),
        ("replay", "gone.har", "--replay: gone.har does not exist; give the path of a file"),
        ("waivers", ["gone.yaml"], "--waivers: gone.yaml does not exist; give the path of a file"),
        ("require", ["a\nb"], "--require holds a line break or a control character; leave it out"),
        ("reports", "a\0b", "--reports holds a NUL; give a path"),
    ],
)  # fmt: skip
def test_one_wrong_value(mistakes: Mistakes, option: str, text: object, expected: str) -> None:
    assert mistakes(**{option: text}) == [expected]


@pytest.mark.parametrize(
    ("text", "seconds"), [("2", 2), ("2s", 2), ("500ms", 0.5), ("1.5 s", 1.5), ("2m", 120)]
)
def test_durations(settle: Resolve, text: str, seconds: float) -> None:
    assert settle(max_response_time=text).max_response_time == seconds


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("staging", "is 'staging', which has no scheme; write https://staging"),
        ("localhost:8080", "is 'localhost:8080', which has no scheme; write https://localhost:8080"),
        ("ftp://a.example", "is 'ftp://a.example', which has the scheme 'ftp'; write http:// or "
         "https://"),
        ("https://", "is 'https://', which has no host; write https://HOST with the server's name"),
        ("https:///x", "is 'https:///x', which has no host; write https://HOST with the server's "
         "name"),
        ("https://:80", "is 'https://:80', which has no host; write https://HOST with the server's "
         "name"),
        ("https://a b.example", "is 'https://a b.example', which has a host that no server can "
         "have; write its name in plain ASCII"),
        ("https://<host>", "is 'https://<host>', which has a host that no server can have; write "
         "its name in plain ASCII"),
        ("https://a.example/x//y", "is 'https://a.example/x//y', which has a path prefix that is "
         "no path; write it as /one/two"),
        ("https://a.example/../y", "is 'https://a.example/../y', which has dot segments in its "
         "path; write the path that they lead to"),
        ("https://u:hunter2@a.example", "holds credentials (an `@`); leave them out of the URL and "
         "give them by their own settings, so that no report can show them"),
        ("https://u:hunt/er2@a.example", "holds credentials (an `@`); leave them out of the URL "
         "and give them by their own settings, so that no report can show them"),
        ("https://a.example?token=hunter2", "holds a query or a fragment; end it at the path "
         "prefix"),
        ("https://a.example/x#y", "holds a query or a fragment; end it at the path prefix"),
    ],
)  # fmt: skip
def test_wrong_urls(mistakes: Mistakes, staging: dict[str, str], url: str, expected: str) -> None:
    (told,) = mistakes({**staging, "SHOP_URL": url})
    assert told == f"SHOP_URL {expected}"
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "url", ["https://a.example:port", "https://a.example:99999", "http://[::1"]
)
def test_urls_that_are_none(mistakes: Mistakes, staging: dict[str, str], url: str) -> None:
    (told,) = mistakes({**staging, "SHOP_URL": url})
    assert told.startswith(f"SHOP_URL is '{url}', which is no URL (")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:9000/", "http://127.0.0.1:9000"),
        ("HTTPS://a.example/desk/", "https://a.example/desk"),
        ("http://[::1]:8080/a%20b", "http://[::1]:8080/a%20b"),
        (" https://a_b.example ", "https://a_b.example"),
    ],
)
def test_right_urls(settle: Resolve, staging: dict[str, str], url: str, expected: str) -> None:
    settings = settle({**staging, "SHOP_URL": url})
    assert (settings.url, settings.embedded) == (expected, False)


@pytest.mark.parametrize("identifier", ["a/b", "https://a.example/x", "a?b", "..", "a%20b", "{a}"])
def test_ids_that_would_change_the_path(
    mistakes: Mistakes, staging: dict[str, str], identifier: str
) -> None:
    assert mistakes({**staging, "SHOP_WRITE_BASKET": identifier}) == [
        f"SHOP_WRITE_BASKET is '{identifier}'; give the bare id, neither a URL nor encoded"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tomorrow", "--expires is 'tomorrow'; give a date such as 2026-03-01, +30d or never"),
        ("2026-02-30", "--expires is '2026-02-30'; give a date such as 2026-03-01, +30d or never"),
        ("30d", "--expires is '30d'; give a date such as 2026-03-01, +30d or never"),
        ("2026-02-28", "--expires is 2026-02-28, which is past; give a later date"),
    ],
)
def test_wrong_expiry(mistakes: Mistakes, text: str, expected: str) -> None:
    options = {"write_waivers": "w.yaml", "owner": "jane", "reason": "known"}
    assert mistakes(**options, expires=text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"), [("+0d", "2026-03-01"), ("+7d", "2026-03-08"), ("2026-03-01",) * 2]
)
def test_expiry_is_counted_from_the_injected_today(
    settle: Resolve, text: str, expected: str
) -> None:
    options = {"write_waivers": "w.yaml", "owner": "jane", "reason": "known"}
    assert settle(**options, expires=text).expires == expected
