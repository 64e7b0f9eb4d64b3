"""As a step of GitHub Actions: findings as annotations, and a server's text never as a command.

GitHub reads commands such as `::error title=…::…` from a step's output, wherever a line begins
with them, so what a server wrote could close a group or forge an annotation. While such text may
be printed, commands are stopped by a word that nobody can guess.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from harness.model import Run
from harness.reports import grouping
from harness.reports.grouping import Group
from harness.reports.text import clip, plural, visible
from harness.tally import fails

SHOWN = 8
"""Groups. GitHub shows ten annotations of a kind: these, how many more, and the verdict."""
CULPRITS = 5
LONGEST = 300
"""Characters of what was expected or came back."""


def command(kind: str, message: str, **properties: object) -> str:
    """A workflow command that nothing in its texts can leave."""
    given = {name: str(value) for name, value in properties.items() if value}
    shown = ",".join(f"{name}={_escaped(text, ':,')}" for name, text in given.items())
    return f"::{kind} {shown}".rstrip() + f"::{_escaped(message)}"


def _escaped(text: str, special: str = "") -> str:
    clean = visible(text, keep="\n").replace("%", "%25").replace("\n", "%0A")
    for character in special:
        clean = clean.replace(character, f"%{ord(character):02X}")
    return clean


def annotated(run: Run, spec: Path, workspace: Path | None) -> Iterator[str]:
    """One command for each group of findings, and one for a verdict that is not about them.

    What fails the run is an error; a leniency, or what came and went, a warning. They stand at the
    published sentence that is broken where the document `spec` lies in `workspace`, the repository
    that GitHub shows; nowhere in particular otherwise.
    """
    verdict = run.verdict
    if verdict.exit_code not in (0, 1):
        reasons = "\n".join(verdict.reasons) or verdict.headline
        yield command("error", reasons, title=f"{verdict.name}, exit code {verdict.exit_code}")
    failing = {
        f.fingerprint for f in run.findings if fails(f, run.extra.get("fail_on", "violation"))
    }
    unwaived = [finding for finding in run.findings if not finding.waived]
    groups = {
        "error": grouping.grouped(f for f in unwaived if f.fingerprint in failing),
        "warning": grouping.grouped(f for f in unwaived if f.fingerprint not in failing),
    }
    place = _Places(spec, workspace)
    for kind, found in groups.items():
        for group in found[:SHOWN]:
            title = f"{group.first.clause} {group.first.operation}"
            yield command(kind, _described(group), title=title, **place(group.first.pointer))
        if len(found) > SHOWN:
            more = plural(len(found) - SHOWN, "more group")
            yield command(kind, f"{more} of findings; all of them are in the job summary")


def _described(group: Group) -> str:
    lines = [group.first.requirement]
    for finding in group.findings[:CULPRITS]:
        lines.append(f"{finding.culprit} ({finding.fingerprint}, {finding.stability})")
        if not group.evidence:
            lines += _evidence(finding.expected, finding.actual)
    if len(group.findings) > CULPRITS:
        lines.append(f"and {plural(len(group.findings) - CULPRITS, 'more culprit')}")
    if group.evidence:
        lines += _evidence(*group.evidence)
    return "\n".join(lines)


def _evidence(expected: str, actual: str) -> list[str]:
    return [f"expected {clip(expected, LONGEST)}", f"actual {clip(actual, LONGEST)}"]


class _Places:
    """JSON pointers as lines of a file that GitHub can show."""

    def __init__(self, spec: Path, workspace: Path | None) -> None:
        self._path = spec.resolve()
        inside = workspace and self._path.is_relative_to(workspace.resolve())
        self._file = self._path.relative_to(workspace.resolve()) if workspace and inside else None

    @cached_property
    def _root(self) -> yaml.Node | None:
        return yaml.compose(self._path.read_text("utf-8"), Loader=yaml.SafeLoader)

    def __call__(self, pointer: str) -> Mapping[str, object]:
        """`file` and `line`, or nothing."""
        if self._file is None:
            return {}
        node, line = self._root, 1
        for part in pointer.removeprefix("#").split("/")[1:]:
            key, node = _member(node, part.replace("~1", "/").replace("~0", "~"))
            if key is None:
                break
            line = key.start_mark.line + 1
        return {"file": self._file.as_posix(), "line": line}


def _member(node: yaml.Node | None, name: str) -> tuple[yaml.Node | None, yaml.Node | None]:
    """A key and its value, or an item twice; nothing if there is none of that name."""
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == name), (None, None))
    if isinstance(node, yaml.SequenceNode) and name.isdecimal() and int(name) < len(node.value):
        return node.value[int(name)], node.value[int(name)]
    return None, None


class GitHub:
    """Hooks that write commands around everything that may hold a server's text."""

    def __init__(
        self, write: Callable[[str], None], found: Callable[[], tuple[Run, Path] | None]
    ) -> None:
        self._write = write
        self._found = found
        self._word = secrets.token_hex(16)
        self._mistakes: Sequence[str] = ()
        self._stopped = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Nothing that was sent is printed before."""
        self._write(f"::stop-commands::{self._word}")
        self._stopped = True
        try:
            return (yield)
        except pytest.UsageError as error:
            self._mistakes = [str(a).removeprefix("contract: ") for a in error.args]
            raise

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self) -> Generator[None, None, None]:
        """After the closing block: what the job's page shows."""
        yield
        if self._stopped:
            self._write(f"::{self._word}::")
        for mistake in self._mistakes:
            self._write(command("error", mistake, title="misconfigured, exit code 4"))
        if found := self._found():
            workspace = os.environ.get("GITHUB_WORKSPACE")
            for line in annotated(*found, Path(workspace) if workspace else None):
                self._write(line)


def register(config: pytest.Config, found: Callable[[], tuple[Run, Path] | None]) -> None:
    """Take part where this is a step of GitHub Actions. `found`: the run as shown, and its spec."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return

    def write(line: str) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter:
            reporter.ensure_newline()
            reporter.write_line(line)

    config.pluginmanager.register(GitHub(write, found))
