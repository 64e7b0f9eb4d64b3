"""A run that is stopped at random moments: `python -m tests.bench.interrupts --times 20`.

Prints what was wrong after each, and ends with 1 if anything was: a report that is not whole or
does not say so, an exit code of success, a process left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import jsonschema_rs

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "harness" / "reports" / "run.schema.json"
ENDS = {"summary.md": "", "report.html": "</html>", "junit.xml": "</testsuites>"}
CAUGHT = 1 << (signal.SIGTERM - 1)
SIGNALS = (signal.SIGTERM, signal.SIGINT)
PROMPT = 30
"""Seconds within which a run ends once it is told to, on a machine that is busy elsewhere."""


def members(session: int) -> list[str]:
    """Command lines of the processes of a session that still run."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state, _, _, own = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def is_ready(process: int) -> bool:
    """Whether a process looks after SIGTERM itself by now: before, there is nothing to be told."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False
    return bool(int(status.partition("SigCgt:")[2].split()[0], 16) & CAUGHT)


def complaints(code: int, output: str, reports: Path) -> Iterator[str]:
    """What is wrong with what an interrupted run left behind.

    Killed when all was said and written, its reports are those of a run that came to its end.
    """
    verdict = _verdict(reports)
    word = "conforms" if -code in SIGNALS and verdict == "conforms" else "interrupted"
    if word == "interrupted" and code != 2:
        yield f"exit code {code}"
    if "Traceback" in output:
        yield "a traceback"
    if verdict != word:
        yield f"run.json says {verdict}"
    for name, end in ENDS.items():
        text = _text(reports / name)
        if word not in text or not text.rstrip().endswith(end):
            yield f"{name} is not whole, or says nothing"
    if left := [path.name for path in reports.iterdir() if path.suffix in {".part", ".tmp"}]:
        yield f"left behind: {left}"


def _verdict(reports: Path) -> str:
    """What run.json says, or what is wrong with what it and its neighbours say."""
    try:
        run = json.loads(_text(reports / "run.json"))
        entries = json.loads(_text(reports / "exchanges.har"))["log"]["entries"]
        ET.fromstring(_text(reports / "junit.xml"))
    except (ValueError, ET.ParseError) as error:
        return f"nothing, or a neighbour of it: {error}"
    if not _schema().is_valid(run):
        return "what its schema does not allow"
    if len(entries) != run["counts"]["exchanges"]:
        return f"{run['counts']['exchanges']} exchanges, exchanges.har {len(entries)}"
    return str(run["verdict"])


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


@cache
def _schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8")))


def stop(delay: float, folder: Path, number: signal.Signals, twice: bool) -> list[str] | None:
    """What is wrong with a run that is told to stop so many seconds after it can be told.

    None if it had ended by then.
    """
    command = [
        *(sys.executable, "-m", "pytest", "--profile", "smoke", f"--reports={folder}"),
        *("-o", f"cache_dir={folder / '.pytest'}"),
    ]
    environment = {name: os.environ[name] for name in ("PATH", "HOME")}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    while not is_ready(process.pid) and process.poll() is None:
        time.sleep(0.005)  # a benchmark looks often; the run is another process and tells nobody
    try:
        process.wait(delay)
    except subprocess.TimeoutExpired:
        for _ in range(1 + twice):
            process.send_signal(number)
        code = process.wait(PROMPT)
        left = [f"still running: {line}" for line in members(process.pid)]
        return [*left, *complaints(code, _text(folder / "output"), folder)]
    return None


def main() -> int:
    """Stop some runs; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.interrupts", description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--within", type=float, default=2.0, help="seconds that a run takes")
    options = parser.parse_args()
    chance, stopped, wrong = Random(options.seed), 0, 0
    while stopped < options.times:
        delay, twice = chance.uniform(0, options.within), chance.random() < 0.3
        number = chance.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGINT))
        with tempfile.TemporaryDirectory() as folder:
            said = stop(delay, Path(folder), number, twice)
        if said is None:
            continue
        stopped += 1
        wrong += bool(said)
        again = " twice" if twice else ""
        print(f"{number.name}{again} after {delay:.2f} s: {'; '.join(said) or 'well'}", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
