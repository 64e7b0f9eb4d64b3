"""Walk the pages, look through windows, split by filters, all between brackets.

The order is the most telling first: the whole list, then what every further request is compared
with, then single values. Longer than a file should be: one journey, told from beginning to end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.contract import Operation
from harness.evidence.orders import contradiction, swaps
from harness.evidence.pages import Page, page_of
from harness.evidence.sweeps import BRACKET, Signature, answers, signature
from harness.evidence.walks import WALK, Seen
from harness.evidence.windows import UNFILTERED
from harness.explore.asking import Questions, Setting, distinct, label, position_of
from harness.explore.sender import Sender
from harness.model import Case, Exchange

FEW = 10
"""So many single page sizes need no brackets of their own."""
ATTEMPTS = 3
"""How often a comparison is tried while the data keeps changing."""
GATHERING = 2
"""So many times the pages of a walk are read at the most to meet all items of a list whose order
changes by itself."""


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
    signatures: set[Signature] = field(default_factory=set)
    """All that were seen."""
    is_spent: bool = False
    """Whether the sender kept a bracket back, so that nothing can be compared any more."""
    is_dry: bool = False
    """Whether the closer had to pay: the sender will pay for nothing more."""
    read: list[Exchange] = field(default_factory=list)
    """Everything that came back, in the order sent."""

    def __post_init__(self) -> None:
        pagination = self.operation.pagination
        assert pagination is not None
        self.pagination = pagination
        self._questions = Questions(self.operation)

    def run(self) -> None:
        """Read everything; nothing is judged here but whether the data stood still."""
        self.signature = self._bracket()
        self._quietly("walk", self._whole)
        parts: list[tuple[str, Callable[[], None]]] = [
            ("filters and page sizes", self._filters_and_sizes),
            ("grid", self._grid),
        ]
        for name, part in parts:
            if name == "grid" and self.keeper:
                self.sender, self.closer, self.is_dry = self.keeper, None, False
            if not self.is_dry:
                self._quietly(name, part)
        if not self.is_dry and self._moves(UNFILTERED):
            self._quietly("set", self._gather)

    def finish(self) -> None:
        """Read what is many requests and seldom tells: every page size, where there are many."""
        if self.signature is not None and len(self.extent.single_sizes) > FEW:
            self._quietly("there and back", self._there_and_back)
            self._quietly("every page size", self._single_sizes)

    def repeat(self, cases: Sequence[Case]) -> None:
        """Send cases again between brackets, so that their comparison can be made again."""
        before = self._bracket()
        if before != self.signature and not self._moves(UNFILTERED):
            self.signature = before
            self._quietly("walk", self._whole)
        self._send(cases)
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
            if self.is_spent or self._moves(UNFILTERED):
                return  # nobody changed anything, or nobody need have
        self.disturbed.append(name)

    @property
    def is_restless(self) -> bool:
        """Whether others were seen to change the data."""
        return len(self.signatures) > 1 and not self._moves(UNFILTERED)

    def _seen(self) -> list[Seen]:
        return answers(self.operation, self.read)

    def _moves(self, label: str = "") -> bool:
        """Whether the whole list, or any, is known to change its order by itself."""
        return any(swap.label == label or not label for swap in swaps(self._seen()))

    def _ask_again(self, *, filtered: bool) -> None:
        """Ask once more for pages that do not agree on the order: which of them, or each, changes?

        What is answered alike again differs by what was asked.
        """
        own = [seen for seen in self._seen() if bool(seen.window.filters) == filtered]
        pair = None if self._moves() else contradiction(own)
        if pair:
            # There and back: two replicas that answer by turns are met in either turn.
            for turn, seen in enumerate((*pair, *reversed(pair)), 1):
                case = seen.exchange.case
                self._send([replace(case, id=f"{case.id} again {turn}", role="again")])

    def _there_and_back(self) -> None:
        """Read every page twice, as often first as second: what answers by turns is met in both."""
        pages = math.ceil(self.counts.get(UNFILTERED, 0) / self.pagination.maximum_size)
        there = range(1, min(pages, self.extent.second_walk_limit) + 1)
        for turn, number in enumerate((*there, *reversed(there)), 1):
            role = f"turn|{turn}"
            self._send([self._case((), number, self.pagination.maximum_size, role)])

    def _gather(self) -> None:
        """Walk a list whose order changes until all of its items were met, or often enough."""
        total = self.signature[0] if self.signature else None
        if not isinstance(total, int):
            return
        pages = math.ceil(min(total, 2**31) / self.pagination.maximum_size)
        for turn in range(GATHERING * self.extent.walk_limit // max(1, pages)):
            if len({key for seen in self._seen() for key in seen.page.keys}) >= total:
                return
            role = f"gathering|{turn + 1}"
            size = self.pagination.maximum_size
            self._send([self._case((), n + 1, size, role) for n in range(pages)])

    def _bracket(self) -> Signature | None:
        first = self._close(self._case((), None, None, BRACKET))
        page = page_of(self.operation, first) if first else None
        total = page.total if page and isinstance(page.total, int) else 0
        last = max(1, math.ceil(min(total, 2**31) / self.pagination.default_size))
        second = self._close(self._case((), last, None, BRACKET))
        self.is_spent = first is None or second is None
        if first is None or second is None:
            return None
        found = signature(self.operation, (first, second))
        self.signatures |= {found} if found else set()
        return found

    def _close(self, case: Case) -> Exchange | None:
        sent = self._send([case])[0]
        if sent is None and self.closer:
            self.is_dry = True
            sent = self.closer.send([case])[0]
            self.read += [sent] if sent else []
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
        self._ask_again(filtered=False)

    def _filters_and_sizes(self) -> None:
        self._filters()
        self._sizes()

    def _filters(self) -> None:
        settings = [*self._questions.settings(), *self._questions.pairs(self.extent.pairs)]
        # The first pages need not wait for each other.
        for setting, first in zip(settings, self._firsts(settings), strict=True):
            self._walk(setting, self.extent.filtered_walk_limit, first)
        for setting in self._questions.settings():
            self._windows(label(setting), setting)
        for setting in settings:
            self._all_pages(setting)
        self._ask_again(filtered=True)

    def _sizes(self) -> None:
        total = self.counts.get("unfiltered", 0)
        cases = []
        for size in self.extent.sizes:
            last = max(1, math.ceil(total / size))
            numbers = {"first": 1, "middle": (last + 1) // 2, "last": last, "beyond": last + 1}
            for position, number in distinct(numbers).items():
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
        numbers = distinct(numbers)
        roles = {number: f"window|{name}|{position}" for position, number in numbers.items()}
        end = math.ceil(max(total, self._claimed(name)) / size)
        if not setting and end <= self.extent.second_walk_limit:
            # A second walk, at another size: where the first one is wrong, it tells how.
            for number in range(1, end + 1):
                roles.setdefault(number, f"between|{name}|{number}")
        self._send([self._case(setting, n, size, role) for n, role in roles.items()])

    def _all_pages(self, setting: Setting) -> None:
        """Every page of a filter at a size that makes few pages, but not too few to go wrong.

        What forgets the filter on a later page may do so on that page only; the first one was read.
        """
        name, few = label(setting), self.extent.filtered_walk_limit
        total = max(self.counts.get(name, 0), self._claimed(name))
        read: dict[int, set[int]] = {self.pagination.maximum_size: set()}
        for seen in self._seen():
            if seen.window.label == name and seen.window.size:
                read.setdefault(seen.window.size, set()).add(seen.window.page or 1)
        sizes = [size for size in read if 2 < math.ceil(total / size) <= few]
        size = min(sizes, key=lambda s: math.ceil(total / s) - len(read[s]), default=-(-total // 3))
        if self.pagination.minimum_size <= size <= self.pagination.maximum_size:
            missing = set(range(2, math.ceil(total / size) + 1)) - read.get(size, set())
            cases = [self._case(setting, n, size, f"between|{name}|{n}") for n in sorted(missing)]
            self._send(cases)

    def _claimed(self, name: str) -> int:
        """How many items the first page of a walk says that there are."""
        total = self.walked[name][0].total if self.walked.get(name) else 0
        return total if isinstance(total, int) else 0

    def _firsts(self, settings: Sequence[Setting]) -> list[list[Page]]:
        """The first page of each walk, or none."""
        size = self.pagination.maximum_size
        cases = [self._case(s, 1, size, f"{WALK}|{label(s)}|{position_of(1, 0)}") for s in settings]
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
            [self._case(setting, n, size, f"{role}|{position_of(n, last)}") for n in numbers]
        )
        return self._pages(sent)

    def _pages(self, answers: Sequence[Exchange | None]) -> list[Page]:
        pages = [page_of(self.operation, exchange) for exchange in answers if exchange]
        return [page for page in pages if page is not None]

    def _case(self, setting: Setting, page: int | None, size: int | None, role: str) -> Case:
        return self._questions.case(setting, page, size, role)

    def _send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        sent = self.sender.send(cases)
        self.read += [exchange for exchange in sent if exchange]
        return sent
