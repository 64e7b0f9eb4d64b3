"""What is measured: counts, which are the same on every machine, and the run that README shows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servers.catalogue import FAULTS, VARIANTS
from servers.forked import forked
from tests.proof import harm

ROOT = Path(__file__).parents[2]
PROFILES = ("smoke", "gate")
LEVELS = ("none", "notes", "all")
SHOWN = ("real.page-overflow", "real.nul-message", "real.activity")
"""Faults of the run that README shows: each was met in a released version."""
PORT = 8471
COLUMNS = 80


def counts() -> dict[str, int]:
    """Name -> how many, as the documents say it."""
    found = {"faults": len(FAULTS), "variants": len(VARIANTS)}
    for profile in PROFILES:
        for level in LEVELS:
            lines = _journal(profile, level)
            found[f"{profile} {level} requests"] = len(lines)
            found[f"{profile} {level} stored"] = sum(line["stored"] for line in lines)
        found[f"{profile} unauthenticated"] = sum(not line["authenticated"] for line in lines)
    return found


def _journal(profile: str, level: str) -> list[dict[str, Any]]:
    """What reaches the reference server, started as a target of its own."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        one = harm.Visit((), level, profile=profile)
        with forked((), (), journal) as told:
            harm.carry_out(harm.settings(one, told))
        return [json.loads(line) for line in journal.read_text("utf-8").splitlines()]


def shown() -> str:
    """What the command that README shows prints, word for word."""
    with forked(SHOWN) as told, _environment(told) as (environ, reports):
        words = [sys.executable, "-m", "pytest", f"--reports={reports}"]
        words += ["-o", f"cache_dir={reports / 'pytest'}"]
        words += [f"--junitxml={reports / 'junit.xml'}"]
        done = subprocess.run(
            [*words, "--writes=notes", "--label=commit=4f2a91c"],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        code = subprocess.run(
            [sys.executable, "-m", "harness.verdict", str(done.returncode)],
            cwd=ROOT, env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
    if done.returncode != 1:
        said = done.stdout[-2000:] + done.stderr[-1000:]
        raise RuntimeError(f"the run that README shows ended with {done.returncode}: {said}")
    return done.stdout.replace(told["url"], f"http://127.0.0.1:{PORT}") + code.stdout


@contextmanager
def _environment(told: Mapping[str, Any]) -> Iterator[tuple[dict[str, str], Path]]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        yield (
            kept
            | {
                "COLUMNS": str(COLUMNS),
                "LIBREDESK_URL": told["url"],
                "LIBREDESK_API_KEY": told["api_key"],
                "LIBREDESK_API_SECRET": told["api_secret"],
                "LIBREDESK_CONVERSATION": told["conversation"],
                "LIBREDESK_WRITE_CONVERSATION": told["write_conversation"],
                "LIBREDESK_RATE": "none",
            },
            Path(folder),
        )
