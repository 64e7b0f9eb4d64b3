"""The `x-…` annotations of an operation, read; their meaning is described in spec/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.contract.types import Creates, Derived, Echo, Pagination, PlainLimits


def pagination(node: Mapping[str, Any] | None) -> Pagination | None:
    """`x-pagination`; None where the operation is not paged."""
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


def creates(node: Mapping[str, Any] | None) -> Creates | None:
    """`x-creates`; None where the operation creates nothing."""
    if not node:
        return None
    marker, scope = node["marker"], node.get("scope") or {}
    return Creates(
        answer=node["answer"],
        listed_by=node["listed-by"],
        marker_request=marker["request"],
        marker_response=tuple(marker["response"]),
        repeat_key=node.get("repeat-key", ""),
        echo=tuple(echo(entry) for entry in node.get("echo", ())),
        derived=tuple(
            Derived(entry["when"], entry["response"], entry["value"])
            for entry in node.get("derived", ())
        ),
        scope_parameter=scope.get("parameter", ""),
        scope_response=scope.get("response", ""),
        plain=node["plain"],
        limits=limits(node["plain-limits"]),
        refusable=tuple(node.get("refusable", ())),
        harmless=tuple(node.get("harmless", ())),
        recipients=tuple(node.get("recipients", ())),
        references=tuple(node.get("references", ())),
        carriers=node.get("carriers", {}),
    )


def echo(entry: Mapping[str, Any]) -> Echo:
    """One rule of `x-creates/echo`."""
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


def limits(node: Mapping[str, Any]) -> PlainLimits:
    """`x-creates/plain-limits`."""
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
