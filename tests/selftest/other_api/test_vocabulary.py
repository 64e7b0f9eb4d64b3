"""No word of the API that the suite was written for drives the harness: the spec holds them all.

The words are taken from the bundle, so that a larger one brings its own; what remains allowed
stands here with its reason, and an allowance that nothing needs is a mistake.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "harness").rglob("*.py"))

ANYBODYS = frozenset(
    [
        "api",
        "at",
        "content",
        "create",
        "data",
        "echo",
        "failed",
        "from",
        "get",
        "handle",
        "html",
        "id",
        "meta",
        "page",
        "pending",
        "per",
        "receive",
        "result",
        "s",
        "send",
        "sender",
        "sent",
        "size",
        "status",
        "subject",
        "text",
        "to",
        "total",
        "type",
        "update",
        "uuid",
        "v1",
    ]
)
"""Words of the bundle that stand in any API's document, or that the annotations use themselves."""

OURS = frozenset({"libredesk", "helpdesk", "inbox", "cuuid", "ticket"})
"""Words that the bundle does not use for a name, and that would tell as much."""

IDENTIFIERS = {
    "message": "what a server says in an error, what an exception says",
    "verify_message": "an attribute of urllib3's certificate errors",
    "agent": "HTTP's User-Agent",
    "_agent": "HTTP's User-Agent",
    "AGENT": "HTTP's User-Agent",
}
"""Whole identifiers -> why they are about something else."""

LITERALS = {
    "message": "one of several keys under which an error says what it is; run.json's name for it",
    "/message": "one of several places at which an error says what it is",
    "User-Agent": "HTTP",
    "user-agent": "HTTP",
    "py|rs|pl|cc": "ends of source files' names",
    "spec/libredesk.yaml": "the default of --spec: which document is tested if nobody says",
}
"""Whole literals -> why they are about something else."""

NO_NAMES = re.compile(r"PRIVATE KEY|(?:[A-Za-z'’-]+[\s,;:.]+){3}", re.ASCII)
"""A PEM header, or four words in a row: a sentence for people."""


def words(text: str) -> set[str]:
    """`conversation_uuid`, `handleGetMessages` -> their words, lower case and in the singular."""
    found = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", text)
    return {word.lower() if len(word) < 4 else word.lower().rstrip("sd") for word in found}


@cache
def vocabulary() -> frozenset[str]:
    document = yaml.safe_load((ROOT / "spec" / "libredesk.yaml").read_text(encoding="utf-8"))
    return frozenset(w for name in names(document) for w in words(name)) - _folded(ANYBODYS) | OURS


def _folded(given: frozenset[str]) -> frozenset[str]:
    return frozenset(word for text in given for word in words(text))


def names(node: Any) -> Iterator[str]:
    """Names that a client of the API writes: paths, operations, parameters, properties, values."""
    if isinstance(node, list):
        for item in node:
            yield from names(item)
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _named(key, value)
            if key not in {"example", "default"}:
                yield from names(value)


def _named(key: str, value: Any) -> Iterator[str]:
    if key in {"paths", "properties"}:
        yield from value
    elif key in {"operationId", "name"} and value != "Authorization":
        yield str(value)
    elif key == "enum":
        yield from map(str, value)


def offences(source: str) -> Iterator[tuple[int, str]]:
    """(line, identifier or literal) of whatever holds a word of the vocabulary, allowed or not."""
    tree = ast.parse(source)
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) not in prose:
            for text in texts(node):
                if words(text) & vocabulary() or "libredesk" in text.lower():
                    yield getattr(node, "lineno", 0), text


def texts(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text) if not NO_NAMES.search(text):
            yield text
        case ast.Constant(value=bytes() as data):
            yield data.decode("latin-1")
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name):
            yield name
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
            yield name
        case ast.keyword(arg=str() as name):
            yield name


def test_the_vocabulary_is_the_bundles() -> None:
    known = vocabulary()
    assert {"conversation", "message", "agent", "contact", "private", "incoming"} <= known
    assert not known & {"page", "status", "type", "total"}


@pytest.mark.parametrize(
    "source",
    [
        'URL = "/api/v1/conversations"',
        'def send(per: str, sender_type: str = "agent") -> None: ...',
        "def count_messages() -> None: ...",
        'if operation == "handleGetMessages": ...',
        'HEAD = b"X-Libredesk"',
        "contact_id = 1",
        'value = found["outgoing"]',
    ],
)
def test_a_word_of_the_api_is_noticed(source: str) -> None:
    assert list(offences(source))


def test_docstrings_and_sentences_are_free() -> None:
    source = '"""Messages of a conversation."""\nSAYS = "no agent answered this message in time"'
    assert not list(offences(source))


@pytest.fixture(scope="module")
def met() -> list[tuple[str, str]]:
    """(file and line, identifier or literal) of everything in the harness that holds a word."""
    return [
        (f"{path.relative_to(ROOT)}:{line}", text)
        for path in SOURCES
        for line, text in offences(path.read_text(encoding="utf-8"))
    ]


def test_no_word_of_the_api_drives_the_harness(met: list[tuple[str, str]]) -> None:
    allowed = {*IDENTIFIERS, *LITERALS}
    assert [f"{where}: {text!r}" for where, text in met if text not in allowed] == []


def test_every_allowance_is_needed(met: list[tuple[str, str]]) -> None:
    assert {*IDENTIFIERS, *LITERALS} - {text for _, text in met} == set()
