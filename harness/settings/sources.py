"""Where settings come from, in order: command line > environment > `[tool.contract]` > default.

A credentials file stands beside what named it: one from the command line overrides the
environment, one that a variable or pyproject.toml names comes right after the environment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from harness.settings import envfile
from harness.settings.names import Names
from harness.settings.options import BY_NAME, MODES, OPTIONS, Option
from harness.settings.values import Where, did_you_mean

RESERVED = {"env"}
NEVER_EMPTY = {*MODES, "credentials", "spec"}
"""Without their value another server would be tested, by another document, or in another way."""


class Given(NamedTuple):
    """One setting as somebody wrote it, not yet read."""

    texts: tuple[str, ...]
    source: str
    where: Where


Layer = Mapping[str, Given]


@dataclass(frozen=True, slots=True)
class CredentialsFile:
    """What a file of credentials was found to hold, but for its values."""

    path: Path
    named_by: str
    """`--credentials`, `LIBREDESK_CREDENTIALS`, `[tool.contract] credentials`."""
    names: frozenset[str]
    """All of them."""
    settings: frozenset[str]
    """Those that are settings."""
    strangers: Mapping[str, str]
    """Those that look like settings and are none -> the nearest one."""
    understood: bool
    """Whether every line of it was."""


@dataclass(slots=True)
class Reader:
    """Turns every source into a layer, and gathers what is wrong with them."""

    names: Names
    root: Path
    cwd: Path
    today: date
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Variables that are set and no setting."""
    blank: dict[str, str] = field(default_factory=dict)
    """Option -> a variable of it that is set to nothing."""
    strangers: Mapping[str, str] = field(default_factory=dict)
    """Variables in the environment that look like settings and are none -> the nearest one."""
    files: list[CredentialsFile] = field(default_factory=list)

    def command_line(self, options: Mapping[str, Any]) -> Layer:
        """`options`: dest -> text, list of texts, or True."""
        layer = {}
        for option in OPTIONS:
            given = options.get(option.dest)
            texts = _texts(given)
            if given is not None and not texts and option.name in NEVER_EMPTY:
                self.problems.append(f"--{option.name} is empty, as a variable is that CI does not "
                                     f"have; give {option.metavar}, or leave it out")  # fmt: skip
            if texts:
                where = Where(f"--{option.name}", self.cwd, self.today)
                layer[option.name] = Given(texts, "command line", where)
        return layer

    def variables(self, environ: Mapping[str, str], source: str, base: Path) -> Layer:
        """A variable that is empty or blank counts as not set: CI writes unset secrets so.

        They are kept: where the target's own is blank, the embedded server is not meant.
        """
        layer = {}
        for option in OPTIONS:
            for name in self.names.candidates(option):
                content = environ.get(name, "").strip()
                if name in environ and not content:
                    self.blank.setdefault(option.name, name)
                if content and option.name not in layer:
                    texts = tuple(_listed(content)) if option.kind == "many" else (content,)
                    layer[option.name] = Given(texts, source, Where(name, base, self.today))
            self._both_names(option, environ)
        self.unread |= set(environ) - self.names.all
        self.warnings.extend(self.names.near_misses(environ))
        return layer

    def _both_names(self, option: Option, environ: Mapping[str, str]) -> None:
        """Two names of one target that do not agree: nobody can know which was meant."""
        names = [n for n in self.names.candidates(option) if environ.get(n, "").strip()]
        if option.names_target and len({environ[name].strip() for name in names}) > 1:
            self.problems.append(f"{' and '.join(names)} name one setting and differ; leave one "
                                 "of them out")  # fmt: skip

    def file(self, given: Given | None) -> Layer:
        """The layer of a credentials file, if one was named and is there."""
        if not given:
            return {}
        try:
            found = BY_NAME["credentials"].parse(given.texts[-1], given.where)
        except ValueError:
            return {}  # told when the option itself is read
        environ, problems = envfile.read(found, self.names.all)
        self.problems.extend(problems)
        self.warnings.extend(envfile.warnings(found))
        names = frozenset(environ)
        self.files.append(CredentialsFile(
            found, given.where.shown, names, names & self.names.all,
            self.names.strangers(environ), understood=not problems,
        ))  # fmt: skip
        layer = self.variables(environ, str(found), found.parent)
        return {name: value for name, value in layer.items() if name != "credentials"}

    def pyproject(self, table: Mapping[str, Any]) -> Layer:
        """`[tool.contract]`; a key that no setting has is a mistake."""
        layer = {}
        for key, value in table.items():
            option = BY_NAME.get(key)
            shown = f"[tool.contract] {key}"
            if option and option.secret:
                variable = self.names.shown[key]
                self.problems.append(f"{shown} does not belong into a file that is checked in; "
                                     f"set {variable} in the environment")  # fmt: skip
            elif option:
                where = Where(shown, self.root, self.today)
                texts = self._table_texts(option, value, shown)
                if texts:
                    layer[key] = Given(texts, "pyproject.toml", where)
            elif key not in RESERVED:
                near = did_you_mean(key, BY_NAME) or "; remove it"
                self.problems.append(f"unknown key '{key}' in [tool.contract]{near}")
        return layer

    def _table_texts(self, option: Option, value: Any, shown: str) -> tuple[str, ...]:
        """One scalar, or for a repeatable option a list or a table of them."""
        many = option.kind == "many"
        if many and isinstance(value, Mapping):
            value = [f"{key}={content}" for key, content in value.items()]
        scalars = value if many and isinstance(value, list) else [value]
        allowed = bool if option.kind == "switch" else str | int | float | date
        if all(
            isinstance(item, allowed) and isinstance(item, bool) == (option.kind == "switch")
            for item in scalars
        ):
            return _texts(scalars)
        wanted = {"many": "a list of texts", "one": "one text or number", "switch": "true or false"}
        self.problems.append(f"{shown} is {value!r}; give {wanted[option.kind]}")
        return ()

    def defaults(self) -> Layer:
        """What holds where nobody said anything."""
        return {
            option.name: Given((option.default,), "default",
                               Where(f"the default of --{option.name}", self.root, self.today))
            for option in OPTIONS
            if option.default is not None
        }  # fmt: skip


def _texts(value: Any) -> tuple[str, ...]:
    """Whatever a source holds, as texts; what is blank counts as not given."""
    items = value if isinstance(value, list | tuple) else [value]
    texts = (str(item).strip() for item in items if item is not None)
    return tuple(text for text in texts if text)


def _listed(content: str) -> Iterator[str]:
    return (part for part in map(str.strip, content.split(",")) if part)


def merge(layers: Iterable[Layer]) -> dict[str, Given]:
    """The first layer that holds a setting gives it, whole: lists are not joined."""
    merged: dict[str, Given] = {}
    for layer in layers:
        for name, given in layer.items():
            merged.setdefault(name, given)
    return merged
