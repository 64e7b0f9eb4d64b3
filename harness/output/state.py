"""What the plugin knows between two hooks."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from harness.contract import Contract
from harness.model import Run
from harness.output import against, reports
from harness.output.early import STOP
from harness.output.interrupts import Interrupts
from harness.output.items import clause_of
from harness.output.mishaps import telling_little
from harness.run.reproduce import Wanted
from harness.run.runner import Runner
from harness.settings import Settings

STATE = pytest.StashKey["State"]()


@dataclass(repr=False)
class State:
    """What the plugin knows between two hooks."""

    root: Path
    settings: Settings | None = None
    contract: Contract | None = None
    mistakes: list[str] = field(default_factory=list)
    runner: Runner | None = None
    shown: reports.Presentation | None = None
    wanted: Wanted | None = None
    held: against.Shown | None = None
    """What came of `--against`."""
    stop: Interrupts = STOP
    broken: list[str] = field(default_factory=list)
    """Tests that are no clauses, or could not even start or end: the suite's own failures."""
    untested: str = ""
    """A target that was named and not asked anything, where the run would have been green."""

    def found(self) -> tuple[Run, Path] | None:
        """The run in words that may be shown, and the document that it is about."""
        return (self.shown.run, self.settings.spec) if self.shown and self.settings else None

    def write_reports(self) -> None:
        """Write all reports."""
        assert self.runner
        assert self.shown
        write = partial(reports.write_all, self.shown, self.runner)
        self.shown = telling_little(self.runner.redact, write)

    def lose_junit(self, why: str) -> None:
        """pytest writes its junit.xml last; where it cannot, the other reports say so too."""
        if self.held:
            self.held = self.held.lose(why)
        if self.runner is None or self.shown is None:
            return
        junit = str(self.runner.settings.reports / "junit.xml")
        listed = self.shown.run.extra["reports"]
        listed[:] = [path for path in listed if path != junit]
        lose = partial(reports.lose, self.shown, self.runner, [why])
        self.shown = telling_little(self.runner.redact, lose)

    def tell_interrupted(self) -> bool:
        """Let the reports say that the run was stopped; whether they did not say so yet."""
        if not self.stop.is_asked() or self.settings is None or self.contract is None:
            return False
        runner = self.runner or Runner(self.settings, self.contract, (), (), self.root)
        if runner.interrupted and self.shown:
            return False
        runner.interrupted = True
        runner.unwritten.clear()
        self.runner, self.shown = runner, reports.present(runner.run(), runner)
        return True


@dataclass(frozen=True, eq=False)
class Watch:
    """A hook of its own, for pytest tells it no configuration."""

    state: State

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Clauses that could not be collected were not tested, whatever the others say."""
        if report.failed:
            self.state.broken.append(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What could not even start or end, or is no clause, is the suite's own failure."""
        report = yield
        if report.failed and (report.when != "call" or clause_of(item) is None):
            self.state.broken.append(report.nodeid)
        return report
