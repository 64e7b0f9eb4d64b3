"""What a gateway kept from the server: with which requests, and which clauses they would serve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.clauses import Record
from harness.clauses import missed as told_of
from harness.contract import Contract
from harness.culprits.requests import cells_of
from harness.model import Cell, Exchange, Hidden, NotExercised
from harness.reasons import GATEWAY
from harness.wire.kinds import UNKNOWN_ID

SHOWN = 5
"""Kinds of requests that a reason names; all of them stand in the reports."""
Key = tuple[str, str, str, str]


def hidden(
    contract: Contract,
    gateways: Mapping[int, str],
    records: Sequence[Record],
    exchanges: Sequence[Exchange],
) -> list[Hidden]:
    """Each kind of request once. `gateways`: number of an exchange -> who refused it."""
    clauses: dict[int, list[str]] = {}
    for record in records:
        for number in record.withheld:
            clauses.setdefault(number, []).append(record.clause.id)
    found: dict[Key, list[int]] = {}
    for exchange, words in _worded(contract, [e for e in exchanges if e.number in gateways]):
        key = (gateways[exchange.number], exchange.case.operation, str(exchange.status), words)
        found.setdefault(key, []).append(exchange.number)
    return [
        Hidden(
            *key, len(numbers), tuple(dict.fromkeys(c for n in numbers for c in clauses.get(n, ())))
        )
        for key, numbers in sorted(found.items())
    ]


def _worded(contract: Contract, refused: Sequence[Exchange]) -> Iterator[tuple[Exchange, str]]:
    """Each refused exchange with what it was refused for, as far as others of its kind tell."""
    cells = {e.number: _special(cells_of(contract, e)) for e in refused}
    alone = {(e.status, cells[e.number]) for e in refused if len(cells[e.number]) == 1}
    for exchange in refused:
        own = cells[exchange.number]
        guilty = [cell for cell in own if (exchange.status, (cell,)) in alone]
        yield exchange, " + ".join(map(str, guilty or own))


def _special(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Without the id that a request went to so that it did no harm."""
    return tuple(cell for cell in cells if cell.kind != UNKNOWN_ID) or cells


def missed(
    contract: Contract, records: Sequence[Record], exchanges: Sequence[Exchange]
) -> Iterator[NotExercised]:
    """Clauses of which a gateway left nothing to be judged."""
    for record in records:
        if record.withheld and not record.judged:
            refused = [e for e in exchanges if e.number in record.withheld]
            told = dict.fromkeys(f"{e.status} to {w}" for e, w in _worded(contract, refused))
            more = f" and {len(told) - SHOWN} more" if len(told) > SHOWN else ""
            why = GATEWAY(refused=f"{', '.join([*told][:SHOWN])}{more}")
            yield told_of(record.clause.id, record.operation.id, why)
