"""Libredesk's API for administrators in small, as 1.0.3, 2.4.0 and 2.7.0 were seen to behave.

It keeps roles, agents, inboxes, conversations and messages in lists, wants the session cookie with
the token for every change, and gives an agent what the agent's role and assignments allow.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

EMAIL, PASSWORD = "System", "CanaryPass'word#1"
SESSION, TOKEN = "CanarySession5d", "CanaryToken9f"
Row = dict[str, Any]


class Refusal(Exception):
    """An answer in Libredesk's envelope that is not success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Libredesk:
    """State, and what was done to it."""

    version: str = "v2.7.0"
    roles: list[Row] = field(default_factory=list)
    agents: list[Row] = field(default_factory=list)
    inboxes: list[Row] = field(default_factory=list)
    conversations: list[Row] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    keys: dict[int, tuple[str, str]] = field(default_factory=dict)
    shows_keys: bool = True
    """Whether an agent is shown with the key that it has, as the documents say."""
    changes: list[str] = field(default_factory=list)
    """Method and path of every request that changed something, without logins."""

    def answer(self, method: str, target: str, headers: dict[str, str], body: Any) -> Any:
        """The data of one request. Raises Refusal."""
        parts = urlsplit(target)
        path = parts.path.removeprefix("/api/v1/")
        if path == "auth/login":
            if body != {"email": EMAIL, "password": PASSWORD}:
                raise Refusal(400, f"Invalid email or password. ({body['password']})")
            return {"id": 1}
        agent = self._who(method, headers)
        for (verb, pattern), handle in ROUTES.items():
            match = re.fullmatch(pattern, path)
            if verb == method and match:
                data = handle(self, agent, body, parse_qs(parts.query), *match.groups())
                if method != "GET":
                    self.changes.append(f"{method} {re.sub('[0-9a-f-]{36}', '…', path)}")
                return data
        raise Refusal(404, f"no such page: {method} {path}")

    def _who(self, method: str, headers: dict[str, str]) -> Row | None:
        """The agent of an API key; None is the administrator."""
        given = headers.get("authorization", "")
        if given:
            for id, pair in self.keys.items():
                agent = _of(self.agents, id)
                word = base64.b64encode(":".join(pair).encode()).decode()
                if agent["enabled"] and given == f"Basic {word}":
                    return agent
            raise Refusal(401, "Invalid API key")
        cookies = dict(part.split("=", 1) for part in headers.get("cookie", "").split("; ") if part)
        if method != "GET" and not cookies.get("csrf_token") == headers.get("x-csrftoken") == TOKEN:
            raise Refusal(403, "CSRF token mismatch")
        if cookies.get("libredesk_session") != SESSION:
            raise Refusal(401, "Invalid or expired session")
        return None

    def permitted(self, agent: Row | None, permission: str) -> None:
        if agent is None:
            return
        held = {p for role in self.roles if role["name"] in agent["roles"]
                for p in role["permissions"]}  # fmt: skip
        if permission not in held:
            raise Refusal(403, "Permission denied")

    def conversation(self, agent: Row | None, id: str) -> Row:
        for row in self.conversations:
            if row["uuid"] == id:
                if agent and row["assigned_user_id"] != agent["id"]:
                    raise Refusal(403, "Permission denied")
                return row
        raise Refusal(404, "Conversation not found")

    def keep(self, row: Row, **values: Any) -> Row:
        message = {"uuid": str(uuid.uuid4()), "conversation": row["uuid"], **values}
        self.messages.append(message)
        return message


def _of(rows: list[Row], id: int) -> Row:
    for row in rows:
        if row["id"] == id:
            return row
    raise Refusal(404, "not found")


Handler = Callable[..., Any]
ROUTES: dict[tuple[str, str], Handler] = {}


def _route(method: str, pattern: str) -> Callable[[Handler], Handler]:
    def keep(handle: Handler) -> Handler:
        ROUTES[method, pattern] = handle
        return handle

    return keep


def _table(name: str) -> None:
    """List, read, create, change and delete rows of one kind."""

    def create(desk: Libredesk, agent: Row | None, body: Row, query: Any) -> Row:
        desk.permitted(agent, f"{name}:manage")
        rows = getattr(desk, name)
        rows.append({"id": 1 + max((row["id"] for row in rows), default=0), **body})
        return rows[-1]

    def change(desk: Libredesk, agent: Row | None, body: Row, query: Any, id: str) -> Row:
        desk.permitted(agent, f"{name}:manage")
        row = _of(getattr(desk, name), int(id))
        row.update(body)
        return row

    def delete(desk: Libredesk, agent: Row | None, body: Any, query: Any, id: str) -> bool:
        desk.permitted(agent, f"{name}:manage")
        getattr(desk, name).remove(_of(getattr(desk, name), int(id)))
        return True

    ROUTES["GET", name] = lambda desk, *_: [
        {key: value for key, value in row.items() if key != "roles"} for row in getattr(desk, name)
    ]
    ROUTES["GET", rf"{name}/(\d+)"] = lambda desk, agent, body, query, id: _of(
        getattr(desk, name), int(id)
    )
    ROUTES["POST", name] = create
    ROUTES["PUT", rf"{name}/(\d+)"] = change
    ROUTES["DELETE", rf"{name}/(\d+)"] = delete


