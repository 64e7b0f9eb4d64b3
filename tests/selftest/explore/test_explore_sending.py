"""Sending, and looking for what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from harness.clauses import Record
from harness.evidence.deadlines import WITHIN
from harness.explore.sending import LONG_TEXT, SendingJourney
from harness.model import Case
from harness.plan.grid import grid
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    SEND,
    SINK,
    WRITE,
    FakeServer,
    judge,
    message,
    mixed,
    page,
)  # fmt: skip


def send(server: FakeServer) -> SendingJourney:
    journey = SendingJourney(SEND, LIST, server, SINK, clock=lambda: server.now, wait=server.wait)
    journey.plain()
    return journey


def roles(server: FakeServer, method: str) -> list[str]:
    return [e.case.role or e.case.context for e in server.exchanges if e.case.method == method]


def test_the_most_harmless_is_sent_first() -> None:
    server = FakeServer({WRITE: []})
    send(server)
    assert roles(server, "POST")[:3] == ["note", "reply", "contact"]


def test_what_is_listed_at_once_is_looked_for_once() -> None:
    server = FakeServer({WRITE: mixed(250, WRITE)})
    journey = send(server)
    attempts = {r.split("|")[2] for r in roles(server, "GET") if "|plain 1|" in r}
    assert len(attempts) == 1
    assert journey.growing == "last"


def late(
    delay: float,
    *,
    looks: float = 0.01,
    sends: float = 0.01,
    only: str = "",
    reads_last: bool = False,
) -> FakeServer:
    """A list that shows what was sent `delay` seconds after the answer to it, and not before.

    A send takes `sends` seconds, a look `looks`; what it shows is read when it begins, or when it
    ends. With `only` it is late only where the query holds that.
    """
    stored: dict[int, float] = {}
    takes = {"POST": sends, "GET": looks}

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        now = server.now + (takes["GET"] if reads_last else 0)
        if case.method == "POST":
            stored[answer["data"]["id"]] = server.now + takes["POST"]
        elif only in case.query:
            items = answer["data"]["results"]
            answer = page([i for i in items if now >= stored.get(i["id"], -delay) + delay], 1, 100)
        return status, answer

    server = FakeServer({WRITE: mixed(5, WRITE)}, twist, takes=lambda case: takes[case.method])
    return server


def told_of(server: FakeServer) -> Record:
    """What is told of plain sends, sent to a server and looked for."""
    send(server)
    return judge("send.listed", server.exchanges, SEND)


@pytest.mark.parametrize("sends", [0.01, 0.4, 1.5])
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.5, 1.0, 1.9, 2.5, 3.0, 3.09, 30.0])
def test_late_listing(delay: float, sends: float) -> None:
    """Contract: a first miss that heals within 2 s is a gap; later, a violation."""
    server = late(delay, sends=sends)
    record = told_of(server)
    assert bool(record.deviations) is (delay > WITHIN)
    assert bool(record.gaps) is (0.05 <= delay < WITHIN)
    assert all(d.expected == "listed within 2 s" for d in record.deviations)


@pytest.mark.parametrize("delay", [2.2, 2.5, 3.0, 30.0])
def test_every_send_is_looked_for_at_its_own_deadline(delay: float) -> None:
    """However long the sends after it took."""
    server = late(delay, sends=0.3)
    blamed = {d.exchange.number for d in told_of(server).deviations}
    assert blamed == {
        e.number for e in server.exchanges if e.case.group == "plain 1" and e.case.method == "POST"
    }


@pytest.mark.parametrize("only", ["", "private=true"])
@pytest.mark.parametrize("reads_last", [True, False])
@pytest.mark.parametrize("looks", [0.01, 0.3, 0.7, 1.3, 3.0])
@pytest.mark.parametrize("delay", [0.0, 0.4, 1.0, 1.5, 1.9, 1.99])
def test_who_answers_a_look_slowly_is_not_late(
    delay: float, looks: float, reads_last: bool, only: str
) -> None:
    server = late(delay, looks=looks, reads_last=reads_last, only=only)
    assert told_of(server).deviations == []
    assert all(e.started < 40 for e in server.exchanges), "nobody looks for ever"


@pytest.mark.parametrize("looks", [0.01, 0.3, 0.9])
def test_nothing_that_is_looked_for_at_its_deadline_is_looked_for_later(looks: float) -> None:
    """The last look begins at the last deadline, or when the one before was answered."""
    server = late(30.0, looks=looks)
    sent = told_of(server) and [e for e in server.exchanges if e.case.method == "POST"]
    ends = [e.started + e.elapsed for e in sent if e.case.group == "plain 1"]
    last = max(
        min(e.started for e in server.exchanges if e.case.role.startswith(f"look|plain 1|{n}|"))
        for n in {e.case.role.split("|")[2] for e in server.exchanges if "|plain 1|" in e.case.role}
    )
    assert max(ends) + WITHIN <= last + 0.001 <= max(ends) + WITHIN + 0.01 + 6 * looks


@pytest.mark.parametrize("delay", [0.5, 1.9])
def test_a_delay_is_the_measured_one(delay: float) -> None:
    record = told_of(late(delay))
    (about,) = {gap.about for gap in record.gaps}
    measured = float(about.split("up to ")[1].split(" s")[0])
    assert delay <= measured <= WITHIN + 0.3, about


def test_a_delay_beyond_the_bound_is_the_measured_one() -> None:
    """Of a send that is seen later on, because others are still looked for."""
    record = told_of(late(2.05, sends=0.2))
    told = {d.actual for d in record.deviations}
    assert any(text.startswith("first seen in the list 2.") for text in told)


def test_what_is_late_behind_its_filter_is_looked_for_there_too() -> None:
    for delay, wrong in ((0.5, False), (1.9, False), (2.5, True)):
        record = told_of(late(delay, only="private=true"))
        assert bool(record.deviations) is wrong, delay
        assert {d.expected for d in record.deviations} <= {"found with private=true"}


def test_nothing_is_told_of_what_no_request_is_left_to_look_for() -> None:
    """A look before the deadline that misses something proves nothing."""
    for budget in range(7, 40):
        server = late(1.0)
        server.budget = budget
        assert told_of(server).deviations == []


def test_the_long_text_has_20_kb_and_a_last_word() -> None:
    server = FakeServer({WRITE: []})
    send(server)
    long = next(e for e in server.exchanges if e.case.role == "long")
    body = long.request.body or b""
    assert len(body) >= LONG_TEXT - 10
    assert f"last{long.marker}".encode() in body
    assert b'"private":true' in body


def test_each_scheme_sends_once() -> None:
    server = FakeServer({WRITE: []})
    send(server)
    good = {r for r in roles(server, "POST") if r.startswith("good|")}
    assert good == {"good|basicAuth", "good|tokenAuth"}


def test_a_repeat_key_is_used_exactly_twice_in_each_context_that_carries_it() -> None:
    server = FakeServer({WRITE: []})
    send(server)
    repeats = [e for e in server.exchanges if e.case.role.startswith("repeat|")]
    keys = [(e.request.body or b"").split(b'"echo_id":"')[1].split(b'"')[0] for e in repeats]
    assert sorted(keys.count(key) for key in set(keys)) == [2, 2]


def test_repeats_come_once_whatever_is_repeated() -> None:
    server = FakeServer({WRITE: []})
    journey = send(server)
    journey.plain()
    assert roles(server, "POST").count("repeat|first") == 2
    assert {e.case.group for e in server.exchanges if e.case.phase == "baseline"} == {
        "plain 1", "plain 2",
    }  # fmt: skip


COPIES = [c for c in grid(CONTRACT, SEND, SINK) if "body /cc valid value" in c.id]


def with_copies(server: FakeServer) -> Record:
    """Send plainly, then one reply with copies, and look for it."""
    journey = send(server)
    (sent,) = server.send(COPIES)
    assert sent
    journey.check("grid", 1, [sent])
    return judge("send.listed", server.exchanges, SEND)


@pytest.mark.parametrize("there", [0, 90, 95, 98, 99, 100, 250])
def test_what_is_unusual_and_accepted_is_found_wherever_the_list_grows(there: int) -> None:
    """A list that begins with the oldest gets its second page in between."""
    server = FakeServer({WRITE: mixed(there, WRITE)})
    assert with_copies(server).deviations == []


def test_no_page_is_read_for_both_ends() -> None:
    server = FakeServer({WRITE: mixed(95, WRITE)})
    send(server).check("grid", 150)
    ids = [e.case.id for e in server.exchanges if "|grid|" in e.case.role]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == 2


def test_what_is_unusual_and_accepted_must_be_listed_too() -> None:
    def lose(server: FakeServer, case: Case) -> None:
        server.rooms[WRITE] = [i for i in server.rooms[WRITE] if not i["meta"].get("cc")]

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        if case.method == "POST" and b'"cc"' in (case.body or b""):
            answer["data"]["meta"]["cc"] = ["lost"]
        return status, answer

    (lost,) = with_copies(FakeServer({WRITE: mixed(5, WRITE)}, twist, before=lose)).deviations
    assert lost.exchange.case.id == COPIES[0].id


def test_what_others_push_out_of_sight_is_not_lost() -> None:
    """Contract: two runs at once disturb each other's verdict in nothing."""

    def crowd(server: FakeServer, case: Case) -> None:
        if "|grid|" in case.role:
            server.rooms[WRITE] += [message(n, WRITE) for n in range(5000, 5400)]

    record = with_copies(FakeServer({WRITE: mixed(250, WRITE)}, before=crowd))
    assert record.deviations == []
    assert record.missed


