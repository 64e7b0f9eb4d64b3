"""The closed list of what can be unusual about a value, and which of it a given value is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import Cell

MISSING = "missing"
NULL = "null"
EMPTY = "empty"
WRONG_TYPE = "wrong type"
ZERO = "zero"
NEGATIVE = "negative"
NOT_AN_INTEGER = "not an integer"
FLOAT_NOTATION = "float notation"
TOO_SMALL = "too small"
BEYOND_BOUND = "beyond bound"
BEYOND_32_BITS = "beyond 32 bits"
OFFSET_BEYOND_64_BITS = "offset beyond 64 bits"
BEYOND_64_BITS = "beyond 64 bits"
VALID_VALUE = "valid value"
UNDOCUMENTED_VALUE = "undocumented value"
UNDOCUMENTED_PROPERTY = "undocumented property"
UNKNOWN_ID = "unknown id"
MALFORMED = "malformed"
NUL = "NUL"
CONTROL = "control character"
NOT_UTF8 = "not UTF-8"
SURROGATE = "lone surrogate"
EMOJI = "emoji"
RIGHT_TO_LEFT = "right-to-left"
QUOTE = "quote"
TEMPLATE = "template"
SQL = "SQL metacharacter"
VERY_LONG = "very long"
TOO_MANY = "too many"
DUPLICATE = "duplicate"
MEDIA_TYPE = "media type"
TRAILING = "trailing bytes"
OTHER_CASE = "keys in another case"

FORMERLY: Mapping[str, str] = {OFFSET_BEYOND_64_BITS: BEYOND_32_BITS}
"""Kind -> the wider one that such values had before: waivers were written with it."""

LONG = 2_000
"""Characters from which on a text counts as very long."""
MANY = 20
"""Items from which on an array counts as too many."""

_MOST_DIGITS = 4_000
"""Python refuses to read longer integers."""
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_TEXT_KINDS = (
    (NUL, re.compile("\x00")),
    (NOT_UTF8, re.compile("[\udc80-\udcff]")),
    (SURROGATE, re.compile("[\ud800-\udc7f\udd00-\udfff]")),
    (CONTROL, re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")),
    (EMOJI, re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")),
    (QUOTE, re.compile("[\"'`]")),
    (TEMPLATE, re.compile(r"\{\{|\}\}|\$\{|<%|\{%")),
    (SQL, re.compile(r";|--|/\*|\\|%")),
)


def text_kinds(text: str, *, raw_bytes: bool = False) -> list[str]:
    """What is unusual about `text`, whatever it stands for.

    `raw_bytes` tells that undecodable bytes stand in it as surrogates (PEP 383); in JSON a
    surrogate is one that was escaped.
    """
    found = [kind for kind, pattern in _TEXT_KINDS if pattern.search(text)]
    if NOT_UTF8 in found and not raw_bytes:
        found = [SURROGATE if kind == NOT_UTF8 else kind for kind in found]
    if any(unicodedata.bidirectional(c) in {"R", "AL", "RLO", "RLE"} for c in text[:LONG]):
        found.append(RIGHT_TO_LEFT)
    if len(text) > LONG:
        found.append(VERY_LONG)
    return list(dict.fromkeys(found))


def integer_kind(value: int, schema: Mapping[str, Any], *, reference: bool = False) -> str:
    """The most special thing about an integer; `reference` if it names another resource."""
    bits = _size_kind(value)
    if bits == BEYOND_64_BITS or (bits and not (reference and value > 0)):
        return bits
    if value == 0:
        return ZERO
    if value < 0:
        return NEGATIVE
    if value < schema.get("minimum", value):
        return TOO_SMALL
    if value > schema.get("maximum", value):
        return BEYOND_BOUND
    return UNKNOWN_ID if reference else VALID_VALUE


def _size_kind(value: int) -> str:
    if not -(2**63) <= value < 2**63:
        return BEYOND_64_BITS
    return "" if -(2**31) <= value < 2**31 else BEYOND_32_BITS


def parameter_kinds(schema: Mapping[str, Any], value: str) -> list[str]:
    """Kinds of one value of a query parameter, decoded with surrogateescape."""
    kind = schema.get("type")
    if value == "":
        return [EMPTY]
    if kind == "integer" and _INTEGER.fullmatch(value) and len(value) < _MOST_DIGITS:
        kinds = [integer_kind(int(value), schema)]
        # A huge negative number is as negative as it is huge; either may be what matters.
        return [NEGATIVE, *kinds] if int(value) < 0 and kinds != [NEGATIVE] else kinds
    documented = ("true", "false") if kind == "boolean" else schema.get("enum", ())
    if value in documented:
        return [f"{VALID_VALUE} {value}"]
    return text_kinds(value, raw_bytes=True) or [_plainly_wrong(schema)]


def page_kinds(kinds: list[str], number: str, size: int) -> list[str]:
    """`kinds` of a page's number, where it counts how many pages of `size` items come before.

    What fits 64 bits by itself may begin at an item whose number does not.
    """
    fits = kinds in ([BEYOND_32_BITS], [VALID_VALUE])
    if not fits or (int(number) - 1) * size < 2**63:
        return kinds
    return [OFFSET_BEYOND_64_BITS]


def _plainly_wrong(schema: Mapping[str, Any]) -> str:
    """The kind of an ordinary text in the place of something else."""
    kinds = {"integer": NOT_AN_INTEGER, "boolean": WRONG_TYPE, "number": WRONG_TYPE}
    return kinds.get(
        schema.get("type", ""), UNDOCUMENTED_VALUE if "enum" in schema else VALID_VALUE
    )


def property_cells(
    place: str, schema: Mapping[str, Any], value: Any, references: tuple[str, ...] = ()
) -> Iterator[Cell]:
    """Every cell that `value` at `place` (`body /a/*/b`) is in, its items and members included."""
    if value is None:
        yield Cell(place, NULL)
    elif not has_type(schema.get("type"), value):
        yield Cell(place, wrong_type(schema, value))
    elif isinstance(value, dict):
        yield from _object_cells(place, schema, value, references)
    elif isinstance(value, list):
        yield from _array_cells(place, schema, value, references)
    else:
        for kind in _scalar_kinds(place, schema, value, references):
            yield Cell(place, kind)


def wrong_type(schema: Mapping[str, Any], value: Any) -> str:
    """The kind of a value that is not of its schema's type."""
    is_fraction = isinstance(value, float) and schema.get("type") == "integer"
    return NOT_AN_INTEGER if is_fraction else WRONG_TYPE


