"""What single values cannot show: settings that contradict each other, or lack one another.

Each rule looks at all that was understood and yields whole sentences.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any

from harness.settings.options import MODES
from harness.settings.sources import CredentialsFile


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at."""

    values: Mapping[str, Any]
    """Option -> value, of what is set and understood."""
    wrong: Collection[str]
    """Options that are set but were not understood: told already, not missing."""
    sources: Mapping[str, str]
    """Option -> where it came from."""
    names: Mapping[str, str]
    """Option -> the variable that messages name."""
    unread: Collection[str]
    """Variables that are set and no setting: the place to look for a mistyped name."""
    offline: bool
    blank: Mapping[str, str] = field(default_factory=dict)
    """Option -> a variable of it that is set to nothing."""
    strangers: Mapping[str, str] = field(default_factory=dict)
    """Variables in the environment that look like settings and are none -> the nearest one."""
    files: Sequence[CredentialsFile] = ()
    """At most one: the one that was named and is there."""

    def has(self, option: str) -> bool:
        """Whether somebody set it, rightly or wrongly."""
        return bool(self.values.get(option)) or option in self.wrong

    def missing(self, option: str, advice: str) -> str:
        """`NAME is not set; …`, with the mistyped name where there is one."""
        name = self.names[option]
        near = get_close_matches(name, self.unread, n=1, cutoff=0.7)
        typo = f" ({near[0]} is, but it isn't read)" if near else ""
        return f"{name} is not set{typo}; {advice}"


def same(one: str, two: str) -> bool:
    """Whether two ids name one resource: a UUID does so in any case, with hyphens or without."""
    try:
        return uuid.UUID(one) == uuid.UUID(two)
    except ValueError:
        return one == two


def resources(facts: Facts) -> Iterator[str]:
    """What is written to is never what is read: walks would see their own writes."""
    yield from told_apart(facts)
    policy = facts.values.get("writes", "none")
    elsewhere = facts.has("url") and not facts.offline
    if elsewhere and policy != "none" and not facts.has("write"):
        yield facts.missing("write", f"--writes {policy} needs the id of a resource that may be "
                            "written to; set it, or leave out --writes")  # fmt: skip


def told_apart(facts: Facts, head: str = "") -> Iterator[str]:
    """A sentence for each resource that is the one to be read as well."""
    read = facts.values.get(f"{head}read", "")
    for option in (f"{head}write", f"{head}other"):
        value, derived = facts.values.get(option, ""), facts.sources.get(option) == "default"
        if read and value and not derived and same(read, value):
            yield (f"{facts.names[option]} is the same as {facts.names[f'{head}read']}; "
                   "give the id of another resource")  # fmt: skip


def real_mail(facts: Facts) -> Iterator[str]:
    """What may send mail leaves only if somebody said where to, and for which resource.

    To any target but the embedded one, loopback too: a tunnel is loopback.
    """
    if facts.offline or not facts.has("url") or facts.values.get("writes") != "all":
        return
    if facts.sources.get("sink") == "default" and "sink" not in facts.wrong:
        yield ("--writes all needs --sink DOMAIN, given explicitly: the mail domain that all "
               "recipients are put into; take one of yours that reaches nobody")  # fmt: skip
    yield from _unconfirmed(facts)
    if facts.has("against"):
        yield from _unconfirmed(facts, "against-")


def _unconfirmed(facts: Facts, head: str = "") -> Iterator[str]:
    word, resource = f"{head}mail-may-leave", f"{head}write"
    name, write, given = facts.names[word], facts.values.get(resource), facts.values.get(word)
    advice = (f"set it to the id in {facts.names[resource]} if nobody minds mail that leaves it, "
              "or use --writes notes")  # fmt: skip
    if facts.sources.get(word) == "pyproject.toml":
        yield (f"[tool.contract] {word} does not belong into a file that is checked in; "
               f"set {name} in the environment")  # fmt: skip
    elif not facts.has(word):
        yield facts.missing(word, f"--writes all sends real mail: {advice}")
    elif given and write and not same(given, write):
        yield f"{name} is not the resource that is written to; {advice}"


def credentials(facts: Facts) -> Iterator[str]:
    """The key stands before the colon of Basic credentials (RFC 7617, 2)."""
    for option in ("key", "against-key"):
        key = facts.values.get(option)
        if key and ":" in key.reveal():
            yield f"{facts.names[option]} holds a colon, which ends a user-id; copy the key alone"


def modes(facts: Facts) -> Iterator[str]:
    """A run shows, repeats, replays or tests: one of them."""
    wanted = [mode for mode in MODES if facts.has(mode)]
    for one, two in combinations(wanted, 2):
        yield f"--{one} and --{two} exclude each other; leave one of them out"
    if facts.has("write-waivers"):
        for mode in ("plan", "clauses", "reproduce", "against"):
            if mode in wanted:
                yield f"--write-waivers needs a whole run; leave out --{mode}"


def written_waivers(facts: Facts) -> Iterator[str]:
    """Nobody tolerates a deviation anonymously or without a reason."""
    if not facts.has("write-waivers"):
        for option in ("owner", "reason", "link", "expires"):
            if facts.sources.get(option) == "command line":
                yield f"--{option} is about written waivers; give --write-waivers FILE too"
        return
    for option, advice in (("owner", "who answers for them"), ("reason", "why they are tolerated")):
        if not facts.has(option):
            yield f"--write-waivers needs --{option}; say {advice}"
    if facts.values.get("expires") == "never" and not facts.has("link"):
        yield "--expires never needs --link; say where the deviation is followed up"


def places(facts: Facts) -> Iterator[str]:
    """Reports are no use if they cannot be written at the end: look before the run."""
    reports, waivers = facts.values.get("reports"), facts.values.get("write-waivers")
    if reports and (reports.is_file() or not _writable(reports)):
        yield f"cannot write into {reports}; allow it, or give another place by --reports DIR"
    if waivers and (waivers.is_dir() or not _writable(waivers)):
        yield f"cannot write {waivers}; give --write-waivers a file that may be written"


def _writable(path: Path) -> bool:
    """Whether `path` may be written, or made if it does not exist."""
    if path.exists():
        return os.access(path, os.W_OK | (os.X_OK if path.is_dir() else 0))
    parent = next((place for place in path.parents if place.exists()), path)
    return parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)


RULES: tuple[Callable[[Facts], Iterator[str]], ...] = (
    resources, real_mail, credentials, modes, written_waivers, places,
)  # fmt: skip
