"""Each fault must lie: on some request, to some effect, about a sentence of the contract."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from operator import ne
from uuid import UUID

import pytest

from servers.catalogue import FAULTS, lines, select
from servers.probes import all_probes, get, post, probes_of
from servers.reference import store
from servers.reference.protocol import wrapped
from servers.reference.server import new_server
from servers.registry import LIST, NONE, SEND, fault
from servers.testing import NOTE, Clock

CLAUSES = {
    "response.no-server-error", "response.status-documented", "response.content-type",
    "response.body-schema", "response.fields-present", "response.enums", "response.formats",
    "response.no-internals", "response.complete", "response.in-time", "list.default-page",
    "list.default-page-size", "list.page-echo", "list.per-page-echo", "list.page-size-bound",
    "list.page-size-valid", "list.page-full", "list.total", "list.total-pages", "list.no-overlap",
    "list.no-gap", "list.stable", "list.out-of-range", "list.isolation", "list.unique",
    "filter.sound", "filter.complete", "filter.combined", "filter.total", "filter.every-value",
    "filter.unknown-value", "send.accepted", "send.echo", "send.content", "send.identity",
    "send.listed", "send.counted", "send.required", "send.forbidden", "send.atomic",
    "send.malformed", "send.any-text", "send.any-number", "send.any-length", "send.repeat",
    "auth.basic", "auth.token", "auth.missing", "auth.wrong", "auth.malformed", "auth.first",
    "auth.no-effect", "method.undocumented", "unknown.conversation", "unknown.malformed-id",
}  # fmt: skip
REQUEST_PLACE = re.compile(
    r"operation|context (note|reply|contact)|query( (page|page_size|private|type))?|path uuid"
    r"|header Authorization( (basicAuth|tokenAuth|Bearer))?|method [A-Z]+"
    r"|body( /(message|private|sender_type|to|cc|bcc|echo_id|attachments|mentions)"
    r"(/\*(/(id|type))?)?)?"
)
GRID_KINDS = {
    "missing", "null", "empty", "wrong type", "zero", "negative", "not an integer", "too small",
    "beyond bound", "beyond 32 bits", "offset beyond 64 bits", "beyond 64 bits",
    "undocumented value", "float notation",
    "undocumented property", "unknown id", "malformed", "NUL", "control character", "not UTF-8",
    "lone surrogate", "emoji", "right-to-left", "quote", "template", "SQL metacharacter",
    "very long", "too many", "duplicate", "media type",
}  # fmt: skip
MATRIX_KINDS = {
    "missing", "wrong key", "wrong secret", "secret less its last character",
    "secret and one more", "secret in another case", "wrong key and secret", "swapped",
    "empty secret",
    "empty key", "not Base64", "no colon", "scheme word alone", "printable garbage", "header twice",
    "very long", "key alone", "secret alone", "secret less its first character", "blank secret",
    "extra part", "form of another scheme", "two schemes",
}  # fmt: skip
RESPONSE_KINDS = {
    "missing", "null", "wrong type", "wrong count", "duplicate", "foreign item", "missing item",
    "wrong value", "wrong order", "malformed", "truncated", "beyond bound", "stack trace",
    "SQL statement", "credential", "absolute path", "source line", "repeated key",
}  # fmt: skip


@pytest.fixture(autouse=True)
def same_identities(monkeypatch):
    """New UUIDs are counted, so that two runs can be compared."""
    monkeypatch.setattr(store, "uuid4", lambda: UUID(int=next(store.numbers)))
    monkeypatch.setattr(store, "numbers", itertools.count(1), raising=False)


def answers(faults, requests):
    """What a server with some faults answers, request by request."""
    store.numbers = itertools.count(1)
    clock = Clock()
    server = new_server(clock)
    handle = server.handle
    for wrap in select(faults, (), server):
        handle = wrapped(handle, wrap, server)
    for request in requests:
        clock.pass_seconds(0.01)
        yield handle(request)


def differences(faults, requests, truth, differ):
    return (r for r, t in zip(answers(faults, requests), truth, strict=True) if differ(r, t))


def bytes_differ(response, expected):
    """Python takes 1 for True and 1.0 for 1; JSON does not. Thorough, and slow."""
    return response.encoded() != expected.encoded()


TRUTHS = {}


def truth_of(operation):
    """The reference's answers, once for all faults of an operation."""
    if operation not in TRUTHS:
        requests = probes_of(operation)
        TRUTHS[operation] = requests, list(answers((), requests))
    return TRUTHS[operation]


