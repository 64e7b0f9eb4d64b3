"""What a server wrote, marked where it stands in a sentence of ours.

"Clauses judge whole answers in memory; … customer data [is replaced] by the writers": a clause
puts what it saw into its sentence through this module, and whoever shows the sentence replaces the
marked parts by what may be shown. Numbers, booleans and null need no mark.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

Kind = Literal["text", "word", "error", "header"]
"""`text`: any string; `word`: one at an enum's place; `error`: a part of what a non-2xx answer
says; `header`: the value of a response header."""

_OPEN, _KIND, _CLOSE = "\ue000", "\ue001", "\ue002"
"""Of Unicode's private use area: nobody's text."""
_MARKS = re.compile(f"[{_OPEN}{_KIND}{_CLOSE}]")
_MARKED = re.compile(f"{_OPEN}([a-z]+){_KIND}([^{_CLOSE}]*){_CLOSE}")
FEW = 5
"""So many items of an array are shown."""


def text(found: str, kind: Kind = "text") -> str:
    """A string of a response, marked."""
    clean = _MARKS.sub("\ufffd", found)
    return f"{_OPEN}{kind}{_KIND}{clean}{_CLOSE}"


def value(found: Any, kind: Kind = "text") -> str:
    """A JSON value of a response for people: scalars as JSON has them, of the rest the shape."""
    if isinstance(found, str):
        return f'"{text(found, kind)}"'
    if isinstance(found, Mapping):
        return f"an object with {len(found)} properties"
    if isinstance(found, list | tuple):
        if len(found) > FEW or any(isinstance(item, list | tuple | Mapping) for item in found):
            return f"an array of {len(found)} items"
        return "[" + ", ".join(value(item, kind) for item in found) + "]"
    return scalar(found)


def scalar(found: Any) -> str:
    """A number, a boolean or null as JSON has it."""
    try:
        return json.dumps(found)
    except (ValueError, TypeError):  # more digits than Python turns into text, or no JSON
        return "a number beyond 4300 digits" if isinstance(found, int) else type(found).__name__


def retold(sentence: str, show: Mapping[Kind, Callable[[str], str]]) -> str:
    """`sentence` with every marked part as `show` has it for its kind; raises KeyError for one
    that it does not know."""
    return _MARKED.sub(lambda found: show[found[1]](found[2]), sentence)  # type: ignore[index]
