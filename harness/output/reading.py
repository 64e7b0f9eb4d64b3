"""Settings and contract, read before anything else; every mistake is kept, to be told with all."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import settings as options
from harness import waivers
from harness.contract import ContractError, load
from harness.output.state import State
from harness.settings import SettingsError


def read_settings(state: State, config: pytest.Config) -> None:
    """Fill in what could be understood."""
    if elsewhere := _another_root(config.rootpath):
        state.mistakes.append(elsewhere)
        return
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


def _another_root(root: Path) -> str:
    """Why nothing of what was set would be found; empty where pytest's root is the suite's."""
    own = Path(harness.__file__)
    found = root / own.parent.name / own.name
    if found.exists() and found.samefile(own):
        return ""
    return (
        f"pytest takes {root} for its root, but the settings stand in "
        f"{own.parents[1] / 'pyproject.toml'}; leave out --rootdir, and give no other file by -c"
    )


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
