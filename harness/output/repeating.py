"""The command that sends the same again, for a run whose seed was drawn."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.settings import OPTIONS, Settings

LEFT_OUT = frozenset({
    "credentials", "seed", "plan", "clauses", "reproduce", "replay", "write-waivers", "owner",
    "reason", "link", "expires", "label", "keep-bodies", "reports", "no-cache", "wait",
})  # fmt: skip
"""What says where the target is, or what becomes of the outcome; not what is sent and judged."""


def command(settings: Settings, config: pytest.Config) -> str:
    """One line for a shell in the project's root. The target stands in the environment, as ever."""
    words = [os.path.join(".venv", "bin", "python"), "-m", "pytest"]
    words += ["--profile", settings.profile, "--seed", str(settings.seed)]
    for option in OPTIONS:
        given = settings.source.get(option.name, "default") != "default"
        kept_out = option.name in LEFT_OUT or option.secret or option.name == "profile"
        if given and option.on_command_line and not kept_out:
            words += _words(f"--{option.name}", getattr(settings, option.dest), config.rootpath)
    if config.option.keyword:
        words += ["-k", config.option.keyword]
    return shlex.join(words)


def _words(flag: str, value: object, root: Path) -> Iterator[str]:
    for item in value if isinstance(value, tuple) else (value,):
        if item is True:
            yield flag
        elif isinstance(item, Path):
            inside = item.is_relative_to(root)
            yield f"{flag}={item.relative_to(root) if inside else item}"
        elif item is not False:
            yield from (flag, _spelt(item))


def _spelt(value: object) -> str:
    if value is None:
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
