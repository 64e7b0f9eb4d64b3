"""What is said of two runs besides their findings, and what makes them incomparable."""

from __future__ import annotations

from typing import Any

import pytest

from harness.compare.comparing import Limits, compare
from tests.selftest.compare.conftest import LIST, SEND, clause, finding, reach, record

NUL = finding()
GAP = {"operation": SEND, "status": "404", "about": "an unknown resource", "count": 1, "clause": ""}
FIELD = {"operation": LIST, "status": "200", "pointer": "/items/*/author", "types": ["object"]}


def seen(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(o.kind, o.change, o.where, o.what) for o in compare(old, new).observations]


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("verdict", ["interrupted", "internal error", "nothing selected"])
def test_a_run_that_is_not_whole_is_not_compared(verdict: str, side: int) -> None:
    runs = [record(NUL), record()]
    runs[side] = {**runs[side], "verdict": verdict}
    found = compare(*runs)
    assert (found.exit_code, found.changes) == (6, ())
    assert ("old", "new")[side] in found.reasons[0]


def test_a_run_that_exercised_nothing_is_not_compared() -> None:
    found = compare(record(), record(verdict="inconclusive", clauses=[clause("a", LIST, 0)]))
    assert (found.exit_code, found.changes) == (6, ())


def test_an_inconclusive_run_is_compared_and_never_passes() -> None:
    new = {"verdict": "inconclusive", "headline": "inconclusive — the network failed too often"}
    found = compare(record(), record(**new))
    assert found.exit_code == 6
    assert "the network failed too often" in found.headline
    assert compare(record(), record(NUL, **new)).exit_code == 1


def test_a_run_with_an_unused_waiver_is_compared() -> None:
    found = compare(record(NUL), record(verdict="misconfigured", reach=reach(NUL)))
    assert ([c.kind for c in found.changes], found.exit_code) == (["gone"], 0)


def test_clauses_that_are_no_longer_or_newly_exercised_are_told() -> None:
    names = ("auth.wrong", LIST)
    old = record(clauses=[clause(*names), clause("list.total", LIST, 0)])
    new = record(clauses=[clause(*names, 0), clause("list.total", LIST)],
                 not_exercised=[{"clause": "auth.wrong", "operation": LIST, "reason": "locked out",
                                 "reach": ""}])  # fmt: skip
    found = compare(old, new)
    assert [(e.clause, e.reason) for e in found.no_longer] == [("auth.wrong", "locked out")]
    assert [e.clause for e in found.newly] == ["list.total"]
    assert found.exit_code == 0
    assert compare(old, new, Limits(require=("auth.*",))).exit_code == 6
    assert compare(old, new, Limits(require=("list.*",))).exit_code == 0


def test_a_clause_that_is_not_selected_any_more_says_so() -> None:
    found = compare(record(), record(clauses=[clause("list.total", LIST)]))
    assert {e.reason for e in found.no_longer} == {"not selected"}


@pytest.mark.parametrize(
    ("change", "one"),
    [
        ({"gaps": [GAP]}, ("gap", SEND, "404")),
        ({"statuses": {LIST: {"200": 5, "400": 1}, SEND: {"200": 5}}}, ("status", LIST, "400")),
        ({"enums": {"/items/*/type": {"seen": ["in", "odd"], "unseen": []}}},
         ("enum value", "/items/*/type", "odd")),
        ({"undocumented": [FIELD]}, ("undocumented field", f"{LIST} 200", "/items/*/author")),
    ],
)  # fmt: skip
def test_what_appears_and_vanishes_is_told_and_fails_nobody(
    change: dict[str, Any], one: tuple[str, str, str]
) -> None:
    kind, where, what = one
    assert seen(record(), record(**change)) == [(kind, "appeared", where, what)]
    assert seen(record(**change), record()) == [(kind, "vanished", where, what)]
    assert seen(record(**change), record(**change)) == []
    assert compare(record(), record(**change)).exit_code == 0
    for less in ({"profile": "smoke"}, {"seed": 2}, {"writes": "none"},
                 {"spec": {"title": "", "version": "", "sha256": "b"}}):  # fmt: skip
        assert seen(record(**change), record(**less)) == [(kind, "not comparable", where, what)]


def test_records_that_do_not_tell_of_fields_say_nothing_of_them() -> None:
    older = {"statuses": {}, "undocumented": []}
    assert seen(record(**older), record(undocumented=[FIELD])) == []


def test_latency_is_shown_as_ratios_and_fails_only_if_asked() -> None:
    figures = {"p50": 0.03, "p95": 0.02, "p99": 4.0, "max": 10.0, "slowest": []}
    slow = record(latency={LIST: figures, SEND: figures})
    found = compare(record(), slow)
    assert [one.operation for one in found.latency] == [LIST]
    assert found.latency[0].ratios == pytest.approx({"p50": 3, "p95": 1, "p99": 100, "max": 100})
    assert found.exit_code == 0
    assert compare(record(), slow, Limits(latency_ratio=3.5)).exit_code == 0
    assert compare(record(), slow, Limits(latency_ratio=2.5)).exit_code == 1


def test_a_figure_of_nothing_has_no_ratio() -> None:
    none = {"p50": 0, "p95": 0, "p99": 0, "max": 0, "slowest": []}
    found = compare(record(latency={LIST: none}), record(), Limits(latency_ratio=1))
    assert (set(found.latency[0].ratios.values()), found.exit_code) == ({None}, 0)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("contract", {"spec": {"title": "Notes", "version": "2", "sha256": "b"}}),
        ("suite", {"version": "0.2"}), ("target", {"target": "https://other.example"}),
        ("profile", {"profile": "smoke"}), ("seed", {"seed": 7}), ("writes", {"writes": "none"}),
        ("generators", {"environment": {}}), ("clauses", {"clauses": [clause("a", LIST)]}),
        ("clauses", {"clauses": [clause(str(n), LIST) for n in range(4)]}),
    ],
)  # fmt: skip
def test_what_the_runs_were_told_differently_is_said(name: str, change: dict[str, Any]) -> None:
    found = compare(record(), record(**change))
    assert [what for what, *_ in found.differences] == [name]


def test_two_embedded_servers_are_one_target() -> None:
    ports = [record(target=f"http://127.0.0.1:{port} (embedded)") for port in (1, 2)]
    assert compare(*ports).differences == ()
