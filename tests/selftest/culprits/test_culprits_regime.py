"""Under which circumstances a response deviates (contract.md, *Culprit in the response*)."""

from __future__ import annotations

import pytest

from harness.culprits.regime import Witness, regime, witness
from harness.model import Cell
from tests.selftest.fakes import exchange, get

SETTINGS = ("unfiltered", "private=true", "type=incoming")
POSITIONS = ("first", "middle", "last", "beyond")
WINDOWS = [(setting, position) for setting in SETTINGS for position in POSITIONS]
NUMBER = {window: number for number, window in enumerate(WINDOWS, 1)}
ONE, HUNDRED, OUTSIDE = 50, 51, 52
WITNESSES = {
    **{n: Witness(s, p, "", n, frozenset({f"{s} {p}"}), True) for (s, p), n in NUMBER.items()},
    ONE: Witness("unfiltered", "first", "page size 1", ONE, frozenset({"a"}), True),
    HUNDRED: Witness("unfiltered", "first", "page size 100", HUNDRED, frozenset({"a"}), True),
    OUTSIDE: Witness("", "", "out of range", OUTSIDE, frozenset(), True),
}
ALL = frozenset(WITNESSES)


def at(setting: str = "", position: str = "") -> frozenset[int]:
    return frozenset(
        n for (s, p), n in NUMBER.items() if setting in {"", s} and position in {"", p}
    )


@pytest.mark.parametrize(
    ("deviating", "expected"),
    [
        (ALL, "any"),
        (frozenset(), "elsewhere"),
        (frozenset({999}), "elsewhere"),
        (at("private=true"), "private=true"),
        (at("private=true") | {999}, "private=true"),
        (at(position="beyond"), "beyond"),
        (at(position="last"), "last"),
        ({ONE}, "page size 1"),
        ({OUTSIDE}, "out of range"),
        (at("private=true", "last"), "private=true last"),
        (at("private=true", "last") | at("type=incoming", "first"),
         "private=true last; type=incoming first"),
        (at("type=incoming", "first") | at("private=true", "last"),
         "private=true last; type=incoming first"),
    ],
)  # fmt: skip
def test_the_regime(deviating: frozenset[int], expected: str) -> None:
    """`any`; one axis' value if exactly its witnesses do; their sorted list; `elsewhere`."""
    assert regime(WITNESSES, ALL, frozenset(deviating), frozenset()) == expected


def test_only_witnesses_that_could_show_it_are_asked() -> None:
    held = frozenset({"private=true last", "type=incoming first"})
    showing = at("private=true", "last") | at("type=incoming", "first")
    assert regime(WITNESSES, ALL, showing, held) == "any", "the others do not hold the item"
    assert regime(WITNESSES, at("private=true"), at("private=true"), frozenset()) == "any"


def test_a_witness_without_an_answer_can_show_nothing() -> None:
    silent = {**WITNESSES, 1: Witness("unfiltered", "first", "", 1, frozenset(), False)}
    assert regime(silent, ALL, ALL - {1}, frozenset()) == "any"


@pytest.mark.parametrize(
    ("role", "size", "expected"),
    [
        ("window|private=true|beyond", "", ("private=true", "beyond", "")),
        ("window|private=true|first", "page size 1", ("private=true", "first", "page size 1")),
        ("window|type=incoming&type=outgoing|first", "",
         ("type=incoming&type=outgoing", "first", "")),
        ("size|1|last", "page size 1", ("unfiltered", "last", "page size 1")),
        ("size|30|first", "", None),
        ("walk|unfiltered|first", "page size 100", ("unfiltered", "first", "page size 100")),
        ("walk|private=true|first", "page size 100", None),
        ("bracket", "", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_which_exchanges_are_witnesses(
    role: str, size: str, expected: tuple[str, str, str] | None
) -> None:
    found = witness(exchange(5, get(role=role)), ["a"], answered=True, size=size)
    assert (found and (found.filter, found.position, found.size)) == expected
    assert found is None or (found.exchange, found.holds) == (5, {"a"})


def test_a_filter_whose_pages_are_small_is_a_witness_of_the_size_too() -> None:
    """What is wrong at page size 1 is so as well where a filter leaves that little."""
    small = Witness("type=activity", "first", "page size 1", 60, frozenset(), True)
    witnesses = {**WITNESSES, 60: small}
    showing = frozenset({ONE, 60})
    assert regime(witnesses, frozenset(witnesses), showing, frozenset()) == "page size 1"
    single = regime(witnesses, frozenset(witnesses), frozenset({60}), frozenset())
    assert single == "type=activity"


def test_a_broken_answer_shows_that_it_is_broken() -> None:
    silent = {**WITNESSES, ONE: Witness("", "first", "page size 1", ONE, frozenset(), False)}
    assert regime(silent, ALL, frozenset({ONE}), frozenset()) == "page size 1"


def test_a_page_size_out_of_range_is_a_witness() -> None:
    case = get("page_size=0", cells=(Cell("query page_size", "zero"),), phase="grid")
    found = witness(exchange(1, case), [], answered=True, out_of_range=("query page_size",))
    assert found
    assert found.size == "out of range"
