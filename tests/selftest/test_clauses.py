"""Clauses: one id, one sentence, one place in the document each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.clauses import PHASES, Clause, Record, Registry, pointer, schema_pointer
from harness.reasons import Told
from tests.selftest.fakes import CONTRACT, LIST, SEND, clauses, exchange, get

PROMISED = [
    "response.no-server-error",
    "response.status-documented",
    "response.content-type",
    "response.body-schema",
    "response.fields-present",
    "response.enums",
    "response.formats",
    "response.no-internals",
    "response.error-envelope",
    "response.complete",
    "response.in-time",
    "list.default-page",
    "list.default-page-size",
    "list.page-echo",
    "list.per-page-echo",
    "list.page-size-bound",
    "list.page-size-valid",
    "list.page-full",
    "list.total",
    "list.total-pages",
    "list.no-overlap",
    "list.no-gap",
    "list.stable",
    "list.out-of-range",
    "list.isolation",
    "list.unique",
    "filter.sound",
    "filter.complete",
    "filter.combined",
    "filter.total",
    "filter.every-value",
    "filter.unknown-value",
    "send.accepted",
    "send.echo",
    "send.content",
    "send.identity",
    "send.listed",
    "send.counted",
    "send.required",
    "send.forbidden",
    "send.atomic",
    "send.malformed",
    "send.any-text",
    "send.any-number",
    "send.any-length",
    "send.repeat",
    "auth.basic",
    "auth.token",
    "auth.missing",
    "auth.wrong",
    "auth.malformed",
    "auth.first",
    "auth.no-effect",
    "method.undocumented",
    "unknown.conversation",
    "unknown.malformed-id",
]
PAIRS = [(c, o) for c in clauses().values() for o in CONTRACT.operations if c.applies(o)]


def made(identifier: str, function: Callable[..., None]) -> Clause:
    return Clause(identifier, "", "request", "any", (), "", "none", function)


def sentence() -> None:
    """The answer is 42."""


def silent() -> None:
    pass


def twin(file: str) -> Callable[..., None]:
    """The same name in another file, as `test_total` of pages and of filters."""
    space: dict[str, Any] = {"__name__": file}
    code = 'def test_total():\n    """A sentence."""\n'
    exec(compile(code, f"{file}.py", "exec"), space)
    found: Callable[..., None] = space["test_total"]
    return found


def test_an_id_is_given_once() -> None:
    registry = Registry()
    registry.add(made("a.b", sentence))
    with pytest.raises(ValueError, match=r"two clauses are called a\.b"):
        registry.add(made("a.b", twin("x")))


def test_an_id_is_given_once_even_if_the_functions_share_their_name() -> None:
    registry = Registry()
    registry.add(made("list.total", twin("test_pagination")))
    with pytest.raises(ValueError, match="two clauses are called"):
        registry.add(made("list.total", twin("test_filters")))


def test_a_file_that_is_imported_twice_is_no_duplicate() -> None:
    registry = Registry()
    registry.add(made("list.total", twin("test_pagination")))
    registry.add(made("list.total", twin("test_pagination")))
    assert list(registry.clauses) == ["list.total"]


def test_a_clause_needs_its_sentence() -> None:
    with pytest.raises(ValueError, match="no docstring"):
        Registry().add(made("a.b", silent))


def test_every_promise_is_a_clause_and_no_other_is() -> None:
    assert sorted(clauses()) == sorted(PROMISED)


def resolves(where: str) -> bool:
    node: Any = CONTRACT.raw
    for part in where.removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list):
            node = node[int(key)]
        elif key in node:
            node = node[key]
        else:
            return False
    return True


@pytest.mark.parametrize(("clause", "operation"), PAIRS, ids=lambda x: x.id)
def test_every_clause_rests_on_a_place_in_the_document(clause: Clause, operation: Any) -> None:
    where = pointer(CONTRACT, operation, clause.source)
    assert where.startswith("#/")
    assert resolves(where), where


@pytest.mark.parametrize(
    ("source", "name"),
    [("query size", "page_size"), ("query page", "page"), ("query type", "type")],
)
def test_a_parameter_is_found_by_its_trait(source: str, name: str) -> None:
    node: Any = CONTRACT.raw
    for part in pointer(CONTRACT, LIST, source).removeprefix("#/").split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        node = node[int(key)] if isinstance(node, list) else node[key]
    assert node["name"] == name


@pytest.mark.parametrize("clause", clauses().values(), ids=lambda c: c.id)
def test_every_clause_is_a_sentence_that_names_what_it_reads(clause: Clause) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z-]+", clause.id)
    assert clause.requirement.endswith(".")
    assert "\n" not in clause.requirement
    assert set(clause.reads) <= set(PHASES)
    assert clause.reads


def test_which_clauses_blame_the_request() -> None:
    """Contract, *One defect, one finding*; all others blame the response."""
    named = re.compile(
        r"response\.no-server-error|(send|auth|method|unknown)\..*|list\.out-of-range"
        r"|list\.page-size-(valid|bound)|filter\.(every|unknown)-value"
    )
    for clause in clauses().values():
        expected = "request" if named.fullmatch(clause.id) else "response"
        assert clause.culprit == expected, clause.id


def test_which_operations_a_clause_applies_to() -> None:
    asked = {c.id: {o.id for o in CONTRACT.operations if c.applies(o)} for c in clauses().values()}
    for name, operations in asked.items():
        area = name.partition(".")[0]
        only = {"list": {LIST.id}, "filter": {LIST.id}, "send": {SEND.id}}
        special = {"auth.no-effect": {SEND.id}, "method.undocumented": {LIST.id}}
        assert operations == special.get(name, only.get(area, {LIST.id, SEND.id})), name


@pytest.mark.parametrize(
    ("place", "end"),
    [
        ("/data/total", "/MessageListResponse/properties/data/properties/total"),
        ("/data/results/*/type", "/Message/properties/type"),
        ("/data/results/*/meta/to/*", "/Message/properties/meta/properties/to/items"),
        ("/data/nowhere", "/data/properties"),
    ],
)
def test_where_a_response_field_is_described(place: str, end: str) -> None:
    where = schema_pointer(CONTRACT, LIST, place)
    assert resolves(where)
    assert where.endswith(end)


def test_what_a_record_keeps() -> None:
    record = Record(clauses()["list.total"], LIST)
    exchanges = [exchange(n, get()) for n in (1, 2)]
    assert list(record.each(exchanges)) == exchanges
    record.add(exchanges[0], place="/data/total", kind="wrong count", carriers=iter(["a"]))
    record.gap(exchanges[1], "something")
    record.miss(Told("code", "why", "way"))
    (deviation,) = record.deviations
    assert (deviation.clause, deviation.operation, deviation.carriers) == (
        "list.total", LIST.id, ("a",),
    )  # fmt: skip
    assert (record.judged, record.gaps[0].status, record.missed[0].reason) == ({1, 2}, "200", "why")


def test_every_clause_lives_in_the_contract_folder() -> None:
    files = {Path(c.function.__code__.co_filename).parent.name for c in clauses().values()}
    assert files == {"contract"}
