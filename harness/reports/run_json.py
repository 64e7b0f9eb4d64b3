"""reports/run.json: the machine's view of a run, as `run.schema.json` describes it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from harness import tally
from harness.model import Exchange, Finding, Reach, Run, Waiver
from harness.reports.files import write_text

SCHEMA_VERSION = 1
"""Goes up when a property changes its meaning or goes away; new properties don't count."""

SCHEMA = Path(__file__).with_name("run.schema.json")


def write(run: Run, path: Path) -> None:
    """Write the record. Raises ReportError where `path` cannot be written."""
    write_text(path, json.dumps(record(run), indent=2, ensure_ascii=False, default=str) + "\n")


def record(run: Run) -> dict[str, Any]:
    """The record as plain values, its keys in the order of the schema."""
    values = {
        "schema_version": SCHEMA_VERSION,
        "version": run.version,
        "verdict": run.verdict.name,
        "exit_code": run.verdict.exit_code,
        "headline": run.verdict.headline,
        "reasons": list(run.verdict.reasons),
        "labels": _sorted(run.labels),
        "target": run.target,
        "spec": {key: run.spec.get(key, "") for key in ("title", "version", "sha256")},
        "clarifications": run.clarifications,
        "seed": run.seed,
        "profile": run.profile,
        "writes": run.writes,
        "run_id": run.run_id,
        "started": run.started,
        "duration_s": run.duration,
        "counts": _fields(run.counts),
        "tally": tally.record(run.clauses, run.findings, run.not_exercised),
        "clauses": [{"id": c.clause, **_fields(c, "clause")} for c in run.clauses],
        "findings": [_finding(finding) for finding in run.findings],
        "gaps": [_fields(gap) for gap in run.gaps],
        "not_exercised": [_fields(entry) for entry in run.not_exercised],
        "untestable": [_fields(entry) for entry in run.untestable],
        "enums": {
            pointer: {key: values.get(key, []) for key in ("seen", "unseen")}
            for pointer, values in sorted(run.enums.items())
        },
        "latency": {name: _latency(run, name) for name in sorted(run.latency)},
        "unmet_waivers": [_waiver(waiver) for waiver in run.unmet_waivers],
        "notes": list(run.notes),
        "environment": _sorted(run.environment),
        "extra": _sorted(run.extra),
        "statuses": _sorted(run.statuses),
        "undocumented": [_fields(entry) for entry in run.undocumented],
        "reach": {name: _reach(run.reach[name]) for name in sorted(run.reach)},
        "gateway": [_fields(entry) for entry in run.gateway],
    }
    cleaned: dict[str, Any] = _encodable(values)
    return cleaned


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "clause": finding.clause,
        "also": list(finding.also),
        "operation": finding.operation,
        "severity": finding.severity,
        "culprit": {"place": finding.culprit.place, "kind": finding.culprit.kind},
        "status": finding.status_class,
        "fingerprint": finding.fingerprint,
        "requirement": finding.requirement,
        "pointer": finding.pointer,
        "expected": finding.expected,
        "actual": finding.actual,
        "count": finding.count,
        "rate": finding.rate,
        "stability": finding.stability,
        "waived": _waiver(finding.waived) if finding.waived else None,
        "context": finding.context,
        "message": finding.message,
        "note": finding.note,
        "exchanges": list(finding.exchanges),
        "carriers": list(finding.carriers),
        "request": _request(finding.smallest),
        "curl": finding.curl,
    }


def _reach(reach: Reach) -> dict[str, Any]:
    return {
        "cases": [_fields(group) for group in reach.cases],
        "circumstances": [_fields(group) for group in reach.circumstances],
        "items": list(reach.items),
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    path, _, query = request.target.partition("?")
    text, encoding = _body(request.body)
    return {
        "number": exchange.number,
        "case": exchange.case.id,
        "phase": exchange.case.phase,
        "method": request.method,
        "path": path,
        "query": query,
        "headers": [{"name": name, "value": value} for name, value in request.headers],
        "body": text,
        "body_encoding": encoding,
    }


def _body(body: bytes | None) -> tuple[str | None, str | None]:
    if body is None:
        return None, None
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def _waiver(waiver: Waiver) -> dict[str, Any]:
    match = waiver.match
    return {
        "clause": waiver.clause,
        "operation": waiver.operation,
        "fingerprint": waiver.fingerprint,
        "match": match and dict(zip(("place", "kind", "status"), match, strict=True)),
        "reason": waiver.reason,
        "owner": waiver.owner,
        "link": waiver.link,
        "expires": waiver.expires,
        "profile": waiver.profile,
        "writes": waiver.writes,
        "at_most": waiver.at_most,
        "place_in_file": waiver.place_in_file,
    }


def _latency(run: Run, operation: str) -> dict[str, Any]:
    latency = run.latency[operation]
    slowest = [{"case": case, "seconds": seconds} for case, seconds in latency.slowest]
    return {**_fields(latency, "slowest"), "slowest": slowest}


def _fields(value: Any, *without: str) -> dict[str, Any]:
    """The fields of a slotted dataclass, in the order in which model.py declares them."""
    return {name: getattr(value, name) for name in value.__slots__ if name not in without}


def _sorted(values: dict[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in sorted(values)}


def _encodable(value: Any) -> Any:
    """`value` with lone surrogates spelt as escapes: strict parsers refuse them."""
    if isinstance(value, dict):
        return {_encodable(key): _encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    return value
