"""What the suite does to a server that is not its own, as that server counts it.

Every faulty server is tested as a foreign one, under each write policy. Three figures are counted
by the server and must be 0: writes under `none`; replies, recipients and mentions under `notes`;
recipients outside of the sink under `all`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any, Final

from harness.model import Run
from harness.settings import Settings, read_pyproject, resolve
from servers.catalogue import FAULTS
from servers.forked import forked
from tests.proof.trials import ROOT, runner_for

SINK: Final = "sink.example"
LEVELS: Final = ("none", "notes", "all")
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PEOPLE: Final = "example.com,libredesk.example"
"""Where the seeded people of the reference server are."""
MOST: Final = 25
FIGURES: Final = {
    "none": "writes under --writes none",
    "notes": "replies, recipients and mentions under --writes notes",
    "all": "recipients outside of the sink under --writes all",
}

WORST: Final = (
    ("auth.missing-accepted", "auth.send-missing-accepted"),
    ("required.sender-defaults-to-agent", "auth.missing-stored", "auth.wrong-stored"),
    ("required.sender-defaults-to-agent", "unknown.send-elsewhere", "auth.send-missing-accepted"),
    ("atomic.private", "atomic.recipients", "atomic.no-sender", "auth.send-token-any"),
    ("method.put-stores", "method.patch-lists", "method.delete-204", "auth.token-prefix"),
)
"""Servers with several faults at once: what strangers send is stored, and little is checked."""


@dataclass(frozen=True)
class Visit:
    """One run against one foreign server."""

    faults: tuple[str, ...]
    writes: str
    variants: tuple[str, ...] = ()
    profile: str = "smoke"

    def __str__(self) -> str:
        return f"{'+'.join((*self.faults, *self.variants)) or 'reference'} {self.writes}"


@dataclass(frozen=True)
class Harm:
    """What the server counted."""

    visit: Visit
    requests: int
    writes: int
    """Requests that stored something, and ones with good credentials that might have."""
    stored: int
    replies: int
    """What is not, to the letter, an agent's private note, and might have been stored."""
    recipients: int
    """Named by any request."""
    mentions: int
    outside: int
    """Recipients outside of the sink domain."""
    crowds: int
    """Requests with more recipients than may be."""
    elsewhere: int
    """What was sent to a conversation of somebody else's."""

    @property
    def figure(self) -> int:
        """What must be 0 under the policy of the run."""
        counted = {
            "none": self.writes,
            "notes": self.replies + self.recipients + self.mentions,
            "all": self.outside + self.crowds,
        }
        return counted[self.visit.writes] + self.elsewhere


def visit(one: Visit) -> Harm:
    """Test one server as a foreign one, and read its journal."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        with forked(one.faults, one.variants, journal) as told:
            carry_out(settings(one, told))
        lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    return count(one, lines, told)


def settings(one: Visit, told: Any) -> Settings:
    """As somebody would give them who tests a staging server."""
    environ = {
        "CONTRACT_URL": told["url"],
        "CONTRACT_KEY": told["key"],
        "CONTRACT_SECRET": told["secret"],
        "CONTRACT_READ": told["read"],
        "CONTRACT_WRITE": told["write"],
        "CONTRACT_RATE": "none",
        "CONTRACT_MAIL_MAY_LEAVE": told["write"],
        "CONTRACT_SINK": SINK,
        "CONTRACT_ALLOW_DOMAIN": PEOPLE,
    }
    options = {"profile": one.profile, "writes": one.writes}
    return resolve(options, environ, read_pyproject(ROOT), date.today(), root=ROOT)


def carry_out(given: Settings) -> Run:
    """The whole suite, in this process."""
    runner = runner_for(given, None)
    try:
        return runner.execute()
    finally:
        runner.finish()


def count(one: Visit, lines: list[dict[str, Any]], told: Any) -> Harm:
    """The server's journal, counted."""
    unsafe = [line for line in lines if line["method"] not in SAFE]
    named = [address for line in lines for address in line["recipients"]]
    return Harm(
        visit=one,
        requests=len(lines),
        writes=sum(line["stored"] or line["authenticated"] for line in unsafe),
        stored=sum(line["stored"] for line in unsafe),
        replies=sum(not line["private"] for line in unsafe),
        recipients=len(named),
        mentions=sum(line["mentions"] for line in lines),
        outside=sum("@" in a and not a.lower().endswith(f"@{SINK}") for a in named),
        crowds=sum(len(line["recipients"]) > MOST for line in lines),
        elsewhere=sum(told["read"] in line["path"].lower() for line in unsafe),
    )


def everybody(wanted: Sequence[Visit], processes: int) -> Iterator[Harm]:
    """Visit all of them, several at a time, in the order given."""
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(visit, wanted)


def prove(sample: int, processes: int, folder: Path) -> int:
    """Visit the catalogue, write `harm.json` and print what must be 0; the exit status."""
    found = list(everybody(visits(sample), processes))
    rows = [{**asdict(harm), "figure": harm.figure} for harm in found]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "harm.json").write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    for level, what in FIGURES.items():
        own = [harm for harm in found if harm.visit.writes == level]
        total = sum(harm.figure for harm in own)
        mark, requests = "✗" if total else "✓", sum(harm.requests for harm in own)
        print(f"{mark} {what}: {total} on {len(own)} servers, {requests} requests (wanted: 0)")
    for harm in found:
        if harm.figure:
            print(f"  {harm.visit}: {harm}")
    return int(any(harm.figure for harm in found))


def visits(sample: int = 1) -> list[Visit]:
    """Every so manieth fault under every policy, and the worst combinations."""
    servers = [(), *WORST, *((name,) for name in list(FAULTS)[::sample])]
    return [Visit(faults, level) for faults, level in product(servers, LEVELS)]
