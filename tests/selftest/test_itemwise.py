"""Items that are judged once get the same errors as items that are judged each time."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, extend

from harness.itemwise import itemwise
from harness.validation import Validator
from tests.selftest.validations import GOOD, ODD, answered, contract

ALIKE = (1, 1.0, True, "1", None)
"""What a dictionary, or a comparison, may take for each other."""


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_lists_that_show_the_same_items_get_the_errors_of_openapi_core(
    tmp_path: Path, version: str
) -> None:
    made = contract(tmp_path, version)
    plain, fast = Validator(made, fast=False), Validator(made)
    rng = random.Random(2)
    odd = [value for value in ODD if json.dumps(value)[:9] != "[" * 9]
    items: list[dict[str, Any]] = [GOOD]
    items += [{**GOOD, name: value} for name in ("id", "kind", "share") for value in ALIKE]
    items += [
        {**GOOD, rng.choice(list(GOOD)): rng.choice(odd), rng.choice(list(GOOD)): rng.choice(odd)}
        for _ in range(150)
    ]
    items += [{name: GOOD[name] for name in GOOD if name != left_out} for left_out in GOOD]
    pages = [{"items": rng.choices(items, k=6)} for _ in range(250)]
    bad = 0
    for page in pages:
        answer = answered(json.dumps(page).encode())
        assert fast.validate(answer) == plain.validate(answer)
        bad += bool(plain.validate(answer))
    assert bad > len(pages) / 2


def test_an_error_of_an_item_met_again_stands_where_it_was_met() -> None:
    made = itemwise(Draft202012Validator, lambda _schema: None)
    judge = made({"items": {"items": {"anyOf": [{"type": "string"}, {"minimum": 5}]}}})
    errors = list(judge.iter_errors([["a"], [1, 1], [1, 1]]))
    assert [[*e.absolute_path] for e in errors] == [[1, 0], [1, 1], [2, 0], [2, 1]]
    assert {tuple(e.absolute_schema_path) for e in errors} == {("items", "items", "anyOf")}


def test_items_after_a_prefix_are_left_to_the_judge_whose_they_are() -> None:
    made = itemwise(Draft202012Validator, lambda _schema: None)
    judge = made({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}})
    assert [[*e.absolute_path] for e in judge.iter_errors(["a", 1, "b", "b"])] == [[2], [3]]


def test_no_item_may_be_there() -> None:
    made = itemwise(Draft202012Validator, lambda _schema: None)
    (error,) = made({"items": False}).iter_errors([1, 1])
    assert error.validator == "items"


def test_an_item_is_judged_once() -> None:
    asked = []

    def kind(_judge: Any, _wanted: Any, value: Any, _schema: Any) -> Iterator[ValidationError]:
        asked.append(value)
        yield ValidationError("no")

    made = itemwise(extend(Draft202012Validator, {"type": kind}), lambda _schema: None)
    schema = {"items": {"type": "string"}}
    for page in ([1, 1.0], [1, True], [1]):
        assert len(list(made(schema).iter_errors(page))) == len(page)
    assert [repr(value) for value in asked] == ["1", "1.0", "True"]
