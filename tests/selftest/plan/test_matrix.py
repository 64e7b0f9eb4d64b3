"""The credentials matrix and the undocumented methods (contract: `auth.*`, `method.*`)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from harness.client.credentials import DEFECTS as DEFECTS_OF_ALL
from harness.client.credentials import Secrets, applicable
from harness.model import Case
from harness.plan.matrix import RARE, WHOLE_ONLY, harmless, matrix, methods
from harness.wire.reading import understand
from tests.selftest.fakes import CONTRACT, LIST, SEND, SINK

DEFECTS = {
    "basicAuth": ("wrong secret", "not Base64", "very long"),
    "tokenAuth": ("wrong secret", "swapped"),
}


def made(*, whole: bool = True, writes: bool = True) -> list[Case]:
    return matrix(CONTRACT, SINK, dict(DEFECTS), whole=whole, writes=writes)


def cells(cases: list[Case]) -> set[tuple[str, str, str]]:
    return {
        (c.operation, c.credentials.scheme, c.credentials.defect) for c in cases if c.credentials
    }


def test_the_whole_matrix_is_scheme_by_defect_by_operation() -> None:
    wanted = {
        (operation.id, scheme, defect)
        for operation in (LIST, SEND)
        for scheme, defects in DEFECTS.items()
        for defect in defects
    }
    assert cells(made()) == wanted
    assert max(Counter(case.id for case in made()).values()) == 1


def test_half_a_matrix_has_each_scheme_and_defect_once_operations_alternating() -> None:
    half = [c for c in made(whole=False) if c.credentials]
    assert Counter((s, d) for _, s, d in cells(half)) == Counter(
        (scheme, defect) for scheme, defects in DEFECTS.items() for defect in defects
    )
    assert [c.operation for c in half] == [LIST.id, SEND.id, LIST.id, LIST.id, SEND.id]


ALL = {s.name: applicable(s, Secrets("KeyOne", "Secret2")) for s in CONTRACT.schemes.values()}


def test_what_is_rare_is_in_half_a_matrix_once_schemes_and_operations_in_turn() -> None:
    half = [c for c in matrix(CONTRACT, SINK, ALL, whole=False, writes=True) if c.credentials]
    each = Counter(c.credentials.defect for c in half if c.credentials)
    assert set(RARE) | WHOLE_ONLY < set(DEFECTS_OF_ALL)
    assert {each[defect] for defect in WHOLE_ONLY} == {0}
    assert {defect: each[defect] for defect in RARE} == dict.fromkeys(RARE, 1)
    taken = Counter((o, s) for o, s, d in cells(half) if d in RARE)
    assert len(taken) == 4


@pytest.mark.parametrize(
    ("defect", "cause"),
    [("key alone", "no colon"), ("secret alone", "no colon"), ("extra part", "wrong secret"),
     ("header twice", "wrong secret")],
)  # fmt: skip
def test_what_another_defect_explains_is_asked_where_that_is(defect: str, cause: str) -> None:
    """In any profile: else a waiver that one of them writes would be unused in another."""
    half = cells(matrix(CONTRACT, SINK, ALL, whole=False, writes=True))
    found = {(o, s) for o, s, d in half if d == defect}
    assert found
    assert found <= {(o, s) for o, s, d in half if d == cause}


def test_half_a_matrix_is_about_half() -> None:
    """So that smoke has room for it."""
    whole, half = (matrix(CONTRACT, SINK, ALL, whole=w, writes=True) for w in (True, False))
    assert (len(whole), len(half)) == (94, 39)


@pytest.mark.parametrize("operation", [LIST.id, SEND.id])
@pytest.mark.parametrize("whole", [True, False])
def test_without_credentials_every_operation_is_asked_for_three_ids(
    operation: str, whole: bool
) -> None:
    """Contract, *auth.first*: a known one, an unknown one and `not-a-uuid`, with valid bodies."""
    bare = [c for c in made(whole=whole) if not c.credentials and c.operation == operation]
    own = [c for c in bare if c.role.startswith("missing|")]
    roles = {c.role: c.path.split("/")[4] for c in own}
    known = "{read}" if operation == LIST.id else "{write}"
    assert roles == {
        "missing|known": known, "missing|unknown": "{unknown}", "missing|no id": "not-a-uuid",
    }  # fmt: skip
    assert all(not understand(CONTRACT, case).forbidden for case in own)


def test_what_is_refused_may_still_be_stored_and_of_one_kind_only() -> None:
    """Contract, *auth.no-effect*: a server may take the credentials of one kind of message less
    seriously, so each is sent without."""
    others = [c for c in made() if c.role.startswith("missing in|")]
    assert {c.role: understand(CONTRACT, c).context for c in others} == {
        "missing in|reply": "reply", "missing in|contact": "contact",
    }  # fmt: skip


def test_a_send_that_gets_through_harms_nobody() -> None:
    for case in made():
        if case.operation == SEND.id and not case.role.startswith("missing in|"):
            body = json.loads(case.body or b"")
            assert body["private"] is True
            assert not {"to", "cc", "bcc"} & body.keys()
            assert "ctMARKERMARKER00" in body["message"], "so that it can be looked for"


def test_without_writes_what_may_leave_is_empty_and_stands_in_for_nothing_else() -> None:
    """Each cell that needs a good body is in the plan as it is, for the client to drop and count;
    the empty one is one more, and no cell of *auth.first*."""
    with_writes = {c.id: c for c in made() if not c.credentials}
    without = {c.id: c for c in made(writes=False) if not c.credentials}
    assert without.keys() - with_writes.keys() == {f"auth {SEND.id} missing empty"}
    assert all(without[name] == case for name, case in with_writes.items())
    empty = [without[f"auth {SEND.id} missing empty"]]
    empty += [c for c in made(writes=False) if c.credentials and c.operation == SEND.id]
    for case in empty:
        assert "{unknown}" in case.path
        assert case.body == b"{}"
        assert not case.role.startswith("missing|")
    assert harmless(LIST, SINK, writes=False) == harmless(LIST, SINK, writes=True)


def test_each_cell_is_named_after_its_scheme_and_defect() -> None:
    places = {c.credentials.scheme: c.cells[0] for c in made() if c.credentials}
    assert {str(cell.place) for cell in places.values()} == {
        "header Authorization basicAuth", "header Authorization tokenAuth",
    }  # fmt: skip
    assert all(c.cells[0].kind == c.credentials.defect for c in made() if c.credentials)
    assert {c.cells[0].kind for c in made() if not c.credentials} == {"missing"}


@pytest.mark.parametrize("embedded", [True, False])
def test_methods_that_no_operation_documents(embedded: bool) -> None:
    """Contract, *method.undocumented*: PUT, PATCH, DELETE, TRACE; HEAD, OPTIONS tolerated."""
    cases = methods(CONTRACT, SINK, embedded=embedded)
    assert [c.method for c in cases] == ["PUT", "PATCH", "DELETE", "TRACE", "HEAD", "OPTIONS"]
    assert all(not understand(CONTRACT, case).documented_method for case in cases)
    rooms = {"{read}", "{write}"} if embedded else {"{unknown}"}
    assert {c.path.split("/")[4] for c in cases} == rooms, "nothing of anybody's is deleted"


def test_what_could_write_holds_what_a_send_would_be_accepted_with() -> None:
    """PUT that does what POST does refuses an empty body as well."""
    bodies = {c.method: c.body for c in methods(CONTRACT, SINK, embedded=True)}
    for method in ("PUT", "PATCH"):
        sent = json.loads(bodies[method] or b"")
        assert (sent["sender_type"], sent["private"]) == ("agent", True)
    assert {bodies[method] for method in ("DELETE", "TRACE", "HEAD", "OPTIONS")} == {None}


def test_documented_methods_are_left_out() -> None:
    for documented in ("GET", "POST"):
        assert documented not in {c.method for c in methods(CONTRACT, SINK, embedded=True)}


def test_an_operation_without_security_is_in_no_matrix() -> None:
    operations = (LIST, replace(SEND, security=()))
    contract = replace(CONTRACT, operations=operations)
    cases = matrix(contract, SINK, dict(DEFECTS), whole=True, writes=True)
    assert {c.operation for c in cases} == {LIST.id}
