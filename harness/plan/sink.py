"""Keeps what is generated away from people: recipients into a sink domain, references out of reach.

Pure functions on JSON values and bytes. After `safe_body`, `safe_query` and `safe_text` every `@`,
also one written `\\u0040` or `%40`, is followed by the sink domain: nothing that was generated can
be the address of somebody, whatever a server takes for a recipient.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

MOST_RECIPIENTS = 25
"""Of one request, in all places together; arrays are cut in the order in which they stand."""
OUT_OF_REACH = 2**40
"""Added to a generated reference: no server has handed out that many ids."""
_LOCAL = 32
_AT = r"(?:[@\uff20\ufe6b]|%40|\\u0040)"
_TEXT = re.compile(rf"{_AT}(?:(?!{_AT})[^\s@\uff20\ufe6b,;<>()\"'])*", re.IGNORECASE)
_QUERY = re.compile(r"(?:@|%40)(?:(?!%40)[^&=+@])*", re.IGNORECASE)
_BYTES = re.compile(rb"(?:@|%40|\\u0040)(?:(?!%40|\\u0040)[^\s@,;:<>()\[\]{}\"'])*", re.IGNORECASE)
_INTEGER = re.compile(r"\s*\+?[0-9]{1,13}\s*")

Path = tuple[str | int, ...]


def sunk(address: str, sink_domain: str) -> str:
    """`address` with the sink for its domain; what can be no address stays as it is.

    Only an `@` makes an address, in any of the shapes that Unicode normalisation makes one of.
    """
    local, at, _ = unicodedata.normalize("NFKC", address).partition("@")
    if not at:
        return safe_text(address, sink_domain)
    kept = re.sub(r"[^A-Za-z0-9._-]", "", local).strip(".")[:_LOCAL]
    return f"{kept or 'x'}@{sink_domain}"


def safe_text(text: str, sink_domain: str) -> str:
    """`text` with the sink domain after every `@`, in place of what stood there."""
    return _TEXT.sub(f"@{sink_domain}", text)


def safe_query(query: str, sink_domain: str) -> str:
    """A raw query string, likewise."""
    return _QUERY.sub(f"%40{sink_domain}", query)


def safe_body(
    body: bytes, sink_domain: str, recipients: Sequence[str], references: Sequence[str]
) -> bytes:
    """A request body, likewise; JSON keeps its bytes where nothing had to change.

    `recipients` and `references` are JSON pointers with `*` for indices (`/to`, `/items/*/id`).
    What lies below a pointer, stands there without its array, or has the key in other capitals
    counts as well: servers read such bodies too.
    """
    try:
        value = json.loads(body)
        text = json.dumps(_Walk(sink_domain, recipients, references).safe(value, ()))
        if text == json.dumps(value) and _conforms(body, sink_domain):
            return body
    except (ValueError, RecursionError):
        return _BYTES.sub(f"@{sink_domain}".encode(), body)
    return text.encode()


def _conforms(body: bytes, sink_domain: str) -> bool:
    """False as well for some bodies that do: what is told apart here is written anew."""
    wanted = f"@{sink_domain}".encode()
    return all(match.group() == wanted for match in _BYTES.finditer(body))


class _Walk:
    def __init__(self, sink: str, recipients: Sequence[str], references: Sequence[str]) -> None:
        self._sink = sink
        self._left = MOST_RECIPIENTS
        self._recipients = [_keys(pointer.split("/")[1:]) for pointer in recipients]
        self._references = [_keys(pointer.split("/")[1:]) for pointer in references]

    def safe(self, value: Any, path: Path) -> Any:
        """`value`, which stands at `path`, with all that could reach somebody replaced."""
        if isinstance(value, dict):
            return {
                safe_text(key, self._sink): self.safe(child, (*path, key))
                for key, child in value.items()
            }
        to_people = _below(path, self._recipients)
        if isinstance(value, list):
            kept = value[: self._left] if to_people else value
            self._left -= len(kept) if to_people else 0
            return [self.safe(child, (*path, index)) for index, child in enumerate(kept)]
        if _below(path, self._references):
            value = _unreachable(value)
        if isinstance(value, str):
            return sunk(value, self._sink) if to_people else safe_text(value, self._sink)
        return value


def _keys(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(part.casefold() for part in path if isinstance(part, str) and part != "*")


def _below(path: Path, pointers: Sequence[tuple[str, ...]]) -> bool:
    keys = _keys(path)
    return any(keys[: len(pointer)] == pointer for pointer in pointers)


def _unreachable(value: Any) -> Any:
    """A reference that could be somebody's as one that can't; everything else as it is."""
    as_number: Callable[[Any], Any] = type(value)
    if isinstance(value, str):
        number = int(value) if _INTEGER.fullmatch(value) else 0
    elif isinstance(value, bool) or not isinstance(value, int | float) or value % 1:
        number = 0
    else:
        number = int(value)
    return as_number(number + OUT_OF_REACH) if 0 < number < OUT_OF_REACH else value
