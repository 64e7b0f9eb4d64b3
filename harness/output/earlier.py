"""Reports of an earlier run are never taken for this one's, however this one ends.

What only shows something leaves them alone. Otherwise they are moved aside before anything else,
into `previous` beside them; a run that begins removes them there. So an attempt that fails, a
mistyped option among them, costs nobody a report, and none speaks for it.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness import settings as options
from harness.compare import against_reports
from harness.output.items import holds_clauses
from harness.output.reports import WRITTEN
from harness.settings import Settings

NAMES = (*WRITTEN, "junit.xml", *against_reports.NAMES)
PREVIOUS = "previous"
SHOWING = (
    "help", "version", "collectonly", "showfixtures", "show_fixtures_per_test", "markers",
    "cacheshow",
)  # fmt: skip
"""Options of pytest's own that show something and run nothing."""
EARLIER = pytest.StashKey["Earlier"]()


@dataclass
class Earlier:
    """The reports of an earlier run, from pytest's first step to its last."""

    config: pytest.Config
    shows: bool = False
    """Whether something is shown and nothing run, on purpose."""
    moved: Path | None = None
    """Where they are now."""
    _looked: bool = False
    _begun: bool = False

    def look(self) -> None:
        """Move them aside, unless none are to be written. Options need not be understood yet."""
        self._looked = True
        spoken, others = options.spoken(_words(self.config))
        if not holds_clauses(self.config, _paths(self.config, others)):
            return
        said = options.understood(spoken, os.environ, date.today(), self.config.rootpath)
        pytests = vars(_known(self.config))
        self.shows = bool(
            spoken.get("collect_only") or said.get("plan") or said.get("clauses")
            or any(pytests.get(name) for name in SHOWING)
        )  # fmt: skip
        if not self.shows and not said.get("reproduce"):
            self._move(said)

    def _move(self, said: Mapping[str, Any]) -> None:
        folder = said.get("reports") or self.config.rootpath / "reports"
        previous = folder / PREVIOUS
        for path in _reports(folder, said.get("replay")):
            try:
                previous.mkdir(exist_ok=True)
                path.replace(previous / path.name)
            except OSError:
                with suppress(OSError):
                    path.unlink()
            else:
                self.moved = previous

    def forget(self, settings: Settings) -> None:
        """A run begins, and reports of its own will be written, unless it only reproduces."""
        self._begun = True
        if settings.reproduce:
            return
        for place in (settings.reports, settings.reports / PREVIOUS):
            for path in _reports(place, settings.replay):
                with suppress(OSError):
                    path.unlink()
        with suppress(OSError):
            (settings.reports / PREVIOUS).rmdir()

    def end(self) -> None:
        """Pytest is over, however far it came."""
        if not self._looked and hasattr(self.config, "rootpath"):
            self.look()
        if self.moved and not self._begun:
            capture = self.config.pluginmanager.get_plugin("capturemanager")
            with capture.global_and_fixture_disabled() if capture else nullcontext():
                print(
                    f"contract: nothing was tested; the earlier run's reports are in {self.moved}",
                    file=sys.stderr,
                )


def _reports(folder: Path, read: Path | None) -> Iterator[Path]:
    kept = read.resolve() if read else None
    paths = (folder / name for name in NAMES)
    return (path for path in paths if path.is_file() and path.resolve() != kept)


def _words(config: pytest.Config) -> list[str]:
    """The command line, with what the environment adds to it."""
    try:
        added = shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        added = []
    return [*config.getini("addopts"), *added, *map(str, config.invocation_params.args)]


def _known(config: pytest.Config) -> Any:
    """What pytest understood before it knew all options."""
    return getattr(config, "known_args_namespace", config.option)


def _paths(config: pytest.Config, others: list[str]) -> list[str]:
    """What is to be tested, also where it stands among words that are not understood."""
    if args := getattr(config, "args", None):
        return [*args]
    given = [word for word in _known(config).file_or_dir or () if word in others]
    named = [w for w in given if (config.invocation_params.dir / w.partition("::")[0]).exists()]
    return named or [str(config.rootpath / path) for path in config.getini("testpaths")]
