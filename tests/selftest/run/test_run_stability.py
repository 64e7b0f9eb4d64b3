"""What repetitions make of findings (contract.md, *Stability*)."""

from __future__ import annotations

from typing import Any

import pytest

from harness.clauses import Record
from harness.evidence.sweeps import BRACKET
from harness.model import Culprit, Exchange, Finding
from harness.run.sizes import SIZES
from harness.run.stability import again, in_turn, is_heavy, outcomes, settle
from tests.selftest.fakes import LIST, clauses, exchange, get


def finding(name: str, status: int = 500, count: int = 1, **changes: Any) -> Finding:
    failure = changes.pop("failure", "")
    smallest = exchange(count, get(f"x={name}"), status, {}, failure=failure)
    values: dict[str, Any] = {
        "clause": "response.no-server-error", "operation": LIST.id, "severity": "violation",
        "culprit": Culprit(f"query {name}", "NUL"), "status_class": smallest.status_class,
        "fingerprint": name, "expected": "", "actual": "", "count": count, "smallest": smallest,
        "exchanges": tuple(range(1, count + 1)), "message": name,
    }  # fmt: skip
    return Finding(**{**values, **changes})


REQUESTS = {LIST.id: 50}


@pytest.mark.parametrize(
    ("repeats", "stability"),
    [
        ([True, True], "deterministic"),
        ([True], "deterministic"),
        ([True, False], "unstable"),
        ([False, False], "unstable"),
        ([], "not repeated"),
    ],
)
def test_deterministic_means_every_repeat_failed(repeats: list[bool], stability: str) -> None:
    (one,), weather = settle([finding("a")], {"a": repeats} if repeats else {}, REQUESTS)
    assert (one.stability, weather) == (stability, [])


@pytest.mark.parametrize(("compared", "expected"), [(True, [True]), (False, [True, False])])
def test_two_answers_that_differ_repeat_a_finding_about_two_answers(
    compared: bool, expected: list[bool]
) -> None:
    """Which of the two deviates from the one before is chance."""
    clause = clauses()["list.stable"]
    first, before = exchange(2, get()), exchange(1, get())
    repeats = [exchange(n, again(first), value={}) for n in (3, 4)]
    record = Record(clause, LIST)
    for one in (first, repeats[0]):
        record.add(one, place="/x", witnesses=(before,) if compared else ())
    one = finding("a", clause=clause.id, smallest=first, status_class="2xx")
    assert outcomes([one], [record], [before, first, *repeats]) == {"a": expected}


@pytest.mark.parametrize("repeats", [[], [True]])
def test_what_a_gateway_answers_has_to_come_twice_again(repeats: list[bool]) -> None:
    """One request in sixty that meets no server may well be met by its own repetition."""
    group = [finding(n, 502, message="") for n in "ab"]
    settled, weather = settle(group, {"a": [True, True], "b": repeats}, REQUESTS)
    assert [f.fingerprint for f in settled] == ["a"]
    assert [f.fingerprint for f in weather] == ["b"]


@pytest.mark.parametrize(("times", "kept"), [(2, []), (3, []), (4, ["a"])])
@pytest.mark.parametrize("repeats", [[False], [True, False], [False, False]])
def test_four_times_where_there_is_weather_about(
    times: int, kept: list[str], repeats: list[bool]
) -> None:
    group = [finding(n, 502, message="") for n in "ab"]
    settled, _ = settle(group, {"a": [True] * times, "b": repeats}, REQUESTS)
    assert [f.fingerprint for f in settled] == kept


@pytest.mark.parametrize(("lost", "heavy"), [(5, False), (6, True)])
def test_beyond_a_tenth_lost_nothing_can_be_told(lost: int, heavy: bool) -> None:
    """A request counts once, however many clauses it breaks."""
    both = [finding("a", 502, count=lost), finding("b", 502, count=lost)]
    assert is_heavy(both, REQUESTS) is heavy


@pytest.mark.parametrize(
    ("count", "stability"), [(1, "unstable"), (2, "unstable"), (3, "intermittent")]
)
def test_intermittent_from_three_occurrences_on(count: int, stability: str) -> None:
    (one,), _ = settle([finding("a", count=count)], {"a": [False]}, REQUESTS)
    assert (one.stability, one.count, one.rate) == (stability, count, 100 * count / 50)
    assert one.culprit.place == "intermittent"


