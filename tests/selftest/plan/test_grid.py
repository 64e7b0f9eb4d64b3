"""The grid has every cell that the contract asks for, once and alone, and hurts nobody.

A little longer than a file should be: one subject, and its cells are tables.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import pytest

from harness.explore.listing import Extent, ListingJourney
from harness.model import Case
from harness.plan.grid import grid, pairs
from harness.wire.baselines import baselines
from harness.wire.reading import understand
from tests.selftest.fakes import CONTRACT, LIST, READ, ROOT, SEND, FakeServer, mixed

SINK = "grid-sink.invalid"
GRID = {operation.id: grid(CONTRACT, operation, SINK) for operation in (LIST, SEND)}
ALL = [case for cases in GRID.values() for case in cases]
TEXTS = (
    "NUL", "control character", "lone surrogate", "emoji", "right-to-left", "quote", "template",
    "SQL metacharacter", "very long",
)  # fmt: skip
ID = (
    "null", "zero", "negative", "not an integer", "wrong type", "unknown id", "beyond 64 bits",
    "float notation",
)  # fmt: skip
PATH = ("unknown id", "malformed", "very long", "NUL", "control character", "not UTF-8")
EXPECTED = {
    LIST.id: {
        "path uuid": PATH,
        "query": ("undocumented property",),
        "query page": (
            "empty", "zero", "negative", "not an integer", "beyond 32 bits",
            "offset beyond 64 bits", "beyond 64 bits", "duplicate", "NUL", "valid value",
        ),
        "query page_size": (
            "empty", "zero", "negative", "not an integer", "beyond bound", "beyond 32 bits",
            "beyond 64 bits", "duplicate", "NUL", "valid value",
        ),
        "query private": ("empty", "wrong type", "NUL", "valid value true", "valid value false"),
        "query type": (
            "empty", "undocumented value", "duplicate", "too many", "NUL", "not UTF-8", "quote",
            "emoji", "very long", "valid value incoming", "valid value outgoing",
            "valid value activity",
        ),
    },
    SEND.id: {
        "path uuid": PATH,
        "body": (
            "empty", "null", "wrong type", "malformed", "trailing bytes", "not UTF-8",
            "duplicate", "keys in another case", "undocumented property", "media type",
        ),
        "body /message": ("missing", "null", "empty", "wrong type", *TEXTS),
        "body /sender_type": ("missing", "null", "empty", "wrong type", "undocumented value"),
        "body /private": ("null", "wrong type", "valid value true"),
        "body /echo_id": ("null", "empty", "wrong type", "NUL", "emoji", "very long"),
        "body /attachments": ("null", "empty", "wrong type", "too many"),
        "body /attachments/*": ID,
        "body /mentions": ("null", "empty", "wrong type", "too many"),
        "body /mentions/*": ("null", "empty", "wrong type", "undocumented property"),
        "body /mentions/*/id": ID,
        "body /mentions/*/type": (
            "null", "empty", "wrong type", "undocumented value", "valid value agent",
            "valid value team",
        ),
        "body /to": ("missing", "null", "empty", "wrong type", "too many", "duplicate"),
        "body /to/*": ("null", "empty", "wrong type", "malformed", "NUL", "valid value"),
        "body /cc": ("null", "empty", "wrong type", "too many", "duplicate"),
        "body /cc/*": ("null", "empty", "wrong type", "NUL", "valid value"),
        "body /bcc": ("null", "empty", "wrong type", "too many", "duplicate"),
        "body /bcc/*": ("null", "empty", "wrong type", "NUL", "valid value"),
    },
}  # fmt: skip
JOURNEY = ("query page: valid value", "query page_size: valid value")
"""What a journey through the pages asks for anyway."""
COMPANY = {
    "query private: valid value true": {*JOURNEY},
    "query private: valid value false": {*JOURNEY},
    "query type: valid value incoming": {*JOURNEY},
    "query type: valid value outgoing": {*JOURNEY},
    "query type: valid value activity": {*JOURNEY},
    "query type: duplicate": {"query type: valid value incoming"},
    "query type: too many": {
        "query type: duplicate", "query type: valid value incoming",
        "query type: valid value outgoing", "query type: valid value activity",
    },
    "body /attachments: too many": {
        "body /attachments/*: unknown id", "body /attachments/*: beyond 32 bits",
    },
    "body /mentions: too many": {
        "body /mentions/*/id: unknown id", "body /mentions/*/id: beyond 32 bits",
    },
    "body /attachments/*: beyond 32 bits": {"body /attachments/*: unknown id"},
    "body /mentions/*/id: beyond 32 bits": {"body /mentions/*/id: unknown id"},
    "body /attachments/*: float notation": {
        "body /attachments/*: unknown id", "body /attachments/*: beyond 32 bits",
    },
    "body /mentions/*/id: float notation": {
        "body /mentions/*/id: unknown id", "body /mentions/*/id: beyond 32 bits",
    },
}  # fmt: skip
"""Cells that never stand alone, each with cells that have a witness without it."""


def wanted() -> Iterator[tuple[str, str]]:
    for operation, places in EXPECTED.items():
        for place, kinds in places.items():
            yield from product([operation], [f"{place}: {kind}" for kind in kinds])


def wanted_cells() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operation, places in EXPECTED.items():
        for place, kinds in places.items():
            yield operation, place, kinds


def together(cases: list[Case]) -> set[frozenset[str]]:
    """The cells of each request."""
    return {frozenset(map(str, understand(CONTRACT, case).cells)) for case in cases}


@cache
def witnesses(operation: str) -> set[frozenset[str]]:
    server = FakeServer({READ: mixed(250)})
    if operation == LIST.id:
        ListingJourney(LIST, server, Extent(single_sizes=(1, 100))).run()
    return together([*GRID[operation], *(e.case for e in server.exchanges)])


@pytest.mark.parametrize(("operation", "cell"), list(wanted()))
def test_every_cell_has_a_witness(operation: str, cell: str) -> None:
    assert {cell, *COMPANY.get(cell, ())} in witnesses(operation)


@pytest.mark.parametrize("cell", COMPANY)
def test_what_keeps_a_cell_company_is_seen_without_it(cell: str) -> None:
    """So that its innocence can be told, and with it which of them is to blame."""
    seen = witnesses(LIST.id if cell.startswith("query") else SEND.id)
    for other in COMPANY[cell]:
        assert any(other in cells and cell not in cells for cells in seen), other


def test_what_the_grid_says_of_a_request_is_what_stands_on_the_wire() -> None:
    assert all(case.cells == understand(CONTRACT, case).cells for case in ALL)
    plain = [case.id for case in ALL if not case.cells]
    assert plain == ["grid handleSendMessage body /private left to its default [reply]"]


def test_an_integer_in_float_notation_is_valid() -> None:
    """JSON Schema: `1.0` is an integer."""
    cases = [c for c in GRID[SEND.id] if any(cell.kind == "float notation" for cell in c.cells)]
    assert [re.findall(rb"\d+\.0\b", c.body or b"") for c in cases] == [[b"1099511627783.0"]] * 2
    assert all(understand(CONTRACT, case).is_valid for case in cases)


LABELS = sorted({kind for _, _, kinds in wanted_cells() for kind in kinds}, key=len)


def test_the_label_of_a_request_is_the_kind_of_its_value() -> None:
    """A name that says one class and holds a value of another would stand in a report."""
    for case in ALL:
        name = case.id.removeprefix(f"grid {case.operation} ").rpartition(" [")[0]
        told = [kind for kind in LABELS if f" {kind} " in f"{name} "]
        assert not told or {c.kind for c in case.cells} & {told[-1], f"valid {told[-1]}"}, case.id


def test_few_requests_have_several_cells() -> None:
    """Arrays can't be long or hold a thing twice without holding something."""
    crowded = [case for case in ALL if len(case.cells) > 1]
    kinds = {cell.kind for case in crowded for cell in case.cells if "valid" not in cell.kind}
    assert kinds == {
        "duplicate", "too many", "unknown id", "beyond 32 bits", "undocumented value",
        "float notation",
    }  # fmt: skip
    assert len(crowded) == 11


