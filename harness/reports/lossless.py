"""JSON that keeps what a replay judges: the text of numbers, repeated keys, lone surrogates."""

from __future__ import annotations

import json
from typing import Any


class Number(str):
    """A number as it was written: `1.10` stays `1.10`, `1e999` does not become infinite."""

    __slots__ = ()


class Members(tuple[tuple[str, Any], ...]):
    """An object as its members in order, repeated keys included."""

    __slots__ = ()


def parse(body: bytes) -> Any:
    """The value of `body`: Members, list, str, Number, True, False or None.

    Raises ValueError for what is not JSON in UTF-8 or too deep to be read.
    """
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def dump(value: Any) -> bytes:
    """`value` as compact JSON in UTF-8."""
    return _text(value).encode("utf-8", "backslashreplace")


def _text(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, Members):
        return "{" + ",".join(f"{_string(key)}:{_text(item)}" for key, item in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    return _string(value)


_string = json.JSONEncoder(ensure_ascii=False).encode


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_int=Number, parse_float=Number, parse_constant=_refuse
)
