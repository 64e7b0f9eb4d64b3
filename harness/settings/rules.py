"""What single values cannot show: settings that contradict each other, or lack one another.

Each rule looks at all that was understood and yields whole sentences.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path
from typing import Any

from harness.settings.options import MODES

TARGET = ("key", "secret", "token", "read", "write", "other")


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


def target(facts: Facts) -> Iterator[str]:
    """A target needs credentials and something to read; credentials need a target.

    Without the second half a CI whose URL came out empty would praise the embedded server; that a
    variable is there and empty tells it too, where no secret came through at all.
    """
    if facts.offline:
        return
    stray = [facts.names[option] for option in TARGET if facts.has(option)]
    if not facts.has("url"):
        if blank := facts.blank.get("url"):
            yield (f"{blank} is empty, as a secret is that CI does not have; set it to the "
                   f"target's base URL, or unset {', '.join([blank, *stray])} to test the "
                   "embedded server")  # fmt: skip
        elif stray:
            yield facts.missing("url", f"set it to the target's base URL, or unset "
                                f"{', '.join(stray)} to test the embedded server")  # fmt: skip
        return
    yield from _half_of_the_credentials(facts)
    if not facts.has("read"):
        yield facts.missing("read", "set it to the id of the resource that is read")


def second_target(facts: Facts) -> Iterator[str]:
    """Two deployments are told apart by nothing but what they are: each needs all of its own."""
    if facts.offline or not facts.has("against"):
        return
    if not facts.has("url"):
        yield facts.missing("url", "--against holds one deployment against another; set it to the "
                            "base URL of the one that is judged")  # fmt: skip
    yield from _half_of_the_credentials(facts, "against-")
    if not facts.has("against-read"):
        yield facts.missing("against-read", "set it to the id of the resource that is read there")
    policy = facts.values.get("writes", "none")
    if policy != "none" and not facts.has("against-write"):
        yield facts.missing("against-write", f"--writes {policy} holds for both deployments; set "
                            "it, or leave out --writes")  # fmt: skip
    yield from _told_apart(facts, "against-")


def _half_of_the_credentials(facts: Facts, head: str = "") -> Iterator[str]:
    """Which credentials the API wants is known later, when the spec is read."""
    pair = (f"{head}key", f"{head}secret")
    if facts.has(f"{head}token"):
        return
    none = not any(facts.has(option) for option in pair)
    name = facts.names[f"{head}token"]
    token = f" (or {name} alone, if the API takes a token)" if none else ""
    for option, other in (pair, pair[::-1]):
        if not facts.has(option):
            yield facts.missing(option, f"set it together with {facts.names[other]}{token}, in the "
                                "environment or in a file given by --credentials")  # fmt: skip


def resources(facts: Facts) -> Iterator[str]:
    """What is written to is never what is read: walks would see their own writes."""
    yield from _told_apart(facts)
    policy = facts.values.get("writes", "none")
    elsewhere = facts.has("url") and not facts.offline
    if elsewhere and policy != "none" and not facts.has("write"):
        yield facts.missing("write", f"--writes {policy} needs the id of a resource that may be "
                            "written to; set it, or leave out --writes")  # fmt: skip


def _told_apart(facts: Facts, head: str = "") -> Iterator[str]:
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
    target, second_target, resources, real_mail, credentials, modes, written_waivers, places,
)  # fmt: skip
