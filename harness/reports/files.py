"""Reports reach the disk whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class ReportError(Exception):
    """A report could not be written or read; the message says which and what to do."""


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a temporary neighbour of `path` to write to, and rename it when all went well.

    An interrupted run or a full disk then leaves the earlier report or none, never half of one.
    Raises ReportError where the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as error:
        raise ReportError(
            f"cannot write the report {path}: {error.strerror or error}; "
            "make the folder writable or free some space"
        ) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole; what UTF-8 cannot hold is spelt as an escape."""
    with whole(path) as part:
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
