"""A gate on what is new: the reference with all that released versions of Libredesk do, and more.

`python -m tests.proof.known` asks the same of a real server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import pytest
import urllib3

from harness.model import Finding, Run, Waiver
from harness.settings import read_pyproject, resolve
from servers.catalogue import FAULTS
from servers.forked import forked
from servers.testing import KEY, SECRET, TOKEN
from tests.proof.known import MORE, Met, facade, line
from tests.proof.trials import ROOT, runner_for

REAL = [fault.id for fault in FAULTS.values() if fault.real]
ADDED = ("filters.private-inverted", "content.list-empty", "auth.basic-refused")
"""A few of those that a real server gets; each of another kind."""


def judged(faults: Sequence[str], known: Sequence[Waiver] = ()) -> Run:
    options = {"profile": "smoke", "seed": "1"}
    settings = resolve(options, {}, read_pyproject(ROOT), date.today(), root=ROOT)
    runner = runner_for(settings, partial(forked, faults, ()), known)
    try:
        return runner.execute()
    finally:
        runner.finish()


def violations(run: Run) -> list[Finding]:
    return [f for f in run.findings if f.severity == "violation" and not f.waived]


@pytest.fixture(scope="module")
def known() -> list[Waiver]:
    """Waivers for all that the real deviations make the suite say."""
    found = violations(judged(REAL))
    assert len(found) >= len(REAL)
    return [Waiver(f.clause, f.operation, "known", "o", f.fingerprint) for f in found]


def test_what_is_known_is_green(known: list[Waiver]) -> None:
    run = judged(REAL, known)
    assert (run.verdict.name, violations(run)) == ("conforms", [])


@pytest.mark.parametrize("fault", ADDED)
def test_one_more_fault_is_red_and_told_alone(fault: str, known: list[Waiver]) -> None:
    run = judged([*REAL, fault], known)
    new = violations(run)
    assert run.verdict.name == "violates"
    # What there was no budget left to repeat did not come and go.
    assert {f.stability for f in new} <= {"deterministic", "not repeated"}
    assert len({(f.clause, f.operation, f.status_class, f.message) for f in new}) == 1
    assert FAULTS[fault].clause in {c for f in new for c in (f.clause, *f.also)}


def test_enough_faults_are_put_before_a_real_server() -> None:
    assert len(set(MORE)) >= 20
    assert set(MORE) <= set(FAULTS)
    assert len({FAULTS[name].clause for name in MORE}) >= 15
    assert set(ADDED) - {"auth.basic-refused"} < set(MORE)


@dataclass(frozen=True)
class Fetch:
    """A client of the façade that alters nothing on its way."""

    url: str

    def __call__(self, method: str, target: str, body: bytes | None = None) -> tuple[int, object]:
        headers = {"Authorization": TOKEN, "Content-Type": "application/json"}
        with urllib3.PoolManager(retries=False) as pool:
            answer = pool.request(method, self.url + target, body=body, headers=headers)
        return answer.status, answer.json() if method != "HEAD" else answer.data


@pytest.mark.parametrize("fault", ["", "list.total-off-by-one"])
def test_a_facade_alters_what_its_fault_says_and_nothing_else(fault: str) -> None:
    with forked() as told:
        here = {"LIBREDESK_URL": told["url"], "LIBREDESK_API_KEY": KEY}
        here["LIBREDESK_API_SECRET"] = SECRET
        with facade(here, [fault] if fault else []) as url:
            direct, through = Fetch(told["url"]), Fetch(url)
            place = f"/api/v1/conversations/{told['read']}/messages"
            for odd in ("?type=%FF", "?type=%00", "?page=%zz", "/", "?private=true&type="):
                assert through("GET", place + odd)[0] == direct("GET", place + odd)[0], odd
            assert through("HEAD", place) == direct("HEAD", place)
            assert through("POST", place, b'{"a": ') == direct("POST", place, b'{"a": ')
            (_, one), (_, other) = direct("GET", place), through("GET", place)
            assert isinstance(one, dict)
            one["data"]["total"] += bool(fault)
            assert one == other


def test_a_run_is_right_only_if_the_fault_alone_is_new() -> None:
    fault = "list.total-off-by-one"
    group = ("list.total", "handleGetMessages", "2xx", "")
    met = partial(Met, fault, seconds=1.0, told=("list.total …",))
    right = met(code=1, groups=frozenset({group}), clauses=frozenset({"list.total"}))
    assert right.is_right
    assert line(right).startswith("ok ")
    another = frozenset({group, ("send.echo", "handleSendMessage", "2xx", "")})
    for wrong in (
        met(code=0, groups=frozenset(), clauses=frozenset()),
        met(code=1, groups=another, clauses=frozenset({"list.total", "send.echo"})),
        met(code=1, groups=frozenset({group}), clauses=frozenset({"send.echo"})),
    ):
        assert not wrong.is_right
        assert line(wrong).startswith("WRONG")
    assert not Met("", 1, 1.0, frozenset(), (), frozenset()).is_right
