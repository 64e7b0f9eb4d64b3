"""What an earlier run left, found by its name: a second run makes no second set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from deploy.provision.asked import Asked
from deploy.provision.journal import Unexpected
from deploy.provision.names import NAME, READ, WRITE, address, subject
from deploy.provision.server import Server, rows

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Rows as Libredesk lists them, None where there is none."""

    role: Row | None
    agent: Row | None
    inbox: Row | None
    conversations: Mapping[str, Row]
    """READ, WRITE -> the row, as far as there is one."""


def look(server: Server, asked: Asked) -> Found:
    """Changes nothing. Raises Unexpected."""
    roles = rows(server.call("listing the roles", "GET", "roles"), "listing the roles")
    agents = rows(server.call("listing the agents", "GET", "agents"), "listing the agents")
    inboxes = rows(server.call("listing the inboxes", "GET", "inboxes"), "listing the inboxes")
    inbox = _named(inboxes, NAME)
    return Found(
        _named(roles, NAME),
        _agent(agents, asked.sink),
        inbox,
        _conversations(server, inbox) if inbox else {},
    )


def _named(found: list[dict[str, Any]], name: str) -> Row | None:
    return next((row for row in found if row.get("name") == name), None)


def _agent(agents: list[dict[str, Any]], sink: str) -> Row | None:
    """Another sink domain would make a second agent, so it is refused."""
    wanted = address("agent", sink)
    local = wanted.partition("@")[0]
    for row in agents:
        email = str(row.get("email") or "")
        if email.partition("@")[0] == local and email != wanted:
            raise Unexpected(
                f"{email} was made here before, with another sink domain; give that one by --sink, "
                "or remove what was made by `make deprovision` with it."
            )
    return next((row for row in agents if row.get("email") == wanted), None)


def _conversations(server: Server, inbox: Row) -> dict[str, Row]:
    doing = "listing the conversations"
    only = [{"model": "conversations", "field": "inbox_id", "operator": "equals",
             "value": str(inbox.get("id"))}]  # fmt: skip
    path = f"conversations/all?page_size=100&filters={quote(json.dumps(only))}"
    listed = rows(server.call(doing, "GET", path), doing)
    found: dict[str, Row] = {}
    for of in (READ, WRITE):
        marked = (row for row in listed if str(row.get("subject", "")).startswith(subject(of)))
        first = min(marked, key=lambda row: str(row.get("created_at")), default=None)
        if first:
            found[of] = first
    return found