def test_contexts_are_those_that_can_carry_the_place() -> None:
    """Contract: `to`, `cc`, `bcc`, `echo_id`: reply; `mentions`: note; the others: note."""
    for case in GRID[SEND.id]:
        place = case.id.split("body /")[-1].split(" ")[0].split("/")[0]
        if case.id == "grid handleSendMessage body /to valid value [contact]":
            assert case.context == "contact", "recipients where none are asked for"
        elif place in {"to", "cc", "bcc", "echo_id"}:
            assert case.context == "reply", case.id
        elif place in {"mentions", "message", "attachments", "sender_type"}:
            assert case.context == "note", case.id


def test_pairs_hold_two_optional_properties_with_good_values() -> None:
    cases = pairs(CONTRACT, SEND, SINK)
    plain = {name: draft.json.keys() for name, draft in baselines(SEND, SINK).items()}
    found = {frozenset(json.loads(c.body or b"").keys() - plain[c.context]) for c in cases}
    assert {frozenset({"cc", "bcc"}), frozenset({"mentions", "echo_id"})} <= found
    assert {len(both) for both in found} == {2}
    assert max(Counter(case.id for case in [*cases, *ALL]).values()) == 1
    assert {c.kind for case in cases for c in case.cells} == {
        "valid value", "unknown id", "beyond 32 bits",
    }  # fmt: skip


