"""The pytest plugin: clauses as tests, one plan, one verdict, one set of reports.

Nothing is sent while pytest collects. Once it is known which clauses were selected, everything
they read is sent at once, judged, and each test then says what became of its clause.
"""

from __future__ import annotations

# Before all others, which take their time.
from harness.output.early import STOP  # isort: split

import warnings
from collections.abc import Generator
from functools import partial

import pytest

from harness import settings as options
from harness.clauses import Record
from harness.output import failure, github, reports
from harness.output.carrying import carry_out, header, only_shown
from harness.output.earlier import EARLIER, Earlier
from harness.output.items import (
    clause_of,
    nothing_leaks,
    one_process,
    operation_of,
    runs_clauses,
)
from harness.output.junit import choose_junit, tell_junit, write_whole
from harness.output.mishaps import telling_little
from harness.output.preparing import ready, runner_of
from harness.output.reading import read_settings
from harness.output.state import STATE, State, Watch
from harness.run.reproduce import ReproduceError, wanted
from harness.settings import Settings


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Every setting that may stand on the command line. From now on an end of pytest is noticed."""
    options.add_options(parser)
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)
    earlier = config.stash[EARLIER] = Earlier(config)
    config.add_cleanup(earlier.end)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Read settings and contract; mistakes are told once clauses are selected, all at once."""
    state = config.stash[STATE] = State(config.rootpath)
    config.pluginmanager.register(Watch(state))
    if not runs_clauses(config):
        STOP.release()
    one_process(config)
    nothing_leaks(config)
    read_settings(state, config)
    if runs_clauses(config):
        config.stash[EARLIER].look()
        github.register(config, state.found)
        choose_junit(config, state.settings)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """What was taken over is given back."""
    state = config.stash[STATE]
    if state.runner:
        state.runner.finish()
    stop = state.stop
    if stop.is_asked():
        # What was broken off anywhere may be open still; that is no failure of the suite's. pytest
        # tells as the second what Python made of the first while nobody could catch it.
        for kind in (ResourceWarning, pytest.PytestUnraisableExceptionWarning):
            warnings.simplefilter("ignore", kind)
    stop.uninstall()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """By now pytest has its junit.xml."""
    state = session.config.stash[STATE]

    def tell(mistake: str) -> None:
        state.lose_junit(mistake)
        if session.exitstatus in (0, 1, 5, 6):
            session.exitstatus = 4

    if runs_clauses(session.config):
        write_whole(session.config, tell)
        state.stop.install()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """From now on pytest ends the session, with reports, when it is interrupted."""
    if runs_clauses(session.config):
        session.config.stash[STATE].stop.arm()


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
        settings = state.settings
        unnamed = settings.names["url"] if settings.embedded else ""
        state.wanted = wanted(settings.reproduce, settings.reports, unnamed)
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
    known = ready(state)
    if config.option.collectonly:
        return None
    selected = [(clause_of(item), known.operation(operation_of(item))) for item in clauses]
    runner = runner_of(state, config, [(c, o) for c, o in selected if c])
    if telling_little(runner.redact, partial(only_shown, state, config, runner)):
        session.items.clear()
        return True
    telling_little(runner.redact, partial(carry_out, state, runner, config))
    return True if state.held else None


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
    state.tell_interrupted()
    if state.runner is None or state.shown is None:
        if exitstatus == pytest.ExitCode.OK and state.settings.url:
            state.untested = state.settings.url
            session.exitstatus = 5
        return
    state.write_reports()
    if state.tell_interrupted():
        state.write_reports()
    tell_junit(session.config, state.shown.run)
    code = state.shown.run.verdict.exit_code
    session.exitstatus = exitstatus if worse else 3 if state.broken else code


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
    elif state.shown is None:
        if state.untested:
            why = f"contract: no clause was selected, so {state.untested} was not tested"
            terminalreporter.write_line(why)
        return
    else:
        close = partial(reports.closing, state.shown.run, width=width, colour=colour)
    text = telling_little(state.runner.redact if state.runner else bytes, close)
    terminalreporter.ensure_newline()
    terminalreporter.write(text + "\n")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """What is going to be tested, before anything is sent."""
    return header(config)
