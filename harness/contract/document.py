"""The bundled document, read: the only place that knows the names of OpenAPI's keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from harness.contract import traits
from harness.contract.types import Contract, Filter, Operation, Parameter, SecurityScheme

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class ContractError(ValueError):
    """The document cannot be used; the message says what to do about it."""


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


def one_type(schema: Any) -> Any:
    """A request's schema of OpenAPI 3.1 in the words of 3.0: one `type`, `nullable`, `enum`.

    `type: [T, "null"]` and `anyOf: [S, {type: "null"}]` are a nullable T or S, `const` is an enum
    of one. A union of several types other than null loses its `type`: any value passes. Answers
    are judged by their schemas as they stand.
    """
    if not isinstance(schema, dict):
        return schema
    node = _one_branch(dict(schema))
    if isinstance(node.get("type"), list):
        kinds = node.pop("type")
        others = [kind for kind in kinds if kind != "null"]
        node |= {"type": others[0]} if len(others) == 1 else {}
        node |= {"nullable": True} if "null" in kinds else {}
    if "const" in node:
        node["enum"] = [node["const"]]
    if "items" in node:
        node["items"] = one_type(node["items"])
    if "properties" in node:
        node["properties"] = {n: one_type(inner) for n, inner in node["properties"].items()}
    return node


def _one_branch(node: dict[str, Any]) -> dict[str, Any]:
    nothing = {"type": "null"}
    for union in ("anyOf", "oneOf"):
        branches = node.get(union)
        if isinstance(branches, list) and nothing in branches:
            others = [branch for branch in branches if branch != nothing]
            rest = {key: value for key, value in node.items() if key != union}
            inner = others[0] if len(others) == 1 else {union: others}
            node = {**inner, **rest, "nullable": True}
    return node


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
        body_schema=next(
            (one_type(m.get("schema", {})) for n, m in content.items() if "json" in n), None
        ),
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
        pagination=traits.pagination(node.get("x-pagination")),
        filters={
            name: Filter(name, value["field"], value.get("combine", ""))
            for name, value in (node.get("x-filters") or {}).items()
        },
        creates=traits.creates(node.get("x-creates")),
    )


def _parameter(node: Mapping[str, Any], pointer: str) -> Parameter:
    style = node.get("style", "form" if node["in"] in {"query", "cookie"} else "simple")
    return Parameter(
        name=node["name"],
        location=node["in"],
        required=bool(node.get("required")),
        schema=one_type(node.get("schema", {})),
        explode=bool(node.get("explode", style == "form")),
        pointer=pointer,
    )
