"""reports/compare.json: the machine's view of a comparison, as `compare.schema.json` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.compare.comparing import Comparison, facts
from harness.compare.findings import Change
from harness.compare.latency import Ratios
from harness.reports.files import write_text

SCHEMA_VERSION = 1
"""Goes up when a property changes its meaning or goes away; new properties don't count."""
SCHEMA = Path(__file__).with_name("compare.schema.json")


def write(found: Comparison, path: Path) -> None:
    """Write the record. Raises ReportError where `path` cannot be written."""
    write_text(path, json.dumps(record(found), indent=2, ensure_ascii=False) + "\n")


def record(found: Comparison) -> dict[str, Any]:
    """The record as plain values, its keys in the order of the schema."""
    return {
        "schema_version": SCHEMA_VERSION,
        "outcome": {0: "no regression", 1: "regressed", 6: "inconclusive"}[found.exit_code],
        "exit_code": found.exit_code,
        "headline": found.headline,
        "reasons": list(found.reasons),
        "old": facts(found.old),
        "new": facts(found.new),
        "differences": [
            dict(zip(("what", "old", "new"), d, strict=True)) for d in found.differences
        ],
        "changes": [_change(change) for change in found.changes],
        "unchanged": found.unchanged,
        "no_longer_exercised": [_fields(one) for one in found.no_longer],
        "newly_exercised": [_fields(one) for one in found.newly],
        "observations": [_fields(one) for one in found.observations],
        "latency": {one.operation: _latency(one) for one in found.latency},
    }


def _change(change: Change) -> dict[str, Any]:
    finding = change.finding
    names = ("clause", "operation", "severity", "culprit", "status", "fingerprint", "stability",
             "context", "also", "expected", "actual", "count", "curl")  # fmt: skip
    return {
        "change": change.kind,
        "fails": change.fails,
        "why": change.why,
        **{name: finding[name] for name in names},
        "waived": finding["waived"]["reason"] if finding["waived"] else None,
    }


def _latency(one: Ratios) -> dict[str, Any]:
    return {
        name: {"old": one.old[name], "new": one.new[name], "ratio": ratio}
        for name, ratio in one.ratios.items()
    }


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}
