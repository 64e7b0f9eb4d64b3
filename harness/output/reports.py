"""All reports of a run, written together; one that cannot be written does not lose the others."""

from __future__ import annotations

import json
import os
import secrets
import shlex
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness import waivers
from harness.model import Exchange, Finding, Run
from harness.reports import har, html, run_json, summary, terminal
from harness.reports.curl import curl
from harness.reports.customer_data import CustomerData
from harness.reports.files import ReportError
from harness.run.runner import Runner
from harness.settings import Settings

GITHUB_LIMIT = 900_000
"""Bytes; GitHub takes a little more for one job's summary."""
RECORDED = "http://recorded.invalid"
"""Base URL of commands made from a recording, which does not say where it was made."""
VARIABLES = ("key", "secret", "token", "headers")
JUDGING = ("report.html", "summary.md", "run.json")
"""They have the verdict in them."""
WRITTEN = (*JUDGING, "exchanges.har")


def read(path: Path) -> tuple[list[Exchange], dict[str, str]]:
    """The exchanges of a recording, and what it says of its run."""
    return har.read(path), har.told(path)


@dataclass(frozen=True, repr=False)
class Presentation:
    """A run in words that may be shown, with the command that repeats each finding."""

    run: Run
    data: CustomerData


def present(run: Run, runner: Runner) -> Presentation:
    """Make a run fit to be shown. Bodies too long for a command are written beside the reports."""
    key = runner.run_id.encode() + secrets.token_bytes(16)
    data = CustomerData(runner.contract, key, sorted(_sent(run)))
    data.learn(run.exchanges)
    bodies = runner.settings.reports / "bodies"
    run.extra["fail_on"] = runner.settings.fail_on
    shown = tuple(_shown(finding, runner, data, bodies) for finding in run.findings)
    enums = {place: _seen(values, data) for place, values in run.enums.items()}
    gateway = tuple(replace(h, gateway=data.sentence(h.gateway)) for h in run.gateway)
    return Presentation(replace(run, findings=shown, enums=enums, gateway=gateway), data)


def _seen(values: dict[str, list[str]], data: CustomerData) -> dict[str, list[str]]:
    """Values met at an enum's place: words stay, what is none does not."""
    return {**values, "seen": sorted({data.word(value) for value in values.get("seen", [])})}


def write_all(presentation: Presentation, runner: Runner) -> Presentation:
    """Write all reports of a run; the run as they tell it.

    A run that only reproduces a finding leaves the reports as they were.
    """
    settings, run = runner.settings, presentation.run
    run.extra["reports"] = []
    if runner.reproduce:
        return presentation
    run.extra["reports"] += [str(settings.reports / name) for name in (*WRITTEN, "junit.xml")]
    lost = _waivers(run, runner) + _write(presentation, runner, WRITTEN)
    presentation = lose(presentation, runner, lost)
    return lose(presentation, runner, _github(presentation.run))


def lose(presentation: Presentation, runner: Runner, why: list[str]) -> Presentation:
    """The run after something could not be written, `why` in sentences; the reports say so too.

    The exit code is another one then, and nobody may read a verdict that it denies.
    """
    while why:
        runner.unwritten += why
        run = replace(presentation.run, verdict=runner.run().verdict)
        presentation = replace(presentation, run=run)
        why = _write(presentation, runner, JUDGING)
    return presentation


def _write(presentation: Presentation, runner: Runner, names: tuple[str, ...]) -> list[str]:
    """Write those of the named reports that are listed; why others are listed no longer."""
    run, data = presentation.run, presentation.data
    writers: dict[str, Callable[[Path], None]] = {
        "run.json": lambda path: run_json.write(run, path),
        "summary.md": lambda path: summary.write(run, path),
        "report.html": lambda path: html.write(run, path),
        "exchanges.har": lambda path: har.write(
            run, path, har.Kept(runner.redact) if runner.settings.keep_bodies else data
        ),
    }
    mistakes: list[str] = []
    for name, write in writers.items():
        path = runner.settings.reports / name
        wanted = name in names and str(path) in run.extra["reports"]
        if wanted and (said := _attempted(write, path)):
            run.extra["reports"].remove(str(path))
            mistakes.append(said)
    return mistakes


def _attempted(write: Callable[[Path], None], path: Path) -> str:
    """Why it could not be written, also not in the room that an earlier one leaves."""
    said = ""
    for _ in range(2):
        try:
            write(path)
        except ReportError as error:
            said = str(error)
            with suppress(OSError):
                path.unlink(missing_ok=True)  # an earlier one would speak for this run
        else:
            return ""
    return said


def _sent(run: Run) -> set[str]:
    """Every text that the suite itself sent: it is nobody's secret where it comes back."""
    texts: set[str] = set()
    for exchange in run.exchanges:
        if exchange.marker:
            texts |= {exchange.marker, f"last{exchange.marker}"}
        try:
            texts |= set(_strings(json.loads(exchange.request.body or b"null")))
        except (ValueError, RecursionError):
            continue
    return texts


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _strings(member)


def _shown(finding: Finding, runner: Runner, data: CustomerData, bodies: Path) -> Finding:
    """A finding in words that may be shown, with the command that repeats it."""
    names = _variables(runner.settings)
    base = runner.target.removesuffix(" (embedded)")
    base = base if base.startswith("http") else RECORDED
    try:
        command = curl(finding.smallest, runner.contract.schemes, names, base, bodies)
    except ReportError:
        command = curl(finding.smallest, runner.contract.schemes, names, base, None)
    return replace(
        finding,
        message=data.message(finding.smallest),
        expected=data.sentence(finding.expected),
        actual=data.sentence(finding.actual),
        carriers=tuple(map(data.identity, finding.carriers)),
        curl=command,
    )


def _variables(settings: Settings) -> dict[str, str]:
    """What a command takes from the environment of whoever pastes it."""
    names = {part: settings.names.get(part, part) for part in VARIABLES}
    for option, path in (
        ("client-cert", settings.client_cert),
        ("client-key", settings.client_key),
    ):
        if path is not None:
            checked_in = settings.source.get(option) == "pyproject.toml"
            names[option] = shlex.quote(str(path)) if checked_in else f'"${settings.names[option]}"'
    return names


def _github(run: Run) -> list[str]:
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if not target:
        return []
    try:
        with Path(target).open("a", encoding="utf-8") as file:
            text = summary.render(run)
            brief = len(text.encode("utf-8", "replace")) > GITHUB_LIMIT
            file.write(summary.render(run, details=False) if brief else text)
    except OSError as error:
        return [f"cannot write $GITHUB_STEP_SUMMARY {target}: {error.strerror}"]
    return []


def _waivers(run: Run, runner: Runner) -> list[str]:
    settings = runner.settings
    if settings.write_waivers is None:
        return []
    terms = waivers.Terms(settings.owner, settings.reason, settings.expires, settings.link)
    try:
        count = waivers.write(
            run.findings,
            settings.write_waivers,
            terms,
            keep=runner.waivers,
            fail_on=settings.fail_on,
        )
    except waivers.WaiverError as error:
        return [str(error)]
    run.extra["reports"] += [f"{settings.write_waivers} ({count} waivers)"]
    return []


def closing(run: Run, *, width: int, colour: bool) -> str:
    """The closing block of the terminal."""
    return terminal.render(run, width, colour)
