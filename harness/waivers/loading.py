"""Waiver files -> waivers, or every mistake that they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml  # type: ignore[import-untyped, unused-ignore]

from harness.model import Waiver
from harness.waivers.checking import Vocabulary, check
from harness.waivers.errors import WaiverError

KEYS = (
    "clause", "operation", "fingerprint", "match", "reason", "owner", "link", "expires",
    "profile", "writes", "at-most",
)  # fmt: skip
MATCH = ("place", "kind", "status")


def load(
    paths: Iterable[Path],
    today: date,
    *,
    clauses: Collection[str] | None = None,
    operations: Collection[str] | None = None,
) -> tuple[Waiver, ...]:
    """The waivers of all files, in order.

    A waiver holds up to and including the day on which it expires. `clauses` and `operations`:
    the known ids, so that a misspelt one is told instead of never matching; None: not checked.
    Raises WaiverError with every mistake of every file, an expired waiver among them.
    """
    words = Vocabulary(KEYS, MATCH, clauses, operations, today)
    problems: list[str] = []
    waivers: list[Waiver] = []
    for path in dict.fromkeys(paths):
        for entry in _entries(path, problems):
            found = [*entry.problems, *check(entry.values, entry.match, words)]
            problems.extend(f"{entry.place}: {problem}" for problem in found)
            if not found:
                waivers.append(_waiver(entry))
    if problems:
        raise WaiverError(problems)
    return tuple(waivers)


@dataclass(slots=True)
class _Entry:
    """One list entry as it was written; what is empty counts as missing."""

    place: str
    """FILE:LINE."""
    values: dict[str, str] = field(default_factory=dict)
    match: dict[str, str] | None = None
    problems: list[str] = field(default_factory=list)


def _entries(path: Path, problems: list[str]) -> Iterator[_Entry]:
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)
    except OSError as error:
        problems.append(f"cannot read the waivers {path}: {error.strerror}")
        return
    except UnicodeDecodeError:
        problems.append(f"the waivers {path} are not UTF-8 text; save them as UTF-8")
        return
    except (yaml.YAMLError, RecursionError) as error:
        problems.append(_invalid(path, error))
        return
    if root is None:
        return
    if not isinstance(root, yaml.SequenceNode):
        problems.append(f"{path}:{_line(root)}: not a list; begin every waiver with `- clause: …`")
        return
    for node in root.value:
        yield _entry(node, f"{path}:{_line(node)}")


def _invalid(path: Path, error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f":{mark.line + 1}" if mark else ""
    why = getattr(error, "problem", None) or getattr(error, "reason", None) or "nested too deep"
    return f"{path}{where}: not valid YAML ({why}); correct the line or the one before"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _entry(node: yaml.Node, place: str) -> _Entry:
    entry = _Entry(place)
    for key, value in _pairs(node, "a waiver", entry.problems):
        if key == "match":
            entry.match = dict(_texts(_pairs(value, "match", entry.problems), entry.problems))
        else:
            entry.values.update(_texts([(key, value)], entry.problems))
    return entry


def _pairs(node: yaml.Node, what: str, problems: list[str]) -> Iterator[tuple[str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        problems.append(f"{what} is no mapping; write `key: value` lines")
        return
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            problems.append(f"{what} has a key that is no text; write `key: value` lines")
        elif key.value in seen:
            problems.append(f"the key '{key.value}' stands twice; leave one of them out")
        else:
            seen.add(key.value)
            yield key.value, value


def _texts(
    pairs: Iterable[tuple[str, yaml.Node]], problems: list[str]
) -> Iterator[tuple[str, str]]:
    """Scalars as they are written: a fingerprint of digits stays text, a date too."""
    for key, value in pairs:
        if isinstance(value, yaml.ScalarNode):
            yield key, value.value
        else:
            problems.append(f"{key} is no single value; write it as text")


def _waiver(entry: _Entry) -> Waiver:
    values: Mapping[str, str] = entry.values
    match = entry.match
    return Waiver(
        clause=values["clause"],
        operation=values["operation"],
        reason=values["reason"],
        owner=values["owner"],
        fingerprint=values.get("fingerprint", ""),
        match=(match["place"], match["kind"], match["status"]) if match else None,
        link=values.get("link", ""),
        expires=values["expires"],
        profile=values.get("profile", ""),
        writes=values.get("writes", ""),
        at_most=float(values["at-most"]) if values.get("at-most") else None,
        place_in_file=entry.place,
    )
