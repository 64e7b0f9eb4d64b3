"""From the bytes of a request body to a valid `MessageRequest`, or a refusal that says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from servers.reference.protocol import Refusal, Request

T = TypeVar("T")

SENDER_TYPES = ("agent", "contact")
MENTION_TYPES = ("agent", "team")
# One bare address: what goes into a mail's envelope, so no spaces, controls or second `@`.
ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>,;]{1,64}@[^@\s\x00-\x1f\x7f<>,;]{1,255}")


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """The documented properties; `mentions` are pairs of type and id."""

    sender_type: str
    message: str
    private: bool
    attachments: list[int]
    to: list[str]
    cc: list[str]
    bcc: list[str]
    mentions: list[tuple[str, int]]
    echo_id: str | None


def parse(request: Request) -> MessageRequest:
    """Only `sender_type` is required; undocumented properties are ignored; nothing is coerced."""
    body = _json_object(request)
    if "sender_type" not in body:
        raise Refusal(400, "`sender_type` is required")
    return MessageRequest(
        sender_type=_enum(body["sender_type"], "sender_type", SENDER_TYPES),
        message=_optional(body, "message", _text, ""),
        private=_optional(body, "private", _boolean, False),
        attachments=_optional(body, "attachments", _array_of(_integer), []),
        to=_optional(body, "to", _array_of(_address), []),
        cc=_optional(body, "cc", _array_of(_address), []),
        bcc=_optional(body, "bcc", _array_of(_address), []),
        mentions=_optional(body, "mentions", _array_of(_mention), []),
        echo_id=_optional(body, "echo_id", _text, None),
    )


def _json_object(request: Request) -> dict[str, Any]:
    content_types = request.header("content-type")
    media_types = [value.partition(";")[0].strip().lower() for value in content_types]
    if media_types != ["application/json"]:
        raise Refusal(415, "The body must be application/json")
    try:
        body = json.loads(
            request.body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not valid JSON in UTF-8") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be a JSON object")
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two equal keys, readers keep one or the other: refuse rather than guess."""
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise ValueError("duplicate key")
    return unique


def _no_constant(name: str) -> NoReturn:
    """Python's parser reads NaN and Infinity, JSON has neither."""
    raise ValueError(name)


def _optional(body: dict[str, Any], name: str, read: Callable[[Any, str], T], default: T) -> T:
    return read(body[name], name) if name in body else default


def _text(value: Any, name: str) -> str:
    """Any Unicode text but NUL, which many databases can't hold, and halves of surrogate pairs."""
    if not isinstance(value, str):
        raise Refusal(400, f"`{name}` must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refusal(400, f"`{name}` holds half of a surrogate pair") from None
    if "\0" in value:
        raise Refusal(400, f"`{name}` holds a NUL")
    return value


def _enum(value: Any, name: str, values: tuple[str, ...]) -> str:
    text = _text(value, name)
    if text not in values:
        raise Refusal(400, f"`{name}` must be one of {', '.join(values)}")
    return text


def _boolean(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise Refusal(400, f"`{name}` must be true or false")
    return value


def _integer(value: Any, name: str) -> int:
    """JSON knows one kind of number: 1.0 is the integer 1."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refusal(400, f"`{name}` must hold integers")
    return value


def _address(value: Any, name: str) -> str:
    text = _text(value, name)
    if not ADDRESS.fullmatch(text):
        raise Refusal(400, f"`{name}` must hold e-mail addresses")
    return text


def _mention(value: Any, name: str) -> tuple[str, int]:
    if not isinstance(value, dict) or not {"type", "id"} <= value.keys():
        raise Refusal(400, f"`{name}` must hold objects with `type` and `id`")
    return _enum(value["type"], f"{name}.type", MENTION_TYPES), _integer(value["id"], f"{name}.id")


def _array_of(read: Callable[[Any, str], T]) -> Callable[[Any, str], list[T]]:
    def read_array(value: Any, name: str) -> list[T]:
        if not isinstance(value, list):
            raise Refusal(400, f"`{name}` must be an array")
        return [read(item, name) for item in value]

    return read_array
