"""Answers of two servers to the same requests, and in what they differ. Pure.

Only what a careful person would call behaviour is compared: status, media type, which fields there
are and of which JSON types. What fields hold, in which order items come, ids and times are not. The
answer to a request that only reads depends on what is stored, so its fields are counted over the
whole run; every other answer is compared with its counterpart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.census import Census, type_of
from harness.contract import Contract
from harness.evidence.answers import gateway, media_type
from harness.evidence.pages import MISSING, parse
from harness.model import Exchange

ADAPTIVE = frozenset({"repeat", "reduce"})
"""Phases whose requests depend on what went wrong before."""
WEATHER = frozenset({"reset", "timeout", "unreachable"})
ENOUGH = 3
"""So many objects on both sides tell a field that is always there from one that happens to be."""
ALWAYS, NEVER = "always", "never"


class Pair(NamedTuple):
    """The answers of both servers to one case."""

    one: Exchange
    other: Exchange


class Sign(NamedTuple):
    """In what two answers differ: `status`, `content type`, `field` or `type`."""

    kind: str
    what: str
    """Pointer into the body, indices as `*`; empty for the answer as a whole."""
    one: str
    other: str
    is_sure: bool = True
    """False where what is stored may be the reason."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Cases that both servers answered, and how many only one did or by chance."""

    pairs: tuple[Pair, ...]
    alone: tuple[int, int]
    """Cases that only the one or the other server was sent: the next request depends on answers."""
    weather: int
    """Pairs of which an answer says more of the network than of the server."""


def paired(one: Iterable[Exchange], other: Iterable[Exchange]) -> Pairs:
    """By the id of the case, which is the same in two plans of the same seed."""
    first, second = _by_case(one), _by_case(other)
    both = [Pair(first[name], second[name]) for name in first if name in second]
    clear = [pair for pair in both if not any(map(is_weather, pair))]
    alone = (len(first.keys() - second.keys()), len(second.keys() - first.keys()))
    return Pairs(tuple(clear), alone, len(both) - len(clear))


def _by_case(exchanges: Iterable[Exchange]) -> dict[str, Exchange]:
    found: dict[str, Exchange] = {}
    for exchange in exchanges:
        if exchange.case.phase not in ADAPTIVE:
            found.setdefault(exchange.case.id, exchange)
    return found


def is_weather(exchange: Exchange) -> bool:
    """Whether something in between, or nothing at all, answered."""
    return exchange.failure in WEATHER or exchange.status == 429 or gateway(exchange)


def signs(contract: Contract, pair: Pair) -> Iterator[Sign]:
    """In what the two answers of a pair differ, whatever is stored."""
    one, other = (e.failure or str(e.status) for e in pair)
    if one != other:
        yield Sign("status", "", one, other)
        return
    medias = [media_type(e) or "none" for e in pair]
    if medias[0] != medias[1]:
        yield Sign("content type", "", medias[0], medias[1])
    if not depends_on_data(pair.one):
        yield from _bodies(contract, pair)


def _bodies(contract: Contract, pair: Pair) -> Iterator[Sign]:
    bodies = [parse(e.response.body) if e.response else MISSING for e in pair]
    kinds = ["no JSON" if body is MISSING else type_of(body) for body in bodies]
    if kinds[0] != kinds[1]:
        if media_type(pair.one) == media_type(pair.other):
            yield Sign("type", "", kinds[0], kinds[1])
        return
    yield from _censuses(_census(contract, [pair.one]), _census(contract, [pair.other]))


def depends_on_data(exchange: Exchange) -> bool:
    """Whether the answer tells what is stored, which two servers need not have in common."""
    return exchange.case.method in {"GET", "HEAD"} and 200 <= exchange.status < 300


def _census(contract: Contract, exchanges: Iterable[Exchange]) -> Census:
    counted = Census()
    for exchange in exchanges:
        body = parse(exchange.response.body) if exchange.response else MISSING
        if body is not MISSING:
            operation = contract.operation(exchange.case.operation)
            counted.take(operation.response_schema(exchange.status), body)
    return counted


def _types(place: str, one: Iterable[str], other: Iterable[str]) -> Iterator[Sign]:
    """Another type is sure; null and a value may both be right."""
    some, others = set(one), set(other)
    if some == others:
        return
    values = some - {"null"}, others - {"null"}
    sure = all(values) and not values[0] & values[1]
    yield Sign("type", place, ", ".join(sorted(some)), ", ".join(sorted(others)), sure)


def over_all(contract: Contract, pairs: Sequence[Pair]) -> Iterator[tuple[str, str, Sign]]:
    """(operation, status, sign) of answers that tell what is stored, all of them together."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        if pair.one.status == pair.other.status and depends_on_data(pair.one):
            key = (pair.one.case.operation, str(pair.one.status))
            groups.setdefault(key, []).append(pair)
    for (operation, status), ones in groups.items():
        one = _census(contract, (pair.one for pair in ones))
        other = _census(contract, (pair.other for pair in ones))
        for sign in _censuses(one, other, ENOUGH):
            yield operation, status, sign


def _censuses(one: Census, other: Census, least: int = 1) -> Iterator[Sign]:
    """`least`: so many objects that could hold a field make its absence sure."""
    for place in sorted(one.fields.keys() | other.fields.keys()):
        mine, yours = one.fields.get(place), other.fields.get(place)
        among = min(one.among(place), other.among(place))
        if mine and yours:
            yield from _types(place, mine.types, yours.types)
        elif among:
            told = (_often(one, place), _often(other, place))
            sure = among >= least and set(told) == {ALWAYS, NEVER}
            yield Sign("field", place, *told, sure)


def _often(census: Census, place: str) -> str:
    field = census.fields.get(place)
    if field is None:
        return NEVER
    return ALWAYS if field.seen == census.among(place) else "sometimes"
