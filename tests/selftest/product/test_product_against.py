"""`--against URL` as its users start it: two servers, one command, one answer."""

from __future__ import annotations

import json

import pytest

from .conftest import Outcome, Serve, Served, Start


def second(served: Served) -> dict[str, str]:
    """The environment that names the second server."""
    known = served.known
    return {
        "LIBREDESK_AGAINST_API_KEY": known["api_key"],
        "LIBREDESK_AGAINST_API_SECRET": known["api_secret"],
        "LIBREDESK_AGAINST_CONVERSATION": known["conversation"],
    }


@pytest.fixture(scope="module")
def servers(serve: Serve) -> tuple[Served, Served]:
    """One that miscounts, and one that does not."""
    return serve("list.total-off-by-one"), serve(variants=("ascending",))


@pytest.fixture(scope="module")
def held(start: Start, servers: tuple[Served, Served]) -> Outcome:
    mine, yours = servers
    return start(
        "--profile", "smoke", "-k", "list.", "--against", yours.known["url"],
        environ=mine.reading | second(yours), own_junit=False,
    )  # fmt: skip


def test_the_difference_is_told_and_is_the_exit_code(held: Outcome) -> None:
    assert held.code == 1, held.output
    assert "behaves differently — " in held.output
    assert "list.total" in held.output
    found = json.loads((held.reports / "against.json").read_bytes())
    assert [(d["kind"], d["what"], d["target"], d["against"]) for d in found["differences"]] == [
        ("clause", "list.total", "broken", "kept")
    ]
    assert "/data/total" in (held.reports / "against.md").read_text("utf-8")


def test_no_report_of_a_single_run_is_written(held: Outcome) -> None:
    names = {path.name for path in held.files() if ".pytest" not in path.parts}
    assert names == {"against.md", "against.json", "sent.jsonl", "sent-against.jsonl"}


def test_both_were_sent_the_same_and_nothing_that_stores(
    held: Outcome, servers: tuple[Served, Served]
) -> None:
    assert held.code == 1
    asked = [[(line["method"], line["path"]) for line in one.lines()] for one in servers]
    assert {method for lines in asked for method, _ in lines} == {"GET"}
    assert len(asked[0]) > 20


def test_no_credential_is_shown(held: Outcome, servers: tuple[Served, Served]) -> None:
    texts = [held.output, *(path.read_text("utf-8") for path in held.files())]
    for served in servers:
        assert not [text for text in texts if served.known["api_secret"] in text]


def test_what_is_missing_is_told_before_anything_is_sent(
    start: Start, servers: tuple[Served, Served]
) -> None:
    before = [len(one.lines()) for one in servers]
    outcome = start("--against", servers[1].known["url"], environ=servers[0].reading)
    assert outcome.code == 4
    assert "LIBREDESK_AGAINST_API_KEY is not set" in outcome.said
    assert [len(one.lines()) for one in servers] == before
