"""Whose addresses the write resource holds, read from both ends of its list and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.model import Case, Exchange
from harness.run.people import People, domains
from tests.selftest.fakes import CONTRACT, exchange, page

NAMES = {"write": "MY_WRITE"}


def body(text: Any) -> bytes:
    return json.dumps({"data": [{"deep": text}]}).encode()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("kim@Example.com", {"example.com"}),
        ("Kim <kim@example.com>, b@c.example", {"example.com", "c.example"}),
        ("mailto:kim@example.com?cc=x%40y.example", {"example.com", "y.example"}),
        ("<a href='mailto:kim&#64;example.com'>", {"example.com"}),
        ("kim\uff20example.com", {"example.com"}),
        ('"Kim K."@example.com', {"example.com"}),
        ("root@localhost", {"localhost"}),
        ("a@[192.0.2.1]", {"[192.0.2.1]"}),
        ("a@m\u00fcller.example", {"m\u00fcller.example"}),
        (["a@b.example", {"c@d.example": 1}], {"b.example", "d.example"}),
        ("@kim, see @media screen{@import}", set()),
        ("a @ b", set()),
        (5, set()),
    ],
)
def test_whatever_looks_like_an_address_is_one(text: Any, found: set[str]) -> None:
    assert domains(body(text)) == found


def test_a_body_that_is_no_json_is_read_as_a_text() -> None:
    assert domains(b"<p>kim@example.com</p>") == {"example.com"}
    assert domains("kim@example.com".encode("utf-16")) == {"example.com"}


def item(address: str) -> dict[str, Any]:
    return {"uuid": "0", "content": f"<p>{address}</p>"}


class Target:
    """A list of so many items; `at` holds, by page, what its answer is."""

    def __init__(self, total: int, at: dict[str, Any], size: int = 100) -> None:
        self.total, self.at, self.size = total, at, size
        self.sent: list[Case] = []

    def __call__(self, cases: Any) -> list[Exchange | None]:
        (case,) = cases
        self.sent.append(case)
        number = dict(part.split("=") for part in case.query.split("&"))["page"]
        answer = self.at.get(number, "")
        if isinstance(answer, int):
            return [exchange(len(self.sent), case, answer, {})]
        made = page([item(answer)], size=100)
        made["data"] |= {"total": self.total, "total_pages": -(-self.total // self.size)}
        return [exchange(len(self.sent), case, 200, made)]


def ask(target: Target, *allowed: str) -> tuple[list[str], list[str]]:
    return People(CONTRACT, target, allowed, NAMES).problems()


def asked(target: Target) -> list[Case]:
    return list(target.sent)


def test_both_ends_are_looked_at_and_nothing_between() -> None:
    target = Target(100_001, {"1": "a@sink.example", "1001": "b@team.example"})
    assert ask(target, "sink.example", "team.example") == ([], [])
    assert [c.query for c in asked(target)] == [
        "page=1&page_size=100", "page=1001&page_size=100",
    ]  # fmt: skip
    assert all("{write}" in c.path and c.method == "GET" for c in asked(target))


@pytest.mark.parametrize("where", ["1", "1001"])
def test_people_elsewhere_are_told_by_their_domain_alone(where: str) -> None:
    target = Target(100_001, {where: "kim.canary@customer.example"})
    (told,), inconclusive = ask(target, "sink.example")
    assert "addresses in customer.example stand in the resource that MY_WRITE names" in told
    assert "--allow-domain" in told
    assert "canary" not in told
    assert inconclusive == []


def test_a_domain_is_allowed_to_the_letter() -> None:
    for near in ("a@x.sink.example", "a@sink.example.x", "a@xsink.example"):
        assert ask(Target(1, {"1": near}), "sink.example")[0]


def test_what_a_server_made_up_is_told_shortly_and_harmlessly() -> None:
    many = " ".join(f"a@d{n}.example" for n in range(9)) + " a@\u202e" + "x" * 900
    ((told,), _) = ask(Target(1, {"1": many}))
    assert told.isascii()
    assert len(told) < 600
    assert " and " in told


@pytest.mark.parametrize("at", [{"1": 403}, {"1": 500}, {"1001": 404}])
def test_what_cannot_be_read_lets_no_mail_leave(at: dict[str, Any]) -> None:
    wrong, (told,) = ask(Target(100_001, at), "sink.example")
    assert wrong == []
    assert "MY_WRITE cannot be read" in told
    assert "--writes notes" in told


def test_the_last_page_is_the_one_that_the_server_names() -> None:
    """It may keep pages smaller than what was asked for."""
    target = Target(100, {"2": "kim@customer.example"}, size=50)
    assert ask(target, "sink.example")[0]


def test_a_list_of_one_page_is_read_once() -> None:
    target = Target(100, {"1": "a@sink.example"})
    assert ask(target, "sink.example") == ([], [])
    assert len(asked(target)) == 1
