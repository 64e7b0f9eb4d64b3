"""What other tools say about the servers of the catalogue: the peers of `make prove`.

How each is configured, and why so: tests/selftest/peers/README.md. One server, by hand:

    python -m tests.proof.peers --fault real.activity
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import shutil
import signal
import string
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.bundling import apply_overlay, load
from harness.run.embedded import EmbeddedError, embedded
from servers.catalogue import FAULTS

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "tests" / "selftest" / "peers"
SPEC = ROOT / "spec" / "libredesk.yaml"
WORDS = ("url", "key", "secret", "read", "write")
PATIENCE = 120.0
"""Seconds for one run; on the reference it takes about 8."""
GRACE = 20.0
"""Seconds in which an interrupted tool may still write its report."""
LIMIT = "0.5"
"""Seconds that an answer may take where slowness is the fault; the suite is given the same."""
BROKEN_OFF = {"Network Error", "Server Unavailable", "Unresponsive Operation", "Unhealthy API"}
"""What `st` calls an error and not a failure, and a server is to blame for all the same."""


@dataclass(frozen=True)
class Said:
    """A tool's verdict on one server."""

    failed: bool
    """It says that the server breaks the contract."""
    failures: int
    """Distinct ones, as the tool tells them apart."""
    requests: int | None
    """As the server counted them; None where no server of ours was asked."""
    seconds: float
    """From the tool's start to its end, without the server's start."""
    problem: str = ""
    """Why it could not judge; empty if it did."""
    names: tuple[str, ...] = ()
    """What it names, in its own words; some of it perhaps on correct servers too."""


@dataclass(frozen=True)
class Peer:
    """A tool, and how to run it in a folder on a server that told `url`, `key`, `secret` …"""

    name: str
    version: str
    run: Callable[[Mapping[str, str], Path], Said]


def installed() -> list[Peer]:
    """`st`, which this project pins, and what is on PATH and has a configuration here."""
    peers = [Peer("st", version("schemathesis"), schemathesis)]
    for name, run in (("dredd", dredd), ("specmatic", specmatic)):
        if program := shutil.which(name):
            peers.append(Peer(name, _version(program), partial(run, program)))
    return peers


def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(?:\.\d+)+", told.stdout)
    return found[0] if found else "of unknown version"


def ask(peer: Peer, kind: str, name: str) -> Said:
    """Let a tool judge one server. `kind` is `fault`, `variant` or empty: the plain reference.

    Raises EmbeddedError for an unknown name.
    """
    with TemporaryDirectory(prefix="peer-") as folder:
        journal = Path(folder) / "journal.jsonl"
        command = ["-m", "servers.reference", f"--journal={journal}"]
        slow = kind == "fault" and name in FAULTS and FAULTS[name].clause == "response.in-time"
        with embedded([*command, f"--{kind}={name}"] if kind else command, ROOT) as told:
            said = peer.run({**told, "limit": LIMIT} if slow else told, Path(folder))
            return replace(said, requests=len(journal.read_bytes().splitlines()))


def schemathesis(told: Mapping[str, str], workdir: Path, *options: str) -> Said:
    """`st run` of this environment; `limit` in `told` is how long an answer may take."""
    spec = _contract("schemathesis.overlay.yaml", told, workdir)
    limit = [f"--max-response-time={told['limit']}"] if "limit" in told else []
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--no-color"),
        *(f"--config-file={SETTINGS / 'schemathesis.toml'}", "run", spec),
        *("--report=json", "--report-json-path=report.json", *limit, *options),
    ]
    seconds, late = _run(command, _variables(told), workdir)
    try:
        report = json.loads((workdir / "report.json").read_bytes())
    except (OSError, ValueError):
        return _verdict((), seconds, late or f"it wrote no report: {_last_words(workdir)}")
    return read_schemathesis(report, seconds, late)


def read_schemathesis(report: Mapping[str, Any], seconds: float, late: str = "") -> Said:
    """The verdict in a JSON report of `st`; `late` says why it was interrupted, if it was.

    What it named until then counts. An error of its own is no verdict on the server.
    """
    failures, errors = report["failures"], report["errors"]
    broken = [error for error in errors if error["title"] in BROKEN_OFF]
    names = {f"{each['type']}: {where}" for each in failures for where in each["operations"]}
    names |= {error["title"] for error in broken}
    problem = f"it ended with exit code {report['exit_code']}" if report["exit_code"] else ""
    if errors:
        problem = f"it met an error of its own: {errors[0]['title']}"
    count = sum(each["count"] for each in (*failures, *broken))
    return replace(_verdict(names, seconds, late or problem), failures=count)


