"""Whether the target can be judged, and how much of what was asked for may be written to it.

A refusal is local: what cannot be known to be safe is not sent, everything else is. Nothing can be
judged only where the target is not reached, lets nobody in, or has nothing to be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.contract import Contract
from harness.model import Exchange, Finding, WriteClass
from harness.reasons import NOWHERE_TO_WRITE, PEOPLE_UNKNOWN, STRANGERS, Told
from harness.run.people import People, Send, told
from harness.run.preflight import Asked, Preflight, wait_for
from harness.settings import Settings

LOOK = "preflight people "
"""How the ids of the recipient check's cases begin."""


@dataclass(frozen=True)
class Held:
    """Why less may be written than was asked for."""

    level: WriteClass
    """The write policy that is left."""
    told: Told
    """Why a clause is not exercised that needs more."""
    sentence: str
    """The same for the report as a whole: what was left out, why, and what to do."""


@dataclass
class Readiness:
    """Whole sentences, but for `held`."""

    fatal: list[str] = field(default_factory=list)
    """Why nothing can be judged."""
    lost: list[str] = field(default_factory=list)
    """Why a resource cannot be used; the rest can be judged, and says nothing of it."""
    misconfigured: list[str] = field(default_factory=list)
    """What has to be corrected before that can be written which was asked for."""
    held: Held | None = None


def find_out(settings: Settings, contract: Contract, send: Send, url: str) -> Readiness:
    """Ask for every resource, and under `--writes all` for who would get mail."""
    asked = _asked(settings, contract, send, url)
    found = Readiness(asked.fatal, list(asked.lost.values()))
    if found.fatal:
        return found
    if "write" in asked.lost and settings.writes != "none":
        found.held = _without_a_place(settings, asked.lost["write"])
    elif settings.writes == "all" and not settings.embedded:
        _look(found, settings, contract, send)
    return found


def _asked(settings: Settings, contract: Contract, send: Send, url: str) -> Asked:
    reads = ["read"]
    if settings.writes != "none" and contract.senders:
        reads.append("write")
    if settings.other and settings.other != settings.write:
        reads.append("other")
    preflight = Preflight(contract, send, url, dict(settings.names), tuple(reads))
    asked: list[Asked] = []

    def reachable() -> bool:
        asked[:] = [preflight.ask()]
        return not any("cannot be reached" in sentence for sentence in asked[0].fatal)

    wait_for(reachable, settings.wait)
    return asked[0]


def _without_a_place(settings: Settings, why: str) -> Held:
    name = settings.names["write"]
    return Held(
        "none",
        NOWHERE_TO_WRITE(name=name),
        f"--writes {settings.writes} was asked for and nothing was written: {why}",
    )


def _look(found: Readiness, settings: Settings, contract: Contract, send: Send) -> None:
    name = settings.names["write"]
    seen = People(contract, send, {settings.sink, *settings.allow_domain}).look()
    if seen.strangers:
        found.misconfigured.append(told(seen.strangers, name))
        found.held = Held(
            "none",
            STRANGERS(name=name),
            "--writes all was asked for and nothing was written: people outside of the sink "
            f"stand in the resource that {name} names",
        )
    elif seen.unseen:
        found.held = Held(
            "notes",
            PEOPLE_UNKNOWN(why=seen.unseen, name=name),
            "--writes all was asked for and only what --writes notes allows was sent: it is not "
            f"known who may get mail, since {seen.unseen} in the list of the resource that {name} "
            "names",
        )


def unexplained(
    held: Held | None, exchanges: Iterable[Exchange], findings: Sequence[Finding]
) -> list[str]:
    """Why the run is inconclusive: the recipient check failed, and no finding says what stopped it.

    Where one does, the target breaks the contract and is told so.
    """
    if held is None or held.level != "notes":
        return []
    looks = {e.number for e in exchanges if e.case.id.startswith(LOOK)}
    is_told = any(looks & set(f.exchanges) for f in findings if f.severity == "violation")
    return [] if is_told else [held.sentence]
