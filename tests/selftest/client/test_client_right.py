"""The right to write is learnt from the first harmless item, and the client waits for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from harness.client import Binding, Secrets, Session, Target, WritePolicy
from harness.contract import Contract
from harness.model import Case, Credentials, WriteClass
from tests.selftest.preloaded import PATIENCE

from .conftest import RawServer, answer

MEMO = json.dumps({"by": "staff", "hidden": True, "text": "hello"}).encode()
MAIL = json.dumps({"by": "staff", "text": "hi", "sent_to": ["a@sink.example"]}).encode()
JSON = (("Content-Type", "application/json"),)
GOOD = Credentials("basicAuth")
UNASKED = "it is not known yet whether the credentials may write"


def post(body: bytes = MEMO, *, where: str = "{write}", credentials: Any = GOOD) -> Case:
    return Case(
        id="c", operation="add", phase="baseline", method="POST", path=f"/things/{where}/entries",
        headers=JSON, body=body, credentials=credentials,
    )  # fmt: skip


def get() -> Case:
    return Case(id="g", operation="list", phase="baseline", method="GET", path="/things/{read}")


def delete() -> Case:
    path = "/things/{unknown}/entries"
    return Case(id="d", operation="list", phase="method", method="DELETE", path=path)


@pytest.fixture
def start(contract: Contract, secrets: Secrets, binding: Binding) -> Iterator[Any]:
    plain = contract
    opened: list[Session] = []

    def session(
        server: RawServer,
        level: WriteClass = "all",
        *,
        embedded: bool = False,
        schemes: tuple[str, ...] = ("basicAuth",),
    ) -> Session:
        secured = tuple(replace(o, security=schemes) for o in plain.operations)
        contract = replace(plain, operations=secured)
        target = Target(server.url, secrets, binding, embedded=embedded)
        policy = WritePolicy(
            contract, level, embedded=embedded, binding=binding, secrets=secrets,
            sink_domain="sink.example",
        )  # fmt: skip
        opened.append(Session(target, contract.schemes, policy, run_id="run", timeout=PATIENCE))
        return opened[-1]

    yield session
    for one in opened:
        one.close()


def methods(server: RawServer) -> list[str]:
    return [received.line.split()[0] for received in server.received]


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_refused_first_item_ends_all_writing(serve: Any, start: Any, status: str) -> None:
    server = serve(lambda *_: answer(b"{}", status))
    session = start(server)
    rest = [post(), post(MAIL), post(where="{unknown}"), post(credentials=None), delete(), get()]
    assert session.send([post()])[0].status == int(status[:3])
    sent = session.send(rest)
    assert [bool(exchange) for exchange in sent] == [False] * 5 + [True]
    assert methods(server) == ["POST", "GET"]
    assert session.counts.dropped == 5
    told = f"the credentials may not write: the first item sent was answered {status[:3]}"
    assert [reason for _, reason in session.dropped] == [told] * 5
    assert session.right.refused == told


def by_token(received: Any, _: Any) -> bytes:
    """A server that knows no Basic credentials."""
    basic = any(value.startswith("Basic") for value in received.values("authorization"))
    return answer(b"{}", "401 Unauthorized" if basic else "200 OK")


def test_another_scheme_may_be_tried_by_one_more_harmless_item(serve: Any, start: Any) -> None:
    server = serve(by_token)
    session = start(server, schemes=("basicAuth", "pairAuth"))
    token = Credentials("pairAuth")
    session.send([post()])
    assert session.right.refused
    early = [post(), post(MAIL, credentials=token), delete(), post(credentials=None)]
    assert session.send(early) == [None] * 4
    assert session.send([post(credentials=token)])[0].status == 200
    assert session.right.refused == ""
    assert all(session.send([post(MAIL, credentials=token), delete()]))


def test_credentials_that_no_scheme_lets_write_write_nothing_else(serve: Any, start: Any) -> None:
    server = serve(lambda *_: answer(b"{}", "403 Forbidden"))
    session = start(server, schemes=("basicAuth", "pairAuth"))
    for scheme in ("basicAuth", "pairAuth", "basicAuth", "pairAuth"):
        session.send([post(credentials=Credentials(scheme))])
    assert methods(server) == ["POST", "POST"]
    assert session.right.refused.endswith("was answered 403")


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "500 Internal Server Error"])
def test_any_other_answer_lets_the_rest_through(serve: Any, start: Any, status: str) -> None:
    server = serve(lambda *_: answer(b"{}", status))
    session = start(server)
    session.send([post()])
    sent = session.send([post(MAIL), post(credentials=None), delete()])
    assert all(sent), session.dropped
    assert session.right.refused == ""


def test_a_later_refusal_is_about_what_was_sent_then(serve: Any, start: Any) -> None:
    """Credentials that may not write as somebody else may write all the same."""
    server = serve(
        lambda received, _: answer(b"{}", "403 Forbidden" if b"sent_to" in received.body else "200")
    )
    session = start(server)
    session.send([post()])
    assert session.send([post(MAIL)])[0].status == 403
    assert session.send([post()])[0].status == 200


def test_nothing_else_is_written_before(serve: Any, start: Any) -> None:
    server = serve(lambda *_: answer())
    session = start(server)
    early = [
        post(MAIL),
        post(credentials=None),
        post(credentials=Credentials("basicAuth", "wrong secret")),
        post(where="{unknown}"),
        delete(),
    ]
    assert session.send(early) == [None] * 5
    assert {reason for _, reason in session.dropped} == {UNASKED}
    assert session.send([get(), post(), post()])[2] is None, "its answer was not awaited"
    assert sorted(methods(server)) == ["GET", "POST"]
    assert all(session.send(early))


def test_what_waits_for_its_turn_is_kept_back_too(serve: Any, start: Any) -> None:
    """Requests may have been let through while the first one was under way."""
    session = start(serve(lambda *_: answer(b"{}", "403 Forbidden")))
    session.send([post()])
    made, _ = session._writer.wire(post(), 9)

    class Job:
        case, wire = post(), made

    assert list(session.right.still_allowed([Job], session.dropped)) == []
    assert len(session.dropped) == 1


@pytest.mark.parametrize(("level", "embedded"), [("all", True), ("notes", True), ("none", False)])
def test_where_nobody_else_is_nothing_has_to_be_learnt(
    serve: Any, start: Any, level: WriteClass, embedded: bool
) -> None:
    """The embedded server's credentials may write; under `none` nothing is stored anyway."""
    server = serve(lambda *_: answer(b"{}", "403 Forbidden"))
    session = start(server, level, embedded=embedded)
    empty = post(b"{}", where="{unknown}", credentials=None)
    first = empty if level == "none" else post()
    assert all(session.send([first]))
    assert all(session.send([first]))
    assert session.right.refused == ""
