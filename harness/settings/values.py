"""Text -> value, one function a kind of setting.

Each takes the text and a `Where`, returns the typed value, and raises ValueError with one whole
sentence that names the setting as its user wrote it and says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from harness.settings.model import Secret

YES, NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
UNITS = {"": 1.0, "s": 1.0, "ms": 0.001, "m": 60.0}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|)")
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})+")
HOST = re.compile(rf"(?=.{{1,253}}$){LABEL}(?:\.{LABEL})*")
RELATIVE = re.compile(r"\+([0-9]{1,4})d")


class Where(NamedTuple):
    """Where a text was found, for messages and for what is relative."""

    shown: str
    """`--profile`, `LIBREDESK_PROFILE`, `[tool.contract] profile`."""
    base: Path
    """Relative paths start here."""
    today: date


Parse = Callable[[str, Where], Any]


def did_you_mean(text: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """`, did you mean 'gate'?`, or nothing where nothing is near. Case does not count."""
    near = nearest(text, known, cutoff)
    return f", did you mean '{near}'?" if near else ""


def nearest(text: str, known: Iterable[str], cutoff: float) -> str:
    """The name that a text resembles most, or nothing."""
    folded = {"": ""} | {name.casefold(): name for name in known}
    return folded["".join(get_close_matches(text.casefold(), folded, n=1, cutoff=cutoff))]


def text(value: str, where: Where) -> str:
    """Any text on one line."""
    if not value.isprintable():
        raise ValueError(f"{where.shown} holds a line break or a control character; leave it out")
    return value


def choice(name: str, *allowed: str) -> Parse:
    """One of a few words."""

    def parse(value: str, where: Where) -> str:
        if value in allowed:
            return value
        near = did_you_mean(value, allowed)
        words = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
        raise ValueError(f"unknown {name} '{value}'{near or ';'} {where.shown} takes {words}")

    return parse


def number(low: int, high: int) -> Parse:
    """A whole number within bounds."""

    def parse(value: str, where: Where) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,20}", value, re.ASCII) and low <= int(value) <= high:
            return int(value)
        raise ValueError(f"{where.shown} is '{value}'; give a whole number from {low} to {high}")

    return parse


def seed(value: str, where: Where) -> int | None:
    """A seed, or None for one that is to be drawn."""
    if value == "random":
        return None
    try:
        return int(number(0, 2**32 - 1)(value, where))
    except ValueError as error:
        raise ValueError(f"{error}, or `random`") from None


def duration(low: float, high: float) -> Parse:
    """Seconds, from `60`, `60s`, `500ms` or `2m`."""

    def parse(value: str, where: Where) -> float:
        match = DURATION.fullmatch(value)
        seconds = float(match[1]) * UNITS[match[2]] if match else -1.0
        if low <= seconds <= high:
            return seconds
        raise ValueError(
            f"{where.shown} is '{value}'; give a duration from {low:g} to {high:g} seconds, "
            "such as 60s or 500ms"
        )

    return parse


def switch(value: str, where: Where) -> bool:
    """Yes or no."""
    if value.lower() in YES | NO:
        return value.lower() in YES
    raise ValueError(f"{where.shown} is '{value}'; give 1 (yes) or 0 (no)")


def secret(value: str, where: Where) -> Secret:
    """A credential that can stand in a header. The message never shows it."""
    if all("!" <= character <= "~" for character in value):
        return Secret(value)
    raise ValueError(
        f"{where.shown} holds a blank, a line break or a character beyond ASCII, which no header "
        "can carry; copy it again without what surrounds it"
    )


def url(value: str, where: Where) -> str:
    """A base URL, a slash at its end removed. What may be credentials in it is never repeated."""
    if "@" in value:
        raise ValueError(
            f"{where.shown} holds credentials (an `@`); leave them out of the URL and give them by "
            "their own settings, so that no report can show them"
        )
    if "?" in value or "#" in value:
        raise ValueError(f"{where.shown} holds a query or a fragment; end it at the path prefix")
    parts = _split(value, where)
    problem = _problem(parts, value)
    if problem:
        raise ValueError(f"{where.shown} is '{value}', which has {problem}")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))


def _split(value: str, where: Where) -> SplitResult:
    if "://" not in value:
        raise ValueError(f"{where.shown} is '{value}', which has no scheme; write https://{value}")
    try:
        parts = urlsplit(value)
        _ = parts.port  # a wrong port is an error only when it is read
    except ValueError as error:
        raise ValueError(
            f"{where.shown} is '{value}', which is no URL ({error}); correct it"
        ) from None
    return parts


def _problem(parts: SplitResult, value: str) -> str:
    if parts.scheme not in {"http", "https"}:
        return f"the scheme '{parts.scheme}'; write http:// or https://"
    if not parts.hostname:
        return "no host; write https://HOST with the server's name"
    if not re.fullmatch(r"[A-Za-z0-9_.:%-]+", parts.hostname):
        return "a host that no server can have; write its name in plain ASCII"
    if not re.fullmatch(r"(/[A-Za-z0-9._~!$&'()*+,;=:%-]+)*/?", parts.path):
        return "a path prefix that is no path; write it as /one/two"
    if {".", ".."} & set(parts.path.split("/")):
        return "dot segments in its path; write the path that they lead to"
    return ""


def identifier(value: str, where: Where) -> str:
    """The id of a resource, as it stands in a path: it is put there as it is."""
    if re.fullmatch(r"[A-Za-z0-9._~:@!$&'()*+,;=-]{1,200}", value) and value.strip("."):
        return value
    raise ValueError(f"{where.shown} is '{value}'; give the bare id, neither a URL nor encoded")


def path(value: str, where: Where) -> Path:
    """A path, made absolute from where it was written down."""
    if "\0" in value:
        raise ValueError(f"{where.shown} holds a NUL; give a path")
    return (where.base / Path(value).expanduser()).absolute()


def existing_file(value: str, where: Where) -> Path:
    """A path at which a file stands."""
    found = path(value, where)
    if found.is_file():
        return found
    problems = ("does not exist", "is not a regular file", "is a directory")
    problem = problems[found.exists() + found.is_dir()]
    raise ValueError(f"{where.shown}: {value} {problem}; give the path of a file")


def label(value: str, where: Where) -> tuple[str, str]:
    """`key=value`, for all reports."""
    key, separator, content = (part.strip() for part in value.partition("="))
    if separator and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", key) and content.isprintable():
        return key, content
    raise ValueError(
        f"{where.shown} is '{value}'; write key=value, the key of letters, digits and . _ -"
    )


def fingerprint(value: str, where: Where) -> str:
    """The identity of a finding, as a report shows it."""
    if re.fullmatch(r"[A-Za-z0-9_-]{4,128}", value):
        return value
    raise ValueError(f"{where.shown} is '{value}'; copy the finding's fingerprint from a report")


def domain(value: str, where: Where) -> str:
    """A mail domain."""
    if DOMAIN.fullmatch(value.lower()):
        return value.lower()
    raise ValueError(f"{where.shown} is '{value}'; give a domain alone, such as sink.example")


def mail_domain(value: str, where: Where) -> str:
    """What may stand behind an `@`, a bare host of an intranet included."""
    if HOST.fullmatch(value.lower()):
        return value.lower()
    raise ValueError(f"{where.shown} is '{value}'; give what follows the @, such as team.example")


def reference(value: str, where: Where) -> tuple[str, int]:
    """`property=id`."""
    name, _, number = (part.strip() for part in value.partition("="))
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", name) and re.fullmatch(r"[0-9]{1,18}", number):
        return name, int(number)
    raise ValueError(
        f"{where.shown} is '{value}'; write NAME=ID, the property that holds the reference and a "
        "whole number"
    )


def expiry(value: str, where: Where) -> str:
    """`never` or an ISO date; `+30d` is counted from today."""
    if value == "never":
        return value
    try:
        days = RELATIVE.fullmatch(value)
        day = where.today + timedelta(int(days[1])) if days else date.fromisoformat(value)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{where.shown} is '{value}'; give a date such as {where.today}, +30d or never"
        ) from None
    if day < where.today:
        raise ValueError(f"{where.shown} is {day}, which is past; give a later date")
    return day.isoformat()
