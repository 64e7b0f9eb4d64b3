"""One run from the terminal: what is shown before it, it itself, and what is kept of it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from harness.output import against, catalogue, planned, repeating, reports
from harness.output.earlier import EARLIER
from harness.output.items import LEFT_OUT
from harness.output.progress import Progress
from harness.output.state import STATE, State
from harness.reports.files import ReportError
from harness.run.runner import Runner
from harness.run.twice import Twice
from harness.settings import is_loopback


def only_shown(state: State, config: pytest.Config, runner: Runner) -> bool:
    """Print what was asked for instead of running; whether there was such a thing."""
    assert state.settings
    if state.settings.clauses:
        _write(config, catalogue.render(runner.contract))
    elif state.settings.plan:
        _write(config, planned.render(runner))
        _write(config, "contract: nothing was sent, so nothing is tested")
    return state.settings.clauses or state.settings.plan


def _write(config: pytest.Config, text: str) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        print(text.rstrip("\n"), file=sys.stderr, flush=True)
        return
    reporter.ensure_newline()
    reporter.write(text.rstrip("\n") + "\n")


def carry_out(state: State, runner: Runner, config: pytest.Config) -> None:
    """Send and judge, or judge a recording. Raises UsageError, and KeyboardInterrupt at the end."""
    assert state.settings
    if state.settings.replay:
        try:
            recorded, told = reports.read(state.settings.replay)
        except ReportError as error:
            raise pytest.UsageError(f"contract: {error}") from None
        config.stash[EARLIER].forget(state.settings)
        state.shown = reports.present(runner.replay(recorded, told), runner)
        return
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if state.settings.embedded or not is_loopback(state.settings.url):
        _show_target(config, reporter)
    progress = Progress(reporter, quiet=getattr(config.option, "verbose", 0) < 0)
    runner.progress = progress.tell
    if not state.settings.embedded and runner.cost():
        _write(config, f"contract: {runner.cost()}")
    runner.stopping = state.stop.is_asked
    config.stash[EARLIER].forget(state.settings)
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
    """What is tested is named before anything is sent, where pytest prints no header too.

    Another machine, that it is the right one; the embedded server, that nobody takes it for theirs.
    """
    if reporter is None or config.option.verbose < 0 or config.option.no_header:
        _write(config, "\n".join(header(config)))


def header(config: pytest.Config) -> list[str]:
    """What is going to be tested, before anything is sent."""
    settings = config.stash[STATE].settings
    if settings is None:
        return []
    if settings.replay:
        return [f"contract: the recording {settings.replay}, nothing is sent"]
    target = settings.url
    if settings.embedded:
        target = f"the embedded reference server ({settings.names['url']} is not set)"
    target += f" against {settings.against}" if settings.against else ""
    head = f"contract: {target}, profile {settings.profile}, seed {settings.seed}"
    notes = (*settings.warnings, *config.stash.get(LEFT_OUT, ()))
    lines = [f"{head}, writes {settings.writes}", *(f"note: {w}" for w in notes)]
    if settings.random_seed and not settings.offline:
        lines.append(f"to repeat it: {repeating.command(settings, config)}")
    return lines
