"""Generated cases on disk, under a key of everything they depend on.

Generating a case costs some eight milliseconds, reading it back five microseconds, and the same key
always gives the same cases. So a run with a cached plan imports neither schemathesis nor
hypothesis; this module doesn't either.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from harness.model import Case, Cell, Credentials

FORMAT = 1
"""Of the file; another number is another key."""
GENERATORS = ("schemathesis", "hypothesis", "jsonschema_rs", "requests")
"""Packages that a generated case depends on."""
TAG = """Signature: 8a477f597d28d172789f06886806bc55
# This directory holds generated plans of requests. Delete it whenever you like.
# About this file: https://bford.info/cachedir/
"""


def cached(
    parts: Mapping[str, str], directory: Path, build: Callable[[], list[Case]]
) -> list[Case]:
    """What `build` returns, from `directory` if it was built before under the same key.

    `parts` names what the cases depend on (spec, seed, profile, sink domain …); the versions of the
    generators and the sources of this package are added. A file that cannot be read is built
    again, a directory that cannot be written to is done without: never an error.
    """
    path = directory / f"plan-{key(parts)}.json"
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return [from_json(entry) for entry in json.loads(path.read_bytes())["cases"]]
    cases = build()
    with suppress(OSError):
        _write(path, {"parts": dict(parts), "cases": [to_json(case) for case in cases]})
    return cases


def key(parts: Mapping[str, str]) -> str:
    """SHA-256 over `parts`, the versions of the generators and the sources of `harness/plan`."""
    known = {
        "format": FORMAT,
        "parts": dict(parts),
        "versions": {name: _version(name) for name in GENERATORS},
        "sources": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(Path(__file__).parent.glob("*.py"))
        },
    }
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def to_json(case: Case) -> dict[str, Any]:
    """`case` as a JSON object, its body in base64; fields that say nothing are left out."""
    plain = {
        "id": case.id,
        "operation": case.operation,
        "phase": case.phase,
        "method": case.method,
        "path": case.path,
        "query": case.query,
        "headers": [list(pair) for pair in case.headers],
        "body": None if case.body is None else base64.b64encode(case.body).decode(),
        "credentials": case.credentials and [case.credentials.scheme, case.credentials.defect],
        "context": case.context,
        "cells": [list(cell) for cell in case.cells],
        "group": case.group,
        "role": case.role,
    }
    return {name: value for name, value in plain.items() if value or (name, value) == ("body", "")}


def from_json(entry: Mapping[str, Any]) -> Case:
    """The case that `to_json` made `entry` of. Raises LookupError, TypeError or ValueError."""
    body, credentials = entry.get("body"), entry.get("credentials")
    return Case(
        id=entry["id"],
        operation=entry["operation"],
        phase=entry["phase"],
        method=entry["method"],
        path=entry["path"],
        query=entry.get("query", ""),
        headers=tuple((name, value) for name, value in entry.get("headers", ())),
        body=None if body is None else base64.b64decode(body, validate=True),
        credentials=Credentials(*credentials) if credentials else None,
        context=entry.get("context", ""),
        cells=tuple(Cell(place, kind) for place, kind in entry.get("cells", ())),
        group=entry.get("group", ""),
        role=entry.get("role", ""),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all: another run may read the same directory at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for name, text in (("CACHEDIR.TAG", TAG), (".gitignore", "*\n")):
        if not (path.parent / name).exists():
            (path.parent / name).write_text(text, encoding="utf-8")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
