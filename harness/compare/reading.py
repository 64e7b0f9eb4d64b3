"""A run.json as it was written, checked against its schema; records of older suites too."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from harness import tally
from harness.reports import run_json
from harness.reports.text import clip, visible

Document = dict[str, Any]
ADDED: dict[str, Any] = {
    "statuses": {}, "undocumented": [], "reach": {}, "gateway": [],
    "tally": tally.record((), (), ()),
}  # fmt: skip
"""Properties that records of older suites lack, and what stands for them."""
ADDED_TO_REQUESTS = {"phase": ""}
ADDED_TO_COUNTS = {"cut": 0, "resets": 0, "timeouts": 0, "gateway_errors": 0, "unreachable": 0}
MOST = 400
"""Characters of an error that are shown."""


class CompareError(ValueError):
    """A record cannot be compared; the message is one sentence that says what to do."""


def load(path: Path) -> Document:
    """The record of one run. Raises CompareError."""
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise CompareError(
            f"cannot read {path}: {error.strerror or error}; give the run.json of a run"
        ) from None
    except (ValueError, RecursionError):
        raise CompareError(f"{path} is no JSON; give the run.json of a run") from None
    return checked(found, str(path))


def checked(found: Any, name: str) -> Document:
    """`found` with everything that this version of the suite writes. Raises CompareError."""
    if not isinstance(found, dict) or "schema_version" not in found or "findings" not in found:
        raise CompareError(f"{name} is no record of a run; give the run.json of a run")
    version = found["schema_version"]
    if version != run_json.SCHEMA_VERSION:
        raise CompareError(
            f"{name} is a record of version {clip(visible(str(version)), 40)}, this suite reads "
            f"version {run_json.SCHEMA_VERSION}; compare both runs with the suite that made the "
            "newer one"
        )
    whole = {**found, **{k: v for k, v in ADDED.items() if k not in found}}
    if isinstance(whole.get("counts"), dict):
        whole["counts"] = {**ADDED_TO_COUNTS, **whole["counts"]}
    whole["findings"] = [_finding(one) for one in _list(found["findings"])]
    whole["not_exercised"] = [
        {"code": "", **one} if isinstance(one, dict) else one
        for one in _list(whole.get("not_exercised", []))
    ]
    _validate(whole, name)
    return whole


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _finding(one: Any) -> Any:
    if not isinstance(one, dict) or not isinstance(one.get("request"), dict):
        return one
    return {**one, "request": {**ADDED_TO_REQUESTS, **one["request"]}}


def _validate(record: Document, name: str) -> None:
    error = next(iter(_validator().iter_errors(record)), None)
    if error is not None:
        where = "/".join(str(part) for part in error.instance_path) or "its top"
        raise CompareError(
            f"{name} is no valid record of a run ({clip(visible(error.message), MOST)} at "
            f"{clip(visible(where), MOST)}); run the suite again"
        )


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(run_json.SCHEMA.read_text("utf-8")))
