"""The values that stand for the kinds of the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.contract import Creates, Parameter
from harness.model import SEND_PLACEHOLDER
from harness.wire import kinds

MARK: Final = SEND_PLACEHOLDER
BEYOND_32: Final = "2147483648"
OFFSET_BEYOND_64: Final = "9223372036854775807"
BEYOND_64: Final = "9223372036854775808"
REFERENCE: Final = 2**40 + 7
"""An id that is nobody's upload in progress (contract: `send.any-number`)."""
SMALL_REFERENCE: Final = 987_654_321
"""One that may be: the write policy lets it through to the embedded server only."""
HUNDREDS: Final = 300
"""Recipients of one message, likewise."""
VERY_LONG: Final = 65_536 + 1
SEVERAL_DOZENS: Final = 100

PATH_VALUES: Final = (
    (kinds.UNKNOWN_ID, "{unknown}"),
    (kinds.MALFORMED, "%6e%6f%74-a-uuid"),
    (kinds.VERY_LONG, "a" * (kinds.LONG + 1)),
    (kinds.NUL, "%00"),
    (kinds.CONTROL, "%01%1F"),
    (kinds.NOT_UTF8, "%FF"),
    (kinds.QUOTE, "%27"),
)
"""Raw. Never a slash, a backslash, `?`, `#`, dots or nothing: proxies make other routes of it."""

_QUERY_TEXT: Final = (
    (kinds.NUL, "a%00b"),
    (kinds.NOT_UTF8, "%FF"),
    (kinds.QUOTE, "%27"),
    (kinds.EMOJI, "%F0%9F%98%80"),
)

TEXTS: Final = (
    (kinds.NUL, "a\x00b"),
    (kinds.CONTROL, "a\x01\x1bb"),
    (kinds.SURROGATE, "a\ud800b"),
    (kinds.EMOJI, "a \U0001f600 b"),
    (kinds.RIGHT_TO_LEFT, "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627"),
    (kinds.QUOTE, 'it\'s "quoted"'),
    (kinds.TEMPLATE, "{{ .Undefined }} ${x}"),
    (kinds.SQL, "x; DROP TABLE y -- 100% \\"),
)
_ITEM_TEXTS: Final = (kinds.NUL, kinds.EMOJI, kinds.QUOTE)
_KEY_TEXTS: Final = (kinds.NUL, kinds.EMOJI)


