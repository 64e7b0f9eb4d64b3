"""The same plan to two deployments, one after the other, and once more where they differ."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from random import SystemRandom

from harness.client import Session
from harness.compare.answers import Pair, Sign, is_weather, signs
from harness.contract import Contract
from harness.model import Case, Exchange, Run
from harness.run.runner import Runner
from harness.run.target import ledger_for, session_for, target_of
from harness.settings import Settings

PARTS = ("key", "secret", "token", "read", "write", "other")
TIMES = 2
"""So often a pair that differs is sent again; each time it has to differ in the same way."""
LEDGER = "sent-against.jsonl"
"""What may be stored by the second deployment is noted down in a file of its own."""
MOST = 40
"""Differences that are sent again; a server that differs in more differs."""


def second(settings: Settings) -> Settings:
    """The settings of a run against the second deployment."""
    own = {part: getattr(settings, f"against_{part}") for part in PARTS}
    names = {**settings.names, "url": settings.names["against"]}
    names |= {part: settings.names[f"against-{part}"] for part in PARTS}
    return replace(settings, url=settings.against, names=names, **own)


@dataclass
class Twice:
    """Two runs of one plan."""

    one: Runner
    other: Runner
    left: int = MOST
    runs: list[Run] = field(default_factory=list)

    @classmethod
    def of(cls, runner: Runner) -> Twice:
        """A runner of the first deployment, and one like it of the second."""
        other = Runner(
            second(runner.settings), runner.contract, runner.selected, runner.waivers, runner.root,
            reads=runner.reads, stopping=runner.stopping,
            ledger=runner.ledger and runner.ledger.with_name(LEDGER),
        )  # fmt: skip
        if runner.progress:
            tell = runner.progress
            runner.progress = other.progress = lambda exchange, most: tell(exchange, 2 * most)
        return cls(runner, other)

    def execute(self) -> None:
        """Send the plan to both. Where one cannot be judged the other is left in peace.

        The second is asked for first: a mistyped name of its is told before the plan is sent.
        """
        if not self.other.is_ready():
            self.runs = [self.one.run(), self.other.run()]
            return
        for runner in (self.one, self.other):
            self.runs.append(runner.execute())
            if runner.problems or runner.mistakes or runner.interrupted:
                return

    @property
    def problem(self) -> str:
        """Why one of them could not be judged, in a sentence; empty if both were."""
        sentences = (p for r in (self.one, self.other) for p in (*r.problems, *r.mistakes))
        return next(sentences, "")

    @property
    def mistakes(self) -> list[str]:
        """What has to be corrected before the two can be compared."""
        return [*self.one.mistakes, *self.other.mistakes]

    @property
    def interrupted(self) -> bool:
        """Whether the run was stopped before its end."""
        return self.one.interrupted or self.other.interrupted

    @contextmanager
    def again(self) -> Iterator[Callable[[Pair, Sign], bool]]:
        """Sends a pair again to both and says whether it shows a sign each time."""
        contract = self.one.contract
        with _session(self.one) as one, _session(self.other) as other:

            def confirm(pair: Pair, sign: Sign) -> bool:
                if self.left <= 0:
                    return True
                self.left -= 1
                cases = (pair.one.case, pair.other.case)
                return all(
                    _shows(contract, _sent(one, cases[0]), _sent(other, cases[1]), sign)
                    for _ in range(TIMES)
                )

            yield confirm

    def finish(self) -> None:
        """Close what the exchanges' bodies need."""
        self.one.finish()
        self.other.finish()


@contextmanager
def _session(runner: Runner) -> Iterator[Session]:
    with target_of(runner.settings, runner.contract, _none) as (_, target):
        run_id = "".join(SystemRandom().choices(string.ascii_lowercase + string.digits, k=6))
        ledger = ledger_for(runner.settings, runner.ledger, run_id, append=True)
        with session_for(
            runner.settings, runner.contract, target, run_id, _untold, ledger
        ) as session:
            yield session


def _none() -> AbstractContextManager[Mapping[str, str]]:
    raise AssertionError("two deployments are compared, none of them is embedded")


def _untold(exchange: Exchange) -> None:
    del exchange


def _sent(session: Session, case: Case) -> Exchange | None:
    return session.send([case])[0]


def _shows(contract: Contract, one: Exchange | None, other: Exchange | None, sign: Sign) -> bool:
    if one is None or other is None or is_weather(one) or is_weather(other):
        return False
    return sign in signs(contract, Pair(one, other))
