"""The suite behind gateways: what they answer by themselves is neither good nor bad.

`python -m tests.proof --weather 1 --only weather.behind-` tries all of them before odd servers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

import pytest

from harness.model import Finding, Run, Waiver
from harness.reports import grouping
from harness.settings import read_pyproject, resolve
from servers.catalogue import FAULTS
from servers.forked import forked
from servers.weather import KINDS, behind
from servers.weather.kinds import CLOSED
from tests.proof.trials import ROOT, runner_for

REAL = [name for name, entry in FAULTS.items() if entry.real]
NUL = "path uuid: NUL"
LONG = {f"header Authorization {scheme}: very long" for scheme in ("basicAuth", "tokenAuth")}
TWICE = {
    f"header Authorization {scheme}: {defect}"
    for scheme in ("basicAuth", "tokenAuth")
    for defect in ("header twice", "two schemes")
}
TWO = {text for text in TWICE if text.endswith("two schemes")}
TRACE = "method TRACE: undocumented value"
REFUSES: dict[str, dict[str, set[str]]] = {
    "behind-nginx": {"400": {NUL} | LONG | TWICE, "405": {TRACE}},
    "behind-nginx-gzip": {"400": {NUL} | LONG | TWICE, "405": {TRACE}},
    "behind-haproxy": {},
    "behind-haproxy-tight": {"400": LONG, "403": {NUL, TRACE}},
    "behind-caddy": {},
    "behind-caddy-tight": {"431": LONG},
    "behind-apache": {"400": LONG, "404": {NUL}, "405": {TRACE}},
}
"""Gateway -> status -> what it refuses so, of what a gate sends: as the real ones did."""
CDN = "behind-cdn"
BEFORE = [name for name in KINDS if name.startswith("behind-")]


def gate(server: Any, known: Sequence[Waiver] = (), **options: str) -> Run:
    settings = resolve(
        {"profile": "gate", **options}, {}, read_pyproject(ROOT), date.today(), root=ROOT
    )
    runner = runner_for(settings, server, known)
    try:
        return runner.execute()
    finally:
        runner.finish()


def refused(run: Run) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for hidden in run.gateway:
        found.setdefault(hidden.status, set()).add(hidden.input)
    return found


def violations(run: Run) -> dict[str, Finding]:
    return {f.fingerprint: f for f in run.findings if f.severity == "violation"}


def waiver(finding: Finding) -> Waiver:
    match = (*finding.culprit, finding.status_class)
    return Waiver(finding.clause, finding.operation, "known", "me", match=match)


@pytest.fixture(scope="module")
def direct() -> Run:
    """The reference itself."""
    return gate(partial(forked))


@pytest.fixture(scope="module")
def faulty() -> Run:
    """A server with all that released versions were seen to do."""
    return gate(partial(forked, REAL))


def test_there_is_one_of_each_family() -> None:
    assert {*REFUSES, CDN} == set(BEFORE)


@pytest.mark.parametrize("kind", BEFORE)
def test_a_careful_server_behind_it_conforms_and_no_gap_is_the_gateways(
    kind: str, direct: Run
) -> None:
    found = gate(partial(behind, kind, 1))
    assert found.verdict.name == "conforms", found.verdict.reasons
    assert [f for f in found.findings if not f.waived] == []
    gaps = {(g.operation, g.status) for g in found.gaps}
    assert gaps <= {(g.operation, g.status) for g in direct.gaps}
    assert all("another shape" not in g.about for g in found.gaps)
    assert found.not_exercised == direct.not_exercised
    if kind != CDN:
        assert refused(found) == REFUSES[kind]
    assert bool(found.gateway) == bool(REFUSES.get(kind, CDN))
    assert sum(h.exchanges for h in found.gateway) > 0 or not found.gateway


@pytest.mark.parametrize("kind", BEFORE)
def test_what_it_does_not_hide_is_found_and_waivers_of_the_rest_are_not_met(
    kind: str, faulty: Run
) -> None:
    """With the same fingerprints; and nothing is unused, which would be exit code 4."""
    known = violations(faulty)
    found = gate(partial(behind, kind, 1, REAL), [waiver(f) for f in known.values()])
    assert (found.verdict.name, found.verdict.exit_code) == ("conforms", 0), found.verdict.reasons
    hidden = {h.input for h in found.gateway}
    lost = {name for name, f in known.items() if str(f.culprit) in hidden}
    assert violations(found).keys() == known.keys() - lost
    if kind != CDN:
        assert {str(known[name].culprit) for name in lost} == hidden & ({NUL} | TWO)
        # Reading fails at NUL, as sending does; only sending answers wrong credentials otherwise.
        assert len(lost) == 2 * (NUL in hidden) + len(hidden & TWO)
    unmet = [": ".join(w.match[:2]) for w in found.unmet_waivers if w.match]
    assert sorted(unmet) == sorted(str(known[name].culprit) for name in lost)


def test_a_waiver_of_what_the_server_has_mended_is_unused_behind_it_as_well(faulty: Run) -> None:
    """Nothing is excused that the gateway lets through."""
    gone = next(f for f in violations(faulty).values() if f.culprit == ("body /to", "missing"))
    mended = [name for name in REAL if name != "real.reply-without-to"]
    found = gate(
        partial(behind, "behind-nginx", 1, mended), [waiver(f) for f in violations(faulty).values()]
    )
    assert found.verdict.exit_code == 4
    assert [reason for reason in found.verdict.reasons if "unused" in reason]
    assert gone.clause in found.verdict.reasons[0]


@pytest.mark.parametrize("kind", ["behind-nginx", "behind-apache", "behind-haproxy-tight", CDN])
@pytest.mark.parametrize(
    "fault", ["bounds.size-1-refused", "real.list-malformed-id", "auth.send-missing-404"]
)
def test_a_server_that_refuses_by_itself_is_held_to_it(kind: str, fault: str) -> None:
    found = gate(partial(behind, kind, 1, [fault]), profile="smoke")
    told = [(f.clause, *f.also) for f in violations(found).values()]
    assert any(FAULTS[fault].clause in clauses for clauses in told), found.verdict.reasons


PRETENDING = [name for name in FAULTS if name.startswith("pages.")]


@pytest.mark.parametrize("kind", ["behind-nginx", "behind-caddy"])
@pytest.mark.parametrize("fault", PRETENDING)
def test_a_page_where_no_gateway_would_answer_is_the_servers(fault: str, kind: str) -> None:
    found = gate(partial(behind, kind, 1, [fault]), profile="smoke")
    told = [(f.clause, *f.also) for f in violations(found).values()]
    assert any(FAULTS[fault].clause in clauses for clauses in told), found.verdict.reasons


@pytest.mark.parametrize(
    "variant", ["", "errors-html", "errors-empty", "errors-problem-json", "limits", "no-allow"]
)
def test_without_a_gateway_none_is_told_of(variant: str) -> None:
    found = gate(partial(forked, (), [variant] if variant else []), profile="smoke")
    assert found.gateway == ()
    assert found.verdict.name == "conforms"


@pytest.mark.parametrize("variant", ["errors-html", "errors-empty", "errors-problem-json"])
def test_a_server_with_errors_of_its_own_shape_is_told_from_the_gateway(variant: str) -> None:
    found = gate(partial(behind, "behind-nginx", 1, (), [variant]))
    assert refused(found) == REFUSES["behind-nginx"]
    assert found.verdict.name == "conforms"


def test_a_clause_that_is_hidden_as_a_whole_is_not_exercised_and_says_with_what() -> None:
    """A gateway that knows two methods leaves nothing to be judged of the others."""

    found = gate(partial(behind, CDN, 1))
    told = [n for n in found.not_exercised if "gateway" in n.reason]
    exercised = {(c.clause, c.operation) for c in found.clauses if c.exchanges}
    assert all((n.clause, n.operation) not in exercised for n in told)
    sentence = "; ".join(grouping.gateways(found))
    assert sentence.count("answers for the server: 403 to ") == 1
    assert "494 to header Authorization basicAuth: very long" in sentence


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("login-page", "the login page of an access proxy"),
        ("login-redirect", "the login page of an access proxy"),
        ("login-forbidden", "if an access proxy answered"),
    ],
)
def test_a_login_page_is_told_in_one_sentence(kind: str, said: str) -> None:
    found = gate(partial(behind, kind, 1))
    assert (found.verdict.name, found.verdict.exit_code) == ("inconclusive", 6)
    assert said in found.verdict.reasons[0]
    assert "headers that let the suite through by LIBREDESK_HEADERS" in found.verdict.reasons[0]
    assert found.findings == ()
    assert found.counts.exchanges <= 4


def test_every_closed_door_is_tried() -> None:
    assert {"login-page", "login-redirect", "login-forbidden"} == CLOSED
