"""A server that is known to deviate breaks in one more place: is that noticed, and it alone?

`python -m tests.proof.known --credentials FILE --waivers FILE` puts one fault of the catalogue at a
time before the server that the file of credentials names, and runs the suite with the waivers: it
must be green without a fault, and red with each, over one more defect that is the fault's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from servers.catalogue import FAULTS, Fault
from tests.proof.trials import ROOT

MORE = (
    "list.total-off-by-one", "list.page-echo-zero-based", "list.pages-zero-based",
    "bounds.default-size-says-25", "bounds.size-1-refused", "bounds.page-word-fails",
    "paging.page-ignored", "paging.skip-one", "filters.private-inverted",
    "filters.type-first-only", "filters.unfiltered-hides-notes", "filters.bogus-private-fails",
    "enums.type-capitals", "enums.send-status-queued", "types.id-string",
    "fields.list-updated_at", "formats.mail-date", "bodies.list-html",
    "echo.private-inverted", "content.list-empty", "listed.other-uuid", "text.emoji-fails",
    "number.mention-negative", "auth.send-token-refused", "auth.missing-redirected",
    "method.put-200", "fails.unknown-parameter", "internals.stack-trace",
)  # fmt: skip
"""Faults that need nothing but requests and answers: of every kind, and of both operations."""


@dataclass(frozen=True)
class Met:
    """What one run said beyond the waivers."""

    fault: str
    code: int
    seconds: float
    groups: frozenset[tuple[str, str, str, str]]
    """(clause, operation, status class, message) of the violations that nothing waives."""
    told: tuple[str, ...]
    """Those violations, in words."""
    clauses: frozenset[str]
    """Their clauses, and those that the findings name besides."""

    @property
    def is_right(self) -> bool:
        """Green without a fault; with one, red over that fault alone.

        Exit code 4 is red too: where a fault hides a known deviation, its waiver is unused besides.
        """
        if not self.fault:
            return self.code == 0
        return (
            self.code in {1, 4}
            and len(self.groups) == 1
            and FAULTS[self.fault].clause in self.clauses
        )


@contextmanager
def facade(known: Mapping[str, str], faults: Sequence[str]) -> Iterator[str]:
    """The address of a server with faults before the one that `known` names."""
    command = [sys.executable, "-m", "servers.facade", known["LIBREDESK_URL"]]
    command += [part for fault in faults for part in ("--fault", fault)]
    environ = {**os.environ, **known}
    with subprocess.Popen(
        command, cwd=ROOT, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield json.loads(process.stdout.readline())["url"]
        finally:
            process.stdin.close()


def meet(known: Mapping[str, str], fault: str, arguments: Sequence[str], reports: Path) -> Met:
    """One run through the façade."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "pytest", f"--reports={reports}", *arguments]
    command += ["-o", f"cache_dir={reports / '.pytest'}", "-q"]
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with facade(known, [fault] if fault else []) as url:
        environ = {**kept, **known, "LIBREDESK_URL": url}
        done = subprocess.run(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False
        )
    return _met(fault, done.returncode, time.perf_counter() - start, reports / "run.json")


def _met(fault: str, code: int, seconds: float, path: Path) -> Met:
    run = json.loads(path.read_text("utf-8"))
    new = [f for f in run["findings"] if not f["waived"] and f["severity"] == "violation"]
    return Met(
        fault,
        code,
        seconds,
        frozenset(_group(f) for f in new),
        (
            *("{clause} {operation} {culprit[place]}: {culprit[kind]}".format(**f) for f in new),
            *(reason for reason in run["reasons"] if not new or code != 1),
        ),
        frozenset(c for f in new for c in (f["clause"], *f["also"])),
    )


def _group(finding: Mapping[str, Any]) -> tuple[str, str, str, str]:
    names = ("clause", "operation", "status", "message")
    clause, operation, status, message = (str(finding.get(name, "")) for name in names)
    return clause, operation, status, message


def line(met: Met) -> str:
    """What is printed about a run."""
    fault: Fault | None = FAULTS.get(met.fault)
    wanted = f"{fault.clause} {fault.place}: {fault.kind}" if fault else "nothing new"
    mark = "ok   " if met.is_right else "WRONG"
    return f"{mark} {met.seconds:5.1f} s  exit {met.code}  {met.fault or '—'} ({wanted})" + "".join(
        f"\n        {told}" for told in met.told
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Meet every fault; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.known", description=__doc__)
    parser.add_argument("--credentials", required=True, type=Path, metavar="FILE")
    parser.add_argument("--waivers", required=True, type=Path, metavar="FILE")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--writes", default="all")
    parser.add_argument("--fault", action="append", default=[], metavar="ID")
    options = parser.parse_args(argv)
    known = {k: v or "" for k, v in dotenv_values(options.credentials).items()}
    if not known.get("LIBREDESK_URL"):
        parser.error(f"{options.credentials} names no LIBREDESK_URL; `make provision` writes one")
    arguments = [f"--waivers={options.waivers.resolve()}", f"--profile={options.profile}"]
    arguments += [f"--writes={options.writes}"]
    wrong = 0
    for fault in ("", *(options.fault or MORE)):
        with tempfile.TemporaryDirectory() as folder:
            met = meet(known, fault, arguments, Path(folder))
        wrong += not met.is_right
        print(line(met), flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
