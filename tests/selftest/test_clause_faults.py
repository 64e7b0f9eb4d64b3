"""Every clause can fail: one seeded fault each, and nothing else that it does not entail.

The catalogue names clause and culprit of each fault, and was written from the contract alone.
`response.error-envelope` is only ever a gap, so no fault can break it.
"""

from __future__ import annotations

import pytest
from proving import Outcome, Trial, clauses, run_all

from harness.clauses import REGISTRY
from servers.catalogue import FAULTS

GAPS_ONLY = {"response.error-envelope"}
FAULT_OF = {
    "response.no-server-error": "fails.unknown-parameter",
    "response.status-documented": "bodies.list-204-empty",
    "response.content-type": "bodies.list-html",
    "response.body-schema": "types.send-data-array",
    "response.fields-present": "fields.send-no-data",
    "response.enums": "enums.status-read-on-last-page",
    "response.formats": "formats.send-uuid-urn",
    "response.no-internals": "internals.path-page-size-0",
    "response.complete": "bodies.list-gzip-label",
    "response.in-time": "slow.large-pages",
    "list.default-page": "bounds.default-page-0",
    "list.default-page-size": "bounds.default-size-10-if-filtered",
    "list.page-echo": "list.page-echo-beyond",
    "list.per-page-echo": "list.page-size-64-rounds",
    "list.page-size-bound": "bounds.size-0-is-everything",
    "list.page-size-valid": "bounds.size-99-refused",
    "list.page-full": "paging.beyond-is-first",
    "list.total": "real.total-beyond",
    "list.total-pages": "list.pages-zero-based",
    "list.no-overlap": "paging.overlap-at-100",
    "list.no-gap": "paging.small-pages-oldest-first",
    "list.stable": "paging.shuffled",
    "list.out-of-range": "bounds.page-negative-counted-back",
    "list.isolation": "identity.foreign-last",
    "list.unique": "identity.id-per-200",
    "filter.sound": "filters.type-lost-on-page-2-at-size-100",
    "filter.complete": "filters.notes-lack-attachments",
    "filter.combined": "filters.combined-nothing",
    "filter.total": "filters.total-beyond",
    "filter.every-value": "filters.private-false-refused",
    "filter.unknown-value": "filters.bogus-private-half",
    "send.accepted": "accepted.quote-refused",
    "send.echo": "echo.to-emptied",
    "send.content": "content.answer-empty",
    "send.identity": "identity.id-0",
    "send.listed": "listed.other-uuid",
    "send.counted": "counted.contact-uncounted",
    "send.required": "required.sender-defaults-to-agent",
    "send.forbidden": "forbidden.cc-object",
    "send.atomic": "atomic.recipients",
    "send.malformed": "malformed.empty-stored",
    "send.any-text": "real.nul-bcc",
    "send.any-number": "real.attachment-negative",
    "send.any-length": "length.no-mentions-fails",
    "send.repeat": "repeat.echo-id-fails",
    "auth.basic": "auth.send-basic-refused",
    "auth.token": "auth.send-token-refused",
    "auth.missing": "auth.missing-empty-list",
    "auth.wrong": "auth.send-basic-empty-secret",
    "auth.malformed": "auth.send-token-no-colon-403",
    "auth.first": "auth.lookup-first",
    "auth.no-effect": "auth.missing-stored",
    "method.undocumented": "method.put-200",
    "unknown.conversation": "unknown.send-elsewhere",
    "unknown.malformed-id": "unknown.letters-fail-to-send",
}


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """Clause -> what the suite said of the server with its fault."""
    trials = {clause: Trial("fault", fault) for clause, fault in FAULT_OF.items()}
    found = run_all(trials.values())
    return {clause: found[trial] for clause, trial in trials.items()}


def test_every_clause_has_a_fault_and_every_fault_is_its_own() -> None:
    clauses()
    assert set(REGISTRY.clauses) - GAPS_ONLY == set(FAULT_OF)
    assert {FAULTS[fault].clause for fault in FAULT_OF.values()} == set(FAULT_OF)


@pytest.mark.parametrize("clause", FAULT_OF)
def test_the_fault_breaks_its_clause(clause: str, outcomes: dict[str, Outcome]) -> None:
    assert outcomes[clause].verdict == "violates", outcomes[clause].reasons
    assert clause in outcomes[clause].violated


@pytest.mark.parametrize("clause", FAULT_OF)
def test_one_defect_is_one_group_of_findings(clause: str, outcomes: dict[str, Outcome]) -> None:
    violations = [f for f in outcomes[clause].findings if f[3] == "violation"]
    assert (
        len({(owner, operation, status) for owner, _, operation, *_, status, _ in violations}) == 1
    )
