"""Current findings -> a waiver file that tolerates exactly them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from math import ceil, inf
from pathlib import Path
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped, unused-ignore]

from harness.model import Finding, Severity, Waiver
from harness.waivers.errors import WaiverError

HEADER = "# Known deviations, tolerated until they expire. Written by --write-waivers.\n"
HEADROOM = 3
"""How much oftener than seen an intermittent finding may come before it is red again."""


class Terms(NamedTuple):
    """On what terms new entries are tolerated."""

    owner: str
    reason: str
    expires: str
    """An ISO date, the last day, or `never`."""
    link: str = ""


def write(
    findings: Iterable[Finding],
    path: Path,
    terms: Terms,
    *,
    keep: Iterable[Waiver] = (),
    fail_on: Severity = "violation",
) -> int:
    """Write an entry for every current unwaived finding that `fail_on` covers; return how many.

    The file is written anew and at once: a reader sees the old one or the new one. Its header
    comment stays. `keep`: the waivers of this run; those that stand in this very file are written
    again, so that extending a file loses none of them. An unstable finding is written too: the
    next run may meet it more often. Raises WaiverError if the file cannot be written.
    """
    chosen = [f for f in findings if not f.waived and fail_on in {f.severity, "leniency"}]
    common = terms._asdict() | {"expires": _expiry(terms.expires)}
    blocks = [_block(_values(f) | common, *_comments(f)) for f in sorted(chosen, key=_order)]
    kept = [w for w in keep if Path(w.place_in_file.rpartition(":")[0]).resolve() == path.resolve()]
    old = [_block(_kept(waiver), "kept from the file as it was before") for waiver in kept]
    _replace(path, "\n".join([header_of(path) or HEADER, *old, *blocks]))
    return len(blocks)


def header_of(path: Path) -> str:
    """The comment that a file begins with, up to its first blank line; empty if there is none.

    A comment right above an entry belongs to that entry.
    """
    try:
        head, blank, _ = path.read_text(encoding="utf-8-sig").partition("\n\n")
    except (OSError, UnicodeDecodeError):
        return ""
    is_comment = all(line.startswith("#") for line in head.splitlines())
    return f"{head}\n" if blank and head and is_comment else ""


def _order(finding: Finding) -> tuple[str, ...]:
    return (finding.clause, finding.operation, *finding.culprit, finding.status_class)


def _values(finding: Finding) -> dict[str, Any]:
    """`match` where there is a witness: a reviewer can read it, and unused can be told by it."""
    values: dict[str, Any] = {"clause": finding.clause, "operation": finding.operation}
    if finding.stability in {"intermittent", "unstable"}:
        allowed = min(100, max(1, ceil(finding.rate * HEADROOM)))
        return values | {"fingerprint": finding.fingerprint, "at-most": allowed}
    place, kind = finding.culprit
    return values | {"match": {"place": place, "kind": kind, "status": finding.status_class}}


def _comments(finding: Finding) -> tuple[str, ...]:
    rate = f", {finding.rate:g} per 100 requests" if finding.rate else ""
    return (
        finding.requirement,
        f"culprit: {finding.culprit} ({finding.status_class}{rate}); "
        f"fingerprint {finding.fingerprint}",
    )


def _kept(waiver: Waiver) -> dict[str, Any]:
    names = ("place", "kind", "status")
    return {
        "clause": waiver.clause, "operation": waiver.operation, "fingerprint": waiver.fingerprint,
        "match": dict(zip(names, waiver.match, strict=True)) if waiver.match else {},
        "at-most": waiver.at_most, "profile": waiver.profile, "writes": waiver.writes,
        "owner": waiver.owner, "reason": waiver.reason, "expires": _expiry(waiver.expires),
        "link": waiver.link,
    }  # fmt: skip


def _block(values: dict[str, Any], *comments: str) -> str:
    filled = {key: value for key, value in values.items() if value not in ("", None, {})}
    lines = "".join(f"# {_line(comment)}\n" for comment in comments if comment)
    return f"{lines}{_dumped([filled])}"


def _dumped(entries: list[dict[str, Any]]) -> str:
    """YAML that people can read; escaped where a reader would fold Unicode's own line breaks."""
    dumped = str(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=inf))
    if all(character.isprintable() or character == "\n" for character in dumped):
        return dumped
    return str(yaml.safe_dump(entries, sort_keys=False, width=inf))


def _line(text: str) -> str:
    """One line, whatever a server put into it."""
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def _expiry(expires: str) -> date | str:
    return expires if expires == "never" else date.fromisoformat(expires)


def _replace(path: Path, content: str) -> None:
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except OSError as error:
        with suppress(OSError):
            Path(temporary).unlink()
        raise WaiverError([f"cannot write the waivers {path}: {error.strerror}"]) from error
