"""The write policy: which requests may leave, judged from their bytes.

What the plan says about a request does not count, and neither does what the server would probably
do with it: "a body that *might* be accepted counts as the worst it might become". A request that
may not leave is dropped and counted, never changed and never sent in a weakened form.

GET, HEAD and OPTIONS always may. Beyond that, by level:

none   nothing that could be stored: unauthenticated sends with `{}` to an unknown id
notes  what the contract calls harmless, to the write resource or to none (`harmless.py`)
all    on the embedded server everything; elsewhere also what may send mail, into the sink
       (`mail.py`), and undocumented methods on resources that do not exist
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import unquote

from harness.client.credentials import Secrets, good_payloads
from harness.client.harmless import NotesRule, references_reason
from harness.client.mail import mail_reason
from harness.client.resources import Resources
from harness.client.wire import Binding, Wire, unsendable
from harness.contract import Contract, Operation
from harness.model import WriteClass

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
        references: Collection[int] = (),
        recipients: Collection[Any] = ("",),
    ) -> None:
        """`references`: ids that are known to be ours, beyond those that cannot exist.
        `recipients`: JSON values without `@` that the plan puts in a recipient's place."""
        self._level, self._embedded, self._prefix = level, embedded, prefix
        self._paths = _paths(contract)
        self._resources = Resources(binding)
        self._good = good_payloads(contract.schemes, secrets)
        self._sink, self._references = sink_domain.lstrip("@"), frozenset(references)
        self._recipients = tuple(recipients)

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
        overrides = [v.strip().upper() for n, v in wire.headers if n.lower() in OVERRIDES]
        return (
            all(method in READING for method in (wire.method, *overrides))
            and "_method" not in unquote(wire.target).lower()
        )

    def _find(self, wire: Wire) -> tuple[Operation | None, tuple[str, ...]]:
        """The documented operation and the path's ids as they stand on the wire."""
        path = re.split("[?#]", wire.target, maxsplit=1)[0].removeprefix(self._prefix)
        for pattern, operations in self._paths.items():
            if found := pattern.fullmatch(path):
                return operations.get(wire.method), found.groups() or ("",)
        return None, ()

    def _none(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None:
            return "undocumented methods are sent under --writes all only"
        ends = tuple(f" {good}" for good in self._good)
        if any(f" {value}".endswith(ends) for _, value in wire.headers):
            return "it may store something, and --writes is none"
        if wire.body != b"{}":
            return "under --writes none an unauthenticated send must hold {} and nothing else"
        if any(self._resources.exists(i) for i in ids):
            return "under --writes none an unauthenticated send must name an unknown id"
        return ""

    def _notes(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None:
            return "undocumented methods are sent under --writes all only"
        if operation.creates is None:
            return "under --writes notes only what the contract calls harmless is sent"
        allowed = None if self._embedded else self._references
        return NotesRule(operation, allowed).reason(wire)

    def _all(self, wire: Wire, operation: Operation | None, ids: tuple[str, ...]) -> str:
        if operation is None and any(self._resources.exists(i) for i in ids):
            return "undocumented methods are sent to ids that do not exist only"
        creates = operation.creates if operation else None
        pointers = creates.recipients if creates else ()
        if reason := mail_reason(wire, self._sink, pointers, self._recipients):
            return reason
        return references_reason(wire.body or b"", creates, self._references) if creates else ""


def _paths(contract: Contract) -> Mapping[re.Pattern[str], Mapping[str, Operation]]:
    found: dict[re.Pattern[str], dict[str, Operation]] = {}
    for operation in contract.operations:
        parts = re.split(r"\{[^}]*\}", operation.path)
        pattern = re.compile("([^/]*)".join(re.escape(part) for part in parts))
        found.setdefault(pattern, {})[operation.method] = operation
    return found
