"""Under which circumstances a response deviates, from the witnesses that every plan holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from harness.model import Exchange

ANY = "any"
ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Witness:
    """One of the fixed circumstances: a filter setting and a position, or a page size."""

    filter: str
    position: str
    size: str
    exchange: int
    holds: frozenset[str]
    """Identities of the items in its answer."""
    answered: bool


def witness(
    exchange: Exchange,
    holds: Iterable[str],
    *,
    answered: bool,
    size: str = "",
    out_of_range: Collection[str] = (),
) -> Witness | None:
    """The witness that an exchange is by its role, if it is one.

    `size`: the page size it asks for in words, if that is the smallest or the largest;
    `out_of_range`: places of the grid whose cells ask for a page size that is not allowed.
    """
    held = frozenset(holds)
    if any(c.place in out_of_range for c in exchange.case.cells):
        return Witness("", "", "out of range", exchange.number, held, answered)
    word, _, rest = exchange.case.role.partition("|")
    setting, _, position = rest.rpartition("|")
    if word == "size" and size:
        setting = "unfiltered"
    elif word != "window" and (word, setting) != ("walk", "unfiltered"):
        return None
    return Witness(setting, position, size, exchange.number, held, answered)


def regime(
    witnesses: Mapping[int, Witness],
    judged: Collection[int],
    deviating: frozenset[int],
    carriers: frozenset[str],
) -> str:
    """`any`, the values of one axis, a list of circumstances, or `elsewhere`.

    Only witnesses that the clause judged, and that hold a carrier where there are any, can show
    the deviation; `any` too where there is none.
    """
    able = {
        number: w
        for number, w in witnesses.items()
        if (w.answered or number in deviating)
        and number in judged
        and (not carriers or w.holds & carriers)
    }
    if not able:
        return ANY
    showing = {number: w for number, w in able.items() if number in deviating}
    if not showing:
        return ELSEWHERE
    if len(showing) == len(able):
        return ANY
    return _axis(able, showing) or "; ".join(sorted({_name(w) for w in showing.values()}))


def _axis(able: Mapping[int, Witness], showing: Mapping[int, Witness]) -> str:
    """The values of one axis, if exactly their witnesses deviate."""
    for axis in ("position", "filter", "size"):
        values = {getattr(w, axis) for w in showing.values()}
        if "" in values:
            continue
        exactly = {number for number, w in able.items() if getattr(w, axis) in values}
        if exactly == set(showing):
            return ", ".join(sorted(values))
    return ""


def _name(one: Witness) -> str:
    setting = "" if one.size and one.filter == "unfiltered" else one.filter
    return " ".join(part for part in (setting, one.size, one.position) if part)


def names(one: Witness) -> frozenset[str]:
    """Every name under which a regime may hold this witness."""
    return frozenset({one.filter, one.position, one.size, _name(one)} - {""})
