"""What fails together is found together, and the budget is kept (contract.md, *Attribution*)."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from harness.clauses import Record
from harness.model import Case, Culprit
from harness.run.planning import Purse
from harness.run.reduction import reduce
from harness.wire.draft import read
from tests.selftest.fakes import CONTRACT, LIST, ROOT, SEND, SINK, clauses, exchange, get, post

NOTE = {"sender_type": "agent", "private": True, "message": "x"}
HUGE = "9223372036854775807"


class Server:
    """Fails whatever `fails` says, and counts what it is asked."""

    def __init__(self, fails: Any, budget: int = 100) -> None:
        self.fails, self.budget = fails, budget
        self.sent: list[Case] = []

    def __call__(self, case: Case) -> bool | None:
        if len(self.sent) >= self.budget:
            return None
        self.sent.append(case)
        operation = CONTRACT.operation(case.operation)
        return bool(self.fails(read(operation, case)))


def reduced(case: Case, server: Server) -> Culprit | None:
    operation = CONTRACT.operation(case.operation)
    record = Record(clauses()["response.no-server-error"], operation)
    record.add(exchange(1, case, 500, {}))
    return reduce(CONTRACT, record.deviations[0], SINK, server)


def body(draft: Any) -> dict[str, Any]:
    return draft.json if isinstance(draft.json, dict) else {}


EVERYTHING = post(
    {**NOTE, "message": "\0", "echo_id": "", "attachments": [0], "cc": [], "mentions": [{"id": 0}],
     "extra": 1}, phase="fuzz",
)  # fmt: skip
QUERY = get(f"page={HUGE}&page_size=100&type=incoming&private=true&order=1", phase="fuzz")


@pytest.mark.parametrize(
    ("case", "fails", "expected"),
    [
        (EVERYTHING, lambda d: body(d).get("echo_id") == "" and "\0" in body(d)["message"],
         Culprit("body /echo_id + body /message", "empty + NUL")),
        (EVERYTHING, lambda d: "cc" in body(d) and "attachments" in body(d),
         Culprit("body /attachments/* + body /cc", "zero + empty")),
        (EVERYTHING, lambda d: "extra" in body(d), Culprit("body", "undocumented property")),
        (EVERYTHING, lambda d: {"cc", "mentions", "echo_id"} <= body(d).keys(),
         Culprit("body /cc + body /echo_id + body /mentions/*/id", "empty + empty + zero")),
        (QUERY, lambda d: d.values("page") == [HUGE] and d.values("page_size") == ["100"],
         Culprit("query page + query page_size", "offset beyond 64 bits + valid value")),
        (QUERY, lambda d: d.values("type"), Culprit("query type", "valid value incoming")),
        (QUERY, lambda d: d.values("order"), Culprit("query", "undocumented property")),
    ],
)  # fmt: skip
def test_the_smallest_set_is_found(case: Case, fails: Any, expected: Culprit) -> None:
    server = Server(fails)
    assert reduced(case, server) == expected
    assert len(server.sent) <= 20, "contract facts: 20 are nearly always enough"


@pytest.mark.parametrize("budget", [0, 1, 3])
def test_nothing_is_claimed_when_the_budget_ends(budget: int) -> None:
    server = Server(lambda d: "cc" in body(d) and "attachments" in body(d), budget)
    assert reduced(EVERYTHING, server) is None
    assert len(server.sent) == budget


def test_one_difference_needs_no_request() -> None:
    server = Server(lambda _d: True, budget=0)
    case = post({**NOTE, "message": "\0"}, phase="fuzz")
    assert reduced(case, server) == Culprit("body /message", "NUL")


def test_what_is_sent_holds_only_what_stood_in_the_failing_request_or_the_good_one() -> None:
    server = Server(lambda d: "cc" in body(d))
    reduced(EVERYTHING, server)
    for case in server.sent:
        assert case.phase == "reduce"
        assert case.operation == SEND.id
        assert case.credentials
        assert "{write}" in case.path
        assert set(body(read(SEND, case))) <= set(body(read(SEND, EVERYTHING)))


PROGRAM = """
import hashlib, sys
sys.path.insert(0, "tests/selftest/run")
from test_run_reduction import EVERYTHING, Server, body, reduced
server = Server(lambda d: "cc" in body(d) and "attachments" in body(d))
reduced(EVERYTHING, server)
print(hashlib.sha256(b"".join(case.body for case in server.sent)).hexdigest())
"""


def test_the_same_bytes_are_sent_whatever_the_hash_seed() -> None:
    def sent(seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert len({sent(seed) for seed in "123"}) == 1


def test_an_undocumented_method_is_not_reduced() -> None:
    assert reduced(get("a=1&page=0", method="PUT"), Server(lambda _d: True)) is None


@pytest.mark.parametrize(("left", "asked", "paid"), [(5, 3, 3), (2, 3, 2), (0, 3, 0), (-4, 1, 0)])
def test_a_purse_spends_no_more_than_it_holds(left: int, asked: int, paid: int) -> None:
    seen: list[Case] = []

    def pay(cases: Any) -> list[Any]:
        seen.extend(cases)
        return [exchange(n, case) for n, case in enumerate(cases)]

    purse = Purse(pay, left)
    answers = purse.send([get(id=str(n)) for n in range(asked)])
    assert len(seen) == paid
    assert [bool(answer) for answer in answers] == [True] * paid + [False] * (asked - paid)
    assert purse.left == left - paid
    assert LIST.id == answers[0].case.operation if answers[0] else True
