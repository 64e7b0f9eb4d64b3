"""The suite tests an API that it was not written for, by its document and the general names alone.

`library.yaml` has nothing in common with the bundle in spec/ but the annotations of spec/README.md;
`server.py` implements it. Each run is a process of its own.

Longer than a file should be: one library, built once for all of it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from harness.contract import Contract, Operation, load
from harness.plan.grid import grid
from harness.wire.reading import understand
from tests.selftest import preloaded

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SPEC = HERE / "library.yaml"
SHELVES = {"CONTRACT_READ": "north", "CONTRACT_WRITE": "attic"}
TOKEN = "header Authorization readerToken"

FAULTS = {
    "wrong-total": {("list.total", "listBooks", "/leaf/hits", "wrong count")},
    "size-ignored": {("list.per-page-echo", "listBooks", "/leaf/length", "wrong value")},
    "filter-inverted": {("filter.sound", "listBooks", "/books/*", "foreign item")},
    "emoji": {("response.no-server-error", "addBook", "body /title", "emoji")},
}
"""Fault -> clause, operation, place and kind of its one finding; the kind without its regime."""

WRONG_TOKENS = {
    "wrong secret": "auth.wrong",
    "secret less its last character": "auth.wrong",
    "secret less its first character": "auth.wrong",
    "secret and one more": "auth.wrong",
    "secret in another case": "auth.wrong",
}
"""Each defect of a token is a culprit of its own; smoke sends each once, to one operation.

That a very long one is let in as well follows from it.
"""

RUNS = {
    "good": ("", {}),
    **{fault: (fault, {}) for fault in (*FAULTS, "token-unchecked")},
    "wrong token": ("", {"CONTRACT_TOKEN": "nobodys"}),
    "no token": ("", {"CONTRACT_TOKEN": ""}),
    "unknown shelf": ("", {"CONTRACT_READ": "cellar"}),
}
"""Run -> the server's fault, and what its environment has otherwise."""

SECURED = ("readShelf", "listBooks", "addBook")
NOT_EXERCISED = {
    # no --max-response-time is given
    *(("response.in-time", operation) for operation in ("readStatus", *SECURED)),
    # the document has no Basic scheme
    *(("auth.basic", operation) for operation in SECURED),
    # the document has no repeat key
    ("send.repeat", "addBook"),
    # ids are no UUIDs: what is written to an id that is not configured may be somebody's
    ("unknown.malformed-id", "addBook"),
}


