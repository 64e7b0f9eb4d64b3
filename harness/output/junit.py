"""pytest's own junit.xml: with the verdict, for readers of nothing else, and whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

# Private: tests/selftest/product reads what comes of it.
from _pytest.junitxml import LogXML, xml_key

from harness.model import Run
from harness.output.earlier import EARLIER
from harness.reports.files import ReportError, whole
from harness.reports.junit import properties
from harness.settings import Settings


class WholeXml(LogXML):
    """Written like every other report: whole, or not at all, and never a traceback."""

    tell: Callable[[str], None]
    """Takes the sentence that says why it could not be written."""

    def pytest_sessionfinish(self) -> None:
        """Write it beside its place first; nothing, where it would tell of nothing."""
        path = Path(self.logfile)
        if not self.global_properties and not any(self.stats.values()):
            path.unlink(missing_ok=True)  # no tests and no failures look like success
            return
        try:
            with whole(path) as part:
                self.logfile = str(part)
                super().pytest_sessionfinish()
        except ReportError as error:
            path.unlink(missing_ok=True)
            self.tell(str(error))
        finally:
            self.logfile = str(path)

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        """Name the file, if there is one."""
        if Path(self.logfile).exists():
            super().pytest_terminal_summary(terminalreporter, config)


def choose_junit(config: pytest.Config, settings: Settings | None) -> None:
    """Beside the other reports, where nobody says otherwise; none, where nothing is run."""
    if config.stash[EARLIER].shows:
        config.option.xmlpath = None
    elif settings and not (settings.reproduce or settings.against or config.option.xmlpath):
        config.option.xmlpath = str(settings.reports / "junit.xml")


def write_whole(config: pytest.Config, tell: Callable[[str], None]) -> None:
    """Let pytest write its junit.xml so, if it writes one. Its hooks are bound when registered."""
    xml = config.stash.get(xml_key, None)
    if xml is None or isinstance(xml, WholeXml):
        return
    config.pluginmanager.unregister(xml)
    xml.__class__ = WholeXml
    xml.tell = tell  # type: ignore[attr-defined]
    config.pluginmanager.register(xml)


def tell_junit(config: pytest.Config, run: Run) -> None:
    """Add target, seed, labels and verdict to the suite, if a junit.xml is written."""
    xml = config.stash.get(xml_key, None)
    if xml is not None:
        for name, value in properties(run).items():
            xml.add_global_property(name, value)
