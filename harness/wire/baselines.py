"""The fixed good requests, one per operation and context (contract.md, *Baselines*)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.contract import Creates, Operation
from harness.model import SEND_PLACEHOLDER, Credentials
from harness.wire.draft import JSON, Draft

LISTING = "listing"
"""Context of a request without a body that asks for everything."""


def baselines(operation: Operation, sink: str) -> dict[str, Draft]:
    """Context -> its good request; recipients lie in the domain `sink`, texts hold a marker."""
    scope = "{write}" if operation.creates else "{read}"
    draft = Draft(
        operation=operation,
        path_values={p.name: scope for p in operation.path_parameters},
        credentials=good_credentials(operation),
    )
    if not operation.creates:
        return {LISTING: _with(draft, LISTING)}
    return {
        name: _with(draft, name, plain_body(operation.creates, name, sink))
        for name in operation.creates.plain
    }


def _with(draft: Draft, context: str, body: dict[str, Any] | None = None) -> Draft:
    if body is None:
        return replace(draft, context=context)
    return replace(draft, context=context, json=body, headers=(("Content-Type", JSON),))


def good_credentials(operation: Operation) -> Credentials | None:
    """Good credentials of the first documented scheme; None where none is asked for."""
    return Credentials(operation.security[0]) if operation.security else None


def plain_body(creates: Creates, context: str, sink: str) -> dict[str, Any]:
    """The plain body of a context as it is sent: marked, and to nobody outside of `sink`."""
    body = dict(creates.plain[context])
    for pointer in creates.recipients:
        name = pointer.removeprefix("/")
        if name in body:
            body[name] = [address.partition("@")[0] + "@" + sink for address in body[name]]
    text = creates.marker_request.removeprefix("/")
    body[text] = f"{body[text]} {SEND_PLACEHOLDER}"
    return body


def constants(creates: Creates, context: str) -> dict[str, Any]:
    """What makes the context: its plain values but for the text and the recipients."""
    others = {creates.marker_request, *creates.recipients}
    return {k: v for k, v in creates.plain[context].items() if f"/{k}" not in others}


def nearest_context(operation: Operation, body: Mapping[str, Any]) -> str:
    """The context whose constants `body` shares most of; the first one named wins a draw."""
    creates = operation.creates
    assert creates is not None
    assumed = defaults(creates)

    def distance(context: str) -> int:
        wanted = constants(creates, context)
        return sum(body.get(name, assumed.get(name)) != v for name, v in wanted.items())

    return min(creates.plain, key=distance)


def defaults(creates: Creates) -> dict[str, Any]:
    """What a property that is left out stands for, where the contract says so."""
    return {e.request.removeprefix("/"): e.default for e in creates.echo if e.has_default}
