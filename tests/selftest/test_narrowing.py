"""The fast schema never accepts what openapi-core rejects."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.contract import load
from harness.narrowing import fast_validator, surely_valid
from harness.validation import Validator
from tests.selftest.validations import DEEP, GOOD, ODD, SPEC, answered, contract


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list) and value is not DEEP:
        for key, child in children:
            if child is not DEEP:
                yield from (
                    places(child, (*path, key))
                    if isinstance(child, dict | list)
                    else [(*path, key)]
                )


def mutated(rng: random.Random, good: Any) -> Any:
    value = copy.deepcopy(good)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        path = rng.choice(list(places(value)))
        if not path:
            continue
        parent = value
        for part in path[:-1]:
            parent = parent[part]
        odd = copy.deepcopy(rng.choice(ODD), {id(DEEP): DEEP})
        action = rng.randrange(8)
        if action == 0:
            del parent[path[-1]]
        elif action == 1 and isinstance(parent, dict):
            parent[rng.choice(("new", "x", "y", ""))] = odd
        else:
            parent[path[-1]] = odd
    return value


def plain_errors(judge: Validator, body: Any) -> bool:
    return bool(judge.validate(answered(json.dumps(body).encode()), body))


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_the_fast_schema_accepts_a_subset(tmp_path: Path, version: str) -> None:
    made = contract(tmp_path, version)
    fast = fast_validator(
        made.raw, made.operations[0].response_schema(200) or {}, is_30=version == "3.0.3"
    )
    assert fast
    plain = Validator(made, fast=False)
    rng = random.Random(1)
    bodies = [{"items": [{**GOOD, name: odd}]} for name in GOOD for odd in ODD]
    bodies += [mutated(rng, {"items": [GOOD]}) for _ in range(3000)]
    accepted = [body for body in bodies if surely_valid(fast, body)]
    assert len(accepted) > len(bodies) // 10
    assert [body for body in accepted if plain_errors(plain, body)] == []


def test_the_bundle_has_a_fast_schema_for_every_body() -> None:
    bundle = load(SPEC)
    schemas = [s for o in bundle.operations for m in o.responses.values() for s in m.values() if s]
    assert schemas
    is_30 = bundle.raw["openapi"].startswith("3.0")
    assert all(fast_validator(bundle.raw, schema, is_30=is_30) for schema in schemas)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "^a$"},
        {"type": "string", "format": "email"},
        {"enum": [1]},
        {"oneOf": [{"type": "string"}]},
        {"not": {"type": "string"}},
        {"type": "array", "uniqueItems": True},
        {"type": "string", "writeOnly": True},
        {"type": "file"},
        {"unheard-of": 1},
        {"nullable": True},
    ],
)
def test_what_two_judges_may_read_differently_is_left_to_the_slow_one(schema: Any) -> None:
    assert fast_validator({}, schema, is_30=True) is None
