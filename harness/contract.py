"""The bundled document as the harness reads it: operations, schemas and traits.

This is the only place that knows the names of OpenAPI keys and of the `x-…` annotations; the
annotations' meaning is described in spec/README.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

Schema = Mapping[str, Any]
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class ContractError(ValueError):
    """The document cannot be used; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation; `schema` is resolved."""

    name: str
    location: str
    required: bool
    schema: Schema
    explode: bool
    pointer: str

    @property
    def place(self) -> str:
        """The place of the grid that stands for this parameter."""
        return f"{self.location} {self.name}"

    @property
    def item_schema(self) -> Schema:
        """What one value of the parameter must satisfy."""
        return self.schema.get("items", {}) if self.schema.get("type") == "array" else self.schema


@dataclass(frozen=True, slots=True)
class Pagination:
    """`x-pagination`: how a listing is cut into pages and what each page says about itself."""

    page: str
    size: str
    default_page: int
    default_size: int
    minimum_size: int
    maximum_size: int
    items: str
    total: str
    pages: str
    echo_page: str
    echo_size: str
    identity: tuple[str, ...]
    stable: tuple[str, ...]
    scope_parameter: str
    scope_field: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`x-filters`: the query parameter `parameter` keeps items whose `field` equals its value."""

    parameter: str
    field: str
    combine: str
    """`any` where several values mean their union, otherwise empty."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A property that a created item must repeat."""

    request: str
    response: str
    default: Any = None
    has_default: bool = False
    compare: str = "exact"
    when: Mapping[str, Any] = field(default_factory=dict)
    optional: bool = False
    empty_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Derived:
    """A response property that follows from what was sent."""

    when: Mapping[str, Any]
    response: str
    value: Any


@dataclass(frozen=True, slots=True)
class PlainLimits:
    """What counts as a plain request (contract.md, *Sending*)."""

    text: str
    minimum: int
    maximum: int
    recipients_minimum: int
    recipients_maximum: int
    recipients_only: tuple[str, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Creates:
    """`x-creates`: what a sent item comes back as, and what may be sent without harm."""

    answer: str
    listed_by: str
    marker_request: str
    marker_response: tuple[str, ...]
    repeat_key: str
    echo: tuple[Echo, ...]
    derived: tuple[Derived, ...]
    scope_parameter: str
    scope_response: str
    plain: Mapping[str, Mapping[str, Any]]
    limits: PlainLimits
    refusable: tuple[str, ...]
    harmless: tuple[str, ...]
    recipients: tuple[str, ...]
    references: tuple[str, ...]
    carriers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """One documented way to say who asks: the header and how its value is made."""

    name: str
    header: str
    template: str
    """`basic` for base64(key:secret), otherwise text with `{key}`, `{secret}` or `{token}`."""

    @property
    def word(self) -> str:
        """The scheme word in front of the credentials, empty if there is none."""
        if self.template == "basic":
            return "Basic"
        head, _, rest = self.template.partition(" ")
        return head if rest else ""

    @property
    def place(self) -> str:
        """The place of the grid that stands for this scheme."""
        return f"header {self.header} {self.name}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body_schema: Schema | None
    body_media: tuple[str, ...]
    body_required: bool
    responses: Mapping[str, Mapping[str, Schema | None]]
    """Status -> media type -> resolved schema."""
    security: tuple[str, ...]
    pointer: str
    pagination: Pagination | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    creates: Creates | None = None
    first_on_path: bool = True
    """Whether no operation before it has the same path; what concerns a path is its to answer."""

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.location == "path")

    @property
    def query_parameters(self) -> tuple[Parameter, ...]:
        return tuple(p for p in self.parameters if p.location == "query")

    @property
    def is_safe(self) -> bool:
        """Whether a request can store nothing (RFC 9110, 9.2.1)."""
        return self.method in {"GET", "HEAD", "OPTIONS", "TRACE"}

    def response_schema(self, status: int) -> Schema | None:
        """The schema of the JSON body documented for `status`, resolved."""
        media = self.responses.get(str(status)) or {}
        return next((schema for name, schema in media.items() if "json" in name), None)

    def __hash__(self) -> int:
        return hash(self.id)


