"""`--clauses`: every clause with its sentence, where it stands, and what is tolerated."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from harness.clauses import REGISTRY, Clause, pointer
from harness.contract import Contract


def render(contract: Contract) -> str:
    """The catalogue as text, in the order of the definition."""
    lines: list[str] = []
    for clause in REGISTRY.clauses.values():
        lines += _clause(contract, clause)
    count = len(REGISTRY.clauses)
    pairs = sum(c.applies(o) for c in REGISTRY.clauses.values() for o in contract.operations)
    lines.append(f"{count} clauses, {pairs} of them and an operation to judge")
    return "\n".join(lines)


def _clause(contract: Contract, clause: Clause) -> Iterator[str]:
    yield clause.id
    yield textwrap.fill(clause.requirement, 96, initial_indent="    ", subsequent_indent="    ")
    for operation in contract.operations:
        if clause.applies(operation):
            yield f"    {operation.id}: {pointer(contract, operation, clause.source)}"
    if clause.tolerated:
        text = f"tolerated: {clause.tolerated}"
        yield textwrap.fill(text, 96, initial_indent="    ", subsequent_indent="      ")
    yield ""
