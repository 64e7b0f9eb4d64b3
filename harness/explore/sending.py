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
from harness.evidence.deadlines import WITHIN
from harness.evidence.pages import page_of
from harness.evidence.sends import COUNTED, LOOK, Look, looks, total_of
from harness.evidence.sends import sent as sends
from harness.evidence.windows import documented_values
from harness.explore.sender import Sender
from harness.model import SEND_PLACEHOLDER, Case, Cell, Exchange
from harness.wire.baselines import LISTING, baselines
from harness.wire.draft import Draft
from harness.wire.kinds import DUPLICATE

PAUSE = 0.1
"""Seconds between the first two looks; twice as many before each further one."""
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
        accepted = [e for e in cared if 200 <= e.status < 300]
        markers = [e.marker for e in accepted]
        look = self._until_found(f"plain {self.round}", accepted)
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
                self.check(part, 1, [answer])

    def check(self, part: str, accepted: int, sent: Sequence[Exchange] = ()) -> None:
        """Look at the growing end for what must not be there, past `accepted` newer items.

        And for what must be: as long as what was `sent` may still come to be listed.
        """
        ends = [self.growing] if self.growing else ["first", "last"]
        pages = 1 + min(accepted, 900) // self.pagination.maximum_size
        due = self.clock() + WITHIN
        self._watch([(e, due) for e in sent], lambda _: self._look(part, ends, pages))

    def _until_found(self, part: str, sent: Sequence[Exchange]) -> Look:
        ends = ["first", "last"]
        look = self._watch(self._due(sent), lambda last: self._look(part, ends, filtered=last))
        found = {_end(e) for one in sent for e in _where(look, one.marker)}
        # A list of one page does not tell at which end it will be longer.
        has_two = any(_end(e) == "last" for e in look.exchanges)
        self.growing = found.pop() if has_two and len(found) == 1 else ""
        return look

    def _due(self, sent: Sequence[Exchange]) -> list[tuple[Exchange, float]]:
        """When what was just sent must be listed, by the journey's clock."""
        ends = [e.started + e.elapsed for e in sent]
        now = self.clock() - max(ends, default=0.0)
        return [(e, now + end + WITHIN) for e, end in zip(sent, ends, strict=True)]

    def _watch(
        self, due: Sequence[tuple[Exchange, float]], look_for: Callable[[bool], Look]
    ) -> Look:
        """Look until everything is found; for what is not, the last time at its deadline.

        `look_for` is told whether this look may be the last one. A look counts by the moment at
        which it begins: one that begins before a deadline and is answered after it tells nothing
        of what it misses, and is followed by another one.
        """
        pause, may_be_last = PAUSE, True
        while True:
            began = self.clock()
            look = look_for(may_be_last)
            missing = [when for e, when in due if when > began and not self._shows(look, e)]
            if not look.exchanges or (not missing and may_be_last):
                return look
            if not missing:
                may_be_last = True
                continue
            # Deadlines that are hardly apart share a look, at the last of them.
            deadline = max(when for when in missing if when <= min(missing) + PAUSE)
            then = min(self.clock() + pause, deadline)
            self._wait_until(then)
            may_be_last, pause = then == max(missing), pause * 2

    def _shows(self, look: Look, exchange: Exchange) -> bool:
        """Whether something sent is listed, and behind a value of each filter that was asked for.

        It may be listed without its text.
        """
        if not look.identities(exchange.marker, "unfiltered"):
            return self._identity(exchange) in look.items
        filters: dict[str, bool] = {}
        for where in {one.case.group for one in look.exchanges}:
            name = where.partition("=")[0]
            filters[name] = filters.get(name, False) or bool(
                look.identities(exchange.marker, where)
            )
        return all(filters.values())

    def _identity(self, exchange: Exchange) -> str:
        """What a send was answered that it made; empty if it says nothing."""
        for sent in sends(self.operation, [exchange]):
            if isinstance(sent.item, dict):
                return str(sent.item.get(self.pagination.identity[0], "")).lower()
        return ""

    def _wait_until(self, then: float) -> None:
        while (left := then - self.clock()) > 0:
            self.wait(left)

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
