"""Each reason why a clause is not exercised: a run in which it holds, and its remedy followed.

A run is narrowed to what the clause needs, in this process, so that each costs a moment. Longer
than a file should be: a table with an entry for each reason, and what its runs are made of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from harness.contract import Contract, load
from harness.explore.listing import Extent, ListingJourney
from harness.model import Exchange, NotExercised, Run
from harness.reasons import REASONS
from harness.run.cut import Cut
from harness.run.runner import Runner
from harness.settings import read_pyproject, resolve
from servers.forked import forked
from servers.weather import behind
from tests.selftest.explore.test_explore_credentials import matrix
from tests.selftest.explore.test_explore_sending import with_copies
from tests.selftest.fakes import (
    CONTRACT,
    LIST,
    READ,
    ROOT,
    SEND,
    WRITE,
    FakeServer,
    clauses,
    judge,
    message,
    mixed,
)
from tests.selftest.other_api.test_other_api import SHELVES, library

READING, SENDING = LIST.id, SEND.id
UNKNOWN = "00000000-0000-4000-8000-00000000dead"
BUNDLE = ROOT / "spec" / "libredesk.yaml"
LIBRARY = ROOT / "tests" / "selftest" / "other_api" / "library.yaml"


@dataclass(frozen=True)
class Told:
    """What a run tells of one clause."""

    entries: tuple[NotExercised, ...]
    is_exercised: bool


def told_of(run: Run, clause: str, operation: str) -> Told:
    """What a run tells of a clause for an operation."""
    own = [n for n in run.not_exercised if (n.clause, n.operation) == (clause, operation)]
    became = [c.outcome for c in run.clauses if (c.clause, c.operation) == (clause, operation)]
    return Told(tuple(own), became not in ([], ["not exercised"]))


@dataclass(frozen=True)
class Trial:
    """One run: of the embedded server, or of one that the suite takes for a foreign one."""

    fault: str = ""
    """Of several, their ids with spaces between."""
    variant: str = ""
    weather: str = ""
    """What there is on the way to the embedded server."""
    foreign: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    """Clauses that are selected as well."""
    contract: Contract = CONTRACT
    prepare: Callable[[Runner], object] = lambda _runner: None
    """Does something to the runner before it begins."""
    carry_out: Callable[[Runner], Run] = Runner.execute

    def __call__(self, clause: str, operation: str) -> Told:
        """What it tells of the clause."""
        wanted = {clause, *self.also}
        selected = [
            (one, o)
            for one in clauses().values()
            for o in self.contract.operations
            if one.id in wanted and one.applies(o)
        ]
        faults, variants = self.fault.split(), self.variant.split()
        with self._environ(faults, variants) as environ:
            given = resolve(
                {"profile": "smoke", **self.options}, {**environ, **self.environ},
                read_pyproject(ROOT), date(2026, 1, 1), root=ROOT,
            )  # fmt: skip
            server = partial(forked, faults, variants)
            if self.weather:
                server = partial(behind, self.weather, 1, faults, variants)
            runner = Runner(given, self.contract, selected, (), ROOT, server=server)
            self.prepare(runner)
            try:
                return told_of(self.carry_out(runner), clause, operation)
            finally:
                runner.finish()

    @contextmanager
    def _environ(self, faults: Sequence[str], variants: Sequence[str]) -> Iterator[dict[str, str]]:
        if not self.foreign:
            yield {}
            return
        with forked(faults, variants) as told:
            yield {
                "CONTRACT_URL": told["url"], "CONTRACT_KEY": told["key"],
                "CONTRACT_SECRET": told["secret"], "CONTRACT_READ": told["read"],
                "CONTRACT_WRITE": told["write"], "CONTRACT_RATE": "none",
                "CONTRACT_MAIL_MAY_LEAVE": told["write"], "CONTRACT_SINK": "sink.example",
                "CONTRACT_ALLOW_DOMAIN": "example.com,libredesk.example",
            }  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A reason, brought about for a clause, and its remedy, as the report tells it."""

    code: str
    clause: str
    operation: str
    cause: Callable[[str, str], Told]
    reach: str
    """A part of what the report says would reach the clause."""
    remedy: Callable[[str, str], Told] | None
    """None where there is none, and the report says so."""


def at_level(writes: str, **more: Any) -> Trial:
    """A foreign target and a write policy."""
    return Trial(foreign=True, options={"writes": writes, **more.pop("options", {})}, **more)


