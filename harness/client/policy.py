"""The write policy: which requests may leave, judged from their bytes.

What the plan says about a request does not count, and neither does what the server would probably
do with it: "a body that *might* be accepted counts as the worst it might become". A request that
may not leave is dropped and counted, never changed and never sent in a weakened form.

GET, HEAD and OPTIONS always may. A request that asks to be taken for one of another method counts
as an undocumented method. Beyond that, by level:

none   nothing that could be stored: unauthenticated sends with `{}` to an unknown id
notes  what the contract calls harmless, to the write resource or to none (`harmless.py`)
all    on the embedded server everything; elsewhere also what may send mail, into the sink
       (`mail.py`), and undocumented methods on a resource that does not exist

Whether the credentials may write at all is learnt from the first harmless item (`right.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from harness.client.credentials import Secrets, good_payloads
from harness.client.harmless import NotesRule, references_reason
from harness.client.mail import mail_reason
from harness.client.readings import holds
from harness.client.resources import Resources
from harness.client.wire import Binding, Wire, unsendable
from harness.contract import Contract, Operation
from harness.model import WRITE_LEVELS, WriteClass

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OVERRIDES = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})


class WritePolicy:
    """Decides for one contract, target and level."""

    def __init__(  # noqa: PLR0913 - settings, by keyword
        self,
        contract: Contract,
        level: WriteClass,
        *,
        embedded: bool,
        binding: Binding,
        secrets: Secrets,
        prefix: str = "",
        sink_domain: str = "",
        references: Collection[tuple[str, int]] = (),
        recipients: Collection[Any] = ("",),
        headers: Collection[str] = (),
    ) -> None:
        """`references`: (property, id) of what is ours, beyond ids that cannot exist.
        `recipients`: JSON values without `@` that the plan puts in a recipient's place.
        `headers`: names of those that the user adds to every request."""
        self._level, self._embedded, self._prefix = level, embedded, prefix
        self._paths = _paths(contract)
        self._schemes = {o.id: frozenset(o.security) for o in contract.operations}
        self._resources = Resources(binding)
        self._good = good_payloads(contract.schemes, secrets)
        pair = [(secrets.key, secrets.secret)] if secrets.secret else []
        self._pairs = [*pair, *(("", token) for token in secrets.tokens.values())]
        self._harmless = any(o.creates.harmless for o in contract.senders if o.creates)
        self._sink, self._references = sink_domain.lstrip("@"), frozenset(references)
        self._recipients, self._headers = tuple(recipients), tuple(headers)

    @property
    def asks_first(self) -> bool:
        """Whether the right to write has to be learnt before anything else is written."""
        return self._harmless and self._level != "none" and not self._embedded

    def lower(self, level: WriteClass) -> None:
        """From now on let through no more than `level` does. Never allows more than before."""
        self._level = min(self._level, level, key=WRITE_LEVELS.index)

    def schemes(self, operation: str) -> frozenset[str]:
        """The security schemes that the contract documents for an operation."""
        return self._schemes[operation]

    def is_unsafe(self, wire: Wire) -> bool:
        """Whether it is, or asks to be taken for, a request that does not only read."""
        return not self._only_reads(wire)

    def may_store(self, wire: Wire) -> bool:
        """Whether a server might store something: all that `none` keeps back, under any level."""
        if self._only_reads(wire):
            return False
        operation, ids = self._find(wire)
        return not ids or bool(self._none(wire, operation, ids) or self._resources.reason(ids))

    def is_harmless(self, wire: Wire) -> bool:
        """Whether it stores a harmless item in the write resource, with the right credentials."""
        operation, ids = self._find(wire)
        if operation is None or operation.creates is None or self._notes(wire, operation, ids):
            return False
        welcome = not operation.security or any(self._lets_in(v) for _, v in wire.headers)
        return welcome and all(self._resources.is_writable(i) for i in ids)

    def verdict(self, wire: Wire) -> str:
        """Empty if the request may be sent, otherwise the reason why not."""
        if reason := unsendable(wire):
            return reason
        if self._only_reads(wire):
            return ""
        if self._level == "all" and self._embedded:
            return ""
        operation, ids = self._find(wire)
        if not ids:
            return "it may write, and its path is none that the contract documents"
        rules = {"none": self._none, "notes": self._notes, "all": self._all}
        return rules[self._level](wire, operation, ids) or self._resources.reason(ids)

    def _only_reads(self, wire: Wire) -> bool:
        return wire.method in READING and not _is_disguised(wire)

    def _find(self, wire: Wire) -> tuple[Operation | None, tuple[str, ...]]:
        """The documented operation and the path's ids as they stand on the wire."""
        path = re.split("[?#]", wire.target, maxsplit=1)[0].removeprefix(self._prefix)
        for pattern, operations in self._paths.items():
            if found := pattern.fullmatch(path):
                operation = None if _is_disguised(wire) else operations.get(wire.method)
                return operation, found.groups() or ("",)
        return None, ()

    def _none(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None:
            return "undocumented methods are sent under --writes all only"
        if any(self._lets_in(value) for _, value in wire.headers):
            return "it may store something, and --writes is none"
        if wire.body != b"{}" or "?" in wire.target:
            return "under --writes none an unauthenticated send must hold {} and nothing else"
        if any(self._resources.exists(i) for i in ids):
            return "under --writes none an unauthenticated send must name an unknown id"
        return ""

    def _lets_in(self, value: str) -> bool:
        """Whether a lenient server may read the right credentials out of a header."""
        ends = tuple(f" {good}" for good in self._good)
        return f" {value}".endswith(ends) or any(
            holds(value, key, secret, longer=True, case=True) for key, secret in self._pairs
        )

    def _notes(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None:
            return "undocumented methods are sent under --writes all only"
        if operation.creates is None:
            return "under --writes notes only what the contract calls harmless is sent"
        allowed = None if self._embedded else self._references
        return NotesRule(operation, allowed).reason(wire)

    def _all(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None and not all(self._resources.is_unknown(i) for i in ids):
            return "undocumented methods are sent to an id that does not exist only"
        creates = operation.creates if operation else None
        pointers = creates.recipients if creates else ()
        if reason := mail_reason(wire, self._sink, pointers, self._recipients, self._headers):
            return reason
        return references_reason(wire, creates, self._references) if creates else ""


def _is_disguised(wire: Wire) -> bool:
    """Whether it asks to be taken for a request of another method than its own."""
    if any(
        name.lower() in OVERRIDES and value.strip().upper() not in READING
        for name, value in wire.headers
    ):
        return True
    if "_method" in unquote(wire.target).lower():
        return True
    body = (wire.body or b"").replace(b"\0", b"").decode("utf-8", "replace")
    return "_method" in unquote(body).lower()


def _paths(contract: Contract) -> Mapping[re.Pattern[str], Mapping[str, Operation]]:
    found: dict[re.Pattern[str], dict[str, Operation]] = {}
    for operation in contract.operations:
        parts = re.split(r"\{[^}]*\}", operation.path)
        pattern = re.compile("([^/]*)".join(re.escape(part) for part in parts))
        found.setdefault(pattern, {})[operation.method] = operation
    return found
