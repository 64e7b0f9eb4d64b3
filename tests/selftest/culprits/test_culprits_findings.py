"""One defect, one finding, one culprit (contract.md). Longer than a file should be: one subject."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clauses import Record
from harness.culprits.context import Context
from harness.culprits.findings import merge, open_deviations
from harness.culprits.precedence import rank
from harness.model import Case, Cell, Culprit, Exchange, Finding
from harness.run.judge import Judge
from harness.wire.identity import fingerprint
from tests.selftest.fakes import CONTRACT, LIST, SEND, clauses, exchange, get, post

NOTE = {"sender_type": "agent", "private": True, "message": "x"}
REPLY = {"sender_type": "agent", "message": "x", "to": ["a@sink.invalid"]}
CONTACT = {"sender_type": "contact", "message": "x"}
CONTEXTS = {LIST.id: ("listing",), SEND.id: ("note", "reply", "contact")}
SERVER_ERROR = "response.no-server-error"


def note(phase: str = "grid", **changes: Any) -> Case:
    return post({**NOTE, **changes}, context="note", phase=phase)


def baseline(body: dict[str, Any], context: str) -> Case:
    return post(body, context=context, phase="baseline")


def context(**changes: Any) -> Context:
    base = Context(
        CONTRACT, tuple(clauses()), CONTEXTS, {}, lambda _e: "", lambda *_a: "#/",
    )  # fmt: skip
    return replace(base, **changes)


def record(clause: str, operation: Any, exchanges: list[Exchange], **how: Any) -> Record:
    made = Record(clauses()[clause], operation)
    for one in exchanges:
        made.judged.add(one.number)
        made.add(one, **how)
    return made


def failing(*cases: Case, status: int = 500) -> list[Exchange]:
    return [exchange(n, case, status, {}) for n, case in enumerate(cases, 1)]


def culprits(*cases: Case, status: int = 500, **changes: Any) -> set[str]:
    made = record(SERVER_ERROR, SEND, failing(*cases, status=status))
    return {str(f.culprit) for f in merge(context(**changes), [made])}


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([note(message="\0")], {"body /message: NUL"}),
        ([note(message="\0"), note(message="a\0b", phase="fuzz")], {"body /message: NUL"}),
        ([note(message="\0"), note(attachments=[0])],
         {"body /message: NUL", "body /attachments/*: zero"}),
        ([note(message="\0"), note(attachments=[0]),
          note(message="\0", attachments=[0], phase="fuzz")],
         {"body /message: NUL", "body /attachments/*: zero"}),
        ([note(message="\0"), note(message="\0", echo_id="", phase="fuzz")],
         {"body /message: NUL"}),
        ([note(message="\0", echo_id="", phase="fuzz")], {"not attributed"}),
        ([baseline(NOTE, "note")], {"context note"}),
        ([baseline(NOTE, "note"), note(message="\0"), note(attachments=[0])], {"context note"}),
        ([baseline(NOTE, "note"), post({**REPLY, "to": []}, context="reply")],
         {"context note", "body /to: empty"}),
        ([baseline(NOTE, "note"), baseline(REPLY, "reply")], {"context note", "context reply"}),
        ([baseline(NOTE, "note"), baseline(REPLY, "reply"), baseline(CONTACT, "contact"),
          note(message="\0")], {"operation"}),
        ([baseline(CONTACT, "contact"), post({**CONTACT, "message": "\0"}, phase="fuzz")],
         {"context contact"}),
    ],
)  # fmt: skip
def test_who_is_to_blame(cases: list[Case], expected: set[str]) -> None:
    assert culprits(*cases) == expected


FAR = 2**40 + 7
UNKNOWN = Cell("body /attachments/*", "unknown id")


def test_an_id_too_large_to_exist_is_an_unknown_one_first_of_all() -> None:
    """On a foreign target there is no other, so no witness has it alone."""
    many = [FAR + n for n in range(40)]
    cases = (note(attachments=[FAR]), note(attachments=[FAR, FAR]), note(attachments=many))
    assert culprits(*cases) == {str(Culprit(*UNKNOWN))}


def test_unless_other_unknown_ids_do_no_harm() -> None:
    innocent = {("response.no-server-error", SEND.id): frozenset({UNKNOWN})}
    assert culprits(note(attachments=[FAR]), innocent=innocent) == {
        "body /attachments/*: beyond 32 bits"
    }


@pytest.mark.parametrize(
    ("case", "status", "clears"),
    [
        (note(attachments=[7], echo_id=""), 200, True),
        (note(attachments=[FAR]), 400, True),
        (note(attachments=[7], echo_id=""), 400, False),
    ],
    ids=["accepted", "refused for the one place", "refused for either of two"],
)
def test_what_is_refused_clears_only_what_it_was_surely_refused_for(
    case: Case, status: int, clears: bool
) -> None:
    judge = Judge(CONTRACT, [(clauses()[SERVER_ERROR], SEND)])
    fine = exchange(1, case, status, {})
    both = note(attachments=[9], message="\0", phase="fuzz")
    failed = exchange(2, both, 500, {})
    (found,) = judge.findings(judge.records([fine, failed]), [fine, failed])
    assert str(found.culprit) == ("body /message: NUL" if clears else "not attributed")


def test_the_listing_has_one_context_and_fails_as_a_whole() -> None:
    made = record(SERVER_ERROR, LIST, failing(get(phase="listing"), get("page=0", phase="grid")))
    assert [str(f.culprit) for f in merge(context(), [made])] == ["operation"]


def test_another_status_class_is_another_failure() -> None:
    cases = [note(message="\0"), note(message="\0", echo_id="", phase="fuzz")]
    first, second = failing(*cases)
    second = replace(second, response=replace(second.response, status=400))  # type: ignore[type-var]
    made = record("send.accepted", SEND, [first, second])
    found = {(str(f.culprit), f.status_class) for f in merge(context(), [made])}
    assert found == {("body /message: NUL", "5xx"), ("not attributed", "4xx")}


def test_what_reduction_found_is_the_culprit() -> None:
    pair = Culprit("body /echo_id + body /message", "empty + NUL")
    case = note(message="\0", echo_id="", phase="fuzz")
    assert culprits(case, reduced={1: pair}) == {str(pair)}


def test_what_no_witness_explains_is_offered_for_reduction_smallest_first() -> None:
    cases = [
        note(message="\0" * 50, echo_id="", phase="fuzz"),
        note(message="\0", echo_id="", phase="fuzz"),
        note(attachments=[0]),
    ]
    made = record(SERVER_ERROR, SEND, failing(*cases))
    assert [d.exchange.number for d in open_deviations(context(), [made])] == [2, 1]


CASES = [
    note(message="\0"), note(attachments=[0]), note(message="\0", attachments=[0], phase="fuzz"),
    note(echo_id="", to=[], phase="fuzz"), post(b"{", context="note"), baseline(REPLY, "reply"),
    post({**REPLY, "to": []}, context="reply"), note(message="\0\0\0", phase="coverage"),
]  # fmt: skip
KINDS = ["undocumented value a", "undocumented value b", "missing", "null"]


def identities(order: list[int]) -> set[str]:
    asked = [exchange(n, CASES[i], 500, {}) for n, i in enumerate(order, 1)]
    made = record(SERVER_ERROR, SEND, asked)
    answered = Record(clauses()["response.enums"], SEND)
    for n, i in enumerate(order, 1):
        answered.add(exchange(n, CASES[i]), place=f"/data/x{i % 2}", kind=KINDS[i % 4])
    return {f.fingerprint for f in merge(context(), [made, answered])}


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(st.permutations(range(len(CASES))))
def test_identities_do_not_depend_on_the_order_of_exchanges(order: list[int]) -> None:
    assert identities(order) == identities(list(range(len(CASES))))


def test_identities_do_not_depend_on_values_messages_or_contexts() -> None:
    one = record(SERVER_ERROR, SEND, failing(note(message="\0")))
    other = record(SERVER_ERROR, SEND, failing(note(message="b\0c")))
    (a,) = merge(context(message=lambda _e: "Something went wrong"), [one])
    (b,) = merge(context(message=lambda _e: "Oops"), [other])
    assert a.fingerprint == b.fingerprint
    assert (a.message, b.message) == ("Something went wrong", "Oops")


def test_an_identity_is_clause_operation_culprit_and_status_class() -> None:
    base = ("send.echo", "op", Culprit("body", "null"), "5xx")
    others = [
        ("send.listed", *base[1:]), ("send.echo", "op2", *base[2:]),
        (*base[:2], Culprit("body", "empty"), "5xx"), (*base[:3], "4xx"),
    ]  # fmt: skip
    assert len({fingerprint(*args) for args in [base, *others]}) == 5


def values(*names: str) -> list[str]:
    made = Record(clauses()["response.enums"], LIST)
    for n, name in enumerate(names, 1):
        made.add(
            exchange(n, get()), place="/data/results/*/type", kind=f"undocumented value {name}"
        )
    return sorted(f.culprit.kind.partition(",")[0] for f in merge(context(), [made]))


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        (("activity",), ["undocumented value activity"]),
        (("a", "b", "c", "d", "e"), [f"undocumented value {c}" for c in "abcde"]),
        (("a", "b", "c", "d", "e", "f"), ["undocumented value"]),
        (("with space",), ["undocumented value"]),
        (("x" * 33,), ["undocumented value"]),
        (("Ab_c-d",), ["undocumented value Ab_c-d"]),
    ],
)
def test_values_stand_in_the_identity_if_they_are_words_and_few(
    names: tuple[str, ...], kinds: list[str]
) -> None:
    assert values(*names) == kinds


def owners(*records: Record) -> dict[str, tuple[str, ...]]:
    judged = {(r.clause.id, r.operation.id): frozenset(r.judged) for r in records}
    found: list[Finding] = merge(context(judged=judged), records)
    return {f.clause: f.also for f in found}


def test_a_server_error_owns_what_more_special_clauses_say_of_it() -> None:
    made = failing(note(message="\0"))
    special = record("send.any-text", SEND, made)
    assert owners(special, record(SERVER_ERROR, SEND, made)) == {SERVER_ERROR: ("send.any-text",)}


def test_exchanges_of_another_operation_explain_nothing() -> None:
    first = record(SERVER_ERROR, SEND, failing(note(message="\0")))
    other = record("list.page-size-valid", LIST, failing(get("page_size=5")))
    assert owners(first, other) == {SERVER_ERROR: (), "list.page-size-valid": ()}


def test_a_deviation_with_an_exchange_of_its_own_is_its_own_finding() -> None:
    made = failing(note(message="\0"), note(message="\0\0"))
    special = record("send.any-text", SEND, made)
    general = record(SERVER_ERROR, SEND, made[:1])
    general.judged.add(2)
    assert owners(general, special) == {SERVER_ERROR: (), "send.any-text": ()}


def test_the_same_wrong_thing_in_other_answers_is_another_defect() -> None:
    """Contract: only a deviation *whose exchanges all belong to an earlier finding* is `also`."""
    made = [exchange(1, get("page_size=2")), exchange(2, get("page=99"))]
    where = {"place": "/data/results", "kind": "wrong count"}
    bound = record("list.page-size-bound", LIST, made[:1], **where)
    full = record("list.page-full", LIST, made[1:], **where)
    bound.judged.add(2)
    assert owners(bound, full) == {"list.page-size-bound": (), "list.page-full": ()}


PRECEDENCE = [
    "response.no-server-error",
    "response.complete",
    "response.content-type",
    "response.fields-present",
    "response.enums",
    "response.formats",
    "response.body-schema",
    "response.status-documented",
    "auth.missing",
    "auth.wrong",
    "auth.malformed",
    "auth.first",
    "list.page-size-bound",
    "list.per-page-echo",
    "list.page-echo",
    "filter.sound",
    "list.isolation",
    "list.page-full",
    "list.stable",
    "list.no-overlap",
    "list.no-gap",
    "list.total",
    "list.total-pages",
    "filter.complete",
    "filter.combined",
    "filter.total",
]


def test_the_precedence_is_the_contracts() -> None:
    defined = tuple(clauses())
    assert sorted(defined, key=lambda c: rank(c, defined))[: len(PRECEDENCE)] == PRECEDENCE
