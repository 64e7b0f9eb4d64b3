"""What the contract is made of, once it is read: operations, parameters, traits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]


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
    def parts(self) -> tuple[str, ...]:
        """Which of `key`, `secret` and `token` its header holds."""
        if self.template == "basic":
            return ("key", "secret")
        return tuple(name for name in ("key", "secret", "token") if f"{{{name}}}" in self.template)

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
        """Those that stand in the path."""
        return tuple(p for p in self.parameters if p.location == "path")

    @property
    def query_parameters(self) -> tuple[Parameter, ...]:
        """Those that stand in the query."""
        return tuple(p for p in self.parameters if p.location == "query")

    @property
    def success(self) -> str:
        """The first documented status of success, `200` where none is named."""
        return next((s for s in self.responses if s.startswith("2")), "200")

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
        """The operation with that id; StopIteration if there is none."""
        return next(o for o in self.operations if o.id == operation_id)

    @property
    def probe(self) -> Operation | None:
        """The safe operation that says most about a target and its credentials.

        One that asks for credentials and names a resource; a listing before any other.
        """
        safe = [o for o in self.operations if o.is_safe]
        telling = [(bool(o.security), bool(o.path_parameters), bool(o.pagination)) for o in safe]
        return safe[telling.index(max(telling))] if safe else None

    @property
    def listings(self) -> tuple[Operation, ...]:
        """Operations that are paged."""
        return tuple(o for o in self.operations if o.pagination)

    @property
    def senders(self) -> tuple[Operation, ...]:
        """Operations that create items."""
        return tuple(o for o in self.operations if o.creates)

    def __hash__(self) -> int:
        return hash(self.sha256)