def dredd(program: str, told: Mapping[str, str], workdir: Path) -> Said:
    """One request for each operation, whose answer is compared with an example."""
    _contract("examples.overlay.yaml", told, workdir)
    _filled("dredd.yml", told, workdir)
    seconds, late = _run([program, "--config=dredd.yml"], _variables(told), workdir)
    return read_junit([workdir / "report.xml"], seconds, late)


def specmatic(program: str, told: Mapping[str, str], workdir: Path) -> Said:
    """`specmatic test`, which takes credentials from variables named like the schemes."""
    spec = _contract("examples.overlay.yaml", told, workdir)
    pair = f"{told['key']}:{told['secret']}"
    variables = _variables(told) | {
        "basicAuth": base64.b64encode(pair.encode()).decode(),
        "tokenAuth": f"token {pair}",
        # Undocumented fields are no failure: a document that doesn't forbid them allows them.
        "EXTENSIBLE_SCHEMA": "true",
    }
    command = [program, "test", spec, f"--testBaseURL={told['url']}", "--junitReportDir=junit"]
    seconds, late = _run(command, variables, workdir)
    return read_junit((workdir / "junit").glob("*.xml"), seconds, late)


def read_junit(reports: Iterable[Path], seconds: float, late: str = "") -> Said:
    """The verdict in JUnit reports: whatever failed or met an error breaks the contract."""
    try:
        cases = [case for path in reports for case in ET.parse(path).iter("testcase")]
    except (OSError, ET.ParseError):
        return _verdict((), seconds, late or "it wrote no report that can be read")
    names = {c.get("name", "") for c in cases if {"failure", "error"} & {part.tag for part in c}}
    return _verdict(names, seconds, late or ("" if cases else "it ran no test"))


def _verdict(names: Collection[str], seconds: float, problem: str) -> Said:
    """What was named before a tool got into trouble was found all the same."""
    said = tuple(sorted(names))
    return Said(bool(said), len(said), None, seconds, "" if said else problem, said)


def _variables(told: Mapping[str, str]) -> dict[str, str]:
    """The environment of a tool: clean of settings of ours and of other targets."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME") if name in os.environ}
    target = {f"CONTRACT_{word.upper()}": told[word] for word in WORDS}
    return {"LC_ALL": "C.UTF-8", **kept, **target}


def _filled(settings: str, told: Mapping[str, str], workdir: Path) -> Path:
    """A copy with its ${…} filled in; `$.paths` and the like stay as they are."""
    copy = workdir / settings
    text = (SETTINGS / settings).read_text(encoding="utf-8")
    copy.write_text(string.Template(text).safe_substitute(_variables(told)), encoding="utf-8")
    return copy


def _contract(overlay: str, told: Mapping[str, str], workdir: Path) -> str:
    """The name of a copy of the contract, with an overlay on it."""
    document = apply_overlay(load(SPEC), load(_filled(overlay, told, workdir)))
    (workdir / "libredesk.json").write_text(json.dumps(document), encoding="utf-8")
    return "libredesk.json"


def _run(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> tuple[float, str]:
    """Run a tool to its end: the seconds it took, and why it had to be stopped, if it had to."""
    start = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        # A session of its own: a launcher's children are interrupted and killed with it.
        tool = subprocess.Popen(
            command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        late = ""
        try:
            tool.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            late = f"it did not finish within {PATIENCE:g} s"
            os.killpg(tool.pid, signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                tool.wait(GRACE)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(tool.pid, signal.SIGKILL)
            tool.wait()
    return time.perf_counter() - start, late


def _last_words(folder: Path) -> str:
    text = (folder / "output.txt").read_text(encoding="utf-8", errors="replace").strip()
    return text.splitlines()[-1].strip() if text else "it said nothing"


def main() -> None:
    """Let one tool judge one server."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.peers", description=main.__doc__)
    parser.add_argument("--peer", default="st", metavar="NAME", help="default: st")
    server = parser.add_mutually_exclusive_group()
    server.add_argument("--fault", default="", metavar="ID")
    server.add_argument("--variant", default="", metavar="ID")
    options = parser.parse_args()
    peers = {peer.name: peer for peer in installed()}
    if options.peer not in peers:
        parser.error(f"{options.peer} is not installed; there is {', '.join(peers)}")
    kind = "fault" if options.fault else "variant" if options.variant else ""
    try:
        said = ask(peers[options.peer], kind, options.fault or options.variant)
    except EmbeddedError as error:
        parser.error(str(error))
    verdict = said.problem or f"{said.failures} failures"
    print(f"{verdict}; {said.requests} requests in {said.seconds:.1f} s", *said.names, sep="\n  ")


if __name__ == "__main__":
    main()
