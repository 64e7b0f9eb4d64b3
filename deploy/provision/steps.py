"""Each step makes one thing, unless it is there already as it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deploy.provision.asked import Asked
from deploy.provision.found import Found
from deploy.provision.journal import Unexpected
from deploy.provision.names import AS_CONTACT, FOR_NOW, NAME, PERMISSIONS, address, subject
from deploy.provision.server import Refused, Server, number, uuid

Key = tuple[str, str]
"""API key and secret."""
Lend = Callable[[], None]
"""Lets the agent do what making things needs, until all is made."""


def _role(permissions: Sequence[str]) -> dict[str, Any]:
    return {"name": NAME, "description": "For contract tests.", "permissions": [*permissions]}


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps, on one server."""

    server: Server
    asked: Asked
    found: Found

    def role(self) -> int:
        """The role with exactly the permissions that were asked for; its id."""
        row, doing = self.found.role, "creating the role"
        if row is None:
            data = self.server.call(doing, "POST", "roles", _role(self._permissions))
            id = number(data, "id", doing)
            self._change("role", f"{NAME} (id {id})", "created")
            return id
        id = number(row, "id", "reading the role")
        if sorted(row.get("permissions") or []) == sorted(self._permissions):
            self._same("role", f"{NAME} (id {id})")
        else:
            self._permit(id, self._permissions, "permissions put right")
        return id

    @property
    def _permissions(self) -> tuple[str, ...]:
        return (*PERMISSIONS, *([AS_CONTACT] if self.asked.contact else []))

    @contextmanager
    def lending(self, role: int) -> Iterator[Callable[[], None]]:
        """Gives a function that lets the role do more for now; at the end it may not any longer."""
        lent = False

        def lend() -> None:
            nonlocal lent
            if not lent:
                self._permit(role, FOR_NOW, "may do more for now")
                lent = True

        try:
            yield lend
        except BaseException:
            if lent:
                self._try_to_take_back(role)
            raise
        if lent:
            self._permit(role, self._permissions, "may do what the suite needs, no more")

    def _try_to_take_back(self, role: int) -> None:
        """What went wrong before is what is told."""
        try:
            self._permit(role, self._permissions, "may do what the suite needs, no more")
        except Unexpected:
            self._change("role", f"{NAME} (id {role})", "still may do more, until this runs well")

    def _permit(self, role: int, permissions: Sequence[str], action: str) -> None:
        self.server.call("changing the role", "PUT", f"roles/{role}", _role(permissions))
        self._change("role", f"{NAME} (id {role})", action)

    def agent(self) -> int:
        """The agent, enabled, with the role and no other; its id."""
        email = address("agent", self.asked.sink)
        body = {
            "first_name": "Contract", "last_name": "test", "email": email, "roles": [NAME],
            "teams": [], "enabled": True, "send_welcome_email": False,
            "availability_status": "offline",
        }  # fmt: skip
        row = self.found.agent
        if row is None:
            doing = "creating the agent"
            id = number(self.server.call(doing, "POST", "agents", body), "id", doing)
            self._change("agent", f"{email} (id {id})", "created")
            return id
        id = number(row, "id", "reading the agent")
        whole = self.server.call("reading the agent", "GET", f"agents/{id}") or {}
        if whole.get("roles") != [NAME] or not whole.get("enabled"):
            self.server.call("changing the agent", "PUT", f"agents/{id}", body)
            self._change("agent", f"{email} (id {id})", "role and state put right")
        else:
            self._same("agent", f"{email} (id {id})")
        return id

    def inbox(self) -> int:
        """The inbox, which hands mail to the sink only; its id."""
        host, port = self.asked.smtp
        row = self.found.inbox
        if row is None:
            doing = "creating the inbox"
            id = number(self.server.call(doing, "POST", "inboxes", self._inbox()), "id", doing)
            self._change("inbox", f"{NAME} (id {id}), mail to {host}:{port}", "created")
        else:
            id = number(row, "id", "reading the inbox")
            self._same("inbox", f"{NAME} (id {id}), mail to {host}:{port}")
        self._check_inbox(id)
        return id

    def _inbox(self) -> dict[str, Any]:
        host, port = self.asked.smtp
        smtp = {
            "host": host, "port": port, "username": "", "password": "", "auth_protocol": "none",
            "tls_type": "none", "tls_skip_verify": False, "hello_hostname": "", "max_conns": 2,
            "max_msg_retries": 1, "idle_timeout": "5s", "pool_wait_timeout": "5s",
        }  # fmt: skip
        return {
            "name": NAME, "channel": "email", "enabled": True, "csat_enabled": False,
            "from": f"Contract test <{address('', self.asked.sink)}>",
            "config": {"auth_type": "password", "smtp": [smtp], "imap": []},
        }  # fmt: skip

    def _check_inbox(self, id: int) -> None:
        """Nothing is sent before the server itself says where it would go."""
        whole = self.server.call("reading the inbox", "GET", f"inboxes/{id}") or {}
        config = whole.get("config") or {}
        hops = [(hop.get("host"), hop.get("port")) for hop in config.get("smtp") or []]
        if hops != [self.asked.smtp] or config.get("imap"):
            shown = ", ".join(f"{host}:{port}" for host, port in hops) or "nowhere"
            raise Unexpected(
                f"the inbox {NAME} (id {id}) sends through {shown}, not through the sink at "
                f"{self.asked.smtp[0]}:{self.asked.smtp[1]} alone; give --smtp, or remove the "
                "inbox by `make deprovision` first."
            )
        if not whole.get("enabled"):
            raise Unexpected(f"the inbox {NAME} (id {id}) is disabled; enable it in Libredesk.")

    def conversation(self, of: str, ids: tuple[int, int], key: Key, lend: Lend) -> str:
        """The conversation that is read, or the one that is written to; its UUID.

        `ids` are the inbox's and the agent's.
        """
        row: Mapping[str, Any] | None = self.found.conversations.get(of)
        if row is None:
            lend()
            doing = f"creating the conversation “{subject(of)}”"
            body = {
                "inbox_id": ids[0], "agent_id": ids[1], "first_name": "Contract", "last_name": of,
                "contact_email": address(of, self.asked.sink), "subject": subject(of),
                "content": "The first message of this conversation.", "initiator": "contact",
            }  # fmt: skip
            data = self.server.call_as(key, doing, "POST", "conversations", body)
            id = uuid(data, "uuid", doing)
            self._change("conversation", f"{id}, to {of}", "created")
        else:
            id = uuid(row, "uuid", "reading a conversation")
            self._same("conversation", f"{id}, to {of}")
        whole = self.server.call("reading a conversation", "GET", f"conversations/{id}") or {}
        email = str((whole.get("contact") or {}).get("email"))
        if email != address(of, self.asked.sink):
            raise Unexpected(f"the contact of conversation {id} is {email}, not one of the sink's.")
        return id

    def lost_key(self, kept: Key | None) -> str:
        """What a run would end: a key that there is and that is not in the file; else empty.

        Changes nothing.
        """
        if self.found.agent is None or self.asked.renew:
            return ""
        id = number(self.found.agent, "id", "reading the agent")
        held, enabled = self._held(id)
        its_own = kept and (self._opens(kept, id) or (kept[0] == held and not enabled))
        return self._would_end if held and not its_own else ""

    @property
    def _would_end(self) -> str:
        return (
            f"the agent {address('agent', self.asked.sink)} has an API key that is not in "
            f"{self.asked.output}, and a new one would end it for whatever uses it; name the file "
            "that holds it by --output, or give --renew-key"
        )

    def _held(self, agent: int) -> tuple[str, bool]:
        """The key that the agent has, as far as the server says, and whether it is enabled."""
        whole = self.server.call("reading the agent", "GET", f"agents/{agent}") or {}
        return str(whole.get("api_key", "one that is not shown") or ""), bool(whole.get("enabled"))

    def key(self, agent: int, kept: Key | None) -> Key:
        """The key in the file if it is the agent's; else a new one, if that ends none."""
        if kept and not self.asked.renew and self._opens(kept, agent):
            self._same("API key", "the one in the file")
            return kept
        if lost := self.lost_key(kept):  # it could not be tried before the agent was enabled
            raise Unexpected(f"{lost}.")
        doing = "creating the API key"
        data = self.server.call(doing, "POST", f"agents/{agent}/api-key", {}) or {}
        key = (str(data.get("api_key") or ""), str(data.get("api_secret") or ""))
        if not all(half.isascii() and half.isprintable() and half for half in key):
            raise Unexpected(f"{doing}: the answer holds no key and secret.")
        self.server.journal.secrets.update(key)
        self._change("API key", f"of agent {agent}", "created")
        return key

    def _opens(self, key: Key, agent: int) -> bool:
        try:
            me = self.server.call_as(key, "trying the API key", "GET", "agents/me")
        except Refused as error:
            if error.status in {401, 403}:
                return False
            raise
        return isinstance(me, dict) and me.get("id") == agent

    def reachable(self, key: Key, conversation: str, agent: int) -> None:
        """See that the key opens the conversation; somebody may have taken it from the agent."""
        path = f"conversations/{conversation}/messages?page_size=1"
        try:
            self.server.call_as(key, "reading as the agent", "GET", path)
            return
        except Refused as error:
            if error.status != 403:
                raise
        body = {"assignee_id": agent}
        whose = f"conversations/{conversation}/assignee/user"
        self.server.call("assigning the conversation", "PUT", whose, body)
        self._change("conversation", conversation, "assigned to the agent again")
        self.server.call_as(key, "reading as the agent", "GET", path)

    def _change(self, what: str, text: str, action: str) -> None:
        self.server.journal.change(what, text, action)

    def _same(self, what: str, text: str) -> None:
        self.server.journal.say(what, f"{text}: there already")