@dataclass(frozen=True, slots=True)
class Contract:
    """The whole document."""

    title: str
    version: str
    sha256: str
    raw: Mapping[str, Any]
    operations: tuple[Operation, ...]
    schemes: Mapping[str, SecurityScheme]
    untestable: tuple[Mapping[str, str], ...]
    error_required: tuple[str, ...]
    clarifications: int
    path: str = ""

    def operation(self, operation_id: str) -> Operation:
        return next(o for o in self.operations if o.id == operation_id)

    @property
    def listings(self) -> tuple[Operation, ...]:
        return tuple(o for o in self.operations if o.pagination)

    @property
    def senders(self) -> tuple[Operation, ...]:
        return tuple(o for o in self.operations if o.creates)

    def __hash__(self) -> int:
        return hash(self.sha256)


def load(path: Path) -> Contract:
    """Read a bundled document.

    Raises ContractError with one sentence if it is unreadable, no OpenAPI 3 document, or uses an
    annotation wrongly.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ContractError(f"cannot read the spec {path}: {error.strerror}") from error
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        raise ContractError(f"the spec {path} is not valid YAML: {where}") from error
    if not isinstance(raw, dict) or not str(raw.get("openapi", "")).startswith("3."):
        raise ContractError(f"the spec {path} is not an OpenAPI 3 document (no `openapi: 3.…`)")
    try:
        return _contract(raw, text, str(path))
    except (KeyError, TypeError, AttributeError) as error:
        raise ContractError(
            f"the spec {path} cannot be read: {type(error).__name__} {error}; "
            "spec/README.md describes what an annotation must hold"
        ) from error


def _contract(raw: Mapping[str, Any], text: bytes, path: str) -> Contract:
    schemes = {
        name: _scheme(name, value)
        for name, value in (raw.get("components") or {}).get("securitySchemes", {}).items()
    }
    operations = tuple(_operations(raw))
    if not operations:
        raise ContractError(f"the spec {path} describes no operation")
    info = raw.get("info", {})
    return Contract(
        title=str(info.get("title", "")),
        version=str(info.get("version", "")),
        sha256=hashlib.sha256(text).hexdigest(),
        raw=raw,
        operations=operations,
        schemes=schemes,
        untestable=tuple(raw.get("x-untestable", ())),
        error_required=tuple((raw.get("x-error-envelope") or {}).get("required", ())),
        clarifications=int(raw.get("x-clarifications", 0)),
        path=path,
    )


def resolve(raw: Mapping[str, Any], node: Any, seen: tuple[str, ...] = ()) -> Any:
    """`node` with every local `$ref` replaced by what it points at. Cycles are an error."""
    if isinstance(node, list):
        return [resolve(raw, item, seen) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if not isinstance(reference, str):
        return {key: resolve(raw, value, seen) for key, value in node.items()}
    if reference in seen:
        raise ContractError(f"the spec's {reference} refers to itself; inline or cut the cycle")
    target: Any = raw
    for part in reference.removeprefix("#/").split("/"):
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return resolve(raw, target, (*seen, reference))


def escape(part: str) -> str:
    """One segment of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def _scheme(name: str, value: Mapping[str, Any]) -> SecurityScheme:
    kind = (value.get("type"), str(value.get("scheme", "")).lower())
    if "x-credentials" in value:
        return SecurityScheme(name, value.get("name", "Authorization"), value["x-credentials"])
    if kind == ("http", "basic"):
        return SecurityScheme(name, "Authorization", "basic")
    if kind == ("http", "bearer"):
        return SecurityScheme(name, "Authorization", "Bearer {token}")
    if value.get("type") == "apiKey" and value.get("in") == "header":
        return SecurityScheme(name, value["name"], "{token}")
    raise ContractError(f"the spec's security scheme {name} ({value.get('type')}) is not supported")


