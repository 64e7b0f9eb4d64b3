"""Which scheme lets good credentials in is found out once for each operation, and heeded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.model import Case, Credentials, Exchange
from harness.run.schemes import Schemes
from tests.selftest.fakes import CONTRACT, LIST, SEND, exchange, get, post

BASIC, TOKEN = "basicAuth", "tokenAuth"


class Target:
    """Answers a scheme with a status; 200 where none is given."""

    def __init__(self, **statuses: int) -> None:
        self.statuses, self.sent = statuses, list[Case]()

    def __call__(self, cases: Sequence[Case]) -> list[Exchange | None]:
        self.sent += cases
        return [exchange(n, case, self._status(case), {}) for n, case in enumerate(cases)]

    def _status(self, case: Case) -> int:
        credentials = case.credentials
        if credentials is None or credentials.defect:
            return 401
        return self.statuses.get(credentials.scheme, 200)

    @property
    def schemes(self) -> list[str]:
        return [case.credentials.scheme if case.credentials else "" for case in self.sent]


def sent(target: Target, *cases: Case) -> list[int]:
    schemes = Schemes(CONTRACT, target)
    return [e.status for case in cases for e in schemes.send([case]) if e]


@pytest.mark.parametrize("status", [401, 403])
def test_a_scheme_that_is_turned_away_gives_way_to_the_other(status: int) -> None:
    target = Target(basicAuth=status)
    assert sent(target, get(), get("page=2")) == [200, 200]
    assert target.schemes == [BASIC, TOKEN, TOKEN]
    assert target.sent[1].id == "get by tokenAuth"


def test_every_operation_is_found_out_about_by_itself() -> None:
    target = Target(basicAuth=401)
    sent(target, get(), post({}), post({}))
    assert target.schemes == [BASIC, TOKEN, BASIC, TOKEN, TOKEN]
    assert [c.operation for c in target.sent] == [LIST.id] * 2 + [SEND.id] * 3


def test_where_nobody_is_let_in_it_is_tried_once_and_the_first_answer_counts() -> None:
    target = Target(basicAuth=401, tokenAuth=403)
    assert sent(target, get(), get("page=2")) == [401, 401]
    assert target.schemes == [BASIC, TOKEN, BASIC]


def test_who_was_let_in_before_is_not_asked_again() -> None:
    """A later refusal is about what was asked for then."""
    target = Target()
    schemes = Schemes(CONTRACT, target)
    schemes.send([get()])
    target.statuses[BASIC] = 403
    schemes.send([get("page=2")])
    assert target.schemes == [BASIC, BASIC]


def test_what_tries_a_scheme_or_a_defect_goes_as_it_was_planned() -> None:
    target = Target(basicAuth=401)
    wrong = replace(get(), credentials=Credentials(BASIC, "wrong secret"))
    sent(target, get(), get(role="good|basicAuth"), wrong, replace(get(), credentials=None))
    assert target.schemes == [BASIC, TOKEN, BASIC, BASIC, ""]


def test_no_answer_tells_nothing() -> None:
    target = Target(basicAuth=0)
    schemes = Schemes(CONTRACT, target)
    schemes.send([get()])
    target.statuses[BASIC] = 401
    assert schemes.send([get()])[0].status == 200  # type: ignore[union-attr]
