"""How a run is arranged for people; shared by the terminal, Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness import tally
from harness.model import ClauseResult, Finding, Hidden, NotExercised, Run
from harness.reports.text import plural, seconds

REPEAT = "Repeat it with"
"""The fact that is a command, to be copied."""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings with the same clause, operation, status class and server's message."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """What the findings of the group have in common stands in each of them."""
        return self.findings[0]

    @property
    def count(self) -> int:
        """Exchanges that show any finding of the group, each counted once where known."""
        numbers = {number for finding in self.findings for number in finding.exchanges}
        return max(len(numbers), *(finding.count for finding in self.findings))

    @property
    def evidence(self) -> tuple[str, str] | None:
        """Expected and actual, if all findings of the group agree on them."""
        pairs = {(finding.expected, finding.actual) for finding in self.findings}
        return pairs.pop() if len(pairs) == 1 else None

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What holds for every finding of the group."""
        each = [circumstances(finding) for finding in self.findings]
        return tuple(words for words in each[0] if all(words in other for other in each))

    @property
    def answer(self) -> str:
        """What came back, in short: the status class and the server's words."""
        first = self.first
        return f"{first.status_class} “{first.message}”" if first.message else first.status_class


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """Groups in the order of their first finding."""
    groups: dict[tuple[str, str, str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.group, []).append(finding)
    return tuple(Group(tuple(members)) for members in groups.values())


@dataclass(frozen=True, slots=True)
class Unreached:
    """Clauses that one reason kept from being exercised."""

    reason: str
    reach: str
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A section of what was not exercised."""

    title: str
    count: int
    """Clauses, each once."""
    reasons: tuple[Unreached, ...]


def left_out(run: Run) -> tuple[LeftOut, ...]:
    """Clauses that were not exercised at all, and those of which a part was not."""
    found = []
    for title, wholly in (("Not exercised", True), ("Exercised in part", False)):
        entries = tally.left_out(run.clauses, run.not_exercised, wholly=wholly)
        count = len({entry.clause for entry in entries})
        found.append(LeftOut(title, count, _by_reason(run, entries)))
    return tuple(section for section in found if section.count)


def _by_reason(run: Run, entries: Iterable[NotExercised]) -> tuple[Unreached, ...]:
    """A clause of several operations is named once."""
    reasons: dict[tuple[str, str], dict[str, list[str]]] = {}
    for entry in entries:
        clauses = reasons.setdefault((entry.reason, entry.reach), {})
        clauses.setdefault(entry.clause, []).append(entry.operation)
    operations = {entry.operation for entry in run.clauses}
    return tuple(
        Unreached(reason, reach, tuple(_named(c, o, operations) for c, o in clauses.items()))
        for (reason, reach), clauses in reasons.items()
    )


def _named(clause: str, affected: list[str], operations: set[str]) -> str:
    """The clause, with its operations where it was left out for some of them only."""
    some = sorted({name for name in affected if name})
    return clause if not some or set(some) >= operations else f"{clause} ({', '.join(some)})"


def areas(run: Run) -> dict[str, list[ClauseResult]]:
    """Clauses by the part of the contract that their id begins with."""
    parts: dict[str, list[ClauseResult]] = {}
    for clause in run.clauses:
        parts.setdefault(clause.clause.partition(".")[0], []).append(clause)
    return parts


def facts(run: Run) -> dict[str, str]:
    """What was tried and how, as names and values for a table."""
    title = " ".join(filter(None, (run.spec.get("title"), run.spec.get("version"))))
    digest = run.spec.get("sha256", "")[:12]
    rows = {
        "Target": run.target,
        "Labels": pairs(run.labels),
        "Contract": f"{title} (sha256 {digest})" if digest else title,
        "Clarifications": f"{run.clarifications} in force beyond the published documents",
        "Profile": run.profile,
        "Seed": str(run.seed),
        REPEAT: str(run.extra.get("repeat", "")),
        "Writes": run.writes,
        "Exchanges": sent(run),
        "Gateway": "; ".join(gateways(run)),
        "Duration": seconds(run.duration),
        "Started": run.started,
        "Run": run.run_id,
        "Suite": " · ".join(filter(None, (run.version, pairs(run.environment)))),
    }
    return {name: value for name, value in rows.items() if value}


def sent(run: Run) -> str:
    """How many exchanges, in one phrase, with what was special about them where anything was."""
    counts = run.counts
    named = {
        "validated": counts.validated,
        "authenticated": counts.authenticated,
        "writes": counts.writes,
        "retried": counts.retries,
        "throttled": counts.throttled,
        "reset": counts.resets,
        "timed out": counts.timeouts,
        "answered by a gateway": counts.gateway_errors,
        "without a connection": counts.unreachable,
        "repeats": counts.repeats,
        "for reduction": counts.reductions,
        "kept back by the write policy": counts.dropped,
        "cut by a budget": counts.cut,
    }
    parts = [f"{number} {name}" for name, number in named.items() if number]
    return f"{counts.exchanges} ({', '.join(parts)})" if parts else str(counts.exchanges)


BEHIND = "What the server itself answers there is not to be seen, so it is neither good nor bad."
SHOWN = 6
"""Kinds of requests that a sentence names; the table has all."""


def gateways(run: Run) -> Iterator[str]:
    """What each gateway answers in the server's place, in a sentence."""
    for name in dict.fromkeys(hidden.gateway for hidden in run.gateway):
        own = [hidden for hidden in run.gateway if hidden.gateway == name]
        statuses = dict.fromkeys(hidden.status for hidden in own)
        told = ", ".join(_refused(s, [h for h in own if h.status == s]) for s in statuses)
        yield f"{name or 'a gateway'} answers for the server: {told}"


def _refused(status: str, hidden: list[Hidden]) -> str:
    inputs = list(dict.fromkeys(one.input for one in hidden))
    more = f" and {len(inputs) - SHOWN} more" if len(inputs) > SHOWN else ""
    count = plural(sum(one.exchanges for one in hidden), "exchange")
    return f"{status} to {', '.join(inputs[:SHOWN])}{more} ({count})"


def pairs(values: Mapping[str, str]) -> str:
    """`key=value` in the order of the keys."""
    return " ".join(f"{key}={values[key]}" for key in sorted(values))


def occurrence(finding: Finding) -> str:
    """How often a finding was seen and how surely it comes again."""
    return f"{plural(finding.count, 'exchange')}{_rate(finding)}, {finding.stability}"


def circumstances(finding: Finding) -> tuple[str, ...]:
    """What may be the same for all findings of a group, each in a few words."""
    return tuple(
        filter(
            None,
            (
                finding.stability + _rate(finding),
                f"context {finding.context}" if finding.context else "",
                f"also {', '.join(finding.also)}" if finding.also else "",
                finding.note,
            ),
        )
    )


def _rate(finding: Finding) -> str:
    return f", {finding.rate:.1f} of 100 requests" if finding.rate else ""
