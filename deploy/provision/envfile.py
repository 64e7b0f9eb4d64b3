"""The file that `make gate` reads: written whole or not at all, readable by its owner alone."""

from __future__ import annotations

import io
import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from dotenv.parser import parse_stream

HEAD = "# Written by `make provision`. It holds credentials: keep it to yourself and out of git.\n"
_PLAIN = re.compile(r"[\w.~+/:@%=,-]+", re.ASCII)


def read(path: Path) -> dict[str, str]:
    """The variables of a file; empty without one. Raises OSError, UnicodeDecodeError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    bindings = parse_stream(io.StringIO(text))
    return {b.key: b.value for b in bindings if b.key and b.value is not None}


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may read it."""
    return os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def write(path: Path, variables: Mapping[str, str]) -> None:
    """Replace the file in one step, mode 600 from its first byte on. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(HEAD)
            file.writelines(f"{key}={_quoted(value)}\n" for key, value in variables.items())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
