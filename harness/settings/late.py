"""What can only be checked once the contract is read: it says which credentials it wants."""

from __future__ import annotations

import string
from collections.abc import Collection, Iterable
from fnmatch import fnmatchcase

from harness.settings.model import Settings
from harness.settings.values import did_you_mean

PARTS = ("key", "secret", "token")


def lacking(settings: Settings, templates: Iterable[str]) -> list[str]:
    """A sentence for every credential that a documented scheme needs and that is not set.

    `templates`: as `SecurityScheme.template`: `basic`, or text with `{key}`, `{secret}`, `{token}`.
    Nothing is asked for by a run that sends nothing or that tests the embedded server.
    """
    if settings.embedded or settings.offline:
        return []
    wanted = {part for template in templates for part in _parts(template)}
    heads = ("", "against-") if settings.against else ("",)
    return [
        f"{settings.names[head + part]} is not set; the spec's security schemes need it: set it in "
        "the environment or in a file given by --credentials"
        for head in heads
        for part in PARTS
        if part in wanted and not getattr(settings, f"{head}{part}".replace("-", "_"))
    ]


def _parts(template: str) -> Collection[str]:
    if template == "basic":
        return ("key", "secret")
    return [field for _, field, _, _ in string.Formatter().parse(template) if field]


def unknown_references(settings: Settings, pointers: Iterable[str]) -> list[str]:
    """A sentence for every `--own-reference` to a property that refers to nothing.

    `pointers`: where the contract says that references stand, as `/property/*/id`.
    """
    known = dict.fromkeys(pointer.split("/")[1] for pointer in pointers)
    return [
        f"--own-reference {name}={number}: no request of the contract has references in "
        f"'{name}'{did_you_mean(name, known) or '; it knows ' + (', '.join(known) or 'none')}"
        for name, number in settings.own_reference
        if name not in known
    ]


def clashing(settings: Settings, headers: Collection[str]) -> list[str]:
    """A sentence for every extra header that is where the API's own credentials go."""
    own = {header.lower() for header in headers}
    return [
        f"{settings.names['headers']} sets {name}, which is where this API's own credentials go; "
        "leave it out"
        for name, _ in settings.headers
        if name.lower() in own
    ]


def unmatched(settings: Settings, clauses: Collection[str]) -> list[str]:
    """A sentence for every `--require` that no clause of the catalogue matches."""
    return [
        f"--require {glob} matches no clause{did_you_mean(glob, clauses) or ';'} "
        "see --clauses for the catalogue"
        for glob in settings.require
        if not any(fnmatchcase(clause, glob) for clause in clauses)
    ]
