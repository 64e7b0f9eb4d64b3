"""What a foreign server counts: a spread of the faulty ones; `python -m tests.proof --harm` visits
all of them."""

from __future__ import annotations

import pytest

from tests.proof.harm import LEVELS, WORST, Harm, Visit, count, settings, visit

TELLING: tuple[tuple[str, ...], ...] = ((), *WORST)
"""Under every policy; all others take turns."""
OTHERS = (
    "auth.token-prefix",
    "auth.missing-stored",
    "auth.wrong-stored",
    "auth.send-basic-refused",
    "atomic.no-sender",
    "atomic.recipients",
    "echo.note-published",
    "forbidden.private-maybe",
    "forbidden.to-string",
    "list.total-off-by-one",
    "listed.elsewhere",
    "listed.twice",
    "malformed.empty-stored",
    "number.attachment-zero",
    "real.malformed-403",
    "real.mention-type",
    "required.sender-defaults-to-agent",
    "unknown.send-elsewhere",
)
VARIANTS = ("coerces-scalars", "lenient-bodies", "unknown-ids-ignored", "contact-forbidden")
VISITS = [
    *(Visit(faults, writes) for faults in TELLING for writes in LEVELS),
    *(Visit((name,), LEVELS[turn % 3]) for turn, name in enumerate(OTHERS)),
    *(Visit((), ("notes", "all")[turn % 2], (name,)) for turn, name in enumerate(VARIANTS)),
]


@pytest.mark.parametrize("one", VISITS, ids=str)
def test_no_harm_is_done_to_a_faulty_server(one: Visit) -> None:
    found = visit(one)
    assert found.figure == 0, found
    assert found.requests > 100
    refused = "auth.send-basic-refused" in one.faults
    assert bool(found.stored) is (one.writes != "none" and not refused)


TOLD = {
    "url": "http://127.0.0.1:9", "key": "k", "secret": "s",
    "read": "11111111-1111-4111-8111-111111111111", "write": "22222222-2222-4222-8222-222222222222",
}  # fmt: skip
LINE = {
    "method": "POST", "path": f"/c/{TOLD['write']}/m", "stored": False, "recipients": [],
    "mentions": 0, "private": True, "authenticated": False,
}  # fmt: skip


def harm(writes: str, **line: object) -> Harm:
    return count(Visit((), writes), [{**LINE, **line}], TOLD)


@pytest.mark.parametrize(
    ("writes", "line"),
    [
        ("none", {"stored": True}),
        ("none", {"authenticated": True}),
        ("none", {"path": f"/c/{TOLD['read'].upper()}/m"}),
        ("notes", {"private": False}),
        ("notes", {"recipients": ["a@sink.example"]}),
        ("notes", {"recipients": ["nobody"]}),
        ("notes", {"mentions": 1}),
        ("notes", {"method": "DELETE", "private": False}),
        ("all", {"recipients": ["a@real.example"]}),
        ("all", {"recipients": ["a@sink.example.real.example"]}),
        ("all", {"recipients": ["a@sink.example"] * 26}),
    ],
)
def test_each_kind_of_harm_is_counted(writes: str, line: dict[str, object]) -> None:
    assert harm(writes, **line).figure == 1
    assert harm(writes).figure == 0


def test_what_is_allowed_is_no_harm() -> None:
    assert harm("all", recipients=["A@SINK.example", "nobody", ""], mentions=3).figure == 0
    assert harm("notes", stored=True, authenticated=True).figure == 0
    assert harm("none", method="GET", authenticated=True).figure == 0


@pytest.mark.parametrize("writes", LEVELS)
def test_the_server_is_a_foreign_one(writes: str) -> None:
    given = settings(Visit((), writes), TOLD)
    assert not given.embedded
    assert given.writes == writes
