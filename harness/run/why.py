"""Why a clause was not exercised where it does not say so itself: the first reason that holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from harness.clauses import REACH, Record
from harness.evidence.sending import forbidden
from harness.evidence.sweeps import BRACKET, signature
from harness.evidence.view import Evidence
from harness.model import NotExercised, WriteClass
from harness.reasons import (
    BEYOND_POLICY,
    BUDGET,
    DATA_CHANGED,
    EMPTY_LIST,
    INTERRUPTED,
    KEPT_BACK,
    MAY_NOT_WRITE,
    NO_PAGE,
    NOTHING_ACCEPTED,
    NOTHING_WRITTEN,
    OTHERS_TELL,
    PART_OF_A_RECORDING,
    UNKNOWN,
    VALUES_UNREAD,
    WALK_LIMIT,
    Told,
)
from harness.run.costs import beyond

if TYPE_CHECKING:
    from harness.run.runner import Runner

COMPARES = ("list.", "filter.", "auth.basic", "auth.token")
"""How the ids of clauses begin that compare answers of a list."""
GIVES_WAY = frozenset({WALK_LIMIT.code, VALUES_UNREAD.code})
"""Reasons of clauses that a run which was cut or stopped has a better one for."""


class Why:
    """The circumstances of one run."""

    def __init__(self, runner: Runner) -> None:
        self._runner, self._contract = runner, runner.contract
        self._settings, self._cut = runner.settings, runner.cut
        self._beyond = beyond(runner.contract, runner.selected, runner.settings.writes)

    def __call__(self, record: Record) -> Told:
        """The reason, and what would reach the clause."""
        return next(self._reasons(record))

    def better(self, record: Record, entry: NotExercised) -> Told | None:
        """A reason that explains what the clause itself says, where there is one."""
        return next(self._unsent(record), None) if entry.code in GIVES_WAY else None

    def _reasons(self, record: Record) -> Iterator[Told]:
        yield from self._stopped()
        yield from self._unwritten(record)
        yield from self._answered(record)
        yield from self._short(record)
        yield from self._kept_back(record)
        if self._runner.is_replay:
            yield PART_OF_A_RECORDING()
        is_broken = any(f.severity == "violation" for f in self._runner.outcome.findings)
        yield OTHERS_TELL() if is_broken else UNKNOWN()

    def _unsent(self, record: Record) -> Iterator[Told]:
        yield from self._stopped()
        yield from self._short(record)

    def _stopped(self) -> Iterator[Told]:
        if self._runner.interrupted:
            yield INTERRUPTED()
        elif self._runner.ended:
            yield self._runner.ended()

    def _unwritten(self, record: Record) -> Iterator[Told]:
        """What the write policy, or the target itself, does not let through."""
        clause, runner = record.clause, self._runner
        is_sender = record.operation.creates is not None
        if self._settings.writes == "none" and is_sender:
            yield runner.held.told if runner.held else NOTHING_WRITTEN(way=self._way(record))
        if runner.forbidden and is_sender:
            yield Told(MAY_NOT_WRITE.code, runner.forbidden, MAY_NOT_WRITE.reach)
        if clause.id in self._beyond:
            yield runner.held.told if runner.held else BEYOND_POLICY(way=self._way(record))

    def _way(self, record: Record) -> str:
        """The least write policy that reaches a clause."""
        tame = any(o.creates.harmless for o in self._contract.senders if o.creates)
        least: WriteClass = "notes" if tame else "all"
        return REACH[self._beyond.get(record.clause.id, least)]

    def _answered(self, record: Record) -> Iterator[Told]:
        """What the data are, and what the server made of requests that did leave."""
        if record.operation.pagination and record.clause.id.startswith(COMPARES):
            yield from self._of_a_list(self._view(record))
        if record.operation.creates and record.clause.operations == "sending":
            yield from self._of_sends(self._view(record))

    def _of_a_list(self, view: Evidence) -> Iterator[Told]:
        lists = [e for e in view.exchanges if e.case.phase == "listing"]
        if lists and not view.pages:
            yield NO_PAGE()
        is_disturbed = view.operation.id in self._runner.outcome.disturbed
        if _has_changed(view) and (is_disturbed or not any(True for _ in view.compared)):
            yield DATA_CHANGED()
        if view.pages and not any(page.items for _, page in view.pages):
            yield EMPTY_LIST()

    def _of_sends(self, view: Evidence) -> Iterator[Told]:
        if status := forbidden(view):
            yield MAY_NOT_WRITE(status=status)
        elif view.sends and not any(sent.accepted for sent in view.sends):
            yield NOTHING_ACCEPTED()

    def _short(self, record: Record) -> Iterator[Told]:
        """A budget kept back what the clause reads."""
        creates = record.operation.creates
        operations = {record.operation.id, creates.listed_by if creates else ""}
        if any(
            case.operation in operations and case.phase in record.clause.reads
            for case in self._cut.cases
        ):
            yield BUDGET(budgets="; ".join(self._cut.reasons), way=self._cut.way)

    def _kept_back(self, record: Record) -> Iterator[Told]:
        """The policy let through nothing of what the clause reads, whatever is allowed."""
        own = dict.fromkeys(
            why
            for case, why in self._runner.dropped
            if case.operation == record.operation.id and case.phase in record.clause.reads
        )
        if own:
            yield KEPT_BACK(why="; ".join(own))

    def _view(self, record: Record) -> Evidence:
        return self._evidence[record.operation.id]

    @cached_property
    def _evidence(self) -> dict[str, Evidence]:
        return self._runner.judge.views(self._runner.exchanges)


def _has_changed(view: Evidence) -> bool:
    """Whether two looks at both ends of a list, each of which could be read, saw other data."""
    looks = [e for e in view.ordinary if e.case.role == BRACKET and "{read}" in e.case.path]
    pairs = zip(looks[::2], looks[1::2], strict=False)
    return len({signature(view.operation, pair) for pair in pairs} - {None}) > 1
