"""Whose addresses the write resource holds, read from both ends of its list and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.model import Case, Exchange
from harness.run.people import People, Seen, domains, told
from tests.selftest.fakes import CONTRACT, exchange


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
    """A list of so many items; `at` holds, by page, what its answer is.

    A number is a status, a text stands in the page's last item, `None` is an answer without a list.
    """

    def __init__(
        self, total: Any, at: dict[str, Any] | None = None, *, size: int = 100, count: int = -1
    ) -> None:
        self.total, self.at, self.size = total, at or {}, size
        self.count = count if count >= 0 else int(total)
        self.sent: list[Case] = []

    def __call__(self, cases: Any) -> list[Exchange | None]:
        (case,) = cases
        self.sent.append(case)
        asked = dict(part.split("=") for part in case.query.split("&"))
        number, size = int(asked["page"]), min(self.size, int(asked.get("page_size", 30)))
        answer = self.at.get(f"{number} of {size}", self.at.get(str(number), ""))
        if isinstance(answer, int):
            return [exchange(len(self.sent), case, answer, {})]
        shown = range((number - 1) * size, min(self.count, number * size))
        items = [{"uuid": f"{n}", "content": f"<p>{answer}</p>"} for n in shown]
        made = {"results": items, "total": self.total, "per_page": size, "page": number}
        value = {"status": "success", "data": None if answer is None else made}
        return [exchange(len(self.sent), case, 200, value)]


def look(target: Target, *allowed: str) -> Seen:
    return People(CONTRACT, target, allowed).look()


def pages(target: Target) -> list[str]:
    return [case.query for case in target.sent]


def test_both_ends_are_looked_at_and_nothing_between() -> None:
    target = Target(100_001, {"1": "a@sink.example", "1001": "b@team.example"})
    assert look(target, "sink.example", "team.example") == Seen()
    assert pages(target) == ["page=1&page_size=100", "page=1001&page_size=100"]
    assert all("{write}" in c.path and c.method == "GET" for c in target.sent)


@pytest.mark.parametrize("where", ["1", "1001"])
def test_people_elsewhere_are_told_by_their_domain_alone(where: str) -> None:
    seen = look(Target(100_001, {where: "kim.canary@customer.example"}), "sink.example")
    assert seen == Seen(strangers=frozenset({"customer.example"}))
    sentence = told(seen.strangers, "MY_WRITE")
    assert "addresses in customer.example stand in the resource that MY_WRITE names" in sentence
    assert "--allow-domain" in sentence


def test_a_domain_is_allowed_to_the_letter() -> None:
    for near in ("a@x.sink.example", "a@sink.example.x", "a@xsink.example"):
        assert look(Target(1, {"1": near}), "sink.example").strangers


def test_what_a_server_made_up_is_told_shortly_and_harmlessly() -> None:
    many = " ".join(f"a@d{n}.example" for n in range(9)) + " a@\u202e" + "x" * 900
    sentence = told(look(Target(1, {"1": many})).strangers, "MY_WRITE")
    assert sentence.isascii()
    assert len(sentence) < 600
    assert " and " in sentence


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ({"1": 403}, "page 1 is status 403"),
        ({"1": 500}, "page 1 is status 500"),
        ({"1": None}, "page 1 shows no list of who is on it"),
        ({"1001": 404, "2": 404}, "page 2 is status 404"),
    ],
)
def test_what_cannot_be_read_says_why(at: dict[str, Any], why: str) -> None:
    assert look(Target(100_001, at), "sink.example") == Seen(unseen=why)


def test_an_empty_page_of_a_list_that_is_not_empty_shows_nobody() -> None:
    assert look(Target(5, count=0)).unseen == "page 1 shows no list of who is on it"
    assert look(Target(0)) == Seen()


def test_the_last_page_is_found_where_pages_are_smaller_than_what_was_asked_for() -> None:
    assert look(Target(100, {"2": "kim@customer.example"}, size=50), "sink.example").strangers


def test_a_size_that_is_refused_is_left_out() -> None:
    target = Target(100, {"1 of 100": 400, "4": "kim@customer.example"})
    assert look(target, "sink.example").strangers == {"customer.example"}
    assert pages(target) == ["page=1&page_size=100", "page=1", "page=4"]


@pytest.mark.parametrize("total", ["230", None, True, 30, 0])
def test_a_list_whose_total_leads_nowhere_is_walked(total: Any) -> None:
    """Whoever stands on a page that no total speaks of would get mail all the same."""
    target = Target(total, {"3": "kim@customer.example"}, count=230)
    assert look(target, "sink.example").strangers == {"customer.example"}
    assert len(pages(target)) == 4


def test_a_walk_ends_where_the_total_says_so_although_the_next_page_is_refused() -> None:
    assert look(Target(60, {"2": 404}, size=100)) == Seen()


def test_a_walk_without_an_end_is_given_up() -> None:
    target = Target("many", count=5000)
    assert look(target).unseen == "its end was not met on 10 pages"
    assert len(pages(target)) == 10
