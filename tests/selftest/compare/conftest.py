"""Records of made-up runs, valid by run.json's schema, and changes to them."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

import pytest

from harness import tally
from harness.compare.reached import digest

COUNTS = ("planned", "exchanges", "authenticated", "writes", "retries", "throttled", "cut",
          "reductions", "repeats", "dropped", "validated", "resets", "timeouts", "gateway_errors",
          "unreachable")  # fmt: skip
LIST, SEND = "listNotes", "addNote"


def finding(clause: str = "send.any-text", operation: str = SEND, **changes: Any) -> dict[str, Any]:
    """A violation, shown by a request of the grid. `place`, `kind`, `case`, `phase`, `method`."""
    place = changes.pop("place", "body /text")
    kind = changes.pop("kind", "NUL")
    case = changes.pop("case", f"grid {operation} {place} {kind} [note]")
    request = {
        "number": 1, "case": case, "phase": changes.pop("phase", "grid"),
        "method": changes.pop("method", "POST" if operation == SEND else "GET"),
        "path": "/notes", "query": "", "headers": [], "body": None, "body_encoding": None,
    }  # fmt: skip
    identity = "|".join((clause, operation, place, kind))
    return {
        "clause": clause, "also": [], "operation": operation, "severity": "violation",
        "culprit": {"place": place, "kind": kind}, "status": "5xx",
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest()[:12],
        "requirement": "Any text is answered.", "pointer": "#/paths", "expected": "no 5xx",
        "actual": "500", "count": 1, "rate": 0, "stability": "deterministic", "waived": None,
        "context": "note", "message": "", "note": "", "exchanges": [1], "carriers": [],
        "request": request, "curl": "curl -i https://notes.example/notes",
    } | changes  # fmt: skip


def waiver(one: dict[str, Any]) -> dict[str, Any]:
    """One that tolerates a finding."""
    names = ("clause", "operation", "fingerprint")
    rest = {"reason": "known", "owner": "ann", "link": "", "expires": "never", "profile": "",
            "writes": "", "at_most": None, "match": None, "place_in_file": "w.yaml:1"}  # fmt: skip
    return {name: one[name] for name in names} | rest


def clause(name: str, operation: str, exchanges: int = 9, outcome: str = "kept") -> dict[str, Any]:
    """What became of a clause."""
    return {"id": name, "operation": operation, "requirement": "It holds.", "pointer": "#/paths",
            "outcome": outcome if exchanges else "not exercised", "exchanges": exchanges,
            "tolerated": ""}  # fmt: skip


def reach(*known: dict[str, Any]) -> dict[str, Any]:
    """What a run reached that judged good all that could show these findings."""
    found: dict[str, Any] = {
        name: {"cases": [], "circumstances": [], "items": []} for name in (LIST, SEND)
    }
    for one in known:
        own = found[one["operation"]]
        name = digest(one["request"]["case"])
        own["cases"].append({"clauses": [one["clause"]], "names": [name]})
        circumstances = [p for p in one["culprit"]["kind"].partition(", ")[2].split("; ") if p]
        if one["operation"] == LIST:
            names = ["first", "last", *circumstances]
            own["circumstances"].append({"clauses": [one["clause"]], "names": names})
        own["items"] += map(digest, one["carriers"])
    return found


def record(*findings: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A run that found these, and exercised every clause of both operations."""
    names = ("send.any-text", "response.enums", "list.total", "auth.wrong")
    return {
        "schema_version": 1, "version": "0.1.0",
        "verdict": "violates" if findings else "conforms", "exit_code": int(bool(findings)),
        "headline": "conforms — 4 of 4 clauses exercised", "reasons": [], "labels": {},
        "target": "https://notes.example",
        "spec": {"title": "Notes", "version": "1", "sha256": "a" * 64}, "clarifications": 0,
        "seed": 1, "profile": "gate", "writes": "all", "run_id": "abc123",
        "started": "2030-01-01T00:00:00+00:00", "duration_s": 1.0,
        "counts": dict.fromkeys(COUNTS, 7),
        "tally": tally.record((), (), ()),
        "clauses": [clause(n, o) for n in names for o in (LIST, SEND)],
        "findings": list(findings), "gaps": [], "not_exercised": [], "untestable": [],
        "enums": {"/items/*/type": {"seen": ["in"], "unseen": ["out"]}},
        "latency": {LIST: {"p50": 0.01, "p95": 0.02, "p99": 0.04, "max": 0.1, "slowest": []}},
        "unmet_waivers": [], "notes": [], "environment": {"hypothesis": "6"}, "extra": {},
        "statuses": {LIST: {"200": 5}, SEND: {"200": 5}}, "undocumented": [], "reach": reach(),
        "gateway": [],
    } | copy.deepcopy(changes)  # fmt: skip


@pytest.fixture
def total() -> dict[str, Any]:
    """A finding in a listing's answer, of two circumstances."""
    return finding(
        "list.total", LIST, place="/total", kind="wrong count, beyond; last", phase="listing",
        case="listing listNotes window|unfiltered|last page=9",
    )  # fmt: skip
