"""A refusal is a gateway's where nothing speaks for the server; the smallest runs that tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from harness.evidence.gateways import refusals
from harness.evidence.view import Evidence
from harness.model import Case, Cell, Credentials, Exchange, Response
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    REFUSED,
    SEND,
    exchange,
    get,
    mixed,
    page,
    path,
    post,
    validator,
)

NOTE = {"sender_type": "agent", "private": True, "message": "x"}
NUL = get(path=path("%00"))
PAGE = b"<html><head><title>400 Bad Request</title></head><hr>nginx/1.22.1</html>"
PLAIN = b"<html><head><title>400 Bad Request</title></head></html>"
DATE = ("Date", "Tue, 01 Dec 2026 14:14:57 GMT")
API = (("Server", "desk"), DATE)
HTML = ("Content-Type", "text/html")
JSON = ("Content-Type", "application/json")
ELSE = (("Server", "edge"), DATE, HTML)


def answered(
    number: int, case: Case, status: int, value: Any, headers: Iterable[tuple[str, str]]
) -> Exchange:
    made = exchange(number, case, status, value)
    assert made.response
    kept = tuple(headers)
    return replace(made, response=Response(status, kept, made.response.body))


def good(headers: Iterable[tuple[str, str]] = API) -> list[Exchange]:
    return [answered(n, get(), 200, page(mixed(3)), (*headers, JSON)) for n in (1, 2)]


def told(*exchanges: Exchange) -> set[int]:
    views: dict[str, Evidence] = {}
    for operation in (LIST, SEND):
        views[operation.id] = Evidence(
            CONTRACT, operation, exchanges, validator(), {}, None, (), views
        )
    return set(refusals(views))


def is_told(
    case: Case = NUL,
    status: int = 400,
    value: Any = PAGE,
    headers: Iterable[tuple[str, str]] = ELSE,
    *others: Exchange,
) -> bool:
    found = told(*good(), *others, answered(9, case, status, value, headers))
    assert found <= {9}
    return bool(found)


@pytest.mark.parametrize(
    "headers",
    [
        (("Server", "nginx/1.22.1"), DATE, HTML),
        (("Server", "Caddy"), DATE),
        (("Server", "edge"), ("Server", "desk"), DATE, HTML),
        (DATE, HTML),
        (("Server", "desk"), HTML),
        (*API, HTML, ("Via", "1.1 edge")),
        (*API, HTML, ("Connection", "close")),
    ],
    ids=["server", "empty", "two servers", "no server", "no date", "via", "ends"],
)
def test_a_page_from_elsewhere_is_a_gateways(headers: Any) -> None:
    assert is_told(value=PLAIN, headers=headers)


def test_a_page_that_names_the_product_in_server_is_a_gateways() -> None:
    """nginx puts its name on everything that passes: only the page tells."""
    headers = (("Server", "nginx/1.22.1"), DATE)
    before = good(headers)
    assert told(*before, answered(9, NUL, 400, PAGE, (*headers, HTML))) == {9}
    assert told(*before, answered(9, NUL, 400, PLAIN, (*headers, HTML))) == set()
    assert told(*before, answered(9, NUL, 400, b"mynginx/1.22.1", (*headers, HTML))) == set()


def test_what_comes_from_where_all_the_rest_does_is_the_servers_own() -> None:
    """Its framework may have pages of its own; whether they are good is for the clauses to say."""
    assert not is_told(value=PLAIN, headers=(*API, HTML))
    assert not is_told(value=b"", headers=API)


def test_where_nothing_can_be_compared_nobody_is_named() -> None:
    assert told(answered(9, NUL, 400, PAGE, ELSE)) == set()
    mixed_origin = [*good(), *good((("Server", "other"), DATE))]
    assert told(*mixed_origin, answered(9, NUL, 400, PLAIN, ELSE)) == set()


def test_where_the_server_ends_connections_itself_that_tells_nothing() -> None:
    ending = answered(5, get("page=0"), 400, REFUSED, (*API, JSON, ("Connection", "close")))
    headers = (*API, HTML, ("Connection", "close"))
    assert is_told(NUL, 400, PLAIN, headers)
    assert not is_told(NUL, 400, PLAIN, headers, ending)


def test_the_shape_of_the_servers_errors_is_its_own_wherever_it_comes_from() -> None:
    """Its envelope, and whatever else its errors look like in this run."""
    problem = {"type": "about:blank", "title": "no"}
    known = answered(5, get("page=0"), 400, problem, (*API, JSON))
    assert not is_told(value=REFUSED, headers=(("Server", "edge"), JSON))
    assert not is_told(NUL, 400, problem, ELSE, known)
    assert is_told(NUL, 400, problem, ELSE)
    assert is_told(NUL, 403, {"message": "Forbidden"}, ELSE, known)


def defective(defect: str, case: Case | None = None) -> Case:
    cells = (Cell("header Authorization basicAuth", defect),)
    return replace(
        case or get(), credentials=Credentials("basicAuth", defect), cells=cells, phase="auth"
    )


@pytest.mark.parametrize(
    ("case", "status", "expected"),
    [
        (NUL, 400, True),
        (NUL, 403, True),
        (NUL, 404, True),
        (NUL, 494, True),
        (get(method="TRACE"), 405, True),
        (get(method="TRACE"), 501, True),
        (get("type=bogus"), 403, True),
        (get("order=asc"), 400, True),
        (defective("very long"), 400, True),
        (defective("header twice"), 494, True),
        (post({**NOTE, "message": "x" * 70000}), 413, True),
        (post({**NOTE, "message": "it's; drop table x"}), 403, True),
        (post(b"{"), 400, True),
    ],
)
def test_what_gateways_refuse(case: Case, status: int, expected: bool) -> None:
    assert is_told(case, status) is expected


@pytest.mark.parametrize(
    ("case", "status"),
    [
        (get(), 400),
        (get("page_size=1"), 400),
        (get("page_size=100"), 414),
        (get("private=true&type=incoming"), 403),
        (post(NOTE), 413),
        (post({"sender_type": "agent", "message": "x", "to": ["a@sink.invalid"]}), 403),
    ],
)
def test_who_refuses_an_ordinary_request_is_held_to_it(case: Case, status: int) -> None:
    assert not is_told(case, status)


@pytest.mark.parametrize("status", [200, 301, 401, 407, 429, 500, 502, 503])
def test_no_other_status_is_a_refusal(status: int) -> None:
    assert not is_told(NUL, status)


@pytest.mark.parametrize("status", [500, 501, 505])
def test_a_server_error_to_a_documented_method_is_the_servers(status: int) -> None:
    assert not is_told(get("type=bogus"), status)


@pytest.mark.parametrize("defect", ["wrong secret", "empty key", "swapped"])
def test_who_refuses_well_formed_credentials_looked_at_them(defect: str) -> None:
    assert not is_told(defective(defect), 400)


@pytest.mark.parametrize("case", [get(credentials=None), defective("very long")])
def test_403_to_a_stranger_is_the_servers(case: Case) -> None:
    """The contract wants 401 there, and a server's check against forgery answers with a page."""
    assert not is_told(case, 403)
