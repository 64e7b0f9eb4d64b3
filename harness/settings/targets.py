"""Which server is tested: the embedded one only where nothing at all speaks of another.

A CI whose secret is missing, or misspelt, would else praise the embedded server for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from harness.settings.remote import PORTS, is_loopback
from harness.settings.rules import Facts, same, told_apart

TARGET = ("key", "secret", "token", "read", "write", "other")
ELSEWHERE = (
    "against", "against-key", "against-secret", "against-token", "against-read", "against-write",
    "against-other", "against-mail-may-leave", "headers", "client-cert", "client-key",
    "mail-may-leave", "insecure-http", "allow-domain", "own-reference", "wait",
)  # fmt: skip
"""What means nothing to the embedded server. In pyproject.toml it may stand for other runs."""
EMPTY = "is empty, as a secret is that CI does not have"
SHOWN = 3
"""Names that a sentence lists."""


def target(facts: Facts) -> Iterator[str]:
    """A target needs credentials and something to read; whatever speaks of one needs its URL."""
    if facts.offline:
        return
    if facts.has("url"):
        yield from _half_of_the_credentials(facts)
        if not facts.has("read"):
            yield facts.missing("read", "set it to the id of the resource that is read")
    elif not _unread(facts):
        yield from _nowhere(facts)


def _unread(facts: Facts) -> bool:
    """Whether the URL may stand in a file that could not be read, which is told already."""
    return "credentials" in facts.wrong or any(not file.understood for file in facts.files)


def _nowhere(facts: Facts) -> Iterator[str]:
    signs, name = list(_signs(facts)), facts.names["url"]
    ways = [
        f"{undo} {', '.join(_few(dict.fromkeys(given)))}"
        for undo in ("leave out", "unset")
        if (given := [sign for how, sign in signs if how == undo])
    ]
    undo = f"or {' and '.join(ways)} to test the embedded server"
    url = "the target's base URL"
    if blank := facts.blank.get("url"):
        yield f"{blank} {EMPTY}; set it to {url}, {undo}"
    elif blank := facts.blank.get("credentials"):
        yield f"{blank} {EMPTY}; set it to a file that gives {name}, {undo}"
    elif signs:
        yield (f"{name} is not set{_looked_into(facts)}{_misspelt(facts)}; set it to {url}, "
               f"{undo}")  # fmt: skip


def _signs(facts: Facts) -> Iterator[tuple[str, str]]:
    """Whatever speaks of a target, and how to take it back; what a file holds is left out with it.

    A credential that is empty speaks of one, too.
    """
    files = {str(file.path): file for file in facts.files}
    in_files = {name for file in files.values() for name in file.names}
    for file in files.values():
        yield "leave out", file.named_by
    for option in ("url", "credentials", *TARGET):
        if option in facts.blank and not facts.has(option) and facts.blank[option] not in in_files:
            yield "unset", facts.blank[option]
    for option in (*TARGET, *ELSEWHERE):
        source = facts.sources.get(option, "default")
        meant = facts.has(option) if option in TARGET else facts.values.get(option)
        standing = source == "pyproject.toml" and option in ELSEWHERE
        if not meant or standing or source in {"default", *files}:
            continue
        line = source == "command line"
        yield ("leave out", f"--{option}") if line else ("unset", facts.names[option])
    for stranger in facts.strangers:
        yield "unset", stranger


def _looked_into(facts: Facts) -> str:
    for file in facts.files:
        if not file.names:
            return f", and {file.path} holds no NAME=value line"
        if not file.settings:
            return f", and {file.path} holds no setting"
        return f", nor does {file.path} hold it"
    return ""


def _misspelt(facts: Facts) -> str:
    """Names that no setting has, and those that were meant."""
    found = dict(facts.strangers)
    for file in facts.files:
        found |= file.strangers
    if not found:
        return ""
    verb, name = ("is", "that") if len(found) == 1 else ("are", "such a")
    near = ", ".join(dict.fromkeys(filter(None, found.values())))
    meant = f": did you mean {near}?" if near else ""
    return f" ({', '.join(_few(found))} {verb}, but no setting has {name} name{meant})"


def _few(names: Iterable[str]) -> list[str]:
    found = list(names)
    more = len(found) - SHOWN
    return [*found[:SHOWN], f"{more} more"] if more > 1 else found


def second_target(facts: Facts) -> Iterator[str]:
    """Two deployments are told apart by nothing but what they are: each needs all of its own."""
    if facts.offline:
        return
    if not facts.has("against"):
        if blank := facts.blank.get("against"):
            yield (f"{blank} {EMPTY}; set it to the base URL of the second deployment, or unset it "
                   "to test one alone")  # fmt: skip
        return
    if not facts.has("url"):
        return  # told by `target`
    yield from _half_of_the_credentials(facts, "against-")
    if not facts.has("against-read"):
        yield facts.missing("against-read", "set it to the id of the resource that is read there")
    policy = facts.values.get("writes", "none")
    if policy != "none" and not facts.has("against-write"):
        yield facts.missing("against-write", f"--writes {policy} holds for both deployments; set "
                            "it, or leave out --writes")  # fmt: skip
    yield from told_apart(facts, "against-")
    yield from _once_only(facts)


def _once_only(facts: Facts) -> Iterator[str]:
    """One server behaves as it does itself, which is no news."""
    values = facts.values
    url, against = values.get("url"), values.get("against")
    read, there = values.get("read"), values.get("against-read")
    if url and against and read and there and _where(url) == _where(against) and same(read, there):
        yield (f"{facts.names['url']} and {facts.names['against']} are one server, and what is "
               "read there is the same; give the base URL of the other deployment")  # fmt: skip


def _where(url: str) -> tuple[str, str, int, str]:
    parts = urlsplit(url)
    host = "localhost" if is_loopback(url) else (parts.hostname or "").rstrip(".")
    return parts.scheme, host, parts.port or PORTS[parts.scheme], parts.path


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


TARGETS: tuple[Callable[[Facts], Iterator[str]], ...] = (target, second_target)
