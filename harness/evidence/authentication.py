"""The credentials matrix, read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from harness import reasons
from harness.clauses import Record
from harness.evidence.answers import GATEWAY
from harness.evidence.orders import in_order
from harness.evidence.pages import Page
from harness.evidence.view import Evidence
from harness.model import Exchange
from harness.wire import kinds

GOOD: Final = kinds.VALID_VALUE
"""Kind of credentials that are right."""
MALFORMED: Final = frozenset(
    {
        "not Base64",
        "no colon",
        "scheme word alone",
        "printable garbage",
        "header twice",
        "very long",
        "extra part",
        "form of another scheme",
        "two schemes",
    }
)
"""Defects that no reading makes credentials of."""
WRONG: Final = frozenset(
    {
        "wrong key",
        "wrong secret",
        "secret less its last character",
        "secret and one more",
        "secret in another case",
        "wrong key and secret",
        "swapped",
        "empty secret",
        "empty key",
        "Bearer with a wrong secret",
        "key alone",
        "secret alone",
        "secret less its first character",
        "blank secret",
        "wrong token",
        "token less its last character",
        "token and one more",
        "token in another case",
        "empty token",
    }
)
"""Half of somebody's credentials, or well-formed ones that are nobody's."""
NO_COLON: Final = frozenset({"key alone", "secret alone"})
"""Of these, those that are malformed as well: who cannot read them may say so."""


def schemes(evidence: Evidence, *, is_basic: bool) -> list[str]:
    """Names of the operation's schemes that are (not) HTTP Basic."""
    found = evidence.contract.schemes
    return [n for n in evidence.operation.security if (found[n].template == "basic") == is_basic]


def not_welcome(
    evidence: Evidence, record: Record, names: Sequence[str]
) -> Iterator[tuple[Exchange, str, str]]:
    """Good credentials of a scheme that are answered otherwise than those of another one."""
    good = [
        e
        for e in evidence.authenticated
        if e.case.phase in {"auth", "repeat"} and e.case.role.startswith("good|")
    ]
    answers = {e.case.role.partition("|")[2]: e for e in good}
    for exchange in good:
        scheme = exchange.case.role.partition("|")[2]
        if scheme not in names:
            continue
        record.judged.add(exchange.number)
        others = [e for name, e in answers.items() if name != scheme and 200 <= e.status < 300]
        if not 200 <= exchange.status < 300:
            if others or exchange.status in {401, 403}:
                yield exchange, "200", str(exchange.status)
        elif evidence.operation.pagination:
            yield from _other_items(evidence, exchange, others)


def _other_items(
    evidence: Evidence, exchange: Exchange, others: Sequence[Exchange]
) -> Iterator[tuple[Exchange, str, str]]:
    states = evidence.sweeps.states.values()
    together = next((s.by_scheme for s in states if exchange in s.by_scheme and not s.moves), [])
    own = evidence.page(exchange)
    for other in others:
        theirs = evidence.page(other) if other in together else None
        if own and theirs and _sees_less(own, theirs) and in_order(own, theirs):
            yield exchange, "the items that the other scheme gets", "other items"


def _sees_less(own: Page, theirs: Page) -> bool:
    """Whether a scheme is to blame: not the one that sees all that the other does, and more."""
    if len(own.items) != len(theirs.items):
        return len(own.items) < len(theirs.items)
    totals = own.total, theirs.total
    is_told = all(isinstance(total, int) for total in totals) and totals[0] != totals[1]
    return sorted(own.keys) != sorted(theirs.keys) and (not is_told or totals[0] < totals[1])


def without_credentials(evidence: Evidence) -> Iterator[Exchange]:
    """Requests for what exists, without credentials."""
    for exchange in evidence.answers:
        if exchange.case.role == "missing|known" or exchange.case.role.startswith("missing in|"):
            yield exchange


LOCKED_OUT = frozenset({401, 403, 429})
"""What good credentials are answered with while nobody is let in."""


def defective(evidence: Evidence, record: Record, defects: frozenset[str]) -> Iterator[Exchange]:
    """Cells of the matrix with one of the defects, lock-outs left out and noted.

    A 403 or 429 counts only if good credentials were welcome directly afterwards.
    """
    cells: dict[str, list[Exchange]] = {}
    for exchange in evidence.everything:
        credentials = exchange.case.credentials
        own = exchange.case.operation == evidence.operation.id
        if own and credentials and credentials.defect in defects and not exchange.failure:
            cells.setdefault(exchange.case.id, []).append(exchange)
    for attempts in cells.values():
        counted = [e for e in attempts if e.status not in {403, 429} or _welcome(evidence, e)]
        if not counted:
            record.miss(reasons.LOCKED_OUT())
        yield from counted


def has_no_colon(exchange: Exchange) -> bool:
    """Whether the defective credentials of a request are one word where a pair should be."""
    credentials = exchange.case.credentials
    return credentials is not None and credentials.defect in NO_COLON


def _welcome(evidence: Evidence, exchange: Exchange) -> bool:
    """Whether the next good credentials after an exchange were let in, whatever they asked for.

    Who is answered 400 was let in; a server error tells nothing, nor does a refusal of what only
    tries a scheme.
    """
    for later in evidence.everything:
        good = later.case.credentials and not later.case.credentials.defect
        if later.number > exchange.number and good and 0 < later.status < 500:
            is_refused = later.status in LOCKED_OUT
            if is_refused and later.case.role.startswith("good|"):
                continue
            return not is_refused
    return True


def looked_up_first(evidence: Evidence, record: Record) -> Iterator[tuple[Exchange, str]]:
    """Answers without credentials that tell known from unknown resources.

    What a gateway or a rate limit answers tells nothing; it is response.no-server-error's.
    """
    found = [
        e
        for e in evidence.answers
        if e.case.role.startswith("missing|") and e.status not in {429, *GATEWAY}
    ]
    known = next((e for e in found if e.case.role == "missing|known"), None)
    if known is None or 200 <= known.status < 300:
        return  # who is let in without credentials is auth.missing's to tell
    for exchange in found:
        if exchange.case.role == "missing|known":
            continue
        record.judged.add(exchange.number)
        if exchange.status != known.status:
            yield exchange, f"{known.status}, as for a known resource"


def path_place(evidence: Evidence) -> str:
    """The place of the id in the path."""
    return next((p.place for p in evidence.operation.path_parameters), "path")


def path_kind(exchange: Exchange) -> str:
    """What the id of a request without credentials names."""
    return kinds.UNKNOWN_ID if exchange.case.role.endswith("|unknown") else kinds.MALFORMED


def scheme_place(evidence: Evidence, exchange: Exchange) -> str:
    """The place of the scheme whose good credentials a request carried."""
    return evidence.contract.schemes[exchange.case.role.partition("|")[2]].place
