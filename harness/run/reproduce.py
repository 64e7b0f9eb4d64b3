"""`--reproduce`: what one finding of the last run needs to be sent again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from harness.run.target import EMBEDDED


class ReproduceError(ValueError):
    """There is no such finding to be sent again; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One finding of the last run."""

    fingerprint: str
    clause: str
    operation: str
    case: str
    """Id of the smallest request that showed it."""


def wanted(fingerprint: str, reports: Path, url: str = "") -> Wanted:
    """Look a finding up in the run that was recorded last.

    `url`: what names a target; empty where that is done. The embedded server would be praised for
    not showing what another one did. Raises ReproduceError.
    """
    path = reports / "run.json"
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        findings, target = record["findings"], str(record["target"])
        found = [f for f in findings if str(f["fingerprint"]).startswith(fingerprint)]
    except OSError:
        raise ReproduceError(
            f"--reproduce looks findings up in {path}, which is not there; run the suite first, or "
            "name the reports of an earlier run with --reports DIR"
        ) from None
    except (ValueError, LookupError, TypeError):
        raise ReproduceError(f"{path} is no record of a run; run the suite again") from None
    if not found:
        known = ", ".join(sorted({f["fingerprint"] for f in findings})[:5]) or "none"
        raise ReproduceError(
            f"--reproduce {fingerprint}: {path} holds no such finding; it holds {known}"
        )
    if url and not target.endswith(EMBEDDED):
        raise ReproduceError(
            f"--reproduce {fingerprint}: it was found on {target}, and no target is given; set "
            f"{url} to the base URL of the server that is asked again"
        )
    first = found[0]
    return Wanted(
        first["fingerprint"], first["clause"], first["operation"], first["request"]["case"]
    )
