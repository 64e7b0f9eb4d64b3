"""Whether the list's total grows by what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from harness.clauses import Record
from harness.evidence.sending import creates_of, plain_and_accepted
from harness.evidence.sends import COUNTED, Sent, total_of
from harness.evidence.view import Evidence
from harness.reasons import TOTAL_WRONG


def uncounted(evidence: Evidence, record: Record) -> Iterator[tuple[Sent, int, int]]:
    """Plain sends where the list's total did not grow by what was stored.

    Where each was counted by itself, those that were not; otherwise all that were sent together.
    """
    found = [count for count in _counts(evidence) if count.sends]
    if found and not evidence.totals_work:
        record.miss(TOTAL_WRONG())
        return
    apart = {count.round for count in found if count.is_alone}
    for count in found:
        record.judged.update(s.exchange.number for s in count.sends)
        least = count.before + len(count.sends)
        if count.after < least and count.is_alone == (count.round in apart):
            yield from ((sent, least, count.after) for sent in count.sends)


@dataclass(frozen=True)
class _Count:
    """The list's total before and after some sends that are listed."""

    round: str
    is_alone: bool
    before: int
    after: int
    sends: list[Sent]


def _counts(evidence: Evidence) -> Iterator[_Count]:
    """One for each round, and one for each send that was counted by itself.

    What comes before it are the looks for another part.
    """
    listing = evidence.contract.operation(creates_of(evidence).listed_by)
    sends = list(plain_and_accepted(evidence))
    last = {look.part: look for look in evidence.looks}
    for earlier, part in pairwise(last):
        before, after = total_of(listing, last[earlier]), total_of(listing, last[part])
        if before is not None and after is not None:
            own = [s for s in sends if s.exchange.case.group == part]
            stored = [s for s in own if s.exchange.marker in last[part].found]
            word, *others = part.split()
            yield _Count("".join(others[:1]), word == COUNTED, before, after, stored)