def _operations(raw: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in (raw.get("paths") or {}).items():
        for index, method in enumerate(m for m in METHODS if m in item):
            yield replace(_operation(raw, path, method, item), first_on_path=index == 0)


def _operation(
    raw: Mapping[str, Any], path: str, method: str, item: Mapping[str, Any]
) -> Operation:
    node = item[method]
    pointer = f"#/paths/{escape(path)}/{method}"
    merged: dict[tuple[str, str], Parameter] = {}
    for base, owner in ((f"#/paths/{escape(path)}", item), (pointer, node)):
        for index, entry in enumerate(owner.get("parameters", ())):
            parameter = _parameter(resolve(raw, entry), f"{base}/parameters/{index}")
            merged[parameter.location, parameter.name] = parameter
    body = resolve(raw, node.get("requestBody") or {})
    content = body.get("content", {})
    security = node.get("security", raw.get("security", ()))
    return Operation(
        id=node.get("operationId") or f"{method.upper()} {path}",
        method=method.upper(),
        path=path,
        parameters=tuple(merged.values()),
        body_schema=next((m.get("schema", {}) for n, m in content.items() if "json" in n), None),
        body_media=tuple(content),
        body_required=bool(body.get("required")),
        responses={
            str(status): {
                media: value.get("schema")
                for media, value in (resolve(raw, response).get("content") or {}).items()
            }
            for status, response in node.get("responses", {}).items()
        },
        security=tuple(name for requirement in security for name in requirement),
        pointer=pointer,
        pagination=_pagination(node.get("x-pagination")),
        filters={
            name: Filter(name, value["field"], value.get("combine", ""))
            for name, value in (node.get("x-filters") or {}).items()
        },
        creates=_creates(node.get("x-creates")),
    )


def _parameter(node: Mapping[str, Any], pointer: str) -> Parameter:
    style = node.get("style", "form" if node["in"] in {"query", "cookie"} else "simple")
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=bool(node.get("required")),
        schema=node.get("schema", {}),
        explode=bool(node.get("explode", style == "form")),
        pointer=pointer,
    )


def _pagination(node: Mapping[str, Any] | None) -> Pagination | None:
    if not node:
        return None
    page, size = node["page"], node["size"]
    scope = node.get("scope") or {}
    return Pagination(
        page=page["parameter"],
        size=size["parameter"],
        default_page=page.get("default", 1),
        default_size=size["default"],
        minimum_size=size.get("minimum", 1),
        maximum_size=size["maximum"],
        items=node["items"],
        total=node["total"],
        pages=node.get("pages", ""),
        echo_page=node.get("echo", {}).get("page", ""),
        echo_size=node.get("echo", {}).get("size", ""),
        identity=tuple(node["identity"]),
        stable=tuple(node.get("stable", ())),
        scope_parameter=scope.get("parameter", ""),
        scope_field=scope.get("field", ""),
    )


def _creates(node: Mapping[str, Any] | None) -> Creates | None:
    if not node:
        return None
    marker, scope = node["marker"], node.get("scope") or {}
    return Creates(
        answer=node["answer"],
        listed_by=node["listed-by"],
        marker_request=marker["request"],
        marker_response=tuple(marker["response"]),
        repeat_key=node.get("repeat-key", ""),
        echo=tuple(_echo(entry) for entry in node.get("echo", ())),
        derived=tuple(
            Derived(entry["when"], entry["response"], entry["value"])
            for entry in node.get("derived", ())
        ),
        scope_parameter=scope.get("parameter", ""),
        scope_response=scope.get("response", ""),
        plain=node["plain"],
        limits=_limits(node["plain-limits"]),
        refusable=tuple(node.get("refusable", ())),
        harmless=tuple(node.get("harmless", ())),
        recipients=tuple(node.get("recipients", ())),
        references=tuple(node.get("references", ())),
        carriers=node.get("carriers", {}),
    )


def _echo(entry: Mapping[str, Any]) -> Echo:
    return Echo(
        request=entry["request"],
        response=entry["response"],
        default=entry.get("default"),
        has_default="default" in entry,
        compare=entry.get("compare", "exact"),
        when=entry.get("when", {}),
        optional=bool(entry.get("optional")),
        empty_allowed=bool(entry.get("empty-allowed")),
    )


def _limits(node: Mapping[str, Any]) -> PlainLimits:
    text, recipients = node["text"], node.get("recipients", {})
    return PlainLimits(
        text=text["property"],
        minimum=text.get("minimum", 1),
        maximum=text["maximum"],
        recipients_minimum=recipients.get("minimum", 0),
        recipients_maximum=recipients.get("maximum", 0),
        recipients_only=tuple(recipients.get("only", ())),
        absent=tuple(node.get("absent", ())),
    )
