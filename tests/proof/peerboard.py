"""Other tools on the same servers: what they find, and whether they can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

from servers.catalogue import FAULTS, VARIANTS
from tests.proof.peers import Peer, Said, ask, installed
from tests.proof.selection import Extent
from tests.proof.trials import Outcome

Server = tuple[str, str]
"""(`fault`, `variant` or nothing for the reference; its id)"""


def measure(extent: Extent, ours: Sequence[Outcome], processes: int) -> list[dict[str, Any]]:
    """A row for this suite, and one for each tool that is installed."""
    correct: list[Server] = [("", ""), *(("variant", n) for n in extent.chosen(VARIANTS))]
    faulty: list[Server] = [("fault", name) for name in extent.chosen(FAULTS)]
    rows = (row(peer, *_asked(peer, correct, faulty, processes)) for peer in installed())
    return [_ours(ours), *rows]


def _asked(
    peer: Peer, correct: Sequence[Server], faulty: Sequence[Server], processes: int
) -> tuple[dict[Server, Said], dict[Server, Said]]:
    servers = [*correct, *faulty]
    # Threads are enough: each waits for a process of its own.
    with ThreadPoolExecutor(processes) as pool:
        said = dict(zip(servers, pool.map(lambda s: ask(peer, *s), servers), strict=True))
    return {s: said[s] for s in correct}, {s: said[s] for s in faulty}


def row(peer: Peer, correct: dict[Server, Said], faulty: dict[Server, Said]) -> dict[str, Any]:
    """What a tool is worth: what it names on correct servers as well tells nothing."""
    alarms = {name for said in correct.values() for name in said.names}
    unable = [name or "the reference" for (_, name), said in correct.items() if said.failed]
    everything = [*correct.values(), *faulty.values()]
    return {
        "tool": f"{peer.name} {peer.version}",
        "faults": len(faulty),
        "failed": sum(said.failed for said in faulty.values()),
        "told_apart": sum(bool(set(said.names) - alarms) for said in faulty.values()),
        "correct": len(correct),
        "alarms": len(unable),
        "unable": unable,
        "problems": sum(bool(said.problem) for said in everything),
        "requests": round(median(said.requests or 0 for said in everything)),
        "seconds": median(said.seconds for said in everything),
        "found": sorted(name for (_, name), said in faulty.items() if set(said.names) - alarms),
    }


def _ours(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The suite itself, gate profile, seed 1; its runs share a process, the tools' do not."""
    own = [o for o in outcomes if o.trial.profile == "gate" and o.trial.seed == 1]
    faulty = [o for o in own if o.trial.kind == "fault"]
    correct = [o for o in own if o.trial.kind != "fault"]
    unable = [o.trial.server or "the reference" for o in correct if o.verdict != "conforms"]
    return {
        "tool": "this suite, gate",
        "faults": len(faulty),
        "failed": sum(o.verdict == "violates" for o in faulty),
        "told_apart": sum(o.verdict == "violates" for o in faulty),
        "correct": len(correct),
        "alarms": len(unable),
        "unable": unable,
        "problems": 0,
        "requests": round(median(o.exchanges for o in own)),
        "seconds": median(o.seconds for o in own),
        "found": sorted(o.trial.server for o in faulty if o.verdict == "violates"),
    }