@dataclass(frozen=True)
class Outcome:
    """What one run of the suite left behind."""

    exit_code: int
    said: str
    reports: Path

    @property
    def run(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads((self.reports / "run.json").read_text("utf-8"))
        return record

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run["findings"]
        return found

    @property
    def culprits(self) -> set[tuple[str, str, str, str]]:
        return {
            (f["clause"], f["operation"], f["culprit"]["place"], _bare(f["culprit"]["kind"]))
            for f in self.findings
        }


def _bare(kind: str) -> str:
    return kind.partition(",")[0]


@contextmanager
def library(fault: str) -> Iterator[dict[str, str]]:
    """The server in a process of its own, and what it says about itself."""
    command = [sys.executable, str(HERE / "server.py"), *(["--fault", fault] if fault else [])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


def suite(fault: str, changes: dict[str, str], reports: Path) -> Outcome:
    """One smoke run against the library with a fault."""
    with library(fault) as told:
        environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environ |= {
            "CONTRACT_URL": told["url"],
            "CONTRACT_TOKEN": told["token"],
            **SHELVES,
            "CONTRACT_WRITES": "all",
            "CONTRACT_SINK": "sink.example",
            "CONTRACT_MAIL_MAY_LEAVE": SHELVES["CONTRACT_WRITE"],
            "CONTRACT_RATE": "none",
            "CONTRACT_REPORTS": str(reports),
            **changes,
        }
        command = [sys.executable, "-m", "pytest", "--spec", str(SPEC), "--profile", "smoke"]
        command += [f"--junitxml={reports / 'junit.xml'}", "-o", f"cache_dir={reports / 'cache'}"]
        code = preloaded.run(command, ROOT, environ, reports / "printed")
    return Outcome(code, (reports / "printed").read_text("utf-8"), reports)


@pytest.fixture(scope="session")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Every run, two at a time: each waits for its processes most of its life."""
    places = {name: tmp_path_factory.mktemp("reports") for name in RUNS}
    with ThreadPoolExecutor(2) as threads:
        made = {n: threads.submit(suite, *given, places[n]) for n, given in RUNS.items()}
        return {name: future.result() for name, future in made.items()}


@pytest.fixture
def good(outcomes: dict[str, Outcome]) -> Outcome:
    return outcomes["good"]


def test_a_conforming_library_conforms(good: Outcome) -> None:
    assert good.findings == []
    assert good.run["verdict"] == "conforms"
    assert good.exit_code == 0


def test_nearly_all_of_its_contract_is_exercised(good: Outcome) -> None:
    clauses = good.run["clauses"]
    missed = {(c["id"], c["operation"]) for c in clauses if c["outcome"] == "not exercised"}
    assert missed == NOT_EXERCISED
    assert {c["outcome"] for c in clauses} == {"kept", "not exercised"}


def test_clauses_are_about_what_an_operation_has(good: Outcome) -> None:
    """Nobody is let in where nobody is kept out; what names no resource knows no unknown one."""
    areas = {
        c["id"].partition(".")[0] for c in good.run["clauses"] if c["operation"] == "readStatus"
    }
    assert areas == {"response", "method"}


def test_every_clause_points_into_the_document(good: Outcome, contract: Contract) -> None:
    """Neither a 200 nor the media type of success nor a documented 500 is taken for granted."""
    for clause in good.run["clauses"]:
        node: Any = contract.raw
        for part in clause["pointer"].removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            node = node[int(key) if isinstance(node, list) else key]
        assert node is not None


def test_what_the_document_says_is_no_gap(good: Outcome) -> None:
    """404 and 422 are documented here; 405 to other methods is not."""
    assert {gap["status"] for gap in good.run["gaps"]} == {"405"}


def test_page_sizes_are_those_of_the_document(good: Outcome) -> None:
    har = json.loads((good.reports / "exchanges.har").read_text("utf-8"))
    urls = [urlsplit(e["request"]["url"]) for e in har["log"]["entries"]]
    asked = {n for url in urls for n in parse_qs(url.query).get("n", ())}
    assert {"1", "2", "9", "10", "11", "39", "40", "41"} <= asked
    assert not asked & {"29", "30", "31", "99", "100", "101"}


def test_the_token_is_nowhere(good: Outcome) -> None:
    with library("") as told:
        token = told["token"]
    for path in good.reports.iterdir():
        if path.is_file():
            assert token not in path.read_text("utf-8"), path.name
    assert token not in good.said


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_one_finding(outcomes: dict[str, Outcome], fault: str) -> None:
    outcome = outcomes[fault]
    assert outcome.exit_code == 1
    assert outcome.run["verdict"] == "violates"
    assert outcome.culprits == FAULTS[fault]
    assert len(outcome.findings) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_the_curl_names_the_variable_that_is_set(outcomes: dict[str, Outcome], fault: str) -> None:
    (finding,) = outcomes[fault].findings
    assert re.findall(r"\$\w+", finding["curl"]) == ["$CONTRACT_TOKEN"]


def test_a_filters_fault_is_blamed_on_that_filter_alone(outcomes: dict[str, Outcome]) -> None:
    (finding,) = outcomes["filter-inverted"].findings
    regime = finding["culprit"]["kind"].partition(", ")[2]
    assert regime == (
        "loaned=false&state=fresh, state=fresh, state=fresh&state=worn, state=torn, state=worn"
    )


def test_the_servers_words_are_shown(outcomes: dict[str, Outcome]) -> None:
    assert "the catalogue is confused" in outcomes["emoji"].said


def test_a_token_that_is_not_checked_is_noticed(outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes["token-unchecked"]
    assert outcome.exit_code == 1
    assert {(kind, clause, place) for clause, _, place, kind in outcome.culprits} == {
        (kind, clause, TOKEN) for kind, clause in WRONG_TOKENS.items()
    }
    assert len(outcome.findings) == len(WRONG_TOKENS)


@pytest.mark.parametrize(
    ("run", "exit_code", "told", "other"),
    [
        ("wrong token", 6, "check CONTRACT_TOKEN", "SECRET"),
        ("unknown shelf", 6, "check CONTRACT_READ", "CONTRACT_WRITE"),
        ("no token", 4, "_TOKEN alone", "internal"),
    ],
)
def test_a_mistake_is_told_in_the_names_that_are_set(
    outcomes: dict[str, Outcome], run: str, exit_code: int, told: str, other: str
) -> None:
    """The operation for anybody, first in the document, would not notice."""
    outcome = outcomes[run]
    said = " ".join(outcome.said.split())
    assert outcome.exit_code == exit_code
    assert told in said
    assert other not in said


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load(SPEC)


@pytest.fixture
def adding(contract: Contract) -> Operation:
    return contract.operation("addBook")


@pytest.mark.parametrize(
    "place_and_kind",
    [
        ("body /subtitle", "null"),
        ("body /keywords", "too many"),
        ("body /keywords", "duplicate"),
    ],
)
def test_witnesses_are_of_the_documented_type(
    contract: Contract, adding: Operation, place_and_kind: tuple[str, str]
) -> None:
    """3.1's nullable types, and arrays of texts that are no recipients."""
    cases = grid(contract, adding, "sink.example")
    alone = [c for c in cases if [tuple(cell) for cell in c.cells] == [place_and_kind]]
    assert alone
    assert all(understand(contract, case).forbidden == () for case in alone)


def test_a_request_that_holds_nothing_can_be_generated(contract: Contract) -> None:
    """Nothing can be wrong with it, which is no reason to give up."""
    from harness.plan.generated import generate

    alone = replace(contract, operations=(contract.operation("readStatus"),))
    cases = generate(alone, 1, {"coverage": False, "fuzz": 2}, "sink.example", ROOT / ".cache")
    assert {(case.method, case.path, case.body) for case in cases} == {("GET", "/status", None)}
