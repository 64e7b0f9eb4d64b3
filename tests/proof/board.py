"""From outcomes to the scoreboard: plain data, so that it can be read by machines too."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from statistics import median
from typing import Any

from servers.catalogue import FAULTS
from tests.proof import weatherboard
from tests.proof.expected import Judgement, Tolerance
from tests.proof.trials import Outcome

OFTEN = 4
"""Seeds of five with which an intermittent fault must be caught."""
Board = dict[str, Any]


def board(outcomes: Collection[Outcome], seconds: float, notes: Sequence[str] = ()) -> Board:
    """Everything that the reports show. `seconds` is how long the proof took."""
    calm = [o for o in outcomes if not o.trial.weather]
    gate = [Judgement(o) for o in calm if (o.trial.kind, o.trial.profile) == ("fault", "gate")]
    smoke = [Judgement(o) for o in calm if (o.trial.kind, o.trial.profile) == ("fault", "smoke")]
    references = {o.trial.profile: o for o in calm if not o.trial.kind}
    tolerances = [
        Tolerance(o, references[o.trial.profile]) for o in calm if o.trial.kind == "variant"
    ]
    weather = [o for o in outcomes if o.trial.weather]
    return {
        "seconds": round(seconds, 1),
        "notes": list(notes),
        "figures": [*_figures(gate, smoke, tolerances), *weatherboard.figures(weather)],
        "weather": weatherboard.kinds(weather),
        "kinds": _kinds([j for j in gate if j.outcome.trial.seed == 1]),
        "clauses": dict(sorted(Counter(j.fault.clause for j in gate if _is_right(j)).items())),
        "faults": [_fault(j) for j in (*gate, *smoke)],
        "variants": [_variant(t) for t in tolerances],
        "escapes": _escapes(gate),
        "alarms": [_variant(t) for t in tolerances if t.is_alarm],
    }


def _is_right(judgement: Judgement) -> bool:
    return judgement.is_caught and judgement.is_named and judgement.is_blamed


def _figures(
    gate: Sequence[Judgement], smoke: Sequence[Judgement], tolerances: Sequence[Tolerance]
) -> list[Board]:
    """What must hold, each with what was measured and whether it does."""
    caught = [j for j in gate if j.is_caught]
    often = _caught_often_enough(gate)
    firsts = [j.outcome.first / j.outcome.exchanges for j in caught]
    counts = [len(j.outcome.violations) for j in caught]
    groups = max((j.groups for j in caught), default=0)
    smoke_share = _share(sum(j.is_caught for j in smoke), len(smoke))
    right = sum(map(_is_right, caught))
    return [
        _figure("faults caught by gate, rare ones with each seed", "all",
                f"{sum(often.values())} of {len(often)}", all(often.values())),
        _figure("faults caught by smoke", "at least 90 %",
                f"{sum(j.is_caught for j in smoke)} of {len(smoke)} ({smoke_share:.1f} %)",
                smoke_share >= 90),
        _figure("correct servers with a violation", "0",
                f"{sum(t.is_alarm for t in tolerances)} of {len(tolerances)} runs",
                not any(t.is_alarm for t in tolerances)),
        _figure("correct servers with other leniencies or gaps than they say", "0",
                str(sum(bool(t.mistakes) for t in tolerances)),
                not any(t.mistakes for t in tolerances)),
        _figure("caught by the clause named, with the right culprit", "all",
                f"{right} of {len(caught)} runs", right == len(caught)),
        _figure("requests until the first finding, median", "at most a quarter of the run",
                f"{100 * median(firsts or [0]):.1f} %", median(firsts or [0]) <= 0.25),
        _figure("findings on a server with one fault, median", "1",
                f"{median(counts or [0]):g}", median(counts or [1]) == 1),
        _figure("groups of findings on a server with one fault, most", "1",
                str(groups), groups <= 1),
    ]  # fmt: skip


def _figure(what: str, wanted: str, measured: str, holds: bool) -> Board:
    return {"what": what, "wanted": wanted, "measured": measured, "holds": holds}


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def _caught_often_enough(gate: Sequence[Judgement]) -> dict[str, bool]:
    """Whether each fault was caught with every seed; an intermittent one with four of five."""
    caught: dict[str, list[bool]] = {}
    for judgement in gate:
        caught.setdefault(judgement.fault.id, []).append(judgement.is_caught)
    return {
        name: sum(runs) * 5 >= OFTEN * len(runs) if FAULTS[name].intermittent else all(runs)
        for name, runs in caught.items()
    }


def _kinds(gate: Sequence[Judgement]) -> list[Board]:
    """One row for each file of the catalogue, with the first seed."""
    kinds: dict[str, list[Judgement]] = {}
    for judgement in gate:
        kinds.setdefault(judgement.fault.kind_of_lie, []).append(judgement)
    return [
        {
            "kind": kind,
            "about": about(kind),
            "total": len(own),
            "caught": sum(j.is_caught for j in own),
            "right": sum(map(_is_right, own)),
            "first": round(median([j.outcome.first for j in own if j.is_caught] or [0])),
            "seconds": round(median(j.outcome.seconds for j in own), 2),
        }
        for kind, own in sorted(kinds.items())
    ]


def about(kind: str) -> str:
    """What a file of the catalogue says of itself."""
    text = importlib.import_module(f"servers.faults.{kind}").__doc__ or ""
    return text.strip().splitlines()[0].rstrip(".")


def _fault(judgement: Judgement) -> Board:
    outcome, fault = judgement.outcome, judgement.fault
    return {
        "fault": fault.id,
        "profile": outcome.trial.profile,
        "seed": outcome.trial.seed,
        "caught": judgement.is_caught,
        "clause": fault.clause,
        "named": judgement.is_named,
        "blamed": judgement.is_blamed,
        "groups": judgement.groups,
        "findings": [_told(f) for f in outcome.violations],
        "first": outcome.first,
        "requests": outcome.exchanges,
        "seconds": round(outcome.seconds, 2),
    }


def _told(found: Any) -> str:
    also = f" (also {', '.join(found.also)})" if found.also else ""
    return f"{found.clause}{also}: {found.place} {found.kind} {found.status}".strip()


def _variant(tolerance: Tolerance) -> Board:
    outcome = tolerance.outcome
    return {
        "variant": outcome.trial.server,
        "profile": outcome.trial.profile,
        "seed": outcome.trial.seed,
        "verdict": outcome.verdict,
        "reasons": list(outcome.reasons),
        "violations": [_told(f) for f in outcome.violations],
        "mistakes": tolerance.mistakes,
        "requests": outcome.exchanges,
        "seconds": round(outcome.seconds, 2),
    }


def _escapes(gate: Sequence[Judgement]) -> list[Mapping[str, Any]]:
    """What was not caught, or caught as something else."""
    return [
        {**_fault(j), "lie": j.fault.lie, "culprit": f"{j.fault.place} {j.fault.kind}".strip()}
        for j in gate
        if not (_is_right(j) and j.groups == 1)
    ]