def uncounted(*senders: str) -> FakeServer:
    """Lists what these send, and leaves it out of the total."""

    def twist(case: Case, status: int, answer: Any) -> tuple[int, Any]:
        if case.method == "GET" and status == 200:
            kept = [i for i in servers[0].rooms[WRITE] if i["sender_type"] in senders]
            return status, {
                "data": {**answer["data"], "total": answer["data"]["total"] - len(kept)}
            }
        return status, answer

    servers = [FakeServer({WRITE: []}, twist)]
    return servers[0]


@pytest.mark.parametrize(
    ("senders", "contexts"),
    [
        ((), set()),
        (("contact",), {"contact"}),
        (("agent", "contact"), {"note", "reply", "contact"}),
    ],
)
def test_each_context_is_counted_by_itself_where_not_all_are(
    senders: tuple[str, ...], contexts: set[str]
) -> None:
    server = uncounted(*senders)
    send(server)
    record = judge("send.counted", server.exchanges, SEND)
    assert {d.exchange.case.context for d in record.deviations} == contexts
    alone = [e for e in server.exchanges if e.case.group.startswith("counted ")]
    assert bool(alone) is bool(senders), "a server that counts is not asked for more"


def test_what_somebody_else_deletes_meanwhile_is_not_ours() -> None:
    """Contract: somebody else's deletions are tolerated."""

    def before(server: FakeServer, case: Case) -> None:
        if case.id.endswith("long text"):
            del server.rooms[WRITE][:3]

    server = FakeServer({WRITE: mixed(5, WRITE)}, before=before)
    send(server)
    assert any(e.case.group.startswith("counted ") for e in server.exchanges)
    assert judge("send.counted", server.exchanges, SEND).deviations == []


def test_nothing_is_sent_with_an_empty_purse() -> None:
    server = FakeServer({WRITE: []}, budget=0)
    assert send(server).sent == {}


def test_a_list_that_grows_with_every_run_is_never_walked() -> None:
    """Whatever it holds, both ends of it are read, and as often as of a short one."""
    asked = []
    for there in (950, 20_000):
        server = FakeServer({WRITE: mixed(there, WRITE)})
        journey = send(server)
        journey.check("grid", 150)
        journey.check("credentials", 0)
        queries = [e.case.query for e in server.exchanges if e.case.method == "GET"]
        asked.append(len(queries))
        assert len(set(queries)) < 20
    assert asked[0] == asked[1]


def test_the_first_alone_tells_whether_writing_is_allowed() -> None:
    server = FakeServer({WRITE: []})
    SendingJourney(SEND, LIST, server, SINK).first()
    (only,) = server.exchanges
    assert (only.case.context, only.case.method) == ("note", "POST")
