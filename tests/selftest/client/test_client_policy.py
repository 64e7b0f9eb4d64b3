"""The policy as a table: which bytes may leave, at which level, to which target.

Longer than a file should be: one subject, and its hostile bytes are tables.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.client import Binding, Secrets, WritePolicy, authorization
from harness.client.wire import Wire
from harness.contract import Contract
from harness.model import WriteClass

from .conftest import KEY, OTHER, READ, SECRET, UNKNOWN, WRITE

JSON = ("Content-Type", "application/json")
MEMO = {"by": "staff", "hidden": True, "text": "hello"}
MAIL = {"by": "staff", "text": "hello", "sent_to": ["a@sink.example"]}


@pytest.fixture
def ask(contract: Contract, secrets: Secrets, binding: Binding) -> Any:
    def verdict(
        level: WriteClass,
        body: Any = None,
        *,
        method: str = "POST",
        resource: str = WRITE,
        headers: tuple[tuple[str, str], ...] = (JSON,),
        credentials: str | None = "",
        embedded: bool = False,
        target: str = "",
        sink: str = "sink.example",
        ids: Binding = binding,
        own: tuple[str, ...] = (),
        **options: Any,
    ) -> str:
        policy = WritePolicy(
            contract, level, embedded=embedded, binding=ids, secrets=secrets, prefix="/base",
            sink_domain=sink, headers=own, **options,
        )  # fmt: skip
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        signed = headers
        if credentials is not None:
            scheme = contract.schemes["pairAuth"]
            values = authorization(scheme, credentials, secrets)
            signed = (*headers, *(("Authorization", value) for value in values))
        path = target or f"/base/things/{resource}/entries"
        return policy.verdict(Wire(method, path, signed, data))

    return verdict


@pytest.mark.parametrize("level", ["none", "notes", "all"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reading_is_always_allowed(ask: Any, level: WriteClass, method: str) -> None:
    assert ask(level, method=method, resource=READ) == ""
    assert ask(level, method=method, target="/base/elsewhere?x=1") == ""


@pytest.mark.parametrize("level", ["none", "notes", "all"])
@pytest.mark.parametrize("embedded", [True, False])
def test_what_is_no_request_or_two_never_leaves(
    ask: Any, level: WriteClass, embedded: bool
) -> None:
    for bad in (
        {"method": "GET /x HTTP/1.1\r\nA:"},
        {"target": "/base/things/a b/entries"},
        {"target": "/base/things/\u00e9/entries"},
        {"headers": (("X-A", "1\r\nX-B: 2"),)},
        {"headers": (("X A", "1"),)},
        {"headers": (("X-A", "\u2028"),)},
        {"headers": (("Content-Length", "2"),)},
        {"headers": (("Transfer-Encoding", "chunked"),)},
    ):
        assert ask(level, b"{}  ", **{"method": "GET", "embedded": embedded, **bad})


def test_a_get_that_asks_to_be_taken_for_a_post_is_a_post(ask: Any) -> None:
    assert ask("none", method="GET", headers=(("X-HTTP-Method-Override", "delete"),))
    assert ask("none", method="GET", target=f"/base/things/{READ}/entries?_method=DELETE")


DISGUISES: tuple[dict[str, Any], ...] = (
    {"headers": (JSON, ("X-HTTP-Method-Override", "DELETE"))},
    {"headers": (JSON, ("x-method-override", "put"))},
    {"target": f"/base/things/{WRITE}/entries?_method=DELETE"},
    {"target": f"/base/things/{WRITE}/entries?%5fmethod=DELETE"},
    {"body": {**MEMO, "_method": "DELETE"}},
)


@pytest.mark.parametrize("level", ["none", "notes", "all"])
@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_post_that_asks_to_be_taken_for_something_else_is_that(
    ask: Any, level: WriteClass, disguise: dict[str, Any]
) -> None:
    assert "undocumented methods" in ask(level, **{"body": MEMO, **disguise})


def test_no_write_may_be_added_to_by_its_query(ask: Any) -> None:
    query = f"/base/things/{UNKNOWN}/entries?hidden=false"
    assert "must hold {}" in ask("none", b"{}", target=query, credentials=None)
    assert "no query" in ask("notes", MEMO, target=query)
    for named in ("sent_to=root", "Sent_To[]=root", "sent%5fto=root"):
        target = f"/base/things/{WRITE}/entries?{named}"
        assert "may have recipients" in ask("all", MEMO, target=target)
    for named in ("files=3", "FILES%5B%5D=3"):
        target = f"/base/things/{WRITE}/entries?{named}"
        assert "somebody's" in ask("all", MEMO, target=target)


def test_none_lets_through_only_empty_unauthenticated_sends_to_nobody(ask: Any) -> None:
    assert ask("none", b"{}", resource=UNKNOWN, credentials=None) == ""
    assert ask("none", b"{}", resource="not-a-uuid", credentials="wrong secret") == ""
    assert ask("none", b"{}", resource=UNKNOWN, credentials="secret and one more") == ""
    assert "--writes is none" in ask("none", b"{}", resource=UNKNOWN)
    for lenient in (("X-Auth", f"{KEY}:{SECRET}"), ("Authorization", f"Other {KEY}:{SECRET} ")):
        assert "--writes is none" in ask(
            "none", b"{}", resource=UNKNOWN, credentials=None, headers=(lenient,)
        )
    assert "must hold {}" in ask("none", MEMO, resource=UNKNOWN, credentials=None)
    assert "must hold {}" in ask("none", None, resource=UNKNOWN, credentials=None)
    assert "unknown id" in ask("none", b"{}", resource=WRITE, credentials=None)
    for known in (READ, OTHER, READ.upper(), OTHER.replace("-", ""), f"%7B{READ}%7D"):
        assert ask("none", b"{}", resource=known, credentials=None)


@pytest.mark.parametrize("scheme", ["basicAuth", "pairAuth", "bearer", "bare"])
def test_none_knows_good_credentials_of_every_scheme(
    ask: Any, contract: Contract, secrets: Secrets, scheme: str
) -> None:
    header = (
        contract.schemes[scheme].header,
        authorization(contract.schemes[scheme], "", secrets)[0],
    )
    assert ask("none", b"{}", resource=UNKNOWN, headers=(header,), credentials=None)


@pytest.mark.parametrize("level", ["none", "notes"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "QUERY", "get"])
def test_undocumented_methods_need_all(ask: Any, level: WriteClass, method: str) -> None:
    assert "--writes all only" in ask(level, MEMO, method=method, resource=UNKNOWN)
    assert "--writes all only" in ask(
        level, b"{}", method=method, resource=UNKNOWN, credentials=None, embedded=True
    )


def test_undocumented_methods_under_all_spare_what_exists(ask: Any) -> None:
    assert ask("all", method="DELETE", resource=UNKNOWN) == ""
    for other in (WRITE, "55555555-5555-4555-8555-555555555555", "not-a-uuid", "1"):
        assert "does not exist" in ask("all", method="DELETE", resource=other)
    assert ask("all", method="DELETE", resource=READ)
    assert ask("all", method="DELETE", resource=READ, embedded=True) == ""


@pytest.mark.parametrize("level", ["notes", "all"])
@pytest.mark.parametrize("credentials", [None, "", "wrong secret"])
def test_where_a_note_may_go(ask: Any, level: WriteClass, credentials: str | None) -> None:
    for good in (WRITE, UNKNOWN, "not-a-uuid", "%00", "x" * 500):
        assert ask(level, MEMO, resource=good, credentials=credentials) == ""
    bad = (READ, OTHER, WRITE.replace("-", ""), WRITE.replace("2", "%EF%BC%92", 1))
    for known in (*bad, READ.replace("-", ""), f"urn:uuid:{READ}", f"%20{READ}", f"%257B{READ}"):
        assert ask(level, MEMO, resource=known, credentials=credentials)
    for route in ("..", "%2e%2e", "a%2Fb", "a%5Cb", "a%3Fb", "", ".", "%252F"):
        assert "proxy" in ask(level, MEMO, resource=route, credentials=credentials)
    assert "none that the contract" in ask(level, MEMO, target="/base/things/a/b/entries")
    assert "none that the contract" in ask(level, MEMO, target=f"/base/other/{WRITE}")


def test_ids_that_are_no_uuids_are_written_to_only_if_configured(ask: Any) -> None:
    ids = Binding(read="17", write="18", other="18", unknown="999")
    assert ask("notes", MEMO, resource="18", ids=ids) == ""
    assert ask("notes", MEMO, resource="999", ids=ids) == ""
    for resource in ("17", "017", "+17", "19", "abc"):
        assert ask("notes", MEMO, resource=resource, ids=ids)


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    "body",
    [
        {**MEMO, "hidden": "true"},
        {**MEMO, "hidden": 1},
        {**MEMO, "hidden": False},
        {**MEMO, "by": "Staff"},
        {"by": "staff", "text": "x"},
        {"hidden": True, "text": "x"},
        {**MEMO, "Hidden": False},
        {**MEMO, "BY": "client"},
        {**MEMO, "bY": "client"},
        {**MEMO, "\u017fent_to": ["a@b.c"]},
        {**MEMO, "sentTo": ["a@b.c"]},
        {**MEMO, "sent_to": []},
        {**MEMO, "people": [{"id": 0}]},
        MAIL,
        [MEMO],
        "text",
        b"",
        b"null",
        b"\xef\xbb\xbf" + json.dumps(MEMO).encode(),
        json.dumps(MEMO).encode("utf-16"),
        json.dumps(MEMO).encode() + b" {}",
        json.dumps(MEMO).encode() + b"x",
        json.dumps({**MEMO, "text": "\u00e9"}, ensure_ascii=False).encode("latin-1"),
        b'{"by":"staff","hidden":true,"hidden":false}',
        b'{"by":"staff","hidden":true,"hidd\\u0065n":false}',
        b'{"by":"staff","hidden":true,"x":{"a":1,"a":2}}',
        b'{"by":"staff","hidden":true,"x":NaN}',
        b'{"by":"staff","hidden":true,"x":' + b"[" * 100_000,
        b"by=staff&hidden=true",
    ],
)
def test_notes_drops_whatever_might_become_more(ask: Any, body: Any, embedded: bool) -> None:
    assert ask("notes", body, embedded=embedded)
    assert ask("notes", body, embedded=embedded, credentials=None)


@pytest.mark.parametrize("text", ["", "\u00e9", "a@b.c", "\ud800", 5, None, ["x"], {"a": 1}])
def test_notes_lets_any_text_through(ask: Any, text: Any) -> None:
    assert ask("notes", {**MEMO, "text": text}) == ""
    assert ask("notes", {"by": "staff", "hidden": True, "unheard of": text}) == ""


def test_notes_wants_one_plain_media_type(ask: Any) -> None:
    good = ("application/json", "Application/JSON; charset=UTF-8")
    for value in good:
        assert ask("notes", MEMO, headers=(("content-type", value),)) == ""
    for value in ("text/plain", "application/vnd.api+json", "application/json; charset=utf-16", ""):
        assert ask("notes", MEMO, headers=(("Content-Type", value),))
    assert ask("notes", MEMO, headers=())
    assert ask("notes", MEMO, headers=(JSON, JSON))
    assert ask("notes", MEMO, headers=(JSON, ("Content-Encoding", "gzip")))


@pytest.mark.parametrize("level", ["notes", "all"])
@pytest.mark.parametrize(
    ("number", "leaves"),
    [
        *(
            (good, True)
            for good in ("1099511627776.0", "0.0", "-1.0", "-0", "-1e5", "7.0", "0.7e1")
        ),
        *((bad, False) for bad in ("1.0", "1e0", "10e-1", "1E+0", "0.1e1", "1.00", "2.0", "1E2")),
        *((bad, False) for bad in ("1.5e1", "70e-1", "1099511627776e-12")),
        # Who reads no further than the first digits takes these for 1 and 5.
        *((bad, False) for bad in ("1e13", "1.099511627783E12", "5e999", "1e-400")),
    ],
)
def test_an_id_is_what_any_reader_of_its_digits_takes_it_for(
    ask: Any, level: WriteClass, number: str, leaves: bool
) -> None:
    body = json.dumps({**MEMO, "files": ["?"]}).replace('"?"', number).encode()
    assert (ask(level, body, references=[("files", 7)]) == "") is leaves


@pytest.mark.parametrize("level", ["notes", "all"])
def test_references_are_to_nothing_or_to_what_is_ours(ask: Any, level: WriteClass) -> None:
    for good in ([], None, [0, -1, 2**40, 2**70], [7], "x", ["x"], [-1.5], {}):
        assert ask(level, {**MEMO, "files": good}, references=[("files", 7)]) == ""
    for bad in ([1], [2**40 - 1], ["1"], [True], [1.0], [None, 3], 5, "x1", {"0": 1}, [[3]]):
        assert "somebody's" in ask(level, {**MEMO, "files": bad}, references=[("files", 7)])
        assert ask(level, {**MEMO, "files": bad}, embedded=True) == ""


@pytest.mark.parametrize(
    "body",
    [
        {**MEMO, "FILES": [1]},
        {**MEMO, "\uff46iles": [1]},
        {**MEMO, "People": [{"ID": 1}]},
        b"files=1",
        b"%66iles=1",
        b'{"f\\u0069les": [1]} trailing',
        b'{"files": [0], "files": [1]}',
        json.dumps({"files": [1]}).encode("utf-16"),
    ],
)
def test_no_spelling_hides_a_reference(ask: Any, body: Any) -> None:
    assert "somebody's" in ask("all", body)


def test_what_is_ours_is_ours_in_its_own_place(ask: Any) -> None:
    people = {**MEMO, "people": [{"id": 7}]}
    assert "somebody's" in ask("all", people, references=[("files", 7)])
    assert ask("all", people, references=[("people", 7)]) == ""
    assert ask("all", {**MEMO, "files": [7]}, references=[("files", 7)]) == ""


def test_what_changes_without_creating_is_never_harmless(ask: Any) -> None:
    target = f"/base/things/{WRITE}"
    assert "calls harmless" in ask("notes", MEMO, method="PUT", target=target)
    assert ask("all", MEMO, method="PUT", target=target) == ""
    assert ask("all", MEMO, method="PUT", target=f"/base/things/{READ}")


def test_all_on_the_embedded_server_is_all(ask: Any) -> None:
    for body in (MAIL, b"{broken", {**MAIL, "sent_to": ["anyone@real.example"] * 100}):
        assert ask("all", body, resource=READ, embedded=True, sink="") == ""


def test_all_elsewhere_needs_a_sink(ask: Any) -> None:
    assert "--sink" in ask("all", MAIL, sink="")
    assert ask("all", MAIL) == ""
    assert ask("all", b"{broken") == ""


@pytest.mark.parametrize(
    "body",
    [
        {**MAIL, "sent_to": ["a@real.example"]},
        {**MAIL, "text": "write to a@real.example"},
        {**MAIL, "sent_to": ["a@sink.example.real.example"]},
        {**MAIL, "sent_to": ["a@sink.examples"]},
        {**MAIL, "sent_to": ["a@sink.example, b@real.example"]},
        {**MAIL, "sent_to": ["a@sink.example,b@sink.example"]},
        {**MAIL, "sent_to": ["root"]},
        {**MAIL, "sent_to": [5]},
        {**MAIL, "SENT_TO": ["root"]},
        {**MAIL, "sent_to": "root"},
        {**MAIL, "sent_to": ["a@sink.example"] * 26},
        {**MAIL, "text": "a@sink.example " * 26},
        {**MAIL, "text": "a@sink.example.real.example"},
        {**MAIL, "text": "a\uff20real.example"},
        b'{"text": "a\\u0040real.example"}',
        '{"text": "a\\u0040real.example"}'.encode("utf-16-le"),
        b'{"text": "a&commat;real.example"}',
        b'{"sent_to": ["a\\u0040real.example"]}',
        b'{"sent_to": ["a@sink.example\\u002ereal.example"]}',
        '{"sent_to": ["a\uff20real.example"]}'.encode(),
        b"sent_to=a%40real.example",
        b"sent_to=a%2540real.example",
        b'{"sent_to": ["a&#64;real.example"]}',
        json.dumps(MAIL).replace("sink", "real").encode("utf-16-le"),
        b'{"sent_to": ["root"]} trailing',
        b"sent_to=root",
        b'{"sent_to": ["root"], "sent_to": ["a@sink.example"]}',
        b"sent_to[0]=root",
        b"sent%5fto=root",
        b"<sent_to>root</sent_to>",
        b'--b\r\nContent-Disposition: form-data; name="sent_to"\r\n\r\nroot\r\n--b--',
        {**MAIL, "sent_to[]": ["root"]},
        {**MAIL, "text": "a+AEA-real.example"},
        {**MAIL, "text": "=?utf-8?q?a=40real.example?="},
        {**MAIL, "text": "a=40real.example"},
        {**MAIL, "text": "a\u200b@\u200breal.example"},
        {**MAIL, "text": "a@sink.example\u200b.real.example"},
        {**MAIL, "text": "a@sink.example\u3002real.example"},
        {**MAIL, "text": "a\ufe6breal.example"},
        {**MAIL, "text": "a%u0040real.example"},
        {**MAIL, "text": "a\\x40real.example"},
        {**MAIL, "text": "a\\100real.example"},
        {**MAIL, "text": "a&#x40;real.example"},
        {**MAIL, "text": "a&amp;#64;real.example"},
        b'{"text": "a\xc1\x80real.example"}',
        b'{"text": "a\xe0\x81\x80real.example"}',
        {**MAIL, "text": "a@sink.example, b@REAL.example"},
        {**MAIL, "sent_to": ["b%real.example@sink.example"]},
        {**MAIL, "sent_to": ["real.example!b@sink.example"]},
        {**MAIL, "sent_to": ["=?utf-8?b?YUByZWFsLmV4YW1wbGU=?=@sink.example"]},
        {**MAIL, "sent_to": ["B <b@sink.example>"]},
        {**MAIL, "sent_to": [["root"]]},
        {**MAIL, "sent_to": [{"address": "root"}]},
        {"wrapped": {**MAIL, "sent_to": ["root"]}},
    ],
)
def test_all_elsewhere_drops_whatever_might_leave_the_sink(ask: Any, body: Any) -> None:
    assert ask("all", body)


@pytest.mark.parametrize(
    "headers",
    [
        (("Content-Type", "application/json; charset=utf-7"),),
        (("Content-Type", "application/json; CHARSET = 'utf-16'"),),
        (("Content-Type", "text/plain; charset=ibm037"),),
        (JSON, ("Content-Type", "text/plain;charset=utf-32")),
        (JSON, ("Content-Encoding", "gzip")),
        (JSON, ("content-encoding", "br")),
    ],
)
def test_what_cannot_be_read_may_hide_an_address(ask: Any, headers: Any) -> None:
    assert "may hide" in ask("all", MEMO, headers=headers)
    part = b"--b\r\nContent-Transfer-Encoding: base64\r\n\r\nYUByZWFsLmV4YW1wbGU=\r\n--b--"
    assert "may hide" in ask("all", part)


def test_headers_that_the_user_adds_are_the_users(ask: Any) -> None:
    headers = (JSON, ("X-Staff", "me@corp.example"))
    assert ask("all", MAIL, headers=headers)
    assert ask("all", MAIL, headers=headers, own=("x-staff",)) == ""


def test_all_elsewhere_allows_the_sink_and_known_witnesses(ask: Any) -> None:
    for recipients in (
        ["a@sink.example", "B@SINK.example"],
        [],
        None,
        [""],
        ["x@sink.example"] * 25,
    ):
        assert ask("all", {**MAIL, "sent_to": recipients}) == ""
    assert ask("all", {**MAIL, "sent_to": ["no at"]}, recipients=["no at"]) == ""
    assert ask("all", {**MAIL, "sent_to": [5]}, recipients=[5]) == ""
    assert ask("all", {**MAIL, "sent_to": [True]}, recipients=[1])


def test_all_elsewhere_looks_at_the_target_and_the_headers_too(ask: Any) -> None:
    assert ask("all", MEMO, target=f"/base/things/{WRITE}/entries?cc=a%40real.example")
    assert ask("all", MEMO, headers=(JSON, ("X-Notify", "a@real.example")))
