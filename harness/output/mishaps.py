"""What may be told of a failure of the suite itself: where it happened, not what it held.

An exception's message and the values in its frames hold whatever was worked on: an answer, a
header, a credential. They are left out of every traceback, however long pytest is asked to make it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from harness.reports.own_words import cleaned

FRAMES = 12
"""Of each exception, the innermost."""
_ROOT = Path(__file__).parents[2]
_EXPECTED = (pytest.UsageError, pytest.exit.Exception)

Clean = Callable[[bytes], bytes]
T = TypeVar("T")


class SuiteError(Exception):
    """The suite itself failed. Its message is all that is to be told of it."""


def telling_little(redact: Clean, work: Callable[[], T]) -> T:
    """Do `work`; let a failure out as a SuiteError that says where, of which type, and its words
    as far as those of a server's error may be said. `redact` takes credentials from them.

    No context manager: pytest shows the arguments of frames, and its `__exit__` is given the error.
    """
    try:
        return work()
    except _EXPECTED:
        raise
    except Exception as error:
        said = "\n".join(_lines(error, redact))
    raise SuiteError(said)


def _lines(error: BaseException, redact: Clean) -> Iterator[str]:
    yield "the suite itself failed; please report these lines, no answer's text is in them"
    told: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in told:
        told.add(id(current))
        words = redact(str(current).encode("utf-8", "backslashreplace")).decode("utf-8", "replace")
        yield f"{type(current).__name__}: {cleaned(words, frozenset())}"
        for frame in traceback.extract_tb(current.__traceback__, limit=-FRAMES):
            yield f"    {_place(frame.filename)}:{frame.lineno} in {frame.name}"
        current = current.__cause__ or current.__context__


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_ROOT):
        return str(path.relative_to(_ROOT))
    return "/".join(path.parts[-3:])