def test_chance_encounters_become_one_finding() -> None:
    """One per clause, operation and status class."""
    three = [finding(n, exchanges=(i,), count=1) for i, n in enumerate("abc", 1)]
    others = [finding("d", clause="send.any-text"), finding("e", operation="other"),
              finding("f", status=400)]  # fmt: skip
    settled, _ = settle([*three, *others], {n: [False] for n in "abcdef"}, REQUESTS)
    merged = {(f.clause, f.operation, f.status_class): f.exchanges for f in settled}
    assert merged["response.no-server-error", LIST.id, "5xx"] == (1, 2, 3)
    assert len(settled) == 4
    assert len({f.fingerprint for f in settled}) == 4


@pytest.mark.parametrize(
    ("status", "failure"),
    [(502, ""), (503, ""), (504, ""), (0, "reset"), (0, "timeout")],
)
def test_weather_is_dropped_but_what_comes_each_time_is_none(status: int, failure: str) -> None:
    one = finding("a", status, failure=failure)
    assert settle([one], {"a": [False, True]}, REQUESTS) == ([], [one])
    (kept,), weather = settle([one], {"a": [True, True]}, REQUESTS)
    assert (kept.stability, weather) == ("deterministic", [])


def test_one_that_is_not_repeated_takes_its_groups_stability_and_says_so() -> None:
    group = [finding("a", message="m"), finding("b", message="m"), finding("c", message="other")]
    settled, _ = settle(group, {"a": [True, True]}, REQUESTS)
    told = {f.fingerprint: (f.stability, bool(f.note)) for f in settled}
    assert told == {
        "a": ("deterministic", False), "b": ("deterministic", True), "c": ("not repeated", False),
    }  # fmt: skip


def test_its_own_repeats_speak_before_its_groups() -> None:
    group = [finding("a", message="m"), finding("b", message="m")]
    settled, _ = settle(group, {"a": [True], "b": [False]}, REQUESTS)
    assert {f.stability for f in settled} == {"deterministic", "unstable"}


def test_the_smallest_of_each_group_is_repeated_first() -> None:
    small, large = finding("a", message="m"), finding("aaaa", message="m")
    other = finding("bb", message="n")
    order = [(f.fingerprint, twice) for f, twice in in_turn([large, small, other])]
    assert order == [("a", True), ("bb", True), ("aaaa", False)]


def deviating(*exchanges: Exchange) -> Record:
    record = Record(clauses()["response.no-server-error"], LIST)
    for one in exchanges:
        record.add(one)
    return record


@pytest.mark.parametrize(
    ("status", "deviates", "failed"), [(500, True, True), (500, False, False), (400, True, False)]
)
def test_a_repeat_fails_if_it_deviates_in_the_same_way(
    status: int, deviates: bool, failed: bool
) -> None:
    one = finding("a")
    second = exchange(77, again(one.smallest), status, {})
    records = [deviating(one.smallest, *([second] if deviates else []))]
    assert outcomes([one], records, [one.smallest, second]) == {"a": [failed]}


def test_a_repeat_is_the_same_request_and_names_what_it_repeats() -> None:
    first = exchange(5, get("page=1", role="window|unfiltered|first", id="c"), 500, {})
    case = again(first)
    assert (case.method, case.path, case.query, case.body, case.role) == (
        "GET", first.case.path, "page=1", None, "window|unfiltered|first",
    )  # fmt: skip
    assert case.phase == "repeat"
    assert "(again, 5)" in case.id
    twice = again(exchange(6, case))
    assert "(again, 6)" in twice.id
    assert "(again, 5)" not in twice.id
    assert again(exchange(1, get(role=BRACKET))).role != BRACKET


@pytest.mark.parametrize(
    ("profile", "limit", "extra"), [("smoke", 300, 45), ("gate", 600, 90), ("release", 5000, 750)]
)
def test_repeats_and_reduction_add_15_percent_at_most(profile: str, limit: int, extra: int) -> None:
    assert (SIZES[profile].limit, SIZES[profile].extra) == (limit, extra)


def test_page_sizes_of_the_profiles() -> None:
    """Contract, *list.page-size-valid*: 1, 2, 29, 30, 31, 99, 100 in smoke, each once in gate."""
    assert LIST.pagination
    single = {name: size.extent(20, LIST.pagination).single_sizes for name, size in SIZES.items()}
    assert sorted(single["smoke"]) == [1, 2, 29, 30, 31, 99, 100]
    assert sorted(single["gate"]) == list(range(1, 101))
    assert [SIZES[p].generated for p in ("smoke", "gate", "release")] == [False, True, True]
    assert [SIZES[p].whole_matrix for p in ("smoke", "gate", "release")] == [False, True, True]