def interrupted(runner: Runner) -> None:
    """After a few requests."""
    asked = iter(range(10**6))
    runner.stopping = lambda: next(asked) > 4


@dataclass(frozen=True)
class Replay:
    """What a run recorded, judged again: the exchanges that `kept` lets through."""

    kept: Callable[[Exchange], bool] = lambda _exchange: True

    def __call__(self, runner: Runner) -> Run:
        runner.execute()
        again = Runner(runner.settings, runner.contract, runner.selected, (), ROOT)
        return again.replay([e for e in runner.exchanges if self.kept(e)], {})


def crowd(server: FakeServer, case: Any) -> None:
    """Somebody else writes more than is looked through."""
    if "|grid|" in case.role:
        server.rooms[WRITE] += [message(n, WRITE) for n in range(5000, 5400)]


def with_others(before: Callable[..., None]) -> Callable[[str, str], Told]:
    """The clause's record after a reply with copies, in memory."""

    def told(clause: str, operation: str) -> Told:
        record = with_copies(FakeServer({WRITE: mixed(250, WRITE)}, before=before))
        copies = [e for e in record.judged if e]
        return Told(tuple(record.missed), len(copies) > 5 and not record.missed)

    return told


def walked(limit: int) -> Callable[[str, str], Told]:
    """The clause's record of a list of 500 items of which so many pages are walked, in memory."""

    def told(clause: str, operation: str) -> Told:
        server = FakeServer({READ: mixed(500)})
        ListingJourney(LIST, server, Extent(walk_limit=limit)).run()
        record = judge(clause, server.exchanges)
        return Told(tuple(record.missed), bool(record.judged))

    return told


def reshuffled(limit: int) -> Callable[[str, str], Told]:
    """The clause's record of 600 items in another order at each request, in memory."""

    def told(clause: str, operation: str) -> Told:
        chance = Random(1)
        server = FakeServer({READ: mixed(600)}, before=lambda s, _: chance.shuffle(s.rooms[READ]))
        ListingJourney(LIST, server, Extent(walk_limit=limit)).run()
        record = judge(clause, server.exchanges)
        return Told(tuple(record.missed), bool(record.judged))

    return told


def without_the_scheme() -> Contract:
    """The document, with one scheme for all."""
    return changed("security", [{"tokenAuth": []}])


def without_a_repeat_key() -> Contract:
    """The document, with no word of a repeat key."""
    whole = yaml.safe_load(BUNDLE.read_text("utf-8"))
    del whole["paths"][SEND.path]["post"]["x-creates"]["repeat-key"]
    return written(whole)


def changed(name: str, value: Any) -> Contract:
    """The document with another value in each operation."""
    whole = yaml.safe_load(BUNDLE.read_text("utf-8"))
    whole[name] = value
    for operation in whole["paths"][SEND.path].values():
        if isinstance(operation, dict) and name in operation:
            operation[name] = value
    return written(whole)


FOLDER: list[Path] = []


def written(whole: Any) -> Contract:
    path = FOLDER[0] / "changed.yaml"
    path.write_text(yaml.safe_dump(whole), "utf-8")
    return load(path)


def of_the_library(clause: str, operation: str) -> Told:
    """Another API, as its user tests it."""
    with library("") as told:
        environ = {
            "CONTRACT_URL": told["url"],
            "CONTRACT_TOKEN": told["token"],
            "CONTRACT_SINK": "sink.example",
            "CONTRACT_MAIL_MAY_LEAVE": SHELVES["CONTRACT_WRITE"],
            **SHELVES,
        }
        trial = Trial(contract=load(LIBRARY), environ=environ, options={"writes": "all"})
        return trial(clause, operation)


def lazily(make: Callable[[], Contract]) -> Callable[[str, str], Told]:
    """A trial whose contract is made when it is needed."""

    def told(clause: str, operation: str) -> Told:
        return Trial(contract=make())(clause, operation)

    return told


def welcome(twist: Any) -> Callable[[str, str], Told]:
    """The clause's record of a matrix of wrong credentials, in memory."""

    def told(clause: str, operation: str) -> Told:
        _, server = matrix(twist)
        record = judge(clause, server.exchanges)
        return Told(tuple(dict.fromkeys(record.missed)), bool(record.judged))

    return told