def test_ids_are_unique_and_requests_too() -> None:
    assert max(Counter(case.id for case in ALL).values()) == 1
    wire = Counter((c.method, c.path, c.query, c.headers, c.body) for c in ALL)
    assert [request for request, count in wire.items() if count > 1] == []


def test_the_grid_is_the_same_in_every_process() -> None:
    program = (
        "from pathlib import Path; from harness.contract import load; from harness.plan.grid "
        "import grid; c = load(Path('spec/libredesk.yaml')); "
        f"print([repr(x) for o in c.operations for x in grid(c, o, {SINK!r})])"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    ours = [repr(case) for o in CONTRACT.operations for case in GRID[o.id]]
    assert done.stdout.strip() == repr(ours)


def values(case: Case, *names: str) -> Iterator[Any]:
    """What stands at some properties of a JSON body, lists and members opened."""
    try:
        body = json.loads(case.body or b"null")
    except ValueError:
        return
    for name, value in body.items() if isinstance(body, dict) else ():
        if name in names:
            for item in value if isinstance(value, list) else [value]:
                yield item.get("id") if isinstance(item, dict) else item


def test_recipients_lie_in_the_sink() -> None:
    for case in ALL:
        assert re.findall(rb"@(?!grid-sink\.invalid)", case.body or b"") == []
        for address in values(case, "to", "cc", "bcc"):
            if isinstance(address, str) and "@" in address:
                assert address.endswith(f"@{SINK}"), case.id


def test_references_reach_nobody() -> None:
    """Ids are 0, negative or 2^40 and more; also what is left of a fraction that is cut off.

    And a small one, which the write policy lets through to the embedded server only.
    """
    seen = set()
    for case in ALL:
        for value in values(case, "attachments", "mentions"):
            if isinstance(value, int | float) and not isinstance(value, bool):
                seen.add(value)
                is_nobodys = int(value) <= 0 or int(value) >= 2**40
                assert is_nobodys or value == 987_654_321, case.id
            else:
                assert value in (None, "x", "text") or value == {}, case.id
    assert 0 in seen
    assert any(value < 0 for value in seen)
    assert any(value >= 2**63 for value in seen)


def test_paths_hold_nothing_that_proxies_make_other_routes_of() -> None:
    for case in ALL:
        value = case.path.removeprefix("/api/v1/conversations/").removesuffix("/messages")
        assert value
        assert not re.search(r"[/\\?#]|%2f|%5c|%3f|%23|^\.+$|%2e", value, re.IGNORECASE), value


def test_wrong_types_never_have_an_obvious_value() -> None:
    for case in ALL:
        wrong = [f for f in understand(CONTRACT, case).forbidden if f.cell.kind == "wrong type"]
        assert not any(f.obvious for f in wrong), case.id


def test_what_is_sent_is_marked() -> None:
    """Wherever the suite words a text itself, so that what was stored can be found."""
    for case in GRID[SEND.id]:
        text = next(values(case, "message"), None)
        if isinstance(text, str) and text and not text.isspace():
            assert "ctMARKERMARKER00" in text, case.id


def test_very_long_means_64_kib_and_more() -> None:
    long = [
        c for c in GRID[SEND.id] if [str(cell) for cell in c.cells] == ["body /message: very long"]
    ]
    assert [len(next(values(c, "message"))) > 65_536 for c in long] == [True]


def test_only_safe_requests_have_no_body() -> None:
    assert all(case.body is None for case in GRID[LIST.id])
    assert {case.method for case in GRID[LIST.id]} == {"GET"}
    assert all("{read}" in c.path or c.cells[0].place == "path uuid" for c in GRID[LIST.id])
    sends = [c for c in GRID[SEND.id] if c.cells]
    assert all("{write}" in c.path or c.cells[0].place == "path uuid" for c in sends)
