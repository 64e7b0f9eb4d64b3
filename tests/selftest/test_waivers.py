"""Waivers cover exactly what they name, and are judged unused with care."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.model import Case, Culprit, Exchange, Finding, Request, Waiver
from harness.waivers import apply, unused

EXCHANGE = Exchange(1, Case("c", "op", "grid", "GET", "/"), Request("GET", "/", ()), None)


def finding(**changes: Any) -> Finding:
    base = Finding(
        clause="send.any-text", operation="createItem", severity="violation",
        culprit=Culprit("body /text", "NUL"), status_class="5xx", fingerprint="1234567890",
        expected="e", actual="a", count=4, smallest=EXCHANGE, stability="deterministic",
        requirement="any text is answered without 5xx",
    )  # fmt: skip
    return replace(base, **changes)


WAIVER = Waiver("send.any-text", "createItem", "known", "jane", match=("body /text", "NUL", "5xx"))


@pytest.mark.parametrize(
    ("changes", "waived"),
    [
        ({}, True),
        ({"match": ("*", "*", "*")}, True),
        ({"match": ("body /text", "*", "5xx")}, True),
        ({"match": ("body /text", "NUL", "4xx")}, False),
        ({"match": ("body /*", "NUL", "5xx")}, False),
        ({"match": ("body /text", "nul", "5xx")}, False),
        ({"match": None, "fingerprint": "1234567890"}, True),
        ({"match": None, "fingerprint": "123456789"}, False),
        ({"clause": "send.echo"}, False),
        ({"operation": "listItems"}, False),
        ({"profile": "gate"}, True),
        ({"profile": "smoke"}, False),
        ({"writes": "notes"}, True),
        ({"writes": "all"}, False),
    ],
)
def test_what_a_waiver_covers(changes: dict[str, Any], waived: bool) -> None:
    waiver = replace(WAIVER, **changes)
    (judged,), unmet = apply([finding(also=("send.echo",))], [waiver], "gate", "notes")
    assert judged.waived == (waiver if waived else None)
    assert replace(judged, waived=None) == finding(also=("send.echo",)), "nothing else changes"
    elsewhere = waiver.profile == "smoke" or waiver.writes == "all"
    assert unmet == (() if waived or elsewhere else (waiver,))


@pytest.mark.parametrize(
    ("changes", "waived"),
    [
        ({"match": ("query page", "beyond 32 bits", "5xx")}, True),
        ({"match": ("query page", "offset beyond 64 bits", "5xx")}, True),
        ({"match": ("query page", "beyond 64 bits", "5xx")}, False),
        ({"match": ("query page", "beyond 32 bits", "2xx")}, False),
        ({"match": ("query page_size", "beyond 32 bits", "5xx")}, False),
        ({"match": None, "fingerprint": "fc5f70fa06d9"}, True),
        ({"match": None, "fingerprint": "1944803a991b"}, True),
        ({"match": None, "fingerprint": "6838f31f7a1e"}, False),
    ],
)
def test_a_waiver_holds_where_its_finding_has_a_narrower_name_now(
    changes: dict[str, Any], waived: bool
) -> None:
    """The fingerprints are those of docs/libredesk.md, before and after the kind was divided."""
    named = {"clause": "response.no-server-error", "operation": "handleGetMessages"}
    narrow = finding(
        culprit=Culprit("query page", "offset beyond 64 bits"), fingerprint="1944803a991b", **named
    )
    (judged,), _ = apply([narrow], [replace(WAIVER, **named, **changes)], "gate", "all")
    assert bool(judged.waived) is waived


def test_a_narrower_waiver_does_not_cover_the_wider_kind() -> None:
    wide = finding(culprit=Culprit("query page", "beyond 32 bits"))
    waiver = replace(WAIVER, match=("query page", "offset beyond 64 bits", "5xx"))
    (judged,), unmet = apply([wide], [waiver], "gate", "all")
    assert (judged.waived, unmet) == (None, (waiver,))


def test_a_waived_finding_hides_no_other() -> None:
    other = finding(culprit=Culprit("body /text", "emoji"), fingerprint="other")
    (first, second), unmet = apply([other, finding()], [WAIVER], "gate", "all")
    assert (first.waived, second.waived, unmet) == (None, WAIVER, ())


def test_the_first_waiver_that_covers_it_is_shown() -> None:
    broad = replace(WAIVER, match=("*", "*", "*"))
    (judged,), unmet = apply([finding()], [WAIVER, broad], "gate", "all")
    assert (judged.waived, unmet) == (WAIVER, ())


@pytest.mark.parametrize(
    ("stability", "rate", "note"),
    [
        ("intermittent", 2.0, ""),
        ("unstable", 0.5, ""),
        ("intermittent", 2.1,
         "not waived: its waiver allows 2 failures per 100 requests, it failed 2.1"),
        ("deterministic", 0.0, "not waived: its waiver allows 2 failures per 100 requests of an "
         "intermittent finding, this one is not"),
    ],
)  # fmt: skip
def test_more_than_at_most_is_red(stability: Any, rate: float, note: str) -> None:
    waiver = replace(WAIVER, match=("*", "*", "*"), at_most=2.0)
    one = finding(stability=stability, rate=rate, note="new with this seed")
    (judged,), unmet = apply([one], [waiver], "gate", "all")
    assert judged.waived == (None if note else waiver)
    assert judged.note == ("new with this seed; " + note if note else "new with this seed")
    assert unmet == ()


@pytest.mark.parametrize(
    ("changes", "seen", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({}, None, False),
        ({"match": None, "fingerprint": "f"}, True, True),
        ({"match": ("/total", "wrong count, elsewhere", "2xx")}, True, False),
        ({"match": ("not attributed", "", "5xx")}, True, False),
        ({"match": ("intermittent", "", "5xx")}, True, False),
        ({"match": None, "fingerprint": "f", "at_most": 2.0}, True, False),
    ],
)
def test_only_what_was_sent_and_judged_good_is_unused(
    changes: dict[str, Any], seen: bool | None, expected: bool
) -> None:
    waiver = replace(WAIVER, **changes)
    assert unused([waiver], lambda _: seen) == ((waiver,) if expected else ())
