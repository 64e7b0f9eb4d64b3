"""Made-up exchanges, and a correct little server in memory that tests twist into lying."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from harness.clauses import REGISTRY, Record
from harness.contract import Operation, load
from harness.evidence.view import Evidence
from harness.model import SEND_PLACEHOLDER, Case, Credentials, Exchange, Request, Response
from harness.validation import Validator

ROOT = Path(__file__).parents[2]
CONTRACT = load(ROOT / "spec" / "libredesk.yaml")
LIST = CONTRACT.operation("handleGetMessages")
SEND = CONTRACT.operation("handleSendMessage")
SINK = "sink.invalid"
READ = "11111111-1111-4111-8111-111111111111"
WRITE = "22222222-2222-4222-8222-222222222222"
UNKNOWN = "44444444-4444-4444-8444-444444444444"
IDS = {"{read}": READ, "{write}": WRITE, "{other}": WRITE, "{unknown}": UNKNOWN}
GOOD = Credentials("basicAuth")


@dataclass(frozen=True)
class Stored:
    """A body in memory."""

    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self) -> bytes:
        return self.content


def path(room: str = "{read}") -> str:
    return f"/api/v1/conversations/{room}/messages"


def get(query: str = "", **changes: Any) -> Case:
    """A listing request; `changes` are fields of the case."""
    base = Case("get", LIST.id, "listing", "GET", path(), query, credentials=GOOD)
    return replace(base, **{"context": "listing", **changes})


def post(body: Any = None, **changes: Any) -> Case:
    """A send; `body` is JSON, or the bytes as they are."""
    raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = (("Content-Type", "application/json"),)
    base = Case("post", SEND.id, "grid", "POST", path("{write}"), "", headers, raw, GOOD)
    return replace(base, **changes)


def exchange(
    number: int,
    case: Case,
    status: int = 200,
    value: Any = None,
    *,
    failure: Any = "",
    media: str = "application/json",
    marker: str = "",
    started: float = 0.0,
    elapsed: float = 0.01,
) -> Exchange:
    """What came of a case; status 0 for no answer. `value` is JSON, or the bytes as they are."""
    target = re.sub(r"\{\w+\}", lambda m: IDS[m[0]], case.path)
    target += f"?{case.query}" if case.query else ""
    sent = case.body.replace(SEND_PLACEHOLDER.encode(), marker.encode()) if case.body else None
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = (("Content-Type", media),) if media else ()
    return Exchange(
        number,
        case,
        Request(case.method, target, case.headers, sent),
        Response(status, headers, Stored(content)) if status else None,
        failure,
        started=started,
        elapsed=elapsed,
        marker=marker,
    )


def message(number: int, room: str = READ, **changes: Any) -> dict[str, Any]:
    """An item with every documented field."""
    when = f"2024-05-{1 + number // 1440 % 28:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
    return {
        "id": number, "uuid": f"aaaaaaaa-0000-4000-8000-{number:012}", "type": "outgoing",
        "created_at": when, "updated_at": when, "status": "sent", "conversation_id": 1,
        "conversation_uuid": room, "content": f"text {number}", "text_content": f"text {number}",
        "content_type": "text", "private": False, "sender_id": 1, "sender_type": "agent",
        "meta": {}, "attachments": [],
    } | changes  # fmt: skip


def mixed(count: int, room: str = READ) -> list[dict[str, Any]]:
    """Items of which every third is private and every fourth came in."""
    return [
        message(n, room, private=n % 3 == 0, type="incoming" if n % 4 == 0 else "outgoing")
        for n in range(1, count + 1)
    ]


def page(items: Sequence[Any], number: int = 1, size: int = 30) -> dict[str, Any]:
    """The page of a correct server over all `items`."""
    window = list(items[(number - 1) * size : number * size])
    total = len(items)
    data = {"results": window, "total": total, "per_page": size, "page": number}
    return {"status": "success", "data": {**data, "total_pages": ceil(total / size)}}


REFUSED = {"status": "error", "message": "no"}
Twist = Callable[[Case, int, Any], tuple[int, Any]]
"""(case, status, answer) -> what is answered instead."""


@dataclass
class FakeServer:
    """Keeps the contract, and answers cases at once; `send` is what a journey needs."""

    rooms: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    twist: Twist = lambda _case, status, answer: (status, answer)
    before: Callable[[FakeServer, Case], None] = lambda _server, _case: None
    """Called before each answer: the world may change."""
    budget: int = 10**6
    exchanges: list[Exchange] = field(default_factory=list)
    now: float = 0.0
    takes: Callable[[Case], float] = lambda _case: 0.01
    """Seconds that an answer takes; `now` is when it begins."""

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        return [self._one(case) for case in cases]

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def _one(self, case: Case) -> Exchange | None:
        if len(self.exchanges) >= self.budget:
            return None
        self.before(self, case)
        number = len(self.exchanges) + 1
        marker = f"ct{number:014}" if SEND_PLACEHOLDER.encode() in (case.body or b"") else ""
        status, answer = self.twist(case, *self._answer(case, marker))
        elapsed = self.takes(case)
        made = exchange(
            number, case, status, answer, marker=marker, started=self.now, elapsed=elapsed
        )
        self.exchanges.append(made)
        self.now += elapsed
        return made

    def _answer(self, case: Case, marker: str) -> tuple[int, Any]:
        room = IDS.get(case.path.split("/")[4], "")
        if case.credentials is None or case.credentials.defect:
            return 401, REFUSED
        if room not in self.rooms:
            return 404, REFUSED
        return self._page(room, case) if case.method == "GET" else self._create(room, case, marker)

    def _page(self, room: str, case: Case) -> tuple[int, Any]:
        asked = parse_qs(case.query)
        try:
            number, size = (int(asked.get(n, [d])[0]) for n, d in (("page", 1), ("page_size", 30)))
        except ValueError:
            return 400, REFUSED
        if number < 1 or not 1 <= size <= 100:
            return 400, REFUSED
        kept = self.rooms[room]
        if "private" in asked:
            kept = [i for i in kept if i["private"] == (asked["private"][0] == "true")]
        if "type" in asked:
            kept = [i for i in kept if i["type"] in asked["type"]]
        return 200, page(kept, number, size)

    def _create(self, room: str, case: Case, marker: str) -> tuple[int, Any]:
        sent = json.loads((case.body or b"").replace(SEND_PLACEHOLDER.encode(), marker.encode()))
        made = message(
            1000 + len(self.exchanges), room,
            content=sent["message"], text_content=sent["message"], sender_type=sent["sender_type"],
            private=sent.get("private", False), meta={"to": sent.get("to", [])},
            type="outgoing" if sent["sender_type"] == "agent" else "incoming",
        )  # fmt: skip
        self.rooms[room].append(made)
        return 200, {"status": "success", "data": made}


@cache
def clauses() -> dict[str, Any]:
    """Every clause of tests/contract."""
    for file in sorted((ROOT / "tests" / "contract").glob("test_*.py")):
        import_module(f"tests.contract.{file.stem}")
    return REGISTRY.clauses


@cache
def validator() -> Validator:
    return Validator(CONTRACT)


def evidence(exchanges: Iterable[Exchange], operation: Operation = LIST) -> Evidence:
    return Evidence(CONTRACT, operation, list(exchanges), validator(), {})


def judge(clause: str, exchanges: Iterable[Exchange], operation: Operation = LIST) -> Record:
    """What one clause makes of the exchanges."""
    record = Record(clauses()[clause], operation)
    clauses()[clause].function(evidence=evidence(exchanges, operation), record=record)
    return record


def found(record: Record) -> list[tuple[str, str]]:
    """(severity, actual) of each deviation."""
    return [(d.severity, d.actual) for d in record.deviations]
