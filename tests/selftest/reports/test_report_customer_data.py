"""Customers' words never reach a report; what a replay judges stays.

Longer than a file should be: one rule, and its texts are tables.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness import told
from harness.reports.customer_data import CustomerData

MARKER = "ctk3v9x2aB01"
SENT = (MARKER, f"Contract check {MARKER}, line one", "ann@sink.example")
UUID = "0F8fad5b-d9cb-469f-a165-70867728950e"
PLACEHOLDER = re.compile(r"⟨text of \d+ characters, [0-9a-f]{6}⟩")


@pytest.fixture
def data(parcels):
    return CustomerData(parcels, b"a key of the run", SENT)


@pytest.fixture
def redacted(data, make_exchange):
    def shown(value, status=200):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        return data.body(make_exchange(status, body))

    return shown


@pytest.mark.parametrize(
    "kept",
    [
        True,
        None,
        -3,
        1.5,
        "",
        "red",
        UUID,
        "2031-03-02",
        "2031-03-02T08:15:00.123456789Z",
        "2031-03-02t08:15:00+05:30",
        *SENT,
        f"<p>Contract check {MARKER}, line one</p>",
        f"<div><p>{MARKER}</p>\n</div>",
    ],
)
def test_harmless_values_stay(redacted, kept):
    assert json.loads(redacted({"text": kept}))["text"] == kept


@pytest.mark.parametrize(
    "secret",
    [
        "canary",
        "Dear Ann",
        "purple",
        "canary@home.example",
        "2031-03-02\n",
        "20310302",
        UUID + "x",
        UUID.replace("-", ""),
        "https://files.example/x?signature=canary",
        "line\u2028canary\ud800",
        "0049 123 456",
    ],
)
def test_everything_else_becomes_length_and_hash(redacted, secret):
    shown = json.loads(redacted({"text": secret, "tags": [secret], "items": secret + "!"}))
    assert PLACEHOLDER.fullmatch(shown["text"])
    assert f"of {len(secret)} characters" in shown["text"]
    assert shown["tags"] == [shown["text"]]
    assert shown["items"] != shown["text"]
    assert "canary" not in json.dumps(shown)


def test_only_the_sent_part_of_a_text_stays(redacted):
    quoted = f"<p>{SENT[1]}</p> <a href='x'>On Monday the canary wrote</a>"
    shown = json.loads(redacted({"text": quoted}))["text"]
    assert shown.startswith(f"<p>{SENT[1]}")
    assert "canary" not in shown
    assert PLACEHOLDER.search(shown)
    other = json.loads(redacted({"text": f"canary {MARKER} canary"}))["text"]
    assert MARKER in other
    assert "canary" not in other


def test_a_short_word_stays_at_an_enums_place_only(redacted):
    item = {"colour": "Mauve", "tags": ["stale_one"], "text": "Mauve", "kind": "Mauve"}
    (shown,) = json.loads(redacted({"kind": "pages", "items": [item]}))["items"]
    assert (shown["colour"], shown["tags"]) == ("Mauve", ["stale_one"])
    assert PLACEHOLDER.fullmatch(shown["text"])
    assert PLACEHOLDER.fullmatch(shown["kind"])
    for long in ("x" * 33, "two words", "a1", "a@b"):
        (item,) = json.loads(redacted({"items": [{"colour": long}]}))["items"]
        assert PLACEHOLDER.fullmatch(item["colour"])
    (item,) = json.loads(redacted({"items": [{"colour": "Mauve"}]}, 404))["items"]
    assert item["colour"] != "Mauve"


def test_keys_that_the_contract_has_not_are_data(redacted):
    shown = json.loads(redacted({"text": 1, "Canary": 3, "canary@home.example": 4, "canary_b": 5}))
    assert list(shown.values()) == [1, 3, 4, 5]
    assert next(iter(shown)) == "text"
    assert all(map(PLACEHOLDER.fullmatch, list(shown)[1:]))
    assert "anary" not in str(shown)
    assert list(json.loads(redacted({"message": 1, "error": 2}, 500))) == ["message", "error"]


def test_the_spelling_that_a_replay_judges_stays(redacted):
    body = b'{"items": [1.10, 1e999, -0, 123456789012345678901234567890%s], "text": 1, "text": 2}'
    assert redacted(body % (b"0" * 5000)) == body.replace(b" ", b"") % (b"0" * 5000)


@pytest.mark.parametrize(
    "body",
    [
        b"canary",
        b'{"text": "canary"',
        b"\xff\xfecanary",
        b"[NaN]",
        b"\x00\x1b[31mcanary",
        b"[" * 200_000 + b"canary",
        "﻿{}".encode(),
    ],
)
def test_what_is_no_json_becomes_length_and_hash(redacted, body):
    shown = redacted(body).decode()
    assert re.fullmatch(rf"⟨body of {len(body)} bytes, [0-9a-f]{{6}}⟩", shown)


def test_no_answer_and_an_empty_one_stay_empty(data, make_exchange):
    assert data.body(make_exchange(None)) == b""
    assert data.body(make_exchange(200, b"")) == b""
    assert data.message(make_exchange(None)) == ""
    assert data.message(make_exchange(500, b"")) == ""


def test_hashes_are_keyed_per_run(parcels, make_exchange):
    exchange = make_exchange(body=b'["canary"]')
    bodies = {CustomerData(parcels, key, ()).body(exchange) for key in (b"1", b"2" * 500)}
    assert len(bodies) == 2
    assert CustomerData(parcels, b"1", ()).body(exchange) in bodies


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


def same_shape(before, after) -> bool:
    if isinstance(before, dict):
        return len(before) == len(after) and all(map(same_shape, before.values(), after.values()))
    if isinstance(before, list):
        return len(before) == len(after) and all(map(same_shape, before, after))
    if isinstance(before, str):
        return isinstance(after, str)
    return type(before) is type(after) and before == after


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
@given(json_values, st.sampled_from([200, 404, 500]))
def test_json_keeps_its_shape(redacted, value, status):
    after = redacted(value, status)
    after.decode("utf-8")
    assert same_shape(value, json.loads(after)) if after else False


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("Error parsing request", "Error parsing request"),
        ("`to` empty", "… empty"),
        ('bad value "Ann Lee" for text', "bad value … for text"),
        ("user 'O'Brien' isn't known", "user … isn't known"),
        ("cut off “in the middl", "cut off …"),
        ("no such mailbox ann@home.example (see https://x.example/y)", "no such mailbox … (see …"),
        ("row 42 of table k8s failed", "row … of table … failed"),
        ("name='Ann Lee' and b'Ann Lee', E'Ann", "name=… and …, …"),
        ("\u201aAnn Lee\u2018 or \u2039Ann\u203a or \u00bbAnn\u00ab", "… or … or …"),
        ("for &quot;Ann Lee&quot; &amp; co", "for … & co"),
        (r"for \u0022Ann Mary Lee\u0022 or %22Ann%20Lee%22", "for … or …"),
        ("see files.example/a/b or /a?sig=abc or and/or", "see … or … or and/or"),
        ("mailto:ann or data:text/plain,ann", "… or …"),
        ("a\x1b[31mred\x00 \u202eword", "… …"),
        ("token " + "a" * 40 + " expired", "token … expired"),
        ("line one\nline two", "line one line two"),
    ],
)
def test_the_servers_own_words_less_what_may_be_a_customers(data, make_exchange, words, shown):
    body = json.dumps({"status": "error", "error": {"message": words}}).encode()
    message = data.message(make_exchange(500, body))
    assert message == re.sub("… …", "…", shown)
    assert data.message(make_exchange(200, body)) == ""


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"status": "x", "detail": "in detail", "error": "in error"}', "in error"),
        (b'{"a": 1, "b": [{"c": "an item"}], "d": "a text", "e": "second"}', ""),
        (b'{"items": [{"text": "an item"}]}', ""),
        (b'[{"items": [{"message": "an item"}]}]', ""),
        (b'{"a": {"message": "an item"}, "errors": [{"message": "theirs"}]}', "theirs"),
        (b'{"errors": {"message": 3, "detail": ["in a list"]}}', "in a list"),
        (b'["just a text"]', "just a text"),
        (b'"just a text"', "just a text"),
        (b"plain words\nmore", "plain words"),
        (
            b"<html><head><style>p{}</style><title> Bad Gateway </title></head></html>",
            "Bad Gateway",
        ),
        (b'{"message": {"code": 3}}', ""),
        (b"\xff\xfe", "��"),
    ],
)
def test_where_a_server_says_what_is_wrong(data, make_exchange, body, shown):
    assert data.message(make_exchange(500, body)) == shown


def test_a_long_message_is_cut(data, make_exchange):
    body = json.dumps({"message": "word " * 1_000_000}).encode()
    assert len(data.message(make_exchange(500, body))) == 120


def test_words_of_a_good_answer_are_left_out_of_messages(data, make_exchange):
    good = {"items": [{"text": "Regards, Canary Smith", "colour": "red"}], "text": f"x {MARKER}"}
    error = make_exchange(500, b'{"message": "colour red refused for SMITH, (canary) and smithy"}')
    before = data.body(error)
    assert b"canary" in before
    good["Theodora"] = 1
    data.learn([make_exchange(body=json.dumps(good).encode()), make_exchange(200, b"Oswald")])
    assert data.message(make_exchange(500, b"no Theodora")) == "no …"
    assert data.message(error) == "colour red refused for …, (…) and smithy"
    assert json.loads(data.body(error))["message"] == data.message(error)
    assert data.message(make_exchange(500, b"oswald refused")) == "… refused"


def test_one_text_of_its_own(data):
    assert PLACEHOLDER.fullmatch(data.text("Dear canary"))
    assert data.text(MARKER) == MARKER


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("Content-Type", "application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("Content-Length", "317", "317"),
        ("Date", "Sun, 02 Mar 2031 08:15:00 GMT", "Sun, 02 Mar 2031 08:15:00 GMT"),
        ("Retry-After", "3", "3"),
        ("Allow", "GET, HEAD, POST", "GET, HEAD, POST"),
        ("Vary", "Accept-Encoding, Origin", "Accept-Encoding, Origin"),
        ("Cache-Control", "private, max-age=0", "private, max-age=0"),
        ("Server", "nginx/1.25.3", "nginx/1.25.3"),
        ("X-Request-Id", UUID, UUID),
        ("Transfer-Encoding", "chunked", "chunked"),
        ("X-Trace-Id", MARKER, MARKER),
        ("Content-Type", 'application/json; profile="canary"', "application/json; ⟨"),
        ("Content-Type", "application/x-canary", "⟨text of 20 characters"),
        ("Content-Disposition", 'attachment; filename="canary.pdf"', "attachment; ⟨"),
        ("Location", "https://files.example/canary?sig=1", "⟨text of 34 characters"),
        ("Set-Cookie", "canary=<cookie>; Path=/; HttpOnly", "⟨text of 15 characters"),
        ("Set-Cookie", "a=<cookie>; Path=/canary", "⟨text of 10 characters"),
        ("ETag", 'W/"canary"', "⟨"),
        ("Date", "Sun, 02 Mar 2031 08:15:00 canary", "⟨"),
        ("X-Canary", "1", "1"),
    ],
)
def test_headers_keep_what_http_has_words_for(data, make_exchange, name, value, shown):
    answer = make_exchange(200)
    answer = replace(answer, response=replace(answer.response, headers=((name, value),)))
    ((name_shown, value_shown),) = data.headers(answer)
    assert value_shown == shown or ("⟨" in shown and value_shown.startswith(shown))
    assert "canary" not in value_shown
    assert (name_shown == name) == (name != "X-Canary")
    assert "Canary" not in name_shown


def test_a_sentence_tells_of_an_answer_what_a_body_would(data, make_exchange):
    data.learn([make_exchange(body=b'{"text": "Canary Smith"}')])
    assert (
        data.sentence(f"3 of {told.value('Dear canary')}") == f'3 of "{data.text("Dear canary")}"'
    )
    assert data.sentence(f"is {told.text('Mauve', 'word')}") == "is Mauve"
    assert "Mauve" not in data.sentence(f"is {told.text('Mauve')}")
    assert data.sentence(told.text("for 'Ann' Smith at home", "error")) == "for … at home"
    assert data.sentence(told.text("text/html", "header")) == "text/html"
    assert data.sentence(told.value([1, None, 2.5, True])) == "[1, null, 2.5, true]"
    assert data.sentence(told.value({"canary": 1})) == "an object with 1 properties"
    assert data.sentence(told.value(["canary"] * 6)) == "an array of 6 items"
    assert data.sentence(told.value(10**5000)) == "a number beyond 4300 digits"
    forged = data.sentence(told.text(f"{told.text('Mauve', 'word')} canary\ue002canary"))
    assert "canary" not in forged
    assert "Mauve" not in forged
    assert data.identity("17") == "17"
    assert data.identity(UUID) == UUID
    assert PLACEHOLDER.fullmatch(data.identity("canary"))
