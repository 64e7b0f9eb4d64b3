"""Two deployments side by side: one difference told once, doubts apart, hostile texts harmless."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from harness.compare import against_reports as reports
from harness.compare.answers import Pair, Sign
from harness.compare.sides import CHANCE, Against, Difference, Side, hold, inconclusive
from tests.selftest.compare.conftest import clause, finding, reach, record
from tests.selftest.fakes import CONTRACT, LIST, SEND, exchange, get, mixed, page, post

SCHEMA = json.loads(reports.SCHEMA.read_text("utf-8"))
CLAUSES = [clause(n, o) for n in ("send.any-text", "list.total") for o in (LIST.id, SEND.id)]
GOOD = {"status": "success", "data": {"id": 1}}
HOSTILE = "</td><script>x</script> | `` ` **b** [l](j:0) <!-- \x1b[31mred \u202e\r\n# heading"


def case(name: str) -> Any:
    return post({"sender_type": "agent", "private": True, "message": "\0"}, id=name)


def answers(*statuses: int, first: int = 1) -> list[Any]:
    return [exchange(n, case(f"c{n}"), status, GOOD) for n, status in enumerate(statuses, first)]


def side(made: list[Any], *findings: dict[str, Any], **changes: Any) -> Side:
    changes = {"clauses": CLAUSES, "reach": {}, **changes}
    return Side(record(*findings, **changes), made)


def held(one: Side, other: Side, confirmed: bool = True) -> Against:
    return hold(one, other, CONTRACT, lambda _pair, _sign: confirmed)


def broken(**changes: Any) -> dict[str, Any]:
    return finding("send.any-text", SEND.id, **changes)


def judged(*known: dict[str, Any]) -> dict[str, Any]:
    names = {"listNotes": LIST.id, "addNote": SEND.id}
    empty = {name: {"cases": [], "circumstances": [], "items": []} for name in names.values()}
    translated = [{**one, "operation": "addNote"} for one in known]
    return {"reach": {**empty, SEND.id: reach(*translated)["addNote"]}}


def test_alike() -> None:
    found = held(side(answers(200, 400)), side(answers(200, 400)))
    assert (found.exit_code, found.differences, found.doubts, found.paired) == (0, (), (), 2)


def test_another_status_is_told_once_with_all_that_was_unusual() -> None:
    found = held(side(answers(400, 400, 200)), side(answers(200, 200, 200)))
    (one,) = found.differences
    assert (one.kind, one.one, one.other, one.count) == ("status", "400", "200", 2)
    assert one.requests == ("body /message: NUL",)
    assert found.exit_code == 1


def test_what_does_not_come_again_is_chance() -> None:
    found = held(side(answers(400)), side(answers(200)), confirmed=False)
    assert (found.exit_code, [d.why for d in found.doubts]) == (0, [CHANCE])


def test_what_a_clause_tells_is_not_told_again_by_its_answers() -> None:
    nul, other = broken(exchanges=[1]), broken(kind="emoji", exchanges=[2])
    one = side(answers(500, 500, 500), nul, other)
    found = held(one, side(answers(200, 200, 200), **judged(nul, other)))
    assert [(d.kind, d.one, d.other, d.count) for d in found.differences] == [
        ("clause", "broken", "kept", 2), ("status", "500", "200", 1)
    ]  # fmt: skip
    assert found.differences[0].requests == ("body /text: NUL", "body /text: emoji")


def test_the_other_one_may_be_the_one_that_is_broken() -> None:
    nul = broken(exchanges=[1])
    found = held(side(answers(200), **judged(nul)), side(answers(500), nul))
    assert [(d.one, d.other) for d in found.differences] == [("kept", "broken")]


def test_a_clause_that_the_other_could_not_show_is_a_doubt_and_hides_nothing() -> None:
    found = held(side(answers(500), broken(exchanges=[1])), side(answers(200)))
    assert [d.kind for d in found.doubts] == ["clause"]
    assert [d.kind for d in found.differences] == ["status"]


def test_a_clause_that_both_break_is_no_difference() -> None:
    found = held(side(answers(500), broken()), side(answers(500), broken()))
    assert (found.exit_code, found.doubts) == (0, ())


def test_values_of_enums_may_be_the_data() -> None:
    enums = {"/data/type": {"seen": ["in", "odd"], "unseen": []}}
    found = held(side(answers(200), enums=enums), side(answers(200), enums={}))
    assert (found.exit_code, [d.kind for d in found.doubts]) == (0, ["enum value"])


def test_fields_of_a_list_are_compared_over_the_whole_run() -> None:
    lists = [
        [exchange(1, get(), 200, page([{**item, **more} for item in mixed(5)]))]
        for more in ({"author": "a"}, {})
    ]
    found = held(side(lists[0]), side(lists[1]))
    assert [(d.kind, d.what, d.one, d.other) for d in found.differences] == [
        ("field", "/data/results/*/author (200)", "always", "never")
    ]


@pytest.mark.parametrize("change", [{"verdict": "interrupted"}, {"clauses": []}])
def test_without_two_whole_runs_nothing_is_told(change: dict[str, Any]) -> None:
    for pair in ((change, {}), ({}, change)):
        found = held(*(side(answers(200), **one) for one in pair))
        assert (found.exit_code, found.differences) == (6, ())


def test_without_a_common_request_nothing_is_told() -> None:
    assert held(side(answers(200)), side(answers(200, first=5))).exit_code == 6


def test_the_smallest_request_is_the_example_and_is_asked_again() -> None:
    asked: list[tuple[Pair, Sign]] = []

    def confirm(pair: Pair, sign: Sign) -> bool:
        return asked.append((pair, sign)) is None

    hold(side(answers(400, 400)), side(answers(200, 200)), CONTRACT, confirm)
    ((pair, sign),) = asked
    assert (pair.one.number, sign) == (1, ("status", "", "400", "200", True))


def hostile() -> Against:
    one = Difference("field", HOSTILE, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,) * 20, 3, curl=HOSTILE)
    run = {"target": HOSTILE, "labels": {"a": HOSTILE}, "profile": HOSTILE}
    found = inconclusive(record(**run), record(**run), HOSTILE)
    return replace(found, differences=(one,) * 20, doubts=(replace(one, why=HOSTILE),))


@pytest.mark.parametrize(
    "found",
    [
        held(side(answers(400)), side(answers(200))),
        held(side(answers(200)), side(answers(200))),
        inconclusive(record(), None, "it cannot be reached"),
        hostile(),
    ],
)
def test_the_reports_keep_their_schema_and_end_with_the_outcome(
    found: Against, tmp_path: Path
) -> None:
    reports.write(found, tmp_path)
    made = json.loads((tmp_path / "against.json").read_bytes())
    jsonschema_rs.meta.validate(SCHEMA)
    jsonschema_rs.Draft202012Validator(SCHEMA).validate(made)
    assert list(made) == list(SCHEMA["properties"])
    last = reports.terminal(found, 80, colour=False).splitlines()[-1]
    assert last.startswith(made["outcome"])
    reports.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_hostile_texts_stay_texts() -> None:
    page = reports.terminal(hostile(), 80, colour=True)
    assert not re.search(r"\x1b(?!\[[0-9;]*m)", page)
    text = reports.markdown(hostile())
    assert "\u202e" not in page + text
    unfenced = re.sub(r"(?ms)^ *(`{3,})sh\n.*?^ *\1$", "", text)
    outside = re.sub(r"(`+)[^`].*?[^`]?\1(?!`)", "", unfenced)
    for markup in ("<script", "<!--", "</td>", "**b**", "[l](", "\x1b", "\n# heading"):
        assert markup not in outside, markup
