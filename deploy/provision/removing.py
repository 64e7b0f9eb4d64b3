"""The way back: what Libredesk's API can remove is removed, what it can't is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.provision.found import Found, Row
from deploy.provision.journal import Journal, Unexpected
from deploy.provision.names import NAME
from deploy.provision.server import Server, number, uuid

Step = tuple[str, str, str, str, str, Any]
"""What it is, which one, what happens to it, method, path, body."""


def remove(server: Server, journal: Journal, found: Found) -> list[str]:
    """Goes on after a step that fails; a sentence for each of those."""
    problems = []
    for what, which, action, method, path, body in _steps(found):
        try:
            server.call(f"{what} {which} is not {action}", method, path, body)
        except Unexpected as error:
            problems.append(str(error))
        else:
            journal.change(what, which, action)
    for of, row in found.conversations.items():
        id = uuid(row, "uuid", "reading a conversation")
        journal.say("stays", f"conversation {id} (to {of}), its messages and its contact: "
                             "Libredesk's API deletes none")  # fmt: skip
    return problems


def _steps(found: Found) -> Iterator[Step]:
    """Users before what they use: a role is free only when its agent is gone.

    An agent's open conversations would fall to everybody, so they are closed first.
    """
    for row in found.conversations.values():
        id = uuid(row, "uuid", "reading a conversation")
        if row.get("status") != "Closed":
            body = {"status": "Closed"}
            yield "conversation", id, "closed", "PUT", f"conversations/{id}/status", body
    if found.agent:
        path, of = f"agents/{_id(found.agent)}", f"of agent {_id(found.agent)}"
        yield "API key", of, "revoked", "DELETE", f"{path}/api-key", None
        yield "agent", str(found.agent.get("email")), "deleted", "DELETE", path, None
    if found.role:
        yield "role", NAME, "deleted", "DELETE", f"roles/{_id(found.role)}", None
    if found.inbox:
        yield "inbox", NAME, "deleted", "DELETE", f"inboxes/{_id(found.inbox)}", None


def _id(row: Row) -> int:
    return number(row, "id", "reading what is there")
