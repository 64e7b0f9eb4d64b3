"""What a listing is asked: filter settings, pages and page sizes, as cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations, product

from harness.contract import Operation
from harness.evidence.windows import UNFILTERED, documented_values
from harness.model import Case
from harness.wire.baselines import LISTING, baselines

Setting = tuple[tuple[str, str], ...]
"""Filter parameters and values as they are asked for; empty for the whole list."""


@dataclass(frozen=True)
class Questions:
    """Every request that a walk or a window of one listing operation can be."""

    operation: Operation

    def settings(self) -> list[Setting]:
        """Each documented value alone, repeated values, two filters."""
        settings: list[Setting] = []
        chosen: list[tuple[str, str]] = []
        for name, rule in self.operation.filters.items():
            values = documented_values(self.operation, name)
            settings += [((name, value),) for value in values]
            if rule.combine == "any" and len(values) > 1:
                settings.append(tuple((name, value) for value in values[:2]))
            if values:
                chosen.append((name, values[min(1, len(values) - 1) if chosen else 0]))
        if len(chosen) > 1:
            settings.append(tuple(chosen[:2]))
        return settings

    def pairs(self, most: int) -> list[Setting]:
        """Every pair of documented values of two filters: another query may serve each."""
        if not most:
            return []
        values = {n: documented_values(self.operation, n) for n in self.operation.filters}
        chosen = set(self.settings())
        pairs: list[Setting] = [
            ((one, a), (other, b))
            for one, other in combinations(values, 2)
            for a, b in product(values[one], values[other])
        ]
        return [pair for pair in pairs if pair not in chosen][:most]

    def case(self, setting: Setting, page: int | None, size: int | None, role: str) -> Case:
        """One page of a filter setting; what is None is not asked for."""
        pagination = self.operation.pagination
        assert pagination is not None
        pairs = [*setting]
        if page is not None:
            pairs.append((pagination.page, str(page)))
        if size is not None:
            pairs.append((pagination.size, str(size)))
        draft = baselines(self.operation, "sink.invalid")[LISTING].with_query(*pairs)
        query = "&".join(f"{k}={v}" for k, v in pairs) or "nothing asked"
        case = draft.case(f"listing {self.operation.id} {role} {query}", "listing", role=role)
        return replace(case, group=label(setting))


def label(setting: Setting) -> str:
    """A filter setting as `harness.evidence.windows.Window.label` says it."""
    ordered = sorted(set(setting))
    return "&".join(f"{name}={value}" for name, value in ordered) or UNFILTERED


def position_of(number: int, last: int) -> str:
    """The word for where a page stands in its list."""
    if number == 1:
        return "first"
    return "middle" if number < last else "last" if number == last else "beyond"


def distinct(numbers: dict[str, int]) -> dict[str, int]:
    """Each page number once: the first, the last and the one beyond before one in between."""
    kept: dict[str, int] = {}
    for position in ("first", "last", "beyond", "middle"):
        if numbers[position] not in kept.values():
            kept[position] = numbers[position]
    return kept
