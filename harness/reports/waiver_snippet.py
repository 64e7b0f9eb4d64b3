"""The entry of a waiver file that would tolerate a finding, for copying."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Any

import yaml

from harness.model import Finding
from harness.reports.text import visible

DAYS = 30
"""How long a copied waiver holds: long enough for a release, too short to be forgotten."""


def snippet(finding: Finding, *, started: str) -> str:
    """YAML of one list entry. Reason and owner are empty on purpose: a waiver without them is
    refused with a clear message, so that nobody tolerates a defect by copying alone.

    `started` is the ISO 8601 start of the run; the waiver expires `DAYS` after it.
    """
    values: dict[str, Any] = {
        "clause": finding.clause,
        "operation": finding.operation,
        "fingerprint": finding.fingerprint,
        "reason": "",
        "owner": "",
        "link": "",
        "expires": _expiry(started),
    }
    if finding.stability == "intermittent":
        values["at-most"] = max(0.1, math.ceil(finding.rate * 10) / 10)
    comments = {
        "reason": "required: why this is tolerated for now",
        "owner": "required: who sees to it",
        "link": "the ticket; required where it never expires",
        "at-most": "failures per 100 requests; more is red",
    }
    lines = [f"# {visible(str(finding.culprit))}"]
    for key, value in values.items():
        comment = f"  # {comments[key]}" if key in comments else ""
        lead = "- " if key == "clause" else "  "
        lines.append(f"{lead}{_pair(key, value)}{comment}")
    return "\n".join(lines) + "\n"


def _pair(key: str, value: Any) -> str:
    clean = visible(value) if isinstance(value, str) else value
    return str(yaml.safe_dump({key: clean}, allow_unicode=True, width=math.inf)).rstrip("\n")


def _expiry(started: str) -> date | str:
    try:
        return date.fromisoformat(started[:10]) + timedelta(days=DAYS)
    except ValueError:
        return ""
