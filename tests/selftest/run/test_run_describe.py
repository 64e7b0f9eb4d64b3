"""What is told of a run, before it and after it: preflight, outcomes, gaps, latency, waivers."""

from __future__ import annotations

from typing import Any

import pytest

from harness.clauses import Record
from harness.evidence.inspected import Inspected
from harness.model import Culprit, Exchange, Finding, NotExercised, Waiver
from harness.reasons import Told
from harness.run.describe import clause_results, enums, gaps, latency, not_exercised
from harness.run.preflight import Asked, Preflight, wait_for
from harness.run.witnessed import Witnessed
from harness.wire.identity import fingerprint
from tests.selftest.fakes import CONTRACT, LIST, SEND, clauses, exchange, get, page, post

NAMES = {
    n: f"MY_{n.upper()}" for n in ("url", "key", "secret", "read", "write", "other", "headers")
}


class Target:
    def __init__(
        self, *answers: tuple[int, str], body: Any = None, media: str = "application/json"
    ) -> None:
        self.answers, self.sent = list(answers), []  # type: ignore[var-annotated]
        self.body, self.media = body or page([]), media

    def __call__(self, cases: Any) -> list[Exchange | None]:
        (case,) = cases
        self.sent.append(case)
        status, failure = self.answers[len(self.sent) - 1]
        made = exchange(len(self.sent), case, status, self.body, failure=failure, media=self.media)
        return [made]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([(200, "")], []),
        ([(0, "unreachable")], ["MY_URL"]),
        ([(0, "reset")], ["MY_URL"]),
        ([(0, "timeout")], ["MY_URL"]),
        ([(0, "undecodable")], ["MY_URL"]),
        ([(401, "")], ["MY_KEY", "MY_SECRET"]),
        ([(403, "")], ["MY_READ", "may not read the resource to be read"]),
        *(([(status, "")], ["MY_READ", "MY_URL"]) for status in (400, 404, 410, 422)),
        ([(302, "")], ["MY_URL"]),
        ([(429, "")], ["cannot be reached", "429"]),
        *(([(status, "")], ["MY_URL", f"gateway answered {status}"]) for status in (502, 503, 504)),
        *(([(status, "")], []) for status in (201, 405, 406, 415, 500)),
    ],
)
def test_preflight_tells_what_cannot_be_judged(
    answers: list[tuple[int, str]], told: list[str]
) -> None:
    target = Target(*answers)
    found = Preflight(CONTRACT, target, "http://x", NAMES, ("read",)).ask()
    assert found.lost == {}
    assert bool(found.fatal) is bool(told)
    assert all(name in found.fatal[0] for name in told)
    assert all("\n" not in sentence for sentence in found.fatal)


def test_another_program_behind_the_url_is_told_by_a_refusal_that_is_no_json() -> None:
    target = Target((405, ""), body=b"<h1>Method Not Allowed</h1>")
    (sentence,) = Preflight(CONTRACT, target, "http://x", NAMES, ("read",)).ask().fatal
    assert "answered 405" in sentence
    assert "MY_URL" in sentence


PAGE = b"<!doctype html><title>Sign in</title>"


@pytest.mark.parametrize(("status", "count"), [(200, 1), (302, 1), (401, 0)])
def test_a_login_page_is_what_strangers_are_shown_as_well(status: int, count: int) -> None:
    """A server that shows a page to good credentials alone is judged: it breaks the contract."""
    target = Target((200, ""), (status, ""), body=PAGE, media="text/html")
    found = Preflight(CONTRACT, target, "http://x", NAMES, ("read",)).ask().fatal
    assert [c.credentials is None for c in target.sent] == [False, True]
    assert len(found) == count
    assert all("MY_HEADERS" in sentence and "MY_URL" in sentence for sentence in found)


