"""The pytest plugin: clauses as tests, one plan, one verdict, one set of reports.

Nothing is sent while pytest collects. Once it is known which clauses were selected, everything
they read is sent at once, judged, and each test then says what became of its clause.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness import settings as options
from harness import waivers
from harness.clauses import REGISTRY, Record
from harness.contract import Contract, ContractError, load
from harness.model import Run
from harness.output import against, catalogue, failure, github, planned, repeating, reports
from harness.output.interrupts import Interrupts
from harness.output.items import (
    LEFT_OUT,
    clause_of,
    nothing_leaks,
    one_process,
    operation_of,
    runs_clauses,
)
from harness.output.junit import tell_junit, write_whole
from harness.output.mishaps import telling_little
from harness.output.progress import Progress
from harness.reports.files import ReportError
from harness.run.reproduce import ReproduceError, Wanted, wanted
from harness.run.runner import Runner
from harness.run.twice import Twice
from harness.settings import Settings, SettingsError, is_loopback

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
    stop: Interrupts = field(default_factory=Interrupts)

    def found(self) -> tuple[Run, Path] | None:
        """The run in words that may be shown, and the document that it is about."""
        return (self.shown.run, self.settings.spec) if self.shown and self.settings else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Every setting that may stand on the command line."""
    options.add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read settings and contract; mistakes are told once clauses are selected, all at once."""
    state = config.stash[STATE] = State(config.rootpath)
    BROKEN.clear()
    one_process(config)
    nothing_leaks(config)
    try:
        pyproject = options.read_pyproject(config.rootpath)
        given = options.given(vars(config.option))
        state.settings = options.resolve(
            given, os.environ, pyproject, date.today(), root=config.rootpath
        )
        state.contract = load(state.settings.spec)
        state.mistakes += options.lacking(
            state.settings, [s.template for s in state.contract.schemes.values()]
        )
        state.mistakes += options.unknown_references(
            state.settings,
            [p for o in state.contract.senders if o.creates for p in o.creates.references],
        )
        state.mistakes += options.clashing(
            state.settings, [s.header for s in state.contract.schemes.values()]
        )
    except SettingsError as error:
        state.mistakes += error.sentences
        _other_mistakes(state, options.given(vars(config.option)))
    except ContractError as error:
        state.mistakes.append(str(error))
    writes = state.settings and not (state.settings.reproduce or state.settings.against)
    if runs_clauses(config):
        github.register(config, state.found)
    if state.settings and writes and config.option.xmlpath is None and runs_clauses(config):
        config.option.xmlpath = str(state.settings.reports / "junit.xml")


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """What was taken over is given back."""
    stop = config.stash[STATE].stop
    if stop.is_asked():
        # What was broken off anywhere may be open still; that is no failure of the suite's.
        warnings.simplefilter("ignore", ResourceWarning)
    stop.uninstall()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """By now pytest has its junit.xml, and ends every session that is interrupted."""
    state = session.config.stash[STATE]

    def tell(mistake: str) -> None:
        state.mistakes.append(mistake)
        if session.exitstatus in (0, 1, 5, 6):
            session.exitstatus = 4

    if runs_clauses(session.config):
        write_whole(session.config, tell)
        state.stop.install()


def _other_mistakes(state: State, given: dict[str, Any]) -> None:
    """What is wrong with spec and waivers, so that whoever mends the settings mends all at once."""
    try:
        load(Path(given.get("spec") or state.root / str(options.BY_NAME["spec"].default)))
    except ContractError as error:
        state.mistakes.append(str(error))
    files = [Path(path) for path in given.get("waivers") or ()]
    try:
        waivers.load([path for path in files if path.is_file()], date.today())
    except waivers.WaiverError as error:
        state.mistakes += str(error).splitlines()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each clause once for every operation that it applies to."""
    clause = getattr(metafunc.function, "clause", None)
    if clause is None:
        return
    contract = metafunc.config.stash[STATE].contract
    takers = [o.id for o in contract.operations if clause.applies(o)] if contract else []
    ids = [f"{clause.id} {operation}" for operation in takers]
    metafunc.parametrize("record", takers, ids=ids, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`-k "list. and not list.total"` selects by clause id; `--reproduce` selects one."""
    _only_reproduced(config, items)
    for item in items:
        clause = clause_of(item)
        if clause is not None:
            item.extra_keyword_matches.add(clause.id)


def _only_reproduced(config: pytest.Config, items: list[pytest.Item]) -> None:
    state = config.stash[STATE]
    if not state.settings or not state.settings.reproduce:
        return
    try:
        state.wanted = wanted(state.settings.reproduce, state.settings.reports)
    except ReproduceError as error:
        state.mistakes.append(str(error))
        return
    asked = (state.wanted.clause, state.wanted.operation)
    kept = [i for i in items if (c := clause_of(i)) and (c.id, operation_of(i)) == asked]
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Carry the plan out for what was selected, before the first test speaks."""
    config = session.config
    state = config.stash[STATE]
    clauses = [item for item in session.items if clause_of(item)]
    asked = state.settings and (state.settings.plan or state.settings.clauses)
    if not clauses and not asked and not (state.settings and state.settings.replay):
        return None
    known = _ready(state)
    if config.option.collectonly:
        return None
    selected = [(clause_of(item), known.operation(operation_of(item))) for item in clauses]
    runner = _runner(state, config, [(c, o) for c, o in selected if c])
    if telling_little(runner.redact, partial(_only_shown, state, config, runner)):
        session.items.clear()
        return True
    telling_little(runner.redact, partial(_carry_out, state, runner, config))
    return True if state.held else None


def _ready(state: State) -> Contract:
    """Raises UsageError, which is exit code 4, with every mistake."""
    if state.settings and state.contract:
        state.mistakes += options.unmatched(state.settings, list(REGISTRY.clauses))
    if state.mistakes or state.contract is None:
        raise pytest.UsageError(*[f"contract: {mistake}" for mistake in state.mistakes])
    return state.contract


def _runner(state: State, config: pytest.Config, selected: Sequence[Any]) -> Runner:
    assert state.settings
    assert state.contract
    try:
        known = waivers.load(
            state.settings.waivers,
            date.today(),
            clauses=list(REGISTRY.clauses),
            operations=[o.id for o in state.contract.operations],
        )
    except waivers.WaiverError as error:
        raise pytest.UsageError(
            *[f"contract: {line}" for line in str(error).splitlines()]
        ) from None
    state.runner = Runner(state.settings, state.contract, selected, known, state.root)
    state.runner.reproduce = state.wanted
    state.runner.ledger = state.settings.reports / "sent.jsonl"
    return state.runner


def _only_shown(state: State, config: pytest.Config, runner: Runner) -> bool:
    """Print what was asked for instead of running; whether there was such a thing."""
    assert state.settings
    if state.settings.clauses:
        _write(config, catalogue.render(runner.contract))
    elif state.settings.plan:
        _write(config, planned.render(runner))
    return state.settings.clauses or state.settings.plan


def _write(config: pytest.Config, text: str) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        print(text.rstrip("\n"), file=sys.stderr, flush=True)
        return
    reporter.ensure_newline()
    reporter.write(text.rstrip("\n") + "\n")


def _carry_out(state: State, runner: Runner, config: pytest.Config) -> None:
    assert state.settings
    if state.settings.replay:
        try:
            recorded, told = reports.read(state.settings.replay)
        except ReportError as error:
            raise pytest.UsageError(f"contract: {error}") from None
        state.shown = reports.present(runner.replay(recorded, told), runner)
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not state.settings.embedded and not is_loopback(state.settings.url):
        _show_target(config, reporter)
    progress = Progress(reporter, quiet=getattr(config.option, "verbose", 0) < 0)
    runner.progress = progress.tell
    if not state.settings.embedded and runner.cost():
        _write(config, f"contract: {runner.cost()}")
    runner.stopping = state.stop.is_asked
    found = None if state.settings.against else runner.execute()
    if found is None:
        state.held = against.carry_out(Twice.of(runner))
    progress.end()
    if found and state.settings.random_seed:
        found.extra["repeat"] = repeating.command(state.settings, config)
    state.shown = reports.present(found, runner) if found else None
    if runner.interrupted or (state.held and state.held.interrupted):
        raise KeyboardInterrupt


def _show_target(config: pytest.Config, reporter: Any) -> None:
    """Another machine is named before anything is sent to it, where pytest prints no header too."""
    if reporter is None or config.option.verbose < 0 or config.option.no_header:
        _write(config, "\n".join(pytest_report_header(config)))


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """What the clause found out about its operation."""
    state = request.config.stash[STATE]
    clause = clause_of(request.node)
    assert state.runner
    return next(
        r
        for r in state.runner.outcome.records
        if r.clause is clause and r.operation.id == request.param
    )


@pytest.fixture
def evidence() -> None:
    """The exchanges. Clauses are asked before their test runs, and read them then."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A clause was asked already: say what became of it."""
    clause = clause_of(pyfuncitem)
    if clause is None:
        return None
    shown = pyfuncitem.config.stash[STATE].shown
    assert shown
    failure.speak(shown.run, clause.id, operation_of(pyfuncitem))
    return True


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """A test that could not even start or end is the suite's own failure."""
    if report.failed and report.when != "call":
        BROKEN.append(report.nodeid)


BROKEN: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the reports and set the exit code of the verdict, unless something worse came up."""
    state = session.config.stash[STATE]
    state.stop.defer()
    if state.settings is None or _was_shown(state.settings) or session.config.option.collectonly:
        return
    if state.runner is None and not runs_clauses(session.config):
        return
    worse = exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR)
    if state.settings.against:
        if state.held and not worse:
            session.exitstatus = state.held.code
        return
    _tell_interrupted(state)
    if state.runner is None or state.shown is None:
        reports.forget(state.settings)
        return
    state.mistakes = _written(state)
    if _tell_interrupted(state):
        state.mistakes = _written(state)
    tell_junit(session.config, state.shown.run)
    state.runner.finish()
    code = 4 if state.mistakes else state.shown.run.verdict.exit_code
    session.exitstatus = exitstatus if worse else 3 if BROKEN else code


def _written(state: State) -> list[str]:
    """Write all reports; what could not be written, in sentences."""
    assert state.runner
    assert state.shown
    write = partial(reports.write_all, state.shown, state.runner)
    return telling_little(state.runner.redact, write)


def _tell_interrupted(state: State) -> bool:
    """Let the reports say that the run was stopped, whenever it was; whether they did not yet."""
    if not state.stop.is_asked() or state.settings is None or state.contract is None:
        return False
    runner = state.runner or Runner(state.settings, state.contract, (), (), state.root)
    if runner.interrupted and state.shown:
        return False
    runner.interrupted = True
    state.runner, state.shown = runner, reports.present(runner.run(), runner)
    return True


def _was_shown(settings: Settings) -> bool:
    return settings.plan or settings.clauses


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """The closing block, after everything that pytest says."""
    yield
    state = config.stash[STATE]
    width, colour = terminalreporter._tw.fullwidth, terminalreporter.hasmarkup
    if state.held:
        close = partial(state.held.closing, width=width, colour=colour)
        state.mistakes += state.held.mistakes
    elif state.shown is None:
        return
    else:
        close = partial(reports.closing, state.shown.run, width=width, colour=colour)
    text = telling_little(state.runner.redact if state.runner else bytes, close)
    terminalreporter.ensure_newline()
    terminalreporter.write(text + "\n")
    for mistake in state.mistakes:
        terminalreporter.write_line(f"contract: {mistake}", red=True)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is going to be tested, before anything is sent."""
    settings = config.stash[STATE].settings
    if settings is None:
        return []
    if settings.replay:
        return [f"contract: the recording {settings.replay}, nothing is sent"]
    target = settings.url or "the embedded reference server"
    target += f" against {settings.against}" if settings.against else ""
    head = f"contract: {target}, profile {settings.profile}, seed {settings.seed}"
    notes = (*settings.warnings, *config.stash.get(LEFT_OUT, ()))
    lines = [f"{head}, writes {settings.writes}", *(f"note: {w}" for w in notes)]
    if settings.random_seed and not settings.offline:
        lines.append(f"to repeat it: {repeating.command(settings, config)}")
    return lines
