"""What a budget kept back, and what the reports say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor

from harness.model import Case
from harness.run.rations import READING
from harness.run.sizes import SIZES, within
from harness.settings import Settings


def most_requests(settings: Settings) -> int | None:
    """How many requests the budgets leave room for: at a rate, seconds are requests."""
    timed = settings.max_seconds
    if timed is None or settings.rate is None:
        return settings.max_requests
    in_time = max(1, floor(timed * settings.rate))
    return in_time if settings.max_requests is None else min(in_time, settings.max_requests)


@dataclass(frozen=True)
class Cut:
    """Requests that were planned and not sent, and the budgets that ended."""

    cases: tuple[Case, ...] = ()
    reasons: tuple[str, ...] = ()
    way: str = ""
    """What leaves more room."""

    @classmethod
    def of(cls, settings: Settings, late: Sequence[tuple[Case, str]], early: Sequence[Case]) -> Cut:
        """`late`: what the client kept back, and why; `early`: what was never handed to it."""
        reasons = dict.fromkeys(reason for _, reason in late)
        if early:
            small = list(_too_small(settings, early)) or [_spent(settings)]
            reasons = {**dict.fromkeys(small), **reasons}
        cases = {case.id: case for case in [*early, *(case for case, _ in late)]}
        return cls(tuple(cases.values()), tuple(reasons), _way(settings))

    @property
    def count(self) -> int:
        """Requests."""
        return len(self.cases)

    def notes(self) -> Iterator[str]:
        """A sentence for each budget that ended, and one that says what was cut."""
        if not self.cases:
            return
        parts = Counter((case.operation, case.phase) for case in self.cases)
        told = ", ".join(f"{count} {phase} of {name}" for (name, phase), count in parts.items())
        were = "request was" if self.count == 1 else "requests were"
        yield f"{self.count} {were} cut ({told}): {'; '.join(self.reasons)}"


def _way(settings: Settings) -> str:
    """The next profile, or a larger budget where one was given."""
    if (settings.max_requests, settings.max_writes, settings.max_seconds) != (None, None, None):
        return "a larger budget"
    larger = [name for name, size in SIZES.items() if size.limit > SIZES[settings.profile].limit]
    return f"--profile {larger[0]}" if larger else "a target that needs fewer requests"


def _spent(settings: Settings) -> str:
    """Why a run without a budget left something out: an answer made it ask for more than usual."""
    return (
        f"the {SIZES[settings.profile].limit} requests of --profile {settings.profile} were spent"
    )


def _too_small(settings: Settings, cases: Sequence[Case]) -> Iterator[str]:
    """The budgets that leave less than the profile would spend."""
    is_bounded = settings.max_writes is not None and settings.writes != "none"
    if is_bounded and any(c.method not in READING for c in cases):
        yield f"--max-writes {settings.max_writes} leaves no room for more"
    most = most_requests(settings)
    if most is None or within(SIZES[settings.profile], most, None).spared == 0:
        return
    if most == settings.max_requests:
        yield f"--max-requests {most} leaves no room for more"
    else:
        seconds, rate = settings.max_seconds, settings.rate
        yield f"--max-seconds {seconds:g} leaves room for {most} requests at {rate:g}/s"
