"""What merging needs to know besides the deviations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.contract import Contract
from harness.culprits.regime import Witness
from harness.model import Cell, Culprit, Exchange


@dataclass
class Context:
    """What merging needs to know besides the deviations."""

    contract: Contract
    defined: Sequence[str]
    """Clause ids in the order of their definition."""
    contexts: Mapping[str, Sequence[str]]
    witnesses: Mapping[str, Mapping[int, Witness]]
    """Operation -> exchange number -> witness."""
    message: Callable[[Exchange], str]
    pointer: Callable[[str, str, str], str]
    """(clause, operation, response place) -> pointer into the document."""
    requirement: Mapping[str, str] = field(default_factory=dict)
    judged: Mapping[tuple[str, str], frozenset[int]] = field(default_factory=dict)
    """(clause, operation) -> numbers of the exchanges that the clause could judge."""
    innocent: Mapping[tuple[str, str], frozenset[Cell]] = field(default_factory=dict)
    """(clause, operation) -> cells of requests that the clause found nothing wrong with."""
    reduced: Mapping[int, Culprit] = field(default_factory=dict)
    """Exchange number -> the smallest set of cells that reduction found guilty."""
