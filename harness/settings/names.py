"""Two names for every setting: the general one, and the one that this API's users know.

`[tool.contract.env]` in pyproject.toml maps the first to the second, one by one
(`CONTRACT_URL = "LIBREDESK_URL"`), and all others by `prefix = "LIBREDESK_"`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.settings.options import OPTIONS, Option
from harness.settings.values import did_you_mean, nearest

GENERAL = {option.variable: option.name for option in OPTIONS}
TYPO = 0.85
"""Similarity from which a variable is taken for a mistyped setting."""
NEAR = 0.9
"""The same where not even its beginning is a setting's."""


@dataclass(frozen=True, slots=True)
class Names:
    """Option -> variables in the environment."""

    shown: Mapping[str, str]
    """Option -> the one name that messages use."""

    def candidates(self, option: Option) -> tuple[str, ...]:
        """The names under which an option is read; the first that is set wins."""
        return tuple(dict.fromkeys((self.shown[option.name], option.variable)))

    @property
    def all(self) -> frozenset[str]:
        """Every variable that is read."""
        return frozenset(name for option in OPTIONS for name in self.candidates(option))

    def strangers(self, found: Iterable[str]) -> dict[str, str]:
        """Variables that were meant as settings and are none -> the nearest setting, or nothing.

        They begin as settings do, in any case, or differ in little from what names a target.
        """
        known = self.all
        heads = tuple(_head(name) for name in known)
        targets = [name for option in OPTIONS if option.names_target
                   for name in self.candidates(option)]  # fmt: skip
        found = sorted(set(found) - known)
        meant = [
            name for name in found if _plain(name).startswith(heads) or nearest(name, targets, NEAR)
        ]
        return {name: nearest(name, known, TYPO) for name in meant}

    def near_misses(self, found: Iterable[str]) -> Iterator[str]:
        """A sentence for every variable that looks like a setting and is none.

        Only what differs in little from a known name: the server's own variables may well begin
        with the same prefix.
        """
        known = self.all
        heads = tuple(name.partition("_")[0] + "_" for name in known)
        for name in sorted(set(found) - known):
            near = did_you_mean(name, known, TYPO) if name.startswith(heads) else ""
            if near:
                yield f"{name} is set, but no setting has that name{near}"


def _plain(name: str) -> str:
    return name.replace("-", "_").casefold()


def _head(name: str) -> str:
    return f"{_plain(name).partition('_')[0]}_"


def read(table: Any) -> tuple[Names, list[str]]:
    """`[tool.contract.env]` -> names, and a sentence for each of its mistakes."""
    if not isinstance(table, Mapping):
        return read({})[0], ["[tool.contract.env] is not a table; write NAME = 'OTHER_NAME' there"]
    problems, understood = [], {}
    for key, value in table.items():
        if key not in GENERAL and key != "prefix":
            near = did_you_mean(key, GENERAL) or "; its keys are prefix and CONTRACT_…"
            problems.append(f"unknown key '{key}' in [tool.contract.env]{near}")
        elif not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            problems.append(f"[tool.contract.env] {key} is {value!r}; give the name of a variable")
        else:
            understood[key] = value
    prefix = understood.get("prefix", "CONTRACT_")
    shown = {
        option.name: understood.get(option.variable, f"{prefix}{option.dest.upper()}")
        for option in OPTIONS
    }
    return Names(shown), problems
