"""A credentials file: lines of `NAME=value` or `export NAME=value`, as a shell reads them.

Nothing of its text is ever repeated in a message, only its line numbers.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Collection
from pathlib import Path

from dotenv.parser import parse_stream


def read(path: Path, settings: Collection[str] = ()) -> tuple[dict[str, str], list[str]]:
    """The variables of a file, and a sentence for each of its mistakes.

    A name of `settings` that stands there twice, with two values, is one: which was meant?
    No `$NAME` in a value is replaced: a secret may hold a dollar sign.
    """
    try:
        content = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror
        return {}, [f"cannot read the credentials file {path}: {why}; make it readable"]
    except UnicodeDecodeError:
        return {}, [f"the credentials file {path} is not UTF-8 text; write NAME=value lines"]
    variables: dict[str, str] = {}
    lines: dict[str, int] = {}
    problems = []
    for binding in parse_stream(io.StringIO(content)):
        # a binding's text begins with the blank lines and comments' ends before it
        skipped = binding.original.string
        line = binding.original.line + skipped[: len(skipped) - len(skipped.lstrip())].count("\n")
        if binding.error or (binding.key and binding.value is None):
            problems.append(f"{path}:{line}: write NAME=value, or # before a comment")
        elif binding.key and binding.value is not None:
            again = variables.get(binding.key, binding.value) != binding.value
            if again and binding.key in settings:
                problems.append(f"{path}:{line}: line {lines[binding.key]} gives the same name "
                                "another value; leave one of them out")  # fmt: skip
            lines.setdefault(binding.key, line)
            variables[binding.key] = binding.value
    return variables, problems


def warnings(path: Path) -> list[str]:
    """A sentence if others than the owner can read the file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return []
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        return [f"others can read the credentials file {path}; run: chmod 600 {path}"]
    return []