def test_json_that_says_it_is_a_page_is_no_login_page() -> None:
    target = Target((200, ""), media="text/html")
    assert Preflight(CONTRACT, target, "http://x", NAMES, ("read",)).ask() == Asked()
    assert len(target.sent) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_turned_away_by_a_page_hears_of_access_proxies(status: int) -> None:
    for body, told in ((PAGE, True), (b"{}", False)):
        target = Target((status, ""), body=body)
        (sentence,) = Preflight(CONTRACT, target, "http://x", NAMES, ("read",)).ask().fatal
        assert ("access proxy" in sentence) == told


@pytest.mark.parametrize("status", [401, 403, 404])
def test_another_resource_that_is_not_there_is_told_and_the_rest_is_judged(status: int) -> None:
    target = Target((200, ""), (status, ""), (200, ""))
    names = ("read", "write", "other")
    found = Preflight(CONTRACT, target, "http://x", NAMES, names).ask()
    assert found.fatal == []
    assert list(found.lost) == ["write"]
    assert "MY_WRITE" in found.lost["write"]


def test_preflight_asks_once_for_each_resource_and_reads_only() -> None:
    target = Target(*[(200, "")] * 9)
    names = ("read", "write", "other")
    assert Preflight(CONTRACT, target, "http://x", NAMES, names).ask() == Asked()
    assert [c.method for c in target.sent] == ["GET"] * 3


def test_waiting_ends_with_the_first_answer() -> None:
    asked: list[int] = []
    wait_for(lambda: bool(asked.append(1)) or len(asked) == 1, 60)
    assert len(asked) == 1


def record(clause: str, operation: Any = LIST, *judged: int) -> Record:
    return Record(clauses()[clause], operation, judged=set(judged))


def finding(clause: str, **changes: Any) -> Finding:
    values: dict[str, Any] = {
        "clause": clause, "operation": LIST.id, "severity": "violation",
        "culprit": Culprit("a", "b"), "status_class": "2xx", "fingerprint": "f", "expected": "",
        "actual": "", "count": 1, "smallest": exchange(1, get()),
    }  # fmt: skip
    return Finding(**{**values, **changes})


WAIVED = Waiver("list.total", LIST.id, "known", "me", match=("*", "*", "*"))


@pytest.mark.parametrize(
    ("judged", "findings", "outcome"),
    [
        ((1,), [], "kept"),
        ((), [], "not exercised"),
        ((1,), [finding("list.total")], "violated"),
        ((1,), [finding("list.total", waived=WAIVED)], "waived"),
        ((1,), [finding("list.total", severity="leniency")], "lenient"),
        ((1,), [finding("list.page-full", also=("list.total",))], "violated"),
        ((1,), [finding("list.total", waived=WAIVED), finding("list.total")], "violated"),
        ((1,), [finding("list.total", operation=SEND.id)], "kept"),
    ],
)
def test_what_became_of_a_clause(
    judged: tuple[int, ...], findings: list[Finding], outcome: str
) -> None:
    (result,) = clause_results(CONTRACT, [record("list.total", LIST, *judged)], findings)
    assert (result.outcome, result.exchanges) == (outcome, len(judged))
    assert result.pointer.startswith("#/")
    assert result.requirement == clauses()["list.total"].requirement


def test_a_gap_is_told_once_for_each_operation_and_status() -> None:
    one, other = record("unknown.conversation"), record("list.page-full")
    for number, status in enumerate([404, 404, 400], 1):
        one.gap(exchange(number, get(), status, {}), "an unknown resource")
    other.gap(exchange(9, get(), 404, {}), "a page beyond the last")
    found = [(g.status, g.about, g.count) for g in gaps([one, other])]
    both = "a page beyond the last; an unknown resource"
    assert found == [("400", "an unknown resource", 1), ("404", both, 2)]


class Because:
    """One reason for everything."""

    def __call__(self, record: Record) -> Told:
        return Told("general", "nothing may be written", "--writes notes")

    def better(self, record: Record, entry: NotExercised) -> Told | None:
        return Told("better", "the budget", "a larger one") if entry.code == "vague" else None


