"""A run that may send less than its profile: cut where it tells least, and never a false alarm."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from harness.model import Run
from harness.run.cut import most_requests
from harness.run.rations import Rations, most_telling
from harness.run.runner import Runner
from harness.run.sizes import SIZES, within
from harness.settings import Settings, read_pyproject, resolve
from servers.forked import forked
from tests.selftest.fakes import CONTRACT, LIST, ROOT, SEND, clauses, get, post

PARTS = {
    "list.total": "listing", "send.echo": "sends", "auth.missing": "credentials",
    "auth.wrong": "credentials", "response.body-schema": "everything", "send.any-text": "grid",
    "list.out-of-range": "grid",
}  # fmt: skip


def settings(**options: str) -> Settings:
    profile = {"profile": "smoke"}
    return resolve({**profile, **options}, {}, read_pyproject(ROOT), date(2026, 1, 1), root=ROOT)


def carried_out(
    *, fault: str = "", variant: str = "", ledger: Path | None = None, **options: str
) -> Run:
    selected = [
        (clause, operation)
        for clause in clauses().values()
        for operation in CONTRACT.operations
        if clause.applies(operation)
    ]
    server = partial(forked, [fault] if fault else [], [variant] if variant else [])
    runner = Runner(settings(**options), CONTRACT, selected, (), ROOT, server=server, ledger=ledger)
    try:
        return runner.execute()
    finally:
        runner.finish()


def exercised(run: Run) -> set[str]:
    return {c.clause for c in run.clauses if c.outcome != "not exercised"}


@pytest.mark.parametrize("most", [7, 23, 40, 80, 150])
def test_few_requests_are_no_false_alarm(most: int) -> None:
    run = carried_out(max_requests=str(most))
    assert run.verdict.exit_code == 0, run.verdict
    assert run.findings == ()
    assert run.counts.exchanges + run.counts.retries <= most
    assert run.counts.cut > 0
    [note] = [note for note in run.notes if "cut" in note]
    assert note.startswith(f"{run.counts.cut} requests were cut (")
    assert f"--max-requests {most} leaves no room for more" in note


@pytest.mark.parametrize("variant", ["bounds-like-libredesk", "locks-out"])
@pytest.mark.parametrize("most", [45, 97])
def test_few_requests_to_an_odd_server_are_no_false_alarm(variant: str, most: int) -> None:
    run = carried_out(variant=variant, max_requests=str(most))
    assert [f for f in run.findings if f.severity == "violation"] == []
    assert run.verdict.exit_code == 0


def test_every_part_has_its_most_telling_cases() -> None:
    """The listing, which comes first, must not eat what the others need."""
    run = carried_out(max_requests="60")
    assert PARTS.keys() <= exercised(run)
    missed = {n.clause: n.reason for n in run.not_exercised}
    budget = {clause for clause, reason in missed.items() if reason.startswith("the budget: ")}
    assert missed.keys() - budget == {"response.in-time"}
    assert budget
    reaches = {n.reach for n in run.not_exercised if n.clause in budget}
    assert reaches == {"a larger budget"}


@pytest.mark.parametrize("most", [0, 1, 5, 20, 60])
def test_few_writes_are_no_false_alarm(most: int, tmp_path: Path) -> None:
    ledger = tmp_path / "sent.jsonl"
    run = carried_out(max_writes=str(most), ledger=ledger)
    assert run.verdict.exit_code == 0, run.verdict
    assert run.findings == ()
    assert run.counts.writes == len(ledger.read_text("utf-8").splitlines()) <= most
    assert "list.total" in exercised(run)
    assert any(f"--max-writes {most} " in note for note in run.notes)


def test_a_budget_that_is_large_enough_changes_nothing() -> None:
    whole = carried_out()
    same = carried_out(max_requests="5000", max_writes="5000", max_seconds="3600", rate="10000")
    assert [e.case.id for e in same.exchanges] == [e.case.id for e in whole.exchanges]
    assert (same.counts.cut, same.notes) == (0, whole.notes)


def test_a_defect_is_found_and_repeated_within_the_budget() -> None:
    run = carried_out(fault="list.total-off-by-one", max_requests="60")
    assert [(f.clause, f.stability) for f in run.findings] == [("list.total", "deterministic")]
    assert run.counts.exchanges <= 60


def test_nothing_is_written_under_none_and_the_ledger_says_so(tmp_path: Path) -> None:
    ledger = tmp_path / "sent.jsonl"
    ledger.write_text("of an earlier run\n")
    carried_out(writes="none", ledger=ledger, max_requests="60")
    assert ledger.read_bytes() == b""


def test_a_ledger_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = carried_out(ledger=tmp_path / "file" / "sent.jsonl")
    assert (run.verdict.exit_code, run.counts.exchanges) == (4, 0)
    assert "no write leaves without its line" in run.verdict.headline


def test_at_a_rate_seconds_are_requests() -> None:
    assert most_requests(settings(max_seconds="2s", rate="40/s")) == 80
    assert most_requests(settings(max_seconds="2s", rate="40/s", max_requests="50")) == 50
    assert most_requests(settings(max_seconds="2s", rate="none")) is None


@pytest.mark.parametrize("most", [1, 10, 40, 299, 344, 345, 346, 5000])
def test_repeats_are_part_of_the_budget(most: int) -> None:
    size = within(SIZES["smoke"], most, None)
    assert size.limit + size.extra <= most
    assert size.limit <= SIZES["smoke"].limit
    assert size.is_rationed is (most < 345)


def test_each_place_is_tried_once_before_any_is_tried_twice() -> None:
    from harness.model import Cell

    cases = [
        make(id=f"{make.__name__} {place} {kind}", cells=(Cell(place, str(kind)),))
        for make in (get, post)
        for place in ("a", "b")
        for kind in range(4)
    ]
    few = [case.id for case in most_telling(cases, 6)]
    assert few == ["get a 0", "get b 0", "post a 0", "post b 0", "get a 2", "get b 2"]
    assert most_telling(cases, 99) == cases
    assert most_telling(cases, 0) == []


def test_rations_keep_the_order_and_count_writes_apart() -> None:
    cases = [post(id="p1"), get(id="g1"), post(id="p2"), get(id="g2"), post(id="p3")]
    assert [c.id for c in Rations(1.0, 1.0).fit(cases)] == ["p1", "g1", "p2", "g2", "p3"]
    assert {c.operation for c in Rations(1.0, 0.0).fit(cases, least=4)} == {LIST.id}
    kept = Rations(0.0, 1.0).fit(cases, least=4)
    assert [c.operation for c in kept].count(SEND.id) == 2