PLAIN = Trial()
NOWHERE = {"CONTRACT_WRITE": UNKNOWN}
ENTRIES = (
    Entry("no such scheme", "auth.basic", READING, lazily(without_the_scheme), "nothing:", None),
    Entry("no repeat key", "send.repeat", SENDING, lazily(without_a_repeat_key), "nothing:", None),
    Entry(
        "no time limit", "response.in-time", READING, PLAIN, "--max-response-time SECONDS",
        Trial(options={"max_response_time": "30s"}),
    ),
    Entry(
        "nothing written", "send.accepted", SENDING, at_level("none"), "--writes notes",
        at_level("notes"),
    ),
    Entry(
        "nothing written", "send.required", SENDING, at_level("none"), "--writes all",
        at_level("all"),
    ),
    Entry(
        "nothing written", "response.enums", SENDING, at_level("none"), "--writes notes",
        at_level("notes"),
    ),
    Entry(
        "beyond the policy", "send.malformed", SENDING, at_level("notes"), "--writes all",
        at_level("all"),
    ),
    Entry(
        "budget", "auth.first", READING, Trial(options={"max_requests": "4"}, also=("list.total",)),
        "a larger budget", Trial(options={"max_requests": "250"}, also=("list.total",)),
    ),
    Entry(
        "walk limit",
        "list.total",
        READING,
        walked(1),
        "--walk-limit N",
        walked(20),
    ),
    Entry(
        "kept back", "unknown.malformed-id", "addBook", of_the_library, "nothing:", None,
    ),
    Entry(
        "part of a recording", "auth.wrong", READING,
        Trial(carry_out=Replay(lambda e: e.case.phase != "auth")),
        "a recording of a run that exercised it", Trial(carry_out=Replay()),
    ),
    Entry(
        "interrupted", "auth.wrong", READING, Trial(prepare=interrupted),
        "a run that is not interrupted", PLAIN,
    ),
    Entry(
        "interrupted", "list.total", READING, Trial(prepare=interrupted),
        "a run that is not interrupted", PLAIN,
    ),
    Entry(
        "unjudged", "list.total", READING,
        at_level("none", environ={"CONTRACT_URL": "http://127.0.0.1:9"}),
        "what the reasons above ask for", at_level("none"),
    ),
    Entry(
        "unnoted", "send.accepted", SENDING,
        at_level("notes", prepare=lambda r: setattr(r, "ledger", ROOT)),
        "what the reasons above ask for",
        at_level("notes", prepare=lambda r: setattr(r, "ledger", FOLDER[0] / "sent.jsonl")),
    ),
    Entry(
        "may not write", "send.echo", SENDING,
        at_level("notes", fault="auth.send-basic-refused auth.send-token-refused"),
        "credentials with the right to write", at_level("notes"),
    ),
    Entry(
        "may not send as", "send.accepted", SENDING, Trial(variant="contact-forbidden"),
        "credentials with the right to do so", PLAIN,
    ),
    Entry(
        "nowhere to write", "send.echo", SENDING, at_level("notes", environ=NOWHERE),
        "CONTRACT_WRITE: the id of a resource that exists", at_level("notes"),
    ),
    Entry(
        "strangers", "send.echo", SENDING,
        at_level("all", environ={"CONTRACT_ALLOW_DOMAIN": "example.com"}),
        "--allow-domain DOMAIN", at_level("all"),
    ),
    Entry(
        "people unknown", "send.required", SENDING,
        at_level("all", fault="unreadable.results-null"), "can be read", at_level("all"),
    ),
    Entry(
        "locked out", "auth.wrong", READING, welcome(lambda _case, _status, _answer: (429, {})),
        "a target without a lock-out", welcome(None),
    ),
    Entry(
        "gateway", "unknown.malformed-id", READING,
        Trial(
            weather="behind-nginx", also=("list.total",),
            carry_out=Replay(lambda e: "%00" in e.case.path or "{read}" in e.case.path),
        ),
        "a way to the server that leads past the gateway", PLAIN,
    ),
    Entry(
        "data changed", "list.total", READING, Trial(variant="other-writers"),
        "a resource that nobody writes to", PLAIN,
    ),
    Entry(
        "data changed", "filter.complete", READING, Trial(variant="busy-writers"),
        "a resource that nobody writes to", PLAIN,
    ),
    Entry(
        "order unseen", "list.total", READING, reshuffled(1), "a larger --walk-limit",
        reshuffled(60),
    ),
    Entry(
        "out of order", "list.no-overlap", READING, Trial(fault="order.ties-by-window"),
        "a server that keeps to one order", PLAIN,
    ),
    Entry(
        "crowded", "send.listed", SENDING, with_others(crowd),
        "a resource that nobody else writes to", with_others(lambda _server, _case: None),
    ),
    Entry(
        "empty list", "filter.sound", READING, Trial(variant="empty-conversations"),
        "a resource that holds items", PLAIN,
    ),
    Entry(
        "no page", "list.total", READING, Trial(fault="bodies.list-truncated"),
        "a server that answers with pages", PLAIN,
    ),
    Entry(
        "nothing accepted", "send.echo", SENDING, Trial(fault="bodies.send-truncated"),
        "a server that accepts plain items", PLAIN,
    ),
    Entry(
        "total wrong", "send.counted", SENDING,
        Trial(fault="list.total-off-by-one", also=("list.total",)),
        "a list whose total is right", PLAIN,
    ),
    Entry(
        "values unread", "filter.unknown-value", READING,
        Trial(
            fault="filters.bogus-private-half",
            carry_out=Replay(lambda e: "type=incoming" not in e.case.query),
        ),
        "a run that reads it",
        Trial(fault="filters.bogus-private-half"),
    ),
    Entry(
        "others tell", "auth.first", READING,
        Trial(fault="auth.missing-accepted", also=("auth.missing",)),
        "a server without the findings of this run", PLAIN,
    ),
    Entry(
        "unknown", "auth.wrong", READING,
        Trial(prepare=lambda r: setattr(r, "reads", frozenset({("listing", READING)}))),
        "not known: please report it", None,
    ),
)  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where changed documents go."""
    FOLDER[:] = [tmp_path_factory.mktemp("reasons")]


def names(entries: Iterable[Entry]) -> list[str]:
    return [f"{entry.code} {entry.clause}" for entry in entries]


def test_every_reason_of_the_code_is_tried() -> None:
    assert {entry.code for entry in ENTRIES} == set(REASONS)


@pytest.mark.parametrize("entry", ENTRIES, ids=names(ENTRIES))
def test_a_reason_holds_and_its_remedy_reaches_the_clause(entry: Entry) -> None:
    found = entry.cause(entry.clause, entry.operation)
    assert [n.code for n in found.entries] == [entry.code], found.entries
    (told,) = found.entries
    assert entry.reach in told.reach
    if entry.remedy is None:
        assert told.reach.startswith(("nothing:", "not known:"))
        return
    followed = entry.remedy(entry.clause, entry.operation)
    assert followed.is_exercised, followed.entries
    assert entry.code not in {n.code for n in followed.entries}


@pytest.mark.parametrize("level", ["none", "notes"])
def test_what_a_policy_leaves_out_is_reached_by_the_policy_that_it_names(level: str) -> None:
    """Every clause and operation, not only those above."""
    every = Trial(foreign=True, also=tuple(clauses()))
    runs = {name: replace(every, options={"writes": name}) for name in ("none", "notes", "all")}
    found: dict[str, Run] = {}
    for name, trial in runs.items():
        if name >= level or name == "all":
            keep = partial(found.__setitem__, name)
            replace(trial, carry_out=lambda r, keep=keep: _kept(r, keep))("list.total", READING)
    left_out = [n for n in found[level].not_exercised if "policy" in n.code or "written" in n.code]
    assert left_out
    for entry in left_out:
        least = "notes" if entry.reach.startswith("--writes notes") else "all"
        reached = told_of(found[least], entry.clause, entry.operation)
        assert reached.is_exercised, entry


def _kept(runner: Runner, keep: Callable[[Run], object]) -> Run:
    run = runner.execute()
    keep(run)
    return run


@pytest.mark.parametrize(
    ("options", "way"),
    [
        ({"profile": "smoke"}, "--profile gate"),
        ({"profile": "gate"}, "--profile release"),
        ({"profile": "release"}, "a target that needs fewer requests"),
        ({"profile": "smoke", "max_requests": "9"}, "a larger budget"),
        ({"profile": "smoke", "max_seconds": "9"}, "a larger budget"),
        ({"profile": "gate", "max_writes": "9"}, "a larger budget"),
    ],
)
def test_what_leaves_more_room(options: dict[str, str], way: str) -> None:
    """A profile that was spent is no budget that anybody gave."""
    given = resolve(options, {}, read_pyproject(ROOT), date(2026, 1, 1), root=ROOT)
    assert Cut.of(given, [], []).way == way
