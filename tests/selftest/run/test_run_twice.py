"""`--against`: does one server behave as another does? Two of our own, forked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.clauses import REGISTRY
from harness.compare.sides import Against
from harness.output import against
from harness.run.runner import Runner
from harness.run.twice import Twice, second
from harness.settings import Settings, read_pyproject, resolve
from servers.forked import forked
from tests.proof import trials
from tests.proof.trials import ROOT, clauses

Kind = tuple[tuple[str, ...], tuple[str, ...]]
"""Faults and variants of a server."""
PLAIN: Kind = ((), ())
OTHER_DATA: Kind = ((), ("conversation-of-100", "big-ids", "ascending", "dates", "status-moves"))
MINE, YOURS = ("url", "key", "secret", "read", "write"), ("key", "secret", "read", "write")


def settings(one: Any, other: Any, reports: Path, **options: str) -> Settings:
    environ = {f"CONTRACT_{name.upper()}": one[name] for name in MINE}
    environ |= {f"CONTRACT_AGAINST_{name.upper()}": other[name] for name in YOURS}
    environ |= {
        "CONTRACT_AGAINST": other["url"], "CONTRACT_SINK": "sink.example",
        "CONTRACT_RATE": "none",
        "CONTRACT_MAIL_MAY_LEAVE": one["write"], "CONTRACT_AGAINST_MAIL_MAY_LEAVE": other["write"],
        "CONTRACT_ALLOW_DOMAIN": "example.com,libredesk.example",
    }  # fmt: skip
    given = {"profile": "smoke", "reports": str(reports), **options}
    return resolve(given, environ, read_pyproject(ROOT), date.today(), root=ROOT)


@pytest.fixture
def hold(tmp_path: Path) -> Iterator[Any]:
    """Holds two servers against each other; `broken` changes the second's settings."""
    clauses()
    contract = trials.contract()
    selected = [
        (clause, operation)
        for clause in REGISTRY.clauses.values()
        for operation in contract.operations
        if clause.applies(operation)
    ]
    with ExitStack() as stack:

        def run(one: Kind, other: Kind, writes: str = "all", **broken: str) -> Against:
            told = [stack.enter_context(forked(*kind)) for kind in (one, other)]
            made = settings(told[0], {**told[1], **broken}, tmp_path, writes=writes)
            runner = Runner(made, contract, selected, (), ROOT)
            shown = against.carry_out(Twice.of(runner))
            written = json.loads((tmp_path / "against.json").read_bytes())
            assert written["exit_code"] == shown.code == shown.found.exit_code
            assert (tmp_path / "against.md").exists()
            assert not (tmp_path / "run.json").exists()
            return shown.found

        yield run


def told(found: Against) -> set[tuple[str, ...]]:
    return {(d.kind, d.what, d.one, d.other) for d in found.differences}


def test_a_server_behaves_as_another_with_other_data_does(hold: Any) -> None:
    found = hold(PLAIN, OTHER_DATA)
    assert told(found) == set()
    assert found.exit_code == 0
    assert found.paired > 200


def test_what_differs_is_named_and_nothing_else(hold: Any) -> None:
    """Other data on top, which must neither hide a difference nor make one."""
    odd: Kind = (
        (
            "text.nul-fails",
            "list.total-off-by-one",
            "bounds.page-0-fails",
            "auth.send-basic-empty-secret",
        ),
        ("extra-fields", "refuses-404-for-ids"),
    )
    found = hold(odd, OTHER_DATA)
    kinds = told(found)
    owners = {what for kind, what, *_ in kinds if kind == "clause"}
    assert owners == {"response.no-server-error", "list.total", "auth.wrong"}
    assert ("status", "", "404", "400") in kinds
    assert ("field", "/data/results/*/author (200)", "always", "never") in kinds
    assert ("field", "/data/author", "always", "never") in kinds
    assert found.exit_code == 1
    assert all(d.curl.startswith("curl ") for d in found.differences if d.kind == "status")


def test_nothing_is_written_unless_both_may_be_written_to(hold: Any) -> None:
    found = hold(PLAIN, PLAIN, writes="none")
    assert (found.exit_code, found.one["writes"], found.other["writes"]) == (0, "none", "none")


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"secret": "wrong"}, "CONTRACT_AGAINST_SECRET"),
        ({"url": "http://127.0.0.1:9"}, "--against"),
        ({"read": "00000000-0000-4000-8000-000000000000"}, "CONTRACT_AGAINST_READ"),
    ],
)
def test_a_second_server_that_cannot_be_judged_is_told_by_its_own_names(
    hold: Any, broken: dict[str, str], name: str
) -> None:
    found = hold(PLAIN, PLAIN, "none", **broken)
    assert found.exit_code == 6
    assert name in found.headline
    assert (found.one["exchanges"], found.other["exchanges"]) == (0, 0)


def test_the_second_servers_settings_are_its_own(tmp_path: Path) -> None:
    one = {"url": "https://one.example", "key": "k1", "secret": "s1", "read": "r1", "write": "w1"}
    other = {"url": "https://two.example", "key": "k2", "secret": "s2", "read": "r2", "write": "w2"}
    made = second(settings(one, other, tmp_path))
    assert (made.url, made.key.reveal(), made.secret.reveal()) == (
        "https://two.example",
        "k2",
        "s2",
    )
    assert (made.read, made.write, made.other) == ("r2", "w2", "w2")
    assert made.names["secret"] == "CONTRACT_AGAINST_SECRET"
