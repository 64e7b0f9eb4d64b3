"""Send what is plain, then look for it in the list: at both ends, and behind each filter.

One journey, told in order; a little longer than a file should be for that.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event
from typing import Any

from harness.contract import Operation
from harness.evidence.pages import page_of
from harness.evidence.sends import COUNTED, LOOK, Look, looks, total_of
from harness.evidence.windows import documented_values
from harness.explore.sender import Sender
from harness.model import SEND_PLACEHOLDER, Case, Cell, Exchange
from harness.wire.baselines import LISTING, baselines
from harness.wire.draft import Draft
from harness.wire.kinds import DUPLICATE

PATIENCE = 2.0
"""Seconds within which what was sent must be listed (contract.md, *send.listed*)."""
PAUSE = 0.1
"""Seconds between two looks."""
LONG_TEXT = 20_000
"""Characters of the text whose last word must arrive."""


@dataclass
class SendingJourney:
    """Everything about sending that needs the list as well."""

    operation: Operation
    listing: Operation
    sender: Sender
    sink: str
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], object] = field(default_factory=lambda: Event().wait)
    sent: dict[str, Exchange] = field(default_factory=dict)
    """Context -> the exchange of its baseline."""
    growing: str = ""
    """`first` or `last`: the end of the list at which new items appear; empty if unknown."""
    is_lost: bool = False
    """Whether something plain was not listed in time: then nothing else is waited for."""
    attempt: int = 0
    round: int = 0
    """How often the plain requests were sent; what was sent is looked for in its own round."""

    def __post_init__(self) -> None:
        creates, pagination = self.operation.creates, self.listing.pagination
        assert creates is not None
        assert pagination is not None
        self.creates, self.pagination = creates, pagination
        self.contexts = baselines(self.operation, self.sink)

    def plain_cases(self) -> dict[str, Case]:
        """The plain request of each context, the most harmless first."""
        order = sorted(self.contexts, key=lambda name: name not in self.creates.harmless)
        return {
            name: self.contexts[name].case(
                f"baseline {self.operation.id} {name}", "baseline", group=f"plain {self.round}"
            )
            for name in order
        }

    def baselines(self) -> None:
        """The plain requests; the first one tells whether writing is allowed."""
        for name, case in self.plain_cases().items():
            answer = self.sender.send([case])[0]
            if answer:
                self.sent[name] = answer

    def first(self) -> None:
        """The most harmless of them alone, before anything else that might be stored."""
        self.sender.send(list(self.plain_cases().values())[:1])

    def plain(self) -> None:
        """Count, send every plain request, and look for all of it until it is found."""
        self.round += 1
        before = self._look(f"before {self.round}", ["first"])
        self.baselines()
        more = self.sender.send([self._long(), *self._other_schemes()])
        cared = [*self.sent.values(), *(e for e in more if e)]
        markers = [e.marker for e in cared if 200 <= e.status < 300]
        look = self._until_found(f"plain {self.round}", markers)
        if not self._is_counted(before, look, markers):
            self._count_each()
        if self.round == 1:
            self._repeats()

    def _is_counted(self, before: Look, after: Look, markers: Sequence[str]) -> bool:
        totals = total_of(self.listing, before), total_of(self.listing, after)
        stored = sum(marker in after.found for marker in markers)
        return None in totals or (totals[1] or 0) - (totals[0] or 0) >= stored

    def _count_each(self) -> None:
        """Every context by itself, the total before and after, to tell which is not counted."""
        for name, exchange in list(self.sent.items()):
            if not 200 <= exchange.status < 300:
                continue
            part = f"{COUNTED} {self.round} {name}"
            case = self.contexts[name].case(
                f"sending {self.operation.id} counted {name}", "sending", group=part
            )
            answer = self.sender.send([case])[0]
            if answer and 200 <= answer.status < 300:
                self.check(part, 1, [answer.marker])

    def check(self, part: str, accepted: int, markers: Sequence[str] = ()) -> None:
        """Look at the growing end for what must not be there, past `accepted` newer items.

        And for what must be: as long as `markers` may still come to be listed.
        """
        ends = [self.growing] if self.growing else ["first", "last"]
        pages = 1 + min(accepted, 900) // self.pagination.maximum_size
        deadline, pause = self.clock() + (0 if self.is_lost else PATIENCE), PAUSE
        look = self._look(part, ends, pages)
        while not self._complete(look, markers) and self.clock() < deadline:
            self.wait(pause)
            pause *= 2
            look = self._look(part, ends, pages)

    def _until_found(self, part: str, markers: Sequence[str]) -> Look:
        deadline = self.clock() + PATIENCE
        look = self._look(part, ["first", "last"], filtered=True)
        late, pause = False, PAUSE
        while not self._complete(look, markers) and self.clock() < deadline:
            late = True
            self.wait(pause)
            pause *= 2
            look = self._look(part, ["first", "last"])
        self.is_lost = not self._complete(look, markers)
        if late:
            look = self._look(part, ["first", "last"], filtered=True)
        found = {_end(e) for m in markers for e in _where(look, m)}
        # A list of one page does not tell at which end it will be longer.
        has_two = any(_end(e) == "last" for e in look.exchanges)
        self.growing = found.pop() if has_two and len(found) == 1 else ""
        return look

    def _complete(self, look: Look, markers: Sequence[str]) -> bool:
        return all(look.identities(marker, "unfiltered") for marker in markers)

    def _repeats(self) -> None:
        """The same repeat key twice, in the context that carries it and in harmless ones."""
        if not self.creates.repeat_key:
            return
        name = self.creates.repeat_key.removeprefix("/")
        carrier = self.creates.carriers.get(self.creates.repeat_key)
        for context, draft in self.contexts.items():
            exchange = self.sent.get(context)
            if context not in (carrier, *self.creates.harmless):
                continue
            if exchange is None or not 200 <= exchange.status < 300:
                continue
            body = {**draft.json, name: f"repeat-{exchange.marker}"}
            for turn in ("first", "second"):
                case = replace(draft, json=body).case(
                    f"sending {self.operation.id} repeat {context} {turn}",
                    "sending",
                    group=f"repeat {context}",
                    role=f"repeat|{turn}",
                    cells=(Cell(f"body {self.creates.repeat_key}", DUPLICATE),) * (turn != "first"),
                )
                self.sender.send([case])

    def _long(self) -> Case:
        context = (self.creates.harmless or tuple(self.contexts))[0]
        draft = self.contexts[context]
        words = "words " * (LONG_TEXT // 6)
        text = f"{SEND_PLACEHOLDER} {words}last{SEND_PLACEHOLDER}"
        body = {**draft.json, self.creates.marker_request.removeprefix("/"): text}
        return replace(draft, json=body).case(
            f"sending {self.operation.id} long text",
            "sending",
            group=f"plain {self.round}",
            role="long",
        )

    def _other_schemes(self) -> list[Case]:
        context = (self.creates.harmless or tuple(self.contexts))[0]
        draft: Draft = self.contexts[context]
        assert draft.credentials is not None or not self.operation.security
        return [
            replace(draft, credentials=replace(draft.credentials, scheme=scheme)).case(
                f"auth {self.operation.id} {scheme} good",
                "auth",
                group=f"plain {self.round}",
                role=f"good|{scheme}",
            )
            for scheme in self.operation.security
            if draft.credentials is not None
        ]

    def _look(
        self,
        part: str,
        ends: Sequence[str],
        pages: int = 1,
        *,
        filtered: bool = False,
    ) -> Look:
        self.attempt += 1
        settings: list[tuple[tuple[str, str], ...]] = [()]
        if filtered:
            settings += self._filter_settings()
        exchanges: list[Exchange] = []
        for setting in settings:
            exchanges += self._ends(part, setting, ends, pages)
        found = looks(self.listing, self.creates, exchanges)
        return found[0] if found else Look(part, self.attempt, exchanges)

    def _filter_settings(self) -> list[tuple[tuple[str, str], ...]]:
        """Both sides of every filter whose field a plain request sets."""
        echoed = {echo.response for echo in self.creates.echo if not echo.optional}
        return [
            ((name, value),)
            for name, rule in self.listing.filters.items()
            if rule.field in echoed
            for value in documented_values(self.listing, name)
        ]

    def _ends(
        self, part: str, setting: tuple[tuple[str, str], ...], ends: Sequence[str], pages: int
    ) -> list[Exchange]:
        first = self.sender.send([self._case(part, setting, "first", 1)])[0]
        if first is None:
            return []
        page = page_of(self.listing, first)
        total: Any = page.total if page else 0
        size = self.pagination.maximum_size
        last = max(1, math.ceil(min(total, 2**31) / size)) if isinstance(total, int) else 1
        numbers = [("first", n) for n in range(2, pages + 1) if "first" in ends and n <= last]
        if "last" in ends:
            start = max(len(numbers) + 2, last - pages + 1)
            numbers += [("last", n) for n in range(start, last + 1)]
        cases = [self._case(part, setting, end, number) for end, number in numbers]
        return [first, *(e for e in self.sender.send(cases) if e)]

    def _case(self, part: str, setting: tuple[tuple[str, str], ...], end: str, n: int) -> Case:
        base = baselines(self.listing, self.sink)[LISTING]
        draft = replace(base, path_values=self.contexts[next(iter(self.contexts))].path_values)
        where = "&".join(f"{k}={v}" for k, v in setting) or "unfiltered"
        pairs = [*setting, (self.pagination.page, str(n))]
        pairs.append((self.pagination.size, str(self.pagination.maximum_size)))
        return draft.with_query(*pairs).case(
            f"sending {self.listing.id} look {self.attempt} {where} page {n}",
            "sending",
            group=where,
            role=f"{LOOK}|{part}|{self.attempt}|{end}",
        )


def _end(exchange: Exchange) -> str:
    return exchange.case.role.rsplit("|")[3]


def _where(look: Look, marker: str) -> list[Exchange]:
    return [f.exchange for f in look.found.get(marker, ()) if f.exchange.case.group == "unfiltered"]
