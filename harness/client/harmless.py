"""What `--writes notes` lets through: bodies that no lenient reading turns into anything else.

Harmless is what the contract's annotation calls so (`x-creates`, `harmless`): the constants of
these plain bodies, here the plain body without its text, must be there to the letter.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from harness.client.decoding import readings
from harness.client.wire import Wire
from harness.contract import Creates, Operation

FAR = 2**40
"""Ids from here on are nobody's; below it, a small unknown id may be an upload in progress."""

JSON_TYPES = frozenset({"application/json", "application/json;charset=utf-8"})


class _Written(float):
    """A number with a fraction or an exponent, with what a reader of its first digits sees."""

    head: int

    @classmethod
    def read(cls, text: str) -> _Written:
        """The number that `text` is in JSON."""
        number = cls(text)
        number.head = int(re.split("[.eE]", text, maxsplit=1)[0])
        return number


class _Refused(ValueError):
    """The body is not what it must be; the message is the reason."""


@dataclass(frozen=True)
class NotesRule:
    """The rule for one creating operation. `references`: (property, id) of what is ours; None: any
    id is."""

    operation: Operation
    references: Collection[tuple[str, int]] | None

    def reason(self, wire: Wire) -> str:
        """Why the request might store more than a harmless item; empty if it cannot."""
        creates = self.operation.creates
        assert creates is not None
        try:
            _check_form(wire)
            body = _one_object(wire.body or b"")
            self._check_names(body)
        except _Refused as refused:
            return str(refused)
        if not any(_holds(body, _constants(creates, name)) for name in creates.harmless):
            return (
                "under --writes notes a send must literally be one that the contract calls harmless"
            )
        if any(_top(pointer) in body for pointer in (*creates.recipients, *_members(creates))):
            return "under --writes notes a send must name no recipients and mention nobody"
        return "" if self.references is None else _foreign(body, creates, self.references)

    def _check_names(self, body: Mapping[str, Any]) -> None:
        documented = {
            folded(n): n for n in (self.operation.body_schema or {}).get("properties", ())
        }
        for name in body:
            if documented.get(folded(name), name) != name:
                raise _Refused("a key is a documented one in another spelling")


def references_reason(wire: Wire, creates: Creates, known: Collection[tuple[str, int]]) -> str:
    """Why the request might refer to something of somebody else's; empty if it cannot.

    A body that is no plain JSON object is judged as a text, and so is a query: it must not name the
    property at all.
    """
    names = [folded(_top(pointer)) for pointer in creates.references]
    query = folded(unquote_plus(wire.target.partition("?")[2]))
    if any(name in query for name in names):
        return "it may refer to somebody's upload or person, in its query"
    try:
        return _foreign(_one_object(wire.body or b""), creates, known)
    except _Refused:
        texts = {folded(text) for text in readings(wire)}
        if any(name in text for name in names for text in texts):
            return "it may refer to somebody's upload or person, in a body that cannot be read"
        return ""


def _check_form(wire: Wire) -> None:
    types = [value.replace(" ", "").lower() for value in wire.values("content-type")]
    if len(types) != 1 or types[0] not in JSON_TYPES or wire.values("content-encoding"):
        raise _Refused("under --writes notes a send must be plain application/json")
    if "?" in wire.target:
        raise _Refused("under --writes notes a send must have no query, which may add to its body")


def _one_object(data: bytes) -> dict[str, Any]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len({folded(name) for name in found}) != len(items):
            raise _Refused("a key is repeated")
        return found

    def constant(name: str) -> Any:
        raise _Refused(f"{name} is no JSON")

    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_float=_Written.read,
        )
    except _Refused:
        raise
    except (ValueError, RecursionError) as error:
        raise _Refused("the body is not JSON in UTF-8") from error
    if not isinstance(value, dict):
        raise _Refused("the body is not one JSON object")
    return value


def folded(name: str) -> str:
    """A key as the most lenient decoder compares it."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in plain if c.isalnum()) or plain


def _top(pointer: str) -> str:
    return pointer.split("/")[1].replace("~1", "/").replace("~0", "~")


def _members(creates: Creates) -> Iterator[str]:
    """References inside of objects: they point at people, not at files."""
    return (pointer for pointer in creates.references if not pointer.endswith("/*"))


def _constants(creates: Creates, name: str) -> dict[str, Any]:
    texts = {creates.marker_request.lstrip("/"), creates.limits.text.lstrip("/")}
    return {key: value for key, value in creates.plain[name].items() if key not in texts}


def _holds(body: Mapping[str, Any], constants: Mapping[str, Any]) -> bool:
    return bool(constants) and all(
        name in body and json.dumps(body[name]) == json.dumps(value)
        for name, value in constants.items()
    )


def _foreign(body: Mapping[str, Any], creates: Creates, known: Collection[tuple[str, int]]) -> str:
    for pointer in creates.references:
        own = {number for name, number in known if name == _top(pointer)}
        for value in _at(body, pointer.split("/")[1:]):
            if not _is_nobodys(value, own):
                return f"{pointer} may refer to somebody's data"
    return ""


def _is_nobodys(value: Any, known: Collection[int]) -> bool:
    """Whether no lenient server can read an id of something that exists into a value."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        numbers = {value, value.head} if isinstance(value, _Written) else {value}
        return all(one <= 0 or one >= FAR or one in known for one in numbers)
    text = json.dumps(value)
    return "true" not in text and not any(character.isdigit() for character in text)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a pointer with `*`, keys in whatever spelling; where the body has another
    shape, what stands there."""
    if value is None:
        return
    if not path:
        yield value
    elif path[0] == "*" and isinstance(value, list):
        for item in value:
            yield from _at(item, path[1:])
    elif isinstance(value, dict) and path[0] != "*":
        for name, inner in value.items():
            if folded(name) == folded(path[0]):
                yield from _at(inner, path[1:])
    else:
        yield value
