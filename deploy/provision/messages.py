"""Messages of every kind, enough for several pages of every size that the contract knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from requests import Session

from deploy.provision.names import READ, address
from deploy.provision.server import Server, rows
from deploy.provision.steps import Key, Lend

NOTE, REPLY, INCOMING, ACTIVITY = "notes", "replies", "incoming", "activities"
WANTED = {NOTE: 50, REPLY: 30, INCOMING: 48, ACTIVITY: 2}
"""Together more than 100: the largest page that the contract allows is full, another follows."""
TOGETHER = 8
"""So many of the notes are sent at once, last: what is written at the same time is a tie for a list
that is sorted by time. The API takes no time from a client, so equality to the last digit of
`created_at` is up to the server; and notes mail nobody."""
PAGE = 100
PAGES = 20
"""More are not read: by then there is enough of everything that anybody writes there."""


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages of the conversation that is read."""

    server: Server
    conversation: str
    sink: str

    def complete(self, key: Key, lend: Lend) -> None:
        """Write what is missing, as the agent. Raises Unexpected."""
        missing = self._missing()
        if missing:
            lend()
            self._write_all(key, missing)
        else:
            self.server.journal.say("messages", "enough of every kind: there already")

    def _missing(self) -> dict[str, int]:
        there: Counter[str] = Counter()
        doing = "listing the messages"
        for page in range(1, PAGES + 1):
            path = f"{self._path}?page={page}&page_size={PAGE}"
            found = rows(self.server.call(doing, "GET", path), doing)
            there.update(_kind(row) for row in found)
            if len(found) < PAGE:
                break
        missing = {kind: max(0, number - there[kind]) for kind, number in WANTED.items()}
        return {kind: number for kind, number in missing.items() if number}

    def _write_all(self, key: Key, missing: dict[str, int]) -> None:
        written = 0
        total = sum(missing.values())
        together = min(TOGETHER, missing.get(NOTE, 0))
        single = missing | {NOTE: missing.get(NOTE, 0) - together}
        try:
            for kind in _mixed(single):
                self.write(key, kind)
                written += 1
            for answer in self._at_once(key, together):
                answer.result()
                written += 1
        finally:
            if written:
                shown = ", ".join(f"{number} {kind}" for kind, number in missing.items())
                self.server.journal.change("messages", f"{shown}", f"{written} of {total} written")

    def _at_once(self, key: Key, count: int) -> list[Future[None]]:
        """The answers to so many notes, each sent over a connection of its own."""
        with ExitStack() as stack:
            own = [replace(self.server, http=stack.enter_context(Session())) for _ in range(count)]
            pool = stack.enter_context(ThreadPoolExecutor(max(1, count)))
            return [pool.submit(replace(self, server=s).write, key, NOTE) for s in own]

    def write(self, key: Key, kind: str) -> None:
        """One message, or what leaves one. Raises Unexpected."""
        if kind == ACTIVITY:
            # twice, so that the conversation is open again; each leaves one
            for status in ("Resolved", "Open"):
                path = f"conversations/{self.conversation}/status"
                self.server.call_as(key, "changing the status", "PUT", path, {"status": status})
            return
        doing = f"writing one of the {kind}"
        self.server.call_as(key, doing, "POST", self._path, self._body(kind))

    def _body(self, kind: str) -> dict[str, Any]:
        text = f"One of the {kind} of a contract test."
        if kind == INCOMING:
            return {"sender_type": "contact", "message": text}
        if kind == NOTE:
            return {"sender_type": "agent", "private": True, "message": text}
        return {"sender_type": "agent", "message": text, "to": [address(READ, self.sink)]}

    @property
    def _path(self) -> str:
        return f"conversations/{self.conversation}/messages"


def _kind(row: dict[str, Any]) -> str:
    if row.get("type") == "activity":
        return ACTIVITY
    if row.get("type") == "incoming":
        return INCOMING
    return NOTE if row.get("private") else REPLY


def _mixed(missing: dict[str, int]) -> Iterator[str]:
    """The kinds in turn, so that every page holds some of each."""
    rest = {kind: number for kind, number in missing.items() if number}
    while rest:
        for kind in list(rest):
            yield kind
            rest[kind] -= 1
            if not rest[kind]:
                del rest[kind]
