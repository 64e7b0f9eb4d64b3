"""openapi-core's verdict, unchanged by the fast path that usually spares it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import told
from harness.validation import Validator
from tests.selftest.validations import DEEP, GOOD, answered, contract, document, page


@pytest.fixture(params=["3.0.3", "3.1.0"])
def validator(request: pytest.FixtureRequest, tmp_path: Path) -> Validator:
    return Validator(contract(tmp_path, request.param))


def test_a_good_page_has_no_error(validator: Validator) -> None:
    assert validator.validate(answered(page(GOOD, {**GOOD, "undocumented": [1]}))) == ()


@pytest.mark.parametrize(
    ("change", "pointer", "kind"),
    [
        ({"id": "1"}, "/items/*/id", "wrong type"),
        ({"id": None}, "/items/*/id", "null"),
        ({"kind": None}, "/items/*/kind", "null"),
        ({"kind": "c"}, "/items/*/kind", "undocumented value"),
        ({"kind": 5}, "/items/*/kind", "wrong type"),
        ({"at": "yesterday"}, "/items/*/at", "bad format"),
        ({"small": 2**31}, "/items/*/small", "bad format"),
        ({"share": 1.5}, "/items/*/share", "other"),
        ({"tags": ["a", 1]}, "/items/*/tags/*", "wrong type"),
        ({"closed": {"y": 1}}, "/items/*/closed", "other"),
    ],
)
def test_each_error_has_a_place_and_a_kind(
    validator: Validator, change: dict[str, Any], pointer: str, kind: str
) -> None:
    (error,) = validator.validate(answered(page(GOOD, {**GOOD, **change})))
    assert (error.pointer, error.kind) == (pointer, kind)
    assert error.exact.startswith("/items/1/")
    assert error.schema_path.startswith("#/components/schemas/Item/properties/")
    assert error.expected
    assert error.actual


def test_all_errors_are_listed_and_missing_properties_are_named(validator: Validator) -> None:
    errors = validator.validate(answered(page({"id": "x"}, {"small": 1, "text": ""})))
    assert {(e.exact, e.kind) for e in errors} == {
        ("/items/0/id", "wrong type"),
        ("/items/0/uuid", "missing"),
        ("/items/0/kind", "missing"),
        ("/items/1/id", "missing"),
        ("/items/1/uuid", "missing"),
        ("/items/1/kind", "missing"),
        ("/items/1/text", "other"),
    }
    missing = next(e for e in errors if e.exact == "/items/0/uuid")
    assert missing.schema_path == "#/components/schemas/Item/required"


@pytest.mark.parametrize(
    ("media", "documented"),
    [
        ("application/json", True),
        ("Application/JSON; Charset=UTF-8", True),
        ("application/json;", True),
        ("application/json; charset", True),
        ("text/html", False),
        ("application/problem+json", False),
        (None, False),
    ],
)
def test_media_types(validator: Validator, media: str | None, documented: bool) -> None:
    assert validator.media_documented(answered(page(GOOD), media=media)) is documented


def test_a_json_body_is_judged_under_any_media_type(validator: Validator) -> None:
    (error,) = validator.validate(answered(page({**GOOD, "id": "x"}), media="text/plain"))
    assert (error.pointer, error.kind) == ("/items/*/id", "wrong type")
    assert validator.validate(answered(b"<html>", media="text/html")) == ()


def test_status(validator: Validator) -> None:
    assert validator.status_documented(answered(b"{}", status=404))
    assert validator.media_documented(answered(b"{}", status=404)) is None
    assert not validator.status_documented(answered(b"{}", status=405))
    assert validator.validate(answered(b"{}", status=405)) == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "missing"),
        (b"{", "other"),
        (b'{"items": NaN}', "other"),
        (b"\xff\xfe\xfa", "other"),
        (b"[" * 100_000 + b"]" * 100_000, "other"),
        (b'{"items": [' + b"9" * 5000 + b"]}", "other"),
        (page("\ud800"), "wrong type"),
    ],
)
def test_bodies_that_hurt_become_errors(validator: Validator, body: bytes, kind: str) -> None:
    (error,) = validator.validate(answered(body))
    assert error.kind == kind
    told.retold(error.actual, {"text": ascii, "word": ascii}).encode()


def test_deep_undocumented_parts_are_no_error(validator: Validator) -> None:
    assert validator.validate(answered(page({**GOOD, "deep": DEEP}))) == ()


def test_lone_surrogates_are_valid_strings(validator: Validator) -> None:
    assert validator.validate(answered(page({**GOOD, "tags": ["\ud800"]}))) == ()


def test_an_answer_without_body_by_its_nature_is_not_judged(validator: Validator) -> None:
    assert validator.validate(answered(b"", method="HEAD")) == ()
    assert validator.validate(answered(b"", failure="broken off")) == ()
    assert [e.kind for e in validator.validate(answered(b""))] == ["missing"]


def test_a_body_is_judged_once(validator: Validator) -> None:
    bad = answered(page({}))
    assert validator.validate(bad) is validator.validate(answered(page({})))
    assert validator.validate(answered(page({}), status=404)) == ()


def test_the_callers_parsed_body_is_used(validator: Validator) -> None:
    assert validator.validate(answered(b"unread"), {"items": [GOOD]}) == ()
    (error,) = validator.validate(answered(b"unread, too"), {"items": None})
    assert error.kind == "null"


def test_documented_headers_are_judged(tmp_path: Path) -> None:
    raw = document("3.0.3")
    answer = raw["paths"]["/rooms/{room}/items"]["get"]["responses"]["200"]
    answer["headers"] = {"X-Total": {"required": True, "schema": {"type": "integer"}}}
    judge = Validator(contract(tmp_path, paths=raw["paths"]))
    assert [e.pointer for e in judge.validate(answered(page(GOOD)))] == ["header X-Total"]


def test_statuses_may_be_yaml_integers(tmp_path: Path) -> None:
    raw = document("3.0.3")
    get = raw["paths"]["/rooms/{room}/items"]["get"]
    get["responses"] = {int(status): value for status, value in get["responses"].items()}
    assert Validator(contract(tmp_path, paths=raw["paths"])).status_documented(answered(page()))
