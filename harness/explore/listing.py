"""Walk the pages, look through windows, split by filters, all between brackets.

The order is the most telling first: the whole list, then what every further request is compared
with, then single values. Longer than a file should be: one journey, told from beginning to end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from harness.contract import Operation
from harness.evidence.pages import Page, page_of
from harness.evidence.sweeps import BRACKET, Signature, signature
from harness.evidence.walks import WALK
from harness.evidence.windows import documented_values
from harness.explore.sender import Sender
from harness.model import Case, Exchange
from harness.wire.baselines import LISTING, baselines
from harness.wire.draft import Draft

Setting = tuple[tuple[str, str], ...]
"""Filter parameters and values as they are asked for; empty for the whole list."""

FEW = 10
"""So many single page sizes need no brackets of their own."""
ATTEMPTS = 3
"""How often a comparison is tried while the data keeps changing."""


@dataclass(frozen=True)
class Extent:
    """How much of a listing a profile reads."""

    walk_limit: int = 20
    filtered_walk_limit: int = 4
    second_walk_limit: int = 12
    """So many pages the list may have at the size of its windows to be walked again at that."""
    sizes: tuple[int, ...] = ()
    """Page sizes that are looked at through several windows."""
    single_sizes: tuple[int, ...] = ()
    """Page sizes of which the first page is enough."""
    pairs: int = 0
    """So many pairs of values of two filters are walked at the most."""


@dataclass
class ListingJourney:
    """All comparable reading of one listing operation."""

    operation: Operation
    sender: Sender
    extent: Extent
    grid: Sequence[Case] = ()
    """Cases without effect that are compared with the list as well."""
    closer: Sender | None = None
    """Pays for the last bracket where the sender can't: without it, nothing was comparable."""
    keeper: Sender | None = None
    """Pays for the grid where little may be sent, so that what comes before cannot eat it."""
    counts: dict[str, int] = field(default_factory=dict)
    """Filter setting -> how many items its walk found, or its first page claims."""
    walked: dict[str, list[Page]] = field(default_factory=dict)
    disturbed: list[str] = field(default_factory=list)
    """Parts during which the data kept changing."""
    signature: Signature | None = None
    is_spent: bool = False
    """Whether the sender kept a bracket back, so that nothing can be compared any more."""
    is_dry: bool = False
    """Whether the closer had to pay: the sender will pay for nothing more."""

    def __post_init__(self) -> None:
        pagination = self.operation.pagination
        assert pagination is not None
        self.pagination = pagination
        self.base: Draft = baselines(self.operation, "sink.invalid")[LISTING]

    def run(self) -> None:
        """Read everything; nothing is judged here but whether the data stood still."""
        self.signature = self._bracket()
        self._quietly("walk", self._whole)
        parts: list[tuple[str, Callable[[], None]]] = [
            ("filters", self._filters),
            ("page sizes", self._sizes),
            ("grid", self._grid),
        ]
        for name, part in parts:
            if name == "grid" and self.keeper:
                self.sender, self.closer, self.is_dry = self.keeper, None, False
            if not self.is_dry:
                self._quietly(name, part)

    def finish(self) -> None:
        """Read what is many requests and seldom tells: every page size, where there are many."""
        if self.signature is not None and len(self.extent.single_sizes) > FEW:
            self._quietly("every page size", self._single_sizes)

    def repeat(self, cases: Sequence[Case]) -> None:
        """Send cases again between brackets, so that their comparison can be made again."""
        before = self._bracket()
        if before != self.signature:
            self.signature = before
            self._quietly("walk", self._whole)
        self.sender.send(cases)
        self.signature = self._bracket()

    def between(self, cases: Sequence[Case]) -> None:
        """Send cases between brackets, to be compared with nothing but each other."""
        self._bracket()
        self.sender.send(cases)
        self.signature = self._bracket()

    def _quietly(self, name: str, part: Callable[[], None]) -> None:
        opened = self.signature
        for _ in range(1 if self.disturbed else ATTEMPTS):
            before = self.signature
            part()
            self.signature = self._bracket()
            if self.signature == before and before is not None:
                if name != "walk" and before != opened:
                    self._whole()
                    self.signature = self._bracket()
                return
            if self.is_spent:
                return
        self.disturbed.append(name)

    def _bracket(self) -> Signature | None:
        first = self._close(self._case((), None, None, BRACKET))
        page = page_of(self.operation, first) if first else None
        total = page.total if page and isinstance(page.total, int) else 0
        last = max(1, math.ceil(min(total, 2**31) / self.pagination.default_size))
        second = self._close(self._case((), last, None, BRACKET))
        self.is_spent = first is None or second is None
        return signature(self.operation, (first, second)) if first and second else None

    def _close(self, case: Case) -> Exchange | None:
        sent = self._send([case])[0]
        if sent is None and self.closer:
            self.is_dry = True
            sent = self.closer.send([case])[0]
        return sent

    def _whole(self) -> None:
        self._walk((), self.extent.walk_limit, self._firsts([()])[0])
        size, page = self.pagination.default_size, self.pagination.default_page
        self._send(
            [
                self._case((), page, None, "default page"),
                self._case((), None, size, "default size"),
            ]
        )
        self._windows("unfiltered", ())

    def _filters(self) -> None:
        settings = [*self._settings(), *self._pairs()]
        # The first pages need not wait for each other.
        for setting, first in zip(settings, self._firsts(settings), strict=True):
            self._walk(setting, self.extent.filtered_walk_limit, first)
        for setting in self._settings():
            self._windows(label(setting), setting)

    def _settings(self) -> list[Setting]:
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

    def _pairs(self) -> list[Setting]:
        """Every pair of documented values of two filters: another query may serve each."""
        if not self.extent.pairs:
            return []
        values = {n: documented_values(self.operation, n) for n in self.operation.filters}
        chosen = set(self._settings())
        pairs: list[Setting] = [
            ((one, a), (other, b))
            for one, other in combinations(values, 2)
            for a, b in product(values[one], values[other])
        ]
        return [pair for pair in pairs if pair not in chosen][: self.extent.pairs]

    def _sizes(self) -> None:
        total = self.counts.get("unfiltered", 0)
        cases = []
        for size in self.extent.sizes:
            last = max(1, math.ceil(total / size))
            numbers = {"first": 1, "middle": (last + 1) // 2, "last": last, "beyond": last + 1}
            for position, number in _distinct(numbers).items():
                cases.append(self._case((), number, size, f"size|{size}|{position}"))
        self._send(cases)
        if len(self.extent.single_sizes) <= FEW:
            self._single_sizes()

    def _single_sizes(self) -> None:
        done = {*self.extent.sizes, self.pagination.maximum_size, self.pagination.default_size}
        sizes = [s for s in self.extent.single_sizes if s not in done]
        self._send([self._case((), None, size, f"size|{size}|first") for size in sizes])

    def _grid(self) -> None:
        self._send(self.grid)

    def _windows(self, name: str, setting: Setting) -> None:
        total = self.counts.get(name, 0)
        size = max(self.pagination.minimum_size, min(self.pagination.default_size, total // 3))
        last = max(1, math.ceil(total / size))
        numbers = {"first": 1, "middle": 2, "last": last, "beyond": last + 1}
        numbers = _distinct(numbers)
        roles = {number: f"window|{name}|{position}" for position, number in numbers.items()}
        end = math.ceil(max(total, self._claimed(name)) / size)
        if not setting and end <= self.extent.second_walk_limit:
            # A second walk, at another size: where the first one is wrong, it tells how.
            for number in range(1, end + 1):
                roles.setdefault(number, f"between|{name}|{number}")
        self._send([self._case(setting, n, size, role) for n, role in roles.items()])

    def _claimed(self, name: str) -> int:
        """How many items the first page of a walk says that there are."""
        total = self.walked[name][0].total if self.walked.get(name) else 0
        return total if isinstance(total, int) else 0

    def _firsts(self, settings: Sequence[Setting]) -> list[list[Page]]:
        """The first page of each walk, or none."""
        size = self.pagination.maximum_size
        cases = [self._case(s, 1, size, f"{WALK}|{label(s)}|{_position(1, 0)}") for s in settings]
        return [self._pages([answer]) for answer in self._send(cases)]

    def _walk(self, setting: Setting, limit: int, first: list[Page]) -> None:
        name, size = label(setting), self.pagination.maximum_size
        total = first[0].total if first and isinstance(first[0].total, int) else 0
        known = min(math.ceil(min(total, 2**31) / size), limit)
        pages = first + self._read(setting, list(range(2, known + 1)), size, known)
        number = max(known, 1) + 1
        while pages and len(pages[-1].items) >= size and number <= limit:
            more = self._read(setting, [number], size, number - 1)
            if not more or not set(more[0].keys) - {k for p in pages for k in p.keys}:
                break
            pages += more
            number += 1
        self.walked[name] = pages
        self.counts[name] = len({key for page in pages for key in page.keys})

    def _read(self, setting: Setting, numbers: list[int], size: int, last: int) -> list[Page]:
        role = f"{WALK}|{label(setting)}"
        sent = self._send(
            [self._case(setting, n, size, f"{role}|{_position(n, last)}") for n in numbers]
        )
        return self._pages(sent)

    def _pages(self, answers: Sequence[Exchange | None]) -> list[Page]:
        pages = [page_of(self.operation, exchange) for exchange in answers if exchange]
        return [page for page in pages if page is not None]

    def _case(self, setting: Setting, page: int | None, size: int | None, role: str) -> Case:
        pairs = [*setting]
        if page is not None:
            pairs.append((self.pagination.page, str(page)))
        if size is not None:
            pairs.append((self.pagination.size, str(size)))
        draft = self.base.with_query(*pairs)
        query = "&".join(f"{k}={v}" for k, v in pairs) or "nothing asked"
        case = draft.case(f"listing {self.operation.id} {role} {query}", "listing", role=role)
        return replace(case, group=label(setting))

    def _send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        return self.sender.send(cases)


def label(setting: Setting) -> str:
    """A filter setting as `harness.evidence.windows.Window.label` says it."""
    ordered = sorted(set(setting))
    return "&".join(f"{name}={value}" for name, value in ordered) or "unfiltered"


def _position(number: int, last: int) -> str:
    if number == 1:
        return "first"
    return "middle" if number < last else "last" if number == last else "beyond"


def _distinct(numbers: dict[str, int]) -> dict[str, int]:
    """Each page number once: the first, the last and the one beyond before one in between."""
    kept: dict[str, int] = {}
    for position in ("first", "last", "beyond", "middle"):
        if numbers[position] not in kept.values():
            kept[position] = numbers[position]
    return kept