def test_what_was_not_reached_says_why_and_what_would_reach_it() -> None:
    names = ("list.stable", "list.unique")
    records = [record("send.echo", SEND), record("list.total", LIST, 1), *map(record, names)]
    records[2].miss(Told("own", "only one page", "more data"))
    records[3].miss(Told("vague", "no walk", "who knows"))
    results = clause_results(CONTRACT, records, [])
    told = not_exercised(records, results, [], Because())  # type: ignore[arg-type]
    assert {(n.clause, n.code, n.reason, n.reach) for n in told} == {
        ("send.echo", "general", "nothing may be written", "--writes notes"),
        ("list.stable", "own", "only one page", "more data"),
        ("list.unique", "better", "the budget", "a larger one"),
    }


def test_latency_counts_what_was_answered() -> None:
    made = [exchange(n, get(id=f"c{n}"), elapsed=n / 100) for n in range(1, 101)]
    made.append(exchange(101, get(), 0, failure="timeout", elapsed=60))
    one = latency(made)[LIST.id]
    assert (one.p50, one.p95, one.p99, one.max) == (0.5, 0.95, 0.99, 1.0)
    assert one.slowest[0] == ("c100", 1.0)


def test_enum_values_seen_and_never_seen() -> None:
    seen = frozenset({("/type", "in", ("in", "out")), ("/type", "odd", ("in", "out"))})
    inspected = {("op", 200, "x"): Inspected((), (), (), seen), ("op", 200, "y"): None}
    assert enums(inspected) == {"/type": {"seen": ["in", "odd"], "unseen": ["out"]}}


NUL = post({"sender_type": "agent", "private": True, "message": "\0"}, context="note")
BASELINE = post({"sender_type": "agent", "private": True, "message": "x"}, context="note",
                phase="baseline")  # fmt: skip


def witnessed(waiver: Waiver, *, deviates: bool = False, sent: bool = True) -> bool | None:
    made = [exchange(1, NUL), exchange(2, BASELINE)] if sent else []
    one = record("response.no-server-error", SEND, *(e.number for e in made))
    if deviates:
        one.add(made[0])
    return Witnessed(CONTRACT, [one], made)(waiver)


def waiver(place: str, kind: str, **changes: Any) -> Waiver:
    match = None if "fingerprint" in changes else (place, kind, "5xx")
    return Waiver("response.no-server-error", SEND.id, "r", "o", match=match, **changes)


PRINT = fingerprint("response.no-server-error", SEND.id, Culprit("body /message", "NUL"), "5xx")


@pytest.mark.parametrize(
    ("one", "how", "expected"),
    [
        (waiver("body /message", "NUL"), {}, True),
        (waiver("", "", fingerprint=PRINT), {}, True),
        (waiver("body /message", "NUL"), {"deviates": True}, False),
        (waiver("body /message", "NUL"), {"sent": False}, False),
        (waiver("body /message", "emoji"), {}, False),
        (waiver("*", "NUL"), {}, None),
        (waiver("context note", ""), {}, True),
    ],
)
def test_whether_a_waivers_witness_was_judged_good(
    one: Waiver, how: dict[str, bool], expected: bool | None
) -> None:
    """True only if so: then an unmet waiver is no longer needed."""
    assert witnessed(one, **how) is expected


def test_a_waiver_of_a_whole_operation_is_unused_when_all_its_baselines_are_good() -> None:
    bodies = {
        "note": {"sender_type": "agent", "private": True, "message": "x"},
        "reply": {"sender_type": "agent", "message": "x", "to": ["a@sink.invalid"]},
        "contact": {"sender_type": "contact", "message": "x"},
    }
    made = [
        exchange(n, post(body, context=name, phase="baseline"))
        for n, (name, body) in enumerate(bodies.items(), 1)
    ]
    one = record("response.no-server-error", SEND, 1, 2, 3)
    assert Witnessed(CONTRACT, [one], made)(waiver("operation", "")) is True
