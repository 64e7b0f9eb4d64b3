"""A request in pieces is the same request when it is put together again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.wire.draft import ABSENT, Draft, decode, dump, read
from tests.selftest.fakes import LIST, SEND, get, post

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(VALUES)
def test_a_json_body_survives(value: object) -> None:
    case = post(dump(value))
    draft = read(SEND, case)
    assert draft.json == value
    assert draft.body() == case.body
    assert read(SEND, draft.case("again", "grid")) == draft


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.text(max_size=8)), max_size=4))
def test_query_values_survive_their_encoding(pairs: list[tuple[str, str]]) -> None:
    draft = read(LIST, get()).with_query(*pairs)
    again = read(LIST, draft.case("c", "grid"))
    for name in {name for name, _ in pairs}:
        assert again.values(name) == [value for key, value in pairs if key == name]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"a":1} x', b"[" * 100_000, b"a=1&b=2", b"nul"]
)
def test_what_is_no_json_keeps_its_bytes(body: bytes) -> None:
    draft = read(SEND, post(body))
    assert draft.json is ABSENT
    assert (draft.body() or b"") == body


def test_a_lone_surrogate_is_escaped_as_utf8_has_no_form_for_it() -> None:
    assert dump({"a": "\ud800"}) == b'{"a":"\\ud800"}'
    assert dump({"a": "é😀"}) == '{"a":"é😀"}'.encode()


@pytest.mark.parametrize(
    ("raw", "text"),
    [("a+b", "a b"), ("%41", "A"), ("%2B", "+"), ("%FF", "\udcff"), ("%00", "\0"), ("%zz", "%zz")],
)
def test_raw_values_are_read_as_a_server_should(raw: str, text: str) -> None:
    assert decode(raw) == text


@pytest.mark.parametrize(
    ("body", "repeated"),
    [
        (b'{"a":1,"a":1}', True),
        (b'{"a":{"b":1,"b":2}}', True),
        (b'{"a":{"b":1},"c":{"b":1}}', False),
    ],
)
def test_repeated_keys_are_noticed(body: bytes, repeated: bool) -> None:
    assert read(SEND, post(body)).duplicate_keys is repeated


@pytest.mark.parametrize(
    ("header", "media"),
    [
        ("application/json", "application/json"),
        ("Application/JSON; charset=utf-8", "application/json"),
        ("", ""),
    ],
)
def test_the_media_type_is_without_parameters(header: str, media: str) -> None:
    case = replace(post({}), headers=(("content-TYPE", header),))
    assert read(SEND, case).media == media


def test_ids_stand_in_the_path_as_they_are() -> None:
    draft = Draft(LIST, {"uuid": "%00"}, (("page", "1"), ("page", "")), method="PUT")
    case = draft.case("c", "method")
    assert (case.method, case.path) == ("PUT", "/api/v1/conversations/%00/messages")
    assert case.query == "page=1&page="
    assert read(LIST, case).path_values == {"uuid": "%00"}
    assert read(LIST, case).values("page") == ["1", ""]
