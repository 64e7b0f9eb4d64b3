"""The generated part of a plan: the same for the same seed, harmless, and drawn in time."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis.internal.conjecture import providers

from harness.contract import Contract, load
from harness.model import SEND_PLACEHOLDER, Case
from harness.plan.cache import to_json
from harness.plan.generated import generate

ROOT = Path(__file__).parents[3]
SPEC = ROOT / "spec" / "libredesk.yaml"
SINK = "sink.invalid"
FUZZ = 16

PROGRAM = """
import hashlib, json, pathlib, sys
sys.path.insert(0, sys.argv[2])
import local_constants
from harness.contract import load
from harness.plan.cache import to_json
from harness.plan.generated import generate
sizes = {"coverage": True, "fuzz": 16}
cases = generate(load(pathlib.Path("spec/libredesk.yaml")), 5, sizes, "sink.invalid",
                 pathlib.Path(sys.argv[1]))
print(hashlib.sha256(json.dumps([to_json(case) for case in cases]).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def home() -> Path:
    """Where runs keep Hypothesis' tables of Unicode; making them takes seconds."""
    return ROOT / ".cache"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(SPEC)


@pytest.fixture(scope="module")
def cases(contract: Contract, home: Path) -> list[Case]:
    return generate(contract, 5, {"coverage": True, "fuzz": FUZZ}, SINK, home)


def digest(cases: list[Case]) -> str:
    return hashlib.sha256(json.dumps([to_json(case) for case in cases]).encode()).hexdigest()


def test_the_same_seed_gives_the_same_bytes_in_any_process(
    cases: list[Case], home: Path, tmp_path: Path
) -> None:
    # Hypothesis would draw these, were they not kept out
    constants = ", ".join(f"'local constant {n}', {n}00007" for n in range(1, 500))
    (tmp_path / "local_constants.py").write_text(f"VALUES = [{constants}]\n")
    environment = {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0", "CI": "true"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(home), str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == digest(cases)


def test_again_in_one_process_and_another_seed(
    contract: Contract, cases: list[Case], home: Path
) -> None:
    few = {"coverage": False, "fuzz": 8}
    first, again, other = (generate(contract, seed, few, SINK, home) for seed in (1, 1, 2))
    assert first == again
    assert {c.query for c in first} != {c.query for c in other}
    assert len(first) == 8


def test_what_is_private_to_hypothesis_is_still_there_and_put_back(cases: list[Case]) -> None:
    assert providers._get_local_constants.__module__ == providers.__name__
    assert type(providers._get_local_constants())().set_for_type("string") is not None
    assert hasattr(providers.CONSTANTS_CACHE, "cache")


def test_both_phases_of_both_operations_from_the_front(
    contract: Contract, cases: list[Case]
) -> None:
    every = {(phase, o.id) for phase in ("coverage", "fuzz") for o in contract.operations}
    assert {(c.phase, c.operation) for c in cases[:8]} == every
    assert Counter(c.phase for c in cases)["fuzz"] == FUZZ
    assert Counter(c.phase for c in cases)["coverage"] > 150


def test_ids_and_wire_requests_are_unique(cases: list[Case]) -> None:
    assert len({c.id for c in cases}) == len(cases)
    assert len({(c.method, c.path, c.query, c.headers, c.body) for c in cases}) == len(cases)


def test_only_documented_methods_placeholders_and_good_credentials(
    contract: Contract, cases: list[Case]
) -> None:
    for case in cases:
        operation = contract.operation(case.operation)
        place = "{read}" if operation.is_safe else "{write}"
        assert case.method == operation.method
        assert case.path == operation.path.replace("{uuid}", place)
        assert case.credentials
        assert case.credentials.defect == ""
    schemes = Counter(c.credentials.scheme for c in cases if c.credentials)
    assert set(schemes) == set(contract.operations[0].security)
    assert max(schemes.values()) < 2 * min(schemes.values())


def test_no_header_but_what_belongs_to_the_request(cases: list[Case]) -> None:
    assert {name for case in cases for name, _ in case.headers} == {"Content-Type"}
    assert all(isinstance(v, str) for case in cases for _, v in case.headers)


def test_valid_and_invalid_requests(cases: list[Case]) -> None:
    bodies = [c.body for c in cases if c.body]
    assert any(b"AAA" in body for body in bodies)
    assert b'{"sender_type": "agent"}' in bodies
    assert any(not body.startswith((b"{", b"[", b'"')) for body in bodies)


@pytest.fixture
def other(tmp_path: Path) -> Contract:
    """Another API: strings that are addresses, header parameters, a form and two path ids."""
    body = {
        "type": "object",
        "required": ["to", "files", "note"],
        "properties": {
            "to": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "email"}},
            "files": {"type": "array", "minItems": 1,
                      "items": {"type": "integer", "minimum": 1, "maximum": 99}},
            "note": {"type": "string", "enum": ["mail ann@corp.example"]},
        },
    }  # fmt: skip
    address = {"enum": ["a@b.example"]}
    post = {
        "operationId": "post",
        "parameters": [
            {"name": "team", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "room", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "X-Trace", "in": "header", "required": True, "schema": address},
            {"name": "q", "in": "query", "required": True, "schema": address},
        ],
        "requestBody": {
            "required": True,
            "content": {m: {"schema": body} for m in ("application/json", "multipart/form-data")},
        },
        "responses": {200: {"description": "ok"}},
        "security": [{"bearer": []}],
        "x-creates": {
            "answer": "", "listed-by": "post",
            "marker": {"request": "/note", "response": ["/note"]},
            "plain": {}, "plain-limits": {"text": {"property": "/note", "maximum": 9}},
            "recipients": ["/to"], "references": ["/files/*"], "scope": {"parameter": "room"},
        },
    }  # fmt: skip
    document = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/teams/{team}/rooms/{room}": {"post": post}},
        "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
    }
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(document))
    return load(path)


def test_another_api_reaches_nobody(other: Contract, home: Path) -> None:
    cases = generate(other, 3, {"coverage": True, "fuzz": 12}, SINK, home)
    again = generate(other, 3, {"coverage": True, "fuzz": 12}, SINK, home)
    assert cases == again
    assert {c.path for c in cases} == {"/teams/0/rooms/{write}"}
    assert {name for c in cases for name, _ in c.headers} >= {"Content-Type", "X-Trace"}
    assert not any(name.lower() == "authorization" for c in cases for name, _ in c.headers)
    text = "\n".join(
        f"{c.query} {dict(c.headers)} {(c.body or b'').decode('latin-1')}".replace("%40", "@")
        for c in cases
    )
    assert text.count("@") == text.count(f"@{SINK}") > 10
    assert "multipart" in text
    files = [json.loads(c.body).get("files") for c in cases if (c.body or b"").startswith(b"{")]
    numbers = [n for found in files if isinstance(found, list) for n in found if type(n) is int]
    assert numbers
    assert all(n <= 0 or n >= 2**40 for n in numbers)


def test_no_repeat_key_comes_twice_in_this_run_or_another(cases: list[Case]) -> None:
    """Contract: *every `echo_id` outside of send.repeat is absent or unique*."""
    keys = []
    for case in cases:
        try:
            body = json.loads(case.body or b"null")
        except ValueError:
            continue
        if isinstance(body, dict) and isinstance(body.get("echo_id"), str):
            keys.append(body["echo_id"])
    assert keys
    assert all(SEND_PLACEHOLDER in key for key in keys)
