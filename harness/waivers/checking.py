"""What an entry of a waiver file must hold, rule by rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import NamedTuple, get_args

from harness.model import Failure, WriteClass

REQUIRED = {
    "clause": "name the clause that is broken",
    "operation": "name the operation that breaks it",
    "reason": "say why this is tolerated for now",
    "owner": "say who sees to it",
    "expires": "give a date such as 2026-12-31, or `never` together with a link",
}
PROFILES = ("smoke", "gate", "release")
FEW, HUNDRED = 12, 100
STATUS = re.compile("[1-9]xx")
INTERMITTENT = "intermittent"
"""The word in a culprit that came and went (contract.md, *Stability*)."""


class Vocabulary(NamedTuple):
    """What may stand in an entry."""

    keys: Collection[str]
    match: Collection[str]
    clauses: Collection[str] | None
    operations: Collection[str] | None
    today: date


Entry = Mapping[str, str]
Match = Mapping[str, str] | None


def check(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    """A sentence for everything that is wrong with one entry."""
    for rule in RULES:
        yield from rule(values, match, words)


def near(text: str, known: Collection[str]) -> str:
    """`, did you mean 'owner'?`, or what there is to choose from if that is little."""
    found = get_close_matches(text, known, n=1)
    if found:
        return f", did you mean '{found[0]}'?"
    return f"; choose from {', '.join(known)}" if len(known) <= FEW else "; see --clauses"


def _keys(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    for key in values:
        if key not in words.keys:
            yield f"unknown key '{key}'{near(key, words.keys)}"
    for key in match or ():
        if key not in words.match:
            yield f"unknown key '{key}' in match{near(key, words.match)}"
    for key, advice in REQUIRED.items():
        if not values.get(key, "").strip():
            yield f"{key} is missing; {advice}"


def _names(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    """Misspelt, an entry would match nothing and nobody would know."""
    for key, known in (
        ("clause", words.clauses),
        ("operation", words.operations),
        ("profile", PROFILES),
        ("writes", get_args(WriteClass)),
    ):
        value = values.get(key)
        if value and known is not None and value not in known:
            yield f"unknown {key} '{value}'{near(value, known)}"


def _which(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    """A finding is named one way: two could contradict each other."""
    fingerprint = values.get("fingerprint")
    if match is None and not fingerprint:
        yield "neither fingerprint nor match says which finding; give one of them"
    elif match is not None and fingerprint:
        yield "fingerprint and match both say which finding; leave one of them out"
    for key in words.match if match is not None else ():
        value = (match or {}).get(key)
        # a culprit such as `operation` says it all by its place
        if value is None or (key != "kind" and not value):
            yield f"match has no {key}; give it as the report shows it, or '*'"
    status = (match or {}).get("status") or "*"
    if status != "*" and status not in get_args(Failure) and not STATUS.fullmatch(status):
        advice = f"{status[0]}xx" if re.fullmatch("[1-9][0-9]{2}", status) else "a class, as 5xx"
        yield f"the status is '{status}' in match; write {advice}, or '*'"


def _expiry(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    expires = values.get("expires", "")
    if expires == "never" and not values.get("link"):
        yield "expires never, but has no link; say where the deviation is followed up"
    if expires in {"", "never"}:
        return
    try:
        day = date.fromisoformat(expires if re.fullmatch(r"\d{4}-\d\d-\d\d", expires) else "")
    except ValueError:
        yield f"expires is '{expires}'; give a date such as {words.today} or `never`"
        return
    if day < words.today:
        yield f"expired on {day}; remove the entry if the server is mended, else set a later date"


def _at_most(values: Entry, match: Match, words: Vocabulary) -> Iterator[str]:
    """Failures per 100 requests: only what comes and goes has such a rate."""
    text = values.get("at-most", "")
    if not text:
        return
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text) or not 0 < float(text) <= HUNDRED:
        yield f"at-most is '{text}'; give failures per 100 requests, above 0 and up to 100"
    exact = match is not None and "*" not in {match.get("place"), match.get("kind")}
    if match is not None and exact and INTERMITTENT not in " ".join(match.values()):
        yield "at-most is for intermittent findings, this one is not; leave it out"


RULES: tuple[Callable[[Entry, Match, Vocabulary], Iterator[str]], ...] = (
    _keys, _names, _which, _expiry, _at_most,
)  # fmt: skip