def _scalar_kinds(
    place: str, schema: Mapping[str, Any], value: Any, references: tuple[str, ...]
) -> list[str]:
    if isinstance(value, bool):
        return [f"{VALID_VALUE} {str(value).lower()}"]
    if isinstance(value, int | float):
        return _number_kinds(place, schema, value, references)
    if value in schema.get("enum", ()):
        return [f"{VALID_VALUE} {value}"]
    ordinary = UNDOCUMENTED_VALUE if "enum" in schema else VALID_VALUE
    return [EMPTY] if value == "" else text_kinds(value) or [ordinary]


def _number_kinds(
    place: str, schema: Mapping[str, Any], value: float, references: tuple[str, ...]
) -> list[str]:
    if isinstance(value, float) and not math.isfinite(value):
        return [BEYOND_64_BITS]
    reference = place.removeprefix("body ") in references
    kind = integer_kind(int(value), schema, reference=reference)
    # What is too large to exist is unknown as well; a witness for each tells which it is.
    large = kind == UNKNOWN_ID and _size_kind(int(value)) == BEYOND_32_BITS
    # JSON Schema: 1.0 is an integer. Many a decoder disagrees.
    written = isinstance(value, float) and schema.get("type") == "integer"
    return [kind, *[BEYOND_32_BITS] * large, *[FLOAT_NOTATION] * written]


def _array_cells(
    place: str, schema: Mapping[str, Any], value: list[Any], references: tuple[str, ...]
) -> Iterator[Cell]:
    if not value:
        yield Cell(place, EMPTY)
    if len(value) >= MANY:
        yield Cell(place, TOO_MANY)
    if len({repr(item) for item in value}) < len(value):
        yield Cell(place, DUPLICATE)
    for item in value:
        yield from property_cells(f"{place}/*", schema.get("items", {}), item, references)


def _object_cells(
    place: str, schema: Mapping[str, Any], value: dict[str, Any], references: tuple[str, ...]
) -> Iterator[Cell]:
    properties = schema.get("properties", {})
    for name, member in value.items():
        if name in properties:
            yield from property_cells(f"{place}/{name}", properties[name], member, references)
        else:
            yield Cell(place, UNDOCUMENTED_PROPERTY)
    if not value and properties:
        yield Cell(place, EMPTY)
    for name in schema.get("required", ()):
        if name not in value:
            yield Cell(f"{place}/{name}", MISSING)


def has_type(wanted: str | None, value: Any) -> bool:
    """Whether a JSON value is of a schema's type; any value is where none is named."""
    if wanted is None:
        return True
    is_bool = isinstance(value, bool)
    return {
        "string": isinstance(value, str),
        "boolean": is_bool,
        "integer": not is_bool
        and (isinstance(value, int) or (isinstance(value, float) and value.is_integer())),
        "number": isinstance(value, int | float) and not is_bool,
        "array": isinstance(value, list),
        "object": isinstance(value, dict),
    }.get(wanted, True)
