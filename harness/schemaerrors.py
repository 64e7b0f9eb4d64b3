"""A validator's error, told as contract.md tells deviations: pointer, kind, expected, actual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from harness import told
from harness.contract import escape

Kind = Literal["missing", "null", "wrong type", "undocumented value", "bad format", "other"]
RANK: Sequence[Kind] = (
    "missing", "null", "wrong type", "undocumented value", "bad format", "other",
)  # fmt: skip
"""Which error speaks for a place that has several: a null is of the wrong type as well."""
EXCERPT = 60
"""Characters of a schema's keyword, or of a number, that are shown."""


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One place where a body is not what is documented."""

    pointer: str
    """Indices as `*`: the same defect in thirty items has one pointer. So are the names of
    properties that no schema names: they are data, such as an address."""
    exact: str
    kind: Kind
    expected: str
    actual: str
    schema_path: str
    """JSON pointer into the document, references followed; empty where no schema is to blame."""


class RawError(Protocol):
    """What is read of jsonschema's ValidationError."""

    message: str
    validator: Any
    validator_value: Any
    instance: Any

    @property
    def absolute_path(self) -> Sequence[str | int]:
        """Keys and indices from the body's root."""

    @property
    def absolute_schema_path(self) -> Sequence[str | int]:
        """Keys and indices from the schema's root, without any `$ref`."""


def explained(raw: Mapping[str, Any], root: str, error: RawError) -> SchemaError:
    """`error` of a body whose schema stands at the pointer `root` of the document `raw`."""
    path = [*error.absolute_path]
    named = _named(error.absolute_schema_path)
    kind, expected, actual = _kind(error)
    if kind == "missing":
        path.append(missing := _missing_name(error))
        named.add(missing)
    return SchemaError(
        pointer="".join(
            f"/{escape(p)}" if p in named and isinstance(p, str) else "/*" for p in path
        ),
        exact="".join(f"/{escape(str(p))}" for p in path),
        kind=kind,
        expected=expected,
        actual=actual,
        schema_path=located(raw, root, error.absolute_schema_path),
    )


def unreadable(reason: BaseException | bytes) -> SchemaError:
    """A body that could not be judged: too deep, not encodable, or bytes that are no JSON."""
    if isinstance(reason, bytes):
        said = f"{len(reason)} bytes that are no JSON"
    elif isinstance(reason, RecursionError):
        said = "a body nested too deeply to be read"
    elif isinstance(reason, UnicodeError):
        said = "text that cannot be encoded"
    else:
        said = f"a body that cannot be read ({type(reason).__name__})"
    return SchemaError("", "", "other", "a JSON body", said, "")


def distinct(errors: Iterable[SchemaError]) -> tuple[SchemaError, ...]:
    """One error a place, the most telling one, in the order of their first appearance."""
    told: dict[str, SchemaError] = {}
    for error in errors:
        known = told.get(error.exact)
        if known is None or RANK.index(error.kind) < RANK.index(known.kind):
            told[error.exact] = error
    return tuple(told.values())


def located(raw: Mapping[str, Any], root: str, path: Iterable[str | int]) -> str:
    """JSON pointer of what lies at `path` below `root`, as far as `raw` has it."""
    node, pointer = _follow(raw, _at(raw, root), root)
    for part in path:
        node, pointer = _follow(raw, _child(node, part), f"{pointer}/{escape(str(part))}")
    return pointer


def short(text: str, limit: int = EXCERPT) -> str:
    """`text` on one line, cut after `limit` characters; always encodable."""
    line = " ".join(text.split()).encode("utf-8", "backslashreplace").decode()
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def shown(value: Any, *, at_enum: bool = False) -> str:
    """A JSON value for people: its type and, where it is a scalar, the value, a string marked."""
    match value:
        case None | True | False:
            return told.scalar(value)
        case dict():
            return f"an object with {len(value)} properties"
        case list():
            return f"an array of {len(value)} items"
        case str():
            return f"the string {told.text(value, 'word' if at_enum else 'text')}"
        case _:
            return f"the number {short(told.scalar(value))}"


def _kind(error: RawError) -> tuple[Kind, str, str]:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "required":
            return "missing", "the property", "nothing"
        case "type":
            names = " or ".join([wanted] if isinstance(wanted, str) else wanted)
            return ("null" if value is None else "wrong type"), names, shown(value)
        case "enum" | "const" if value is not None:
            items = wanted if error.validator == "enum" else [wanted]
            seen = shown(value, at_enum=True)
            return "undocumented value", "one of " + ", ".join(map(str, items)), seen
        case "format":
            return "bad format", str(wanted), shown(value)
    if value is None:
        return "null", f"{error.validator} {short(str(wanted))}", "null"
    return "other", f"{error.validator} {short(str(wanted))}", shown(value)


def _named(path: Sequence[str | int]) -> set[str | int]:
    """The properties that a schema names on the way to what it says."""
    return {path[i + 1] for i in range(len(path) - 1) if path[i] == "properties"}


def _missing_name(error: RawError) -> str:
    names = (n for n in error.validator_value if error.message.startswith(f"{n!r} is a required"))
    return next(names, "")


def _at(raw: Mapping[str, Any], pointer: str) -> Any:
    node: Any = raw
    for part in pointer.removeprefix("#/").split("/"):
        node = _child(node, part.replace("~1", "/").replace("~0", "~"))
    return node


def _child(node: Any, part: str | int) -> Any:
    try:
        return node[part]
    except (LookupError, TypeError):
        return {}


def _follow(raw: Mapping[str, Any], node: Any, pointer: str) -> tuple[Any, str]:
    while isinstance(node, Mapping) and isinstance(reference := node.get("$ref"), str):
        node, pointer = _at(raw, reference), reference
    return node, pointer
