"""All sources -> one `Settings`, or one `SettingsError` that holds every mistake."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from harness.settings import names as naming
from harness.settings.guard import GUARDS
from harness.settings.model import Secret, Settings, SettingsError
from harness.settings.names import TYPO, Names
from harness.settings.options import OPTIONS, Option
from harness.settings.rules import RULES, Facts
from harness.settings.sources import Given, Reader, merge
from harness.settings.targets import TARGETS
from harness.settings.values import nearest

EMPTY: Mapping[str, Any] = {
    "key": Secret(), "secret": Secret(), "token": Secret(), "credentials": None,
    "against-key": Secret(), "against-secret": Secret(), "against-token": Secret(),
    "write-waivers": None, "max-response-time": None, "replay": None,
    "max-requests": None, "max-writes": None, "max-seconds": None, "rate": None,
    "headers": (), "client-cert": None, "client-key": None,
}  # fmt: skip
"""What an option is that nobody set and that has no default; all others: empty."""


RATE = 40.0
"""Requests a second to any target but the embedded server, where nobody says otherwise."""


def draw_seed() -> int:
    """A seed for `--seed random`."""
    return secrets.randbelow(2**32)


def read_pyproject(root: Path) -> dict[str, Any]:
    """The whole pyproject.toml in `root`, empty if there is none.

    Raises SettingsError if it is unreadable or no TOML.
    """
    path = root / "pyproject.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError([f"cannot read {path}: {error.strerror}"]) from error
    except ValueError as error:
        raise SettingsError([f"{path} is not valid TOML: {error}; correct it"]) from error


def resolve(
    options: Mapping[str, Any],
    environ: Mapping[str, str],
    pyproject: Mapping[str, Any],
    today: date,
    *,
    root: Path | None = None,
    draw: Callable[[], int] = draw_seed,
) -> Settings:
    """Everything that was said about a run, put together.

    `options`: what `given` found, dest -> text, list of texts or True. `pyproject`: the whole
    file. `root`: where it lies; its paths and the defaults start there, all others at the working
    directory. Reads the credentials file and looks whether places can be written; changes
    nothing. Raises SettingsError with all mistakes, never only the first.
    """
    table = pyproject.get("tool", {}).get("contract", {})
    if not isinstance(table, Mapping):
        raise SettingsError(["[tool.contract] is not a table; write it as option = value"])
    names, problems = naming.read(table.get("env", {}))
    problems += _misspelt_tables(pyproject)
    reader = Reader(names, root or Path.cwd(), Path.cwd(), today, problems)
    found = _gather(reader, options, environ, table)
    values, wrong = _parse(found, reader.problems)
    sources = {option.name: found[option.name].source for option in OPTIONS if option.name in found}
    _derive(values, wrong, sources)
    collect_only = bool(options.get("collect_only"))
    offline = collect_only or any(values.get(mode) for mode in ("plan", "clauses", "replay"))
    known = _known(names, found)
    facts = Facts(
        values, wrong, sources, known, reader.unread, offline,
        reader.blank, reader.strangers, reader.files,
    )  # fmt: skip
    for rule in (*TARGETS, *RULES, *GUARDS):
        reader.problems.extend(rule(facts))
    if reader.problems:
        raise SettingsError(dict.fromkeys(reader.problems))
    return _settings(facts, draw, collect_only=collect_only, warnings=reader.warnings)


def _misspelt_tables(pyproject: Mapping[str, Any]) -> list[str]:
    """Tables that nobody reads, with the target's URL in them maybe."""
    inner = {f"tool.{name}": name for name in pyproject.get("tool", {}) if name != "contract"}
    outer = {name: name for name in pyproject if name != "tool"}
    return [
        f"pyproject.toml has a table [{shown}], which nobody reads; did you mean [tool.contract]?"
        for shown, name in sorted((inner | outer).items())
        if nearest(name, ["tool", "contract"], TYPO)
    ]


def understood(
    options: Mapping[str, Any], environ: Mapping[str, str], today: date, root: Path
) -> Mapping[str, Any]:
    """Option -> value, as far as it can be read: for where `resolve` finds mistakes."""
    try:
        table = read_pyproject(root).get("tool", {}).get("contract", {})
    except SettingsError:
        table = {}
    table = table if isinstance(table, Mapping) else {}
    names, _ = naming.read(table.get("env", {}))
    found = _gather(Reader(names, root, Path.cwd(), today), options, environ, table)
    return _parse(found, [])[0]


def _gather(
    reader: Reader, options: Mapping[str, Any], environ: Mapping[str, str], table: Mapping[str, Any]
) -> dict[str, Given]:
    line = reader.command_line(options)
    environment = reader.variables(environ, "environment", reader.cwd)
    reader.strangers = reader.names.strangers(environ)
    project = reader.pyproject(table)
    above = reader.file(line.get("credentials"))
    named = environment.get("credentials") or project.get("credentials")
    below = {} if "credentials" in line else reader.file(named)
    return merge((line, above, environment, below, project, reader.defaults()))


def _known(names: Names, found: Mapping[str, Given]) -> dict[str, str]:
    """Option -> the variable that it was set by, or else the one that this API's users know.

    What a message or a curl names must be what is set.
    """
    set_by = {name: given.where.shown for name, given in found.items()}
    variables = names.all
    return {
        name: set_by[name] if set_by.get(name) in variables else shown
        for name, shown in names.shown.items()
    }


def _parse(found: Mapping[str, Given], problems: list[str]) -> tuple[dict[str, Any], set[str]]:
    """Texts -> values; what is not understood is left out and told."""
    values: dict[str, Any] = {}
    wrong = set()
    for option in OPTIONS:
        name, understood = option.name, []
        given = found.get(name)
        if not given:
            continue
        for text in given.texts:
            try:
                understood.append(option.parse(text, given.where))
            except ValueError as error:
                problems.append(str(error))
                wrong.add(name)
        if name not in wrong:
            values[name] = tuple(understood) if option.kind == "many" else understood[-1]
    return values, wrong


def _derive(values: dict[str, Any], wrong: set[str], sources: dict[str, str]) -> None:
    """Fill in what follows from other settings: write policy, rate, the other resource."""
    elsewhere = values.get("url") or "url" in wrong
    if "writes" not in sources:
        values["writes"], sources["writes"] = ("none" if elsewhere else "all"), "default"
    if "rate" not in sources and elsewhere:
        values["rate"], sources["rate"] = RATE, "default"
    for head in ("", "against-"):
        other, write = f"{head}other", f"{head}write"
        if other not in sources and values.get(write):
            values[other], sources[other] = values[write], "default"


def _settings(
    facts: Facts, draw: Callable[[], int], *, collect_only: bool, warnings: list[str]
) -> Settings:
    values = {option.name: _value(option, facts.values) for option in OPTIONS}
    drawn = values["seed"] is None
    values["seed"] = draw() if drawn else values["seed"]
    labels = dict(values.pop("label"))
    return Settings(
        **{name.replace("-", "_"): value for name, value in values.items()},
        labels=labels,
        collect_only=collect_only,
        random_seed=drawn,
        warnings=tuple(dict.fromkeys(warnings)),
        source=dict(facts.sources),
        names=_shown(facts.names),
    )


def _value(option: Option, values: Mapping[str, Any]) -> Any:
    empty = {"many": (), "switch": False, "one": ""}[option.kind]
    return values.get(option.name, EMPTY.get(option.name, empty))


def _shown(names: Mapping[str, str]) -> dict[str, str]:
    """Options by their flag, and what has none by its variable."""
    return {o.name: f"--{o.name}" if o.on_command_line else names[o.name] for o in OPTIONS}