@_route("GET", "settings/general")
def _settings(desk: Libredesk, *_: Any) -> Row:
    return {"app.version": desk.version}


@_route("GET", "agents/me")
def _me(desk: Libredesk, agent: Row | None, *_: Any) -> Row:
    return agent or {"id": 1}


for _name in ("roles", "agents", "inboxes"):
    _table(_name)


@_route("GET", r"agents/(\d+)")
def _agent(desk: Libredesk, agent: Any, body: Any, query: Any, id: str) -> Row:
    row = _of(desk.agents, int(id))
    key, _secret = desk.keys.get(row["id"], (None, None))
    return row | ({"api_key": key} if desk.shows_keys else {})


@_route("POST", r"agents/(\d+)/api-key")
def _key(desk: Libredesk, agent: Any, body: Any, query: Any, id: str) -> Row:
    pair = (f"CanaryKey{uuid.uuid4().hex}", f"CanarySecret{uuid.uuid4().hex}")
    desk.keys[_of(desk.agents, int(id))["id"]] = pair
    return {"api_key": pair[0], "api_secret": pair[1]}


@_route("DELETE", r"agents/(\d+)/api-key")
def _revoke(desk: Libredesk, agent: Any, body: Any, query: Any, id: str) -> bool:
    desk.keys.pop(int(id), None)
    return True


@_route("GET", "conversations/all")
def _listed(desk: Libredesk, agent: Any, body: Any, query: Any) -> Row:
    [only] = json.loads(query["filters"][0])
    kept = [row for row in desk.conversations if str(row["inbox_id"]) == only["value"]]
    # as in 1.0.3, the list says little
    return {"results": [{"uuid": row["uuid"], "subject": row["subject"], "status": row["status"],
                         "created_at": row["created_at"]} for row in kept]}  # fmt: skip


@_route("POST", "conversations")
def _begin(desk: Libredesk, agent: Any, body: Row, query: Any) -> Row:
    desk.permitted(agent, "conversations:write")
    _of(desk.inboxes, body["inbox_id"])
    number = len(desk.conversations)
    row = {
        "uuid": str(uuid.uuid4()), "subject": f"{body['subject']} - #{100 + number}",
        "status": "Open", "created_at": f"2026-01-01T00:00:{number:02}Z",
        "inbox_id": body["inbox_id"], "assigned_user_id": body["agent_id"],
        "contact": {"email": body["contact_email"]},
    }  # fmt: skip
    desk.conversations.append(row)
    desk.keep(row, type="activity", private=True, author=agent["email"] if agent else EMAIL)
    desk.keep(row, type="incoming", private=False)
    return row


@_route("GET", r"conversations/([^/]+)")
def _read(desk: Libredesk, agent: Row | None, body: Any, query: Any, id: str) -> Row:
    return desk.conversation(agent, id)


@_route("PUT", r"conversations/([^/]+)/status")
def _status(desk: Libredesk, agent: Row | None, body: Row, query: Any, id: str) -> bool:
    desk.permitted(agent, "conversations:update_status")
    row = desk.conversation(agent, id)
    row["status"] = body["status"]
    desk.keep(row, type="activity", private=True, author=agent["email"] if agent else EMAIL)
    return True


@_route("PUT", r"conversations/([^/]+)/assignee/user")
def _assign(desk: Libredesk, agent: Row | None, body: Row, query: Any, id: str) -> bool:
    desk.conversation(agent, id)["assigned_user_id"] = body["assignee_id"]
    return True


@_route("GET", r"conversations/([^/]+)/messages")
def _messages(desk: Libredesk, agent: Row | None, body: Any, query: Any, id: str) -> Row:
    desk.permitted(agent, "messages:read")
    desk.conversation(agent, id)
    size, page = int(query["page_size"][0]), int(query.get("page", ["1"])[0])
    found = [message for message in desk.messages if message["conversation"] == id]
    return {"results": found[(page - 1) * size : page * size], "total": len(found)}


@_route("POST", r"conversations/([^/]+)/messages")
def _send(desk: Libredesk, agent: Row | None, body: Row, query: Any, id: str) -> Row:
    desk.permitted(agent, "messages:write")
    row = desk.conversation(agent, id)
    if body["sender_type"] == "contact":
        desk.permitted(agent, "messages:write_as_contact")
        return desk.keep(row, type="incoming", private=False)
    private = body.get("private", False)
    if not private and not body.get("to"):
        raise Refusal(500, "`to` empty")
    return desk.keep(row, type="outgoing", private=private, to=body.get("to"))
