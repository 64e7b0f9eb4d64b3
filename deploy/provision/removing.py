"""The way back: what Libredesk's API can remove is removed, what it can't is listed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.provision.found import Found, Row
from deploy.provision.journal import Journal, Unexpected
from deploy.provision.names import NAME
from deploy.provision.server import Server, number, uuid

Step = tuple[str, str, str, str, Any]
"""What it is, what happens to it, method, path, body."""


def remove(server: Server, journal: Journal, found: Found) -> list[str]:
    """Goes on after a step that fails; a sentence for each of those."""
    problems = []
    for what, action, method, path, body in _steps(found):
        try:
            server.call(f"{what}: not {action}", method, path, body)
        except Unexpected as error:
            problems.append(str(error))
        else:
            journal.change(what, path, action)
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
        path = f"conversations/{uuid(row, 'uuid', 'reading a conversation')}/status"
        if row.get("status") != "Closed":
            yield "conversation", "closed", "PUT", path, {"status": "Closed"}
    if found.agent:
        agent = f"agents/{_id(found.agent)}"
        yield "API key", "revoked", "DELETE", f"{agent}/api-key", None
        yield "agent", "deleted", "DELETE", agent, None
    if found.role:
        yield f"role {NAME}", "deleted", "DELETE", f"roles/{_id(found.role)}", None
    if found.inbox:
        yield f"inbox {NAME}", "deleted", "DELETE", f"inboxes/{_id(found.inbox)}", None


def _id(row: Row) -> int:
    return number(row, "id", "reading what is there")