def query_values(parameter: Parameter, *, is_page: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind, raw values) of every cell of a query parameter."""
    schema = parameter.item_schema
    yield kinds.EMPTY, ("",)
    if schema.get("type") == "integer":
        yield from _integers(schema, is_page=is_page)
    elif schema.get("type") == "boolean":
        yield kinds.WRONG_TYPE, ("garbage",)
        yield kinds.DUPLICATE, ("true", "false")
        yield kinds.NUL, (_QUERY_TEXT[0][1],)
    else:
        yield from _words(parameter, schema)


def _integers(schema: Mapping[str, Any], *, is_page: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield kinds.ZERO, ("0",)
    yield kinds.NEGATIVE, ("-1",)
    yield kinds.NOT_AN_INTEGER, ("abc",)
    yield kinds.NOT_AN_INTEGER, ("1.5",)
    maximum = schema.get("maximum")
    if maximum is not None:
        yield kinds.BEYOND_BOUND, (str(maximum + 1),)
        yield kinds.BEYOND_BOUND, (str(maximum * 10),)
    yield kinds.BEYOND_32_BITS, (BEYOND_32,)
    if is_page:
        yield kinds.OFFSET_BEYOND_64_BITS, (OFFSET_BEYOND_64,)
    yield kinds.BEYOND_64_BITS, (BEYOND_64,)
    yield kinds.DUPLICATE, ("1", "2")
    yield kinds.NUL, (_QUERY_TEXT[0][1],)


def _words(
    parameter: Parameter, schema: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    documented = tuple(str(value) for value in schema.get("enum", ()))
    yield kinds.UNDOCUMENTED_VALUE, ("undocumented",)
    if documented and parameter.schema.get("type") == "array":
        yield kinds.DUPLICATE, (documented[0], documented[0])
        yield kinds.TOO_MANY, documented * (kinds.MANY // len(documented) + 1)
    yield from ((kind, (raw,)) for kind, raw in _QUERY_TEXT)
    yield kinds.VERY_LONG, ("a" * (kinds.LONG + 1),)


def property_values(
    pointer: str, schema: Mapping[str, Any], creates: Creates, sink: str
) -> Iterator[tuple[str, Any]]:
    """(label, value) of every cell of a body property, its items and members included."""
    yield kinds.NULL, None
    kind = schema.get("type")
    if kind == "array":
        yield from _array(pointer, schema.get("items", {}), creates, sink)
    elif kind == "boolean":
        yield kinds.WRONG_TYPE, "maybe"
    elif "enum" in schema:
        yield kinds.EMPTY, ""
        yield kinds.WRONG_TYPE, {}
        yield kinds.UNDOCUMENTED_VALUE, "undocumented"
    elif kind == "string":
        yield from _strings(pointer, creates)
    elif kind in {"integer", "number"}:
        yield from _numbers(schema, reference=pointer in creates.references)
    else:
        yield kinds.WRONG_TYPE, "text"


def _strings(pointer: str, creates: Creates) -> Iterator[tuple[str, Any]]:
    yield kinds.EMPTY, ""
    yield kinds.WRONG_TYPE, {}
    is_text = pointer == creates.marker_request
    for kind, text in TEXTS:
        if is_text or kind in _KEY_TEXTS:
            yield kind, f"{MARK} {text}"
    yield kinds.VERY_LONG, f"{MARK} " + "a " * (VERY_LONG // 2)


def _numbers(schema: Mapping[str, Any], *, reference: bool) -> Iterator[tuple[str, Any]]:
    yield kinds.ZERO, 0
    yield kinds.NEGATIVE, -1
    yield kinds.NOT_AN_INTEGER, -1.5
    yield kinds.WRONG_TYPE, "x"
    if reference:
        yield kinds.UNKNOWN_ID, SMALL_REFERENCE
    yield kinds.BEYOND_32_BITS, REFERENCE
    yield kinds.BEYOND_64_BITS, 2**63
    if schema.get("type") == "integer":
        yield kinds.FLOAT_NOTATION, float(REFERENCE if reference else schema.get("minimum", 1))


def _array(
    pointer: str, items: Mapping[str, Any], creates: Creates, sink: str
) -> Iterator[tuple[str, Any]]:
    yield kinds.EMPTY, []
    yield kinds.WRONG_TYPE, {}
    plain = _plain_item(pointer, items, creates, sink)
    many = kinds.MANY if pointer in creates.recipients else SEVERAL_DOZENS
    yield kinds.TOO_MANY, [plain(n) for n in range(many)]
    if pointer in creates.recipients[:1]:
        yield f"{kinds.TOO_MANY} hundreds", [plain(n) for n in range(HUNDREDS)]
        yield kinds.VALID_VALUE, [plain(n) for n in range(creates.limits.recipients_maximum)]
    yield from _arrays_items(pointer, items, creates, sink)


def _arrays_items(
    pointer: str, items: Mapping[str, Any], creates: Creates, sink: str
) -> Iterator[tuple[str, Any]]:
    plain = _plain_item(pointer, items, creates, sink)
    yield f"* {kinds.NULL}", [None]
    place = f"{pointer}/*"
    if items.get("type") == "object":
        yield f"* {kinds.WRONG_TYPE}", ["text"]
        yield f"* {kinds.EMPTY}", [{}]
        yield from _members(place, items, creates)
    elif items.get("type") == "string":
        yield f"* {kinds.WRONG_TYPE}", [{}]
        yield f"* {kinds.EMPTY}", [""]
        if pointer in creates.recipients[1:]:
            yield kinds.VALID_VALUE, [plain(0)]
        for kind, text in TEXTS:
            if kind in _ITEM_TEXTS[: 1 if pointer in creates.recipients[1:] else None]:
                yield f"* {kind}", [f"{text}@{sink}"]
        yield kinds.DUPLICATE, [plain(0), plain(0)]
        if pointer not in creates.recipients[1:]:
            yield f"* {kinds.MALFORMED}", ["nobody"]
            yield f"* {kinds.VERY_LONG}", ["a" * (kinds.LONG + 1) + f"@{sink}"]
    else:
        yield kinds.DUPLICATE, [plain(0), plain(0)]
        for kind, value in _numbers(items, reference=place in creates.references):
            yield f"* {kind}", [value]


def _members(place: str, items: Mapping[str, Any], creates: Creates) -> Iterator[tuple[str, Any]]:
    properties = items.get("properties", {})
    whole = _ordinary(items, 0)
    for name, node in properties.items():
        for value in node.get("enum", ()):
            yield f"*/{name} {kinds.VALID_VALUE} {value}", [{name: value}]
        for label, value in property_values(f"{place}/{name}", node, creates, ""):
            alone = label not in {kinds.UNKNOWN_ID, kinds.FLOAT_NOTATION}
            yield f"*/{name} {label}", [{name: value} if alone else {**whole, name: value}]
            if label == kinds.UNDOCUMENTED_VALUE:
                yield f"*/{name} {label} among others", [{**whole, name: value}]
    yield f"* {kinds.UNDOCUMENTED_PROPERTY}", [{"undocumented": 1}]


def _ordinary(schema: Mapping[str, Any], number: int) -> Any:
    """A value of the schema's type; another one for each number where the type has so many."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: _ordinary(node, number) for name, node in properties.items()}
    texts = {"string": f"plain {number}", "boolean": False, "array": []}
    return texts.get(str(kind), REFERENCE + number)


def plain_value(pointer: str, schema: Mapping[str, Any], creates: Creates, sink: str) -> Any:
    """A good value of a property; a text holds a marker, so that it is new in every run."""
    if schema.get("type") == "array":
        return [_plain_item(pointer, schema.get("items", {}), creates, sink)(0)]
    return f"{MARK} plain" if schema.get("type") == "string" else _ordinary(schema, 0)


def _plain_item(pointer: str, items: Mapping[str, Any], creates: Creates, sink: str) -> Any:
    if pointer in creates.recipients:
        return lambda n: f"contract-test-{n}@{sink}"
    return lambda n: _ordinary(items, n)