def test_the_catalogue_is_as_large_as_promised():
    assert len(FAULTS) >= 150
    assert sum(fault.rare for fault in FAULTS.values()) >= 30
    assert sum(fault.intermittent for fault in FAULTS.values()) >= 3
    assert sum(fault.real for fault in FAULTS.values()) >= 20
    assert any(line.startswith(f"{len(FAULTS)} faults") for line in lines())


def test_every_clause_has_a_fault():
    covered = Counter(fault.clause for fault in FAULTS.values())
    assert set(covered) == CLAUSES


@pytest.mark.parametrize("name", FAULTS)
def test_the_finding_is_in_the_words_of_the_contract(name):
    entry = FAULTS[name]
    assert entry.lie.endswith(".")
    assert entry.operation in (LIST, SEND, NONE)
    if entry.intermittent:
        return
    places = entry.place.split(" + ")
    assert places == sorted(places)
    request_culprit = all(REQUEST_PLACE.fullmatch(place) for place in places)
    if entry.regime == "" and request_culprit:
        kinds = {re.sub(r"^valid value( \w+)?$", "", kind) for kind in entry.kind.split(" + ")}
        assert kinds <= GRID_KINDS | MATRIX_KINDS | {""}
    else:
        assert re.fullmatch(r"(/[a-z_*]+)+|status|body|duration|header Content-Type", entry.place)
        kind = re.sub(r"^undocumented value.*$", "missing", entry.kind)
        assert kind in RESPONSE_KINDS
        assert entry.regime != ""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_shows(name):
    requests, truth = truth_of(FAULTS[name].operation)
    shown = [next(differences([name], requests, truth, ne), None)]
    if shown == [None]:
        shown = [next(differences([name], requests, truth, bytes_differ), None)]
    assert shown != [None], "no probe tells this fault from the reference"


def test_the_reference_itself_does_not_differ():
    for operation in (LIST, SEND, NONE):
        assert next(differences([], *truth_of(operation), bytes_differ), None) is None


def test_a_fault_of_one_operation_leaves_the_other_alone():
    requests, truth = truth_of(SEND)
    shown = zip(requests, answers(["fails.list-always"], requests), truth, strict=True)
    assert {r.method for r, response, expected in shown if response != expected} == {"GET"}


def test_strangers_see_no_fault_but_those_of_authentication():
    stranger = post(NOTE, authorization="token x:y")
    assert [r.status for r in answers(["fails.send-always"], [stranger, post(NOTE)])] == [
        401,
        500,
    ]
    assert [r.status for r in answers(["auth.send-token-any"], [stranger])] == [200]


def test_an_intermittent_fault_comes_by_a_counter():
    statuses = [r.status for r in answers(["fails.list-one-in-25"], [get([])] * 50)]
    assert [index for index, status in enumerate(statuses, 1) if status == 500] == [25, 50]


def test_all_real_faults_together_are_a_server_that_still_works():
    real = [name for name, entry in FAULTS.items() if entry.real]
    statuses = Counter(response.status for response in answers(real, all_probes()))
    assert set(statuses) == {200, 204, 400, 401, 403, 404, 405, 415, 500}
    assert statuses[200] > statuses[500]


def test_an_id_can_be_registered_once():
    register = fault("list.total-off-by-one", clause="x", operation=LIST, place="x", kind="x")
    with pytest.raises(ValueError, match="twice"):
        register(lambda request, handle, server: handle(request))
