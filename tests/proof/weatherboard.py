"""The part of the scoreboard about bad weather (`--weather`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.proof.expected import Judgement
from tests.proof.trials import Outcome

Row = dict[str, Any]


def figures(outcomes: Sequence[Outcome]) -> list[Row]:
    """What must hold; nothing if weather was not asked for."""
    correct = [o for o in outcomes if o.trial.kind != "fault"]
    faulty = [Judgement(o) for o in outcomes if o.trial.kind == "fault"]
    alarms = sum(o.verdict != "conforms" for o in correct)
    seen = sum(judged.is_caught and judged.is_named for judged in faulty)
    rows = []
    if correct:
        rows.append(
            {
                "what": "correct servers in bad weather that do not conform",
                "wanted": "0",
                "measured": f"{alarms} of {len(correct)} runs",
                "holds": not alarms,
            }
        )
    if faulty:
        rows.append(
            {
                "what": "faults found in spite of bad weather",
                "wanted": "all",
                "measured": f"{seen} of {len(faulty)} runs",
                "holds": seen == len(faulty),
            }
        )
    return rows


def kinds(outcomes: Sequence[Outcome]) -> list[Row]:
    """One row for each kind of weather."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        found.setdefault(outcome.trial.weather, []).append(outcome)
    return [
        {
            "kind": kind,
            "runs": len(own),
            "lost": sum(o.lost for o in own),
            "requests": sum(o.exchanges for o in own),
            "wrong": [_told(o) for o in own if _is_wrong(o)],
            "seconds": round(sum(o.seconds for o in own) / len(own), 1),
        }
        for kind, own in sorted(found.items())
    ]


def _is_wrong(outcome: Outcome) -> bool:
    if outcome.trial.kind == "fault":
        judged = Judgement(outcome)
        return not (judged.is_caught and judged.is_named)
    return outcome.verdict != "conforms"


def _told(outcome: Outcome) -> str:
    trial = outcome.trial
    return (
        f"{trial.server or 'the reference'} {trial.profile} seed {trial.seed}: {outcome.verdict}; "
        f"{'; '.join(outcome.reasons)}"
    )
