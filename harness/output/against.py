"""`--against`: both runs made fit to be shown, held against each other, and written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from harness.client import LedgerError
from harness.compare import against_reports, reading
from harness.compare.sides import Against, Difference, Side, hold, inconclusive, misconfigured
from harness.model import Exchange, Run
from harness.output.reports import present
from harness.reports import run_json
from harness.reports.curl import curl
from harness.reports.files import ReportError
from harness.run.runner import Runner
from harness.run.twice import Twice


@dataclass(frozen=True)
class Shown:
    """What came of it, as the reports in the folder say."""

    found: Against
    folder: Path
    interrupted: bool

    @property
    def code(self) -> int:
        """Exit code."""
        return self.found.exit_code

    def closing(self, *, width: int, colour: bool) -> str:
        """The closing block of the terminal."""
        return against_reports.terminal(self.found, width, colour)

    def lose(self, why: str) -> Shown:
        """The same after something else could not be written."""
        return replace(self, found=_written(misconfigured(self.found, why), self.folder))


def carry_out(twice: Twice) -> Shown:
    """Run, compare and write. An interrupted run is for the caller to tell."""
    try:
        twice.execute()
        found = _compared(twice)
    finally:
        twice.finish()
    for mistake in twice.mistakes:
        found = misconfigured(found, mistake)
    folder = twice.one.settings.reports
    return Shown(_written(found, folder), folder, twice.interrupted)


def _written(found: Against, folder: Path) -> Against:
    """What the exit code is made of: one of two reports alone would deny it."""
    try:
        against_reports.write(found, folder)
    except ReportError as error:
        against_reports.forget(folder)
        return misconfigured(found, str(error))
    return found


def _compared(twice: Twice) -> Against:
    runners = (twice.one, twice.other)
    documents = [_document(run, runner) for run, runner in zip(twice.runs, runners, strict=False)]
    if twice.problem or twice.interrupted:
        why = twice.problem or "the run was interrupted"
        return inconclusive(documents[0], documents[1] if len(documents) > 1 else None, why)
    one, other = (
        Side(document, run.exchanges) for document, run in zip(documents, twice.runs, strict=True)
    )
    try:
        with twice.again() as confirm:
            found = hold(one, other, twice.one.contract, confirm)
    except LedgerError as error:
        twice.one.unnoted.append(str(error))
        return inconclusive(documents[0], documents[1], str(error))
    return replace(found, differences=tuple(_with_command(d, twice.one) for d in found.differences))


def _document(run: Run, runner: Runner) -> reading.Document:
    return reading.checked(run_json.record(present(run, runner).run), runner.target)


def _with_command(one: Difference, runner: Runner) -> Difference:
    if one.example is None:
        return one
    return replace(one, curl=_command(one.example.one, runner))


def _command(exchange: Exchange, runner: Runner) -> str:
    names = {part: runner.settings.names[part] for part in ("key", "secret", "token")}
    bodies: Path | None = runner.settings.reports / "bodies"
    try:
        return curl(exchange, runner.contract.schemes, names, runner.target, bodies)
    except ReportError:
        return curl(exchange, runner.contract.schemes, names, runner.target, None)
