"""One run: target up, preflight, plan carried out, waivers applied, verdict reached.

The composition of all rooms, told in order; a little longer than a file should be for that.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import cast

from harness.clauses import Record
from harness.client import (
    LedgerError,
    Secrets,
    Session,
    Target,
    TargetError,
    TargetLost,
    applicable,
)
from harness.contract import Contract
from harness.model import Case, Counts, Exchange, Run, Waiver, WriteClass
from harness.plan.cache import cached
from harness.reasons import UNJUDGED, UNNOTED, Reason
from harness.run import describe
from harness.run.aftermath import Outcome, cut_short
from harness.run.conductor import Conductor
from harness.run.costs import cost
from harness.run.cut import Cut, most_requests
from harness.run.embedded import EmbeddedError, embedded
from harness.run.judge import Judge, Selected
from harness.run.planning import Plan, Send
from harness.run.readiness import Held, find_out, unexplained
from harness.run.reproduce import Wanted
from harness.run.schemes import Schemes
from harness.run.sizes import SIZES, Size, within
from harness.run.target import Embedded, ledger_for, session_for, target_of
from harness.run.telling import told
from harness.settings import Settings

REFERENCE = ("-m", "servers.reference")
LETTERS = string.ascii_lowercase + string.digits
Progress = Callable[[Exchange, int], None]


@dataclass(repr=False)
class Runner:
    """Everything between settings and a Run. Reports are written elsewhere.

    Its repr is object's own, so that no traceback shows what it holds.
    """

    settings: Settings
    contract: Contract
    selected: Sequence[Selected]
    waivers: Sequence[Waiver]
    root: Path
    progress: Progress | None = None
    server: Embedded | None = None
    """The embedded target; by default the reference server, in a process of its own."""
    reads: frozenset[tuple[str, str]] | None = None
    """(phase, operation) to be sent; by default what the selected clauses read."""
    reproduce: Wanted | None = None
    """The one finding to be sent again."""
    run_id: str = field(default_factory=lambda: "".join(SystemRandom().choices(LETTERS, k=6)))
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    outcome: Outcome = field(default_factory=Outcome)
    problems: list[str] = field(default_factory=list)
    """Why the target could not be judged."""
    misconfigured: list[str] = field(default_factory=list)
    """What has to be corrected before anything is written; known only once the target was asked."""
    ledger: Path | None = None
    """Where writes are noted down before they are sent; None for nowhere."""
    unnoted: list[str] = field(default_factory=list)
    """Why a write could not be noted down."""
    unwritten: list[str] = field(default_factory=list)
    """Why a report is not there."""
    cut: Cut = field(default_factory=Cut)
    """What budgets kept back."""
    notes: list[str] = field(default_factory=list)
    before: int = 0
    """Requests of the preflight, which come on top of the profile's."""
    forbidden: str = ""
    """Why nothing more was written, where the target refused the first item."""
    held: Held | None = None
    """What was asked for and may not be written."""
    dropped: Sequence[tuple[Case, str]] = ()
    """What the write policy kept back, and why."""
    ended: Reason | None = None
    """Why the plan was not sent, or not all of it; None where nothing came between."""
    is_replay: bool = False
    """Whether exchanges of an earlier run are judged again."""
    interrupted: bool = False
    stopping: Callable[[], bool] = lambda: False
    """Whether the run was asked to stop."""
    exchanges: Sequence[Exchange] = ()
    counts: Counts = field(default_factory=Counts)
    duration: float = 0.0
    target: str = ""
    judge: Judge = field(init=False)
    unused: tuple[Waiver, ...] = ()
    unmet: tuple[Waiver, ...] = ()
    finish: Callable[[], None] = lambda: None
    """Closes what the exchanges' bodies need; call when the reports are written."""
    redact: Callable[[bytes], bytes] = bytes
    """Takes credentials, and what is left of them, from what is to be written."""

    def __post_init__(self) -> None:
        names = self.settings.names
        self.judge = Judge(
            self.contract,
            self.selected,
            self.settings.max_response_time,
            hidden=tuple(f"${names.get(part, part)}" for part in ("secret", "token")),
        )

    @property
    def size(self) -> Size:
        """What may be spent: the profile's limit, or less where a budget is given."""
        settings = self.settings
        # Under `none` nothing leaves that may store something.
        writes = None if settings.writes == "none" else settings.max_writes
        return within(SIZES[settings.profile], most_requests(settings), writes)

    def execute(self) -> Run:
        """Send, judge, decide. Never raises for what the target does, nor when interrupted."""
        try:
            self._execute()
        except KeyboardInterrupt:
            self.interrupted = True
            if not self.outcome.records:
                self.outcome.records = self._silent()
        except (EmbeddedError, TargetError) as error:
            self.problems.append(str(error))
            self.outcome.records, self.ended = self._silent(), UNJUDGED
        except LedgerError as error:
            self.unnoted.append(str(error))
            self.outcome.records, self.ended = self._silent(), UNNOTED
        except OSError as error:
            self.ended = UNJUDGED
            self.problems.append(f"the suite's own machine gave out: {error.strerror or error}")
            self.outcome.records = self.outcome.records or self._silent()
        return self.run()

    def is_ready(self) -> bool:
        """Whether the target can be judged, by what the preflight asks; `problems` says why not."""
        with target_of(self.settings, self.contract, self._embedded) as (self.target, target):
            try:
                session = session_for(
                    self.settings, self.contract, target, self.run_id, on_exchange=self._tell
                )
                with session:
                    self._preflight(session, Schemes(self.contract, session.send).send)
            except TargetError as error:
                self.problems.append(str(error))
        if self.held and not self.mistakes:
            self.problems.append(self.held.sentence)
        return not (self.problems or self.mistakes)

    @property
    def _embedded(self) -> Embedded:
        return self.server or partial(embedded, REFERENCE, self.root)

    @property
    def mistakes(self) -> list[str]:
        """What has to be corrected first, known only once something was asked or written."""
        return [*self.misconfigured, *self.unnoted, *self.unwritten]

    def _silent(self) -> list[Record]:
        return [Record(clause, operation) for clause, operation in self.selected]

    def _execute(self) -> None:
        with target_of(self.settings, self.contract, self._embedded) as (name, target):
            self.target = name
            ledger = ledger_for(self.settings, self.ledger, self.run_id)
            session = session_for(
                self.settings, self.contract, target, self.run_id, self._tell, ledger
            )
            self.finish, self.redact = session.close, session.redact
            try:
                self._against(session, target)
            except KeyboardInterrupt:
                self.interrupted = True
                self.outcome = cut_short(self.judge, session.exchanges)
            except LedgerError as error:
                self.unnoted.append(str(error))
                self.ended = UNNOTED
                self.outcome = cut_short(self.judge, session.exchanges)
            except TargetLost as lost:
                self.problems.append(str(lost))
                self.ended = UNJUDGED
                self.outcome = cut_short(self.judge, session.exchanges, flickers=True)
            self.cut = Cut.of(self.settings, session.cut, self.outcome.cut)
            self.exchanges, self.duration = session.exchanges, session.run()
            self.dropped = session.dropped
            self.forbidden = session.right.refused
            self.counts = replace(
                session.counts,
                planned=session.counts.exchanges + session.counts.dropped + self.cut.count,
                cut=self.cut.count,
                reductions=self.outcome.reductions,
                repeats=self.outcome.repeats,
                validated=len(self.judge.validated),
            )
            self.notes += [*filter(None, [self.cost()]), *self._notes(session)]

    def replay(self, exchanges: Sequence[Exchange], told: Mapping[str, str]) -> Run:
        """Judge recorded exchanges again without sending anything.

        `told`: what the recording says of its run: `target`, `profile`, `seed`, `writes`.
        """
        self.target, self.exchanges = (
            told.get("target", "a server that it does not name"),
            exchanges,
        )
        self.is_replay = True
        self.settings = replace(
            self.settings,
            profile=told.get("profile", self.settings.profile),
            seed=int(told.get("seed", self.settings.seed)),
            writes=cast(WriteClass, told.get("writes", self.settings.writes)),
        )
        records = self.judge.records(exchanges)
        self.outcome = Outcome(records, self.judge.findings(records, exchanges))
        self.counts = Counts(exchanges=len(exchanges), validated=len(self.judge.validated))
        return self.run()

    def _against(self, session: Session, target: Target) -> None:
        def pay(cases: Sequence[Case]) -> list[Exchange | None]:
            # A library may have swallowed the interrupt that it was met by.
            if self.stopping():
                raise KeyboardInterrupt
            return session.send(cases)

        send = Schemes(self.contract, pay).send
        before = self._preflight(session, send)
        if self.ended:
            self.outcome.records = self._silent()
            return
        plan = self.plan(applicable_to=target.secrets, embedded=target.embedded)
        session.budget.start()
        conductor = Conductor(plan, self.judge, send, lambda: session.exchanges)
        self.outcome = conductor.run(before)
        self.problems += unexplained(self.held, session.exchanges, self.outcome.findings)
        if self.reproduce:
            self.notes.append(describe.reproduced(self.reproduce, self.outcome.findings))
        if self.outcome.weather:
            self.notes.append(describe.weather(self.outcome.weather))
        if self.outcome.is_heavy:
            self.ended = UNJUDGED
            self.problems.append(describe.too_much(self.outcome.weather, self.outcome.requests))

    def plan(self, *, applicable_to: Secrets, embedded: bool) -> Plan:
        """What may be sent."""
        schemes = self.contract.schemes.values()
        return Plan(
            contract=self.contract,
            size=self.size,
            sink=self.settings.sink,
            needs=frozenset(
                (phase, o.id)
                for c, o in self.selected
                for phase in c.reads
                if self.reads is None or (phase, o.id) in self.reads
            ),
            writes=self.settings.writes,
            embedded=embedded,
            walk_limit=self.settings.walk_limit,
            defects={s.name: applicable(s, applicable_to) for s in schemes},
            generated=self.generated,
            only=self.reproduce.case if self.reproduce else "",
        )

    def generated(self) -> list[Case]:
        """Generated cases, from the cache if they were made before."""
        fuzz = SIZES[self.settings.profile].fuzz
        home = self.root / ".cache"

        def build() -> list[Case]:
            # With a cached plan neither Schemathesis nor Hypothesis is imported.
            from harness.plan.generated import generate  # noqa: PLC0415

            return generate(
                self.contract,
                self.settings.seed,
                {"coverage": True, "fuzz": fuzz},
                self.settings.sink,
                home,
            )

        if self.settings.no_cache:
            return build()
        parts = {
            "spec": self.contract.sha256,
            "seed": str(self.settings.seed),
            "profile": self.settings.profile,
            "sink": self.settings.sink,
        }
        return cached(parts, home, build)

    def _preflight(self, session: Session, send: Send) -> int:
        """Find out what may be judged and written; how many requests that took."""
        found = find_out(self.settings, self.contract, send, self.target)
        self.problems += [*found.fatal, *found.lost]
        self.misconfigured += found.misconfigured
        self.ended = UNJUDGED if found.fatal else None
        if found.held:
            self.held = found.held
            self.settings = replace(self.settings, writes=found.held.level)
            session.lower(found.held.level)
        self.before = sum(exchange.failure != "unreachable" for exchange in session.exchanges)
        return self.before

    def cost(self) -> str:
        """What the write policy leaves out, in a sentence; empty where that is nothing."""
        if self.held:
            return self.held.sentence
        level, default = self.settings.writes, self.settings.source.get("writes") == "default"
        return cost(self.contract, self.selected, level, default=default)

    def _tell(self, exchange: Exchange) -> None:
        if self.progress:
            self.progress(exchange, self.size.limit + self.size.extra + self.before)

    def _notes(self, session: Session) -> Iterator[str]:
        reasons: dict[str, int] = {}
        for _, why in session.dropped:
            reasons[why] = reasons.get(why, 0) + 1
        for why, count in sorted(reasons.items()):
            were = "request was" if count == 1 else "requests were"
            yield f"{count} {were} not sent: {why}"
        yield from self.cut.notes()

    def run(self) -> Run:
        """The value that all reports are written from."""
        return told(self)
