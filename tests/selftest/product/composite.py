"""GitHub's runner in small: carries the shell steps of `action.yml` out, in order, with bash.

Steps that use other actions are left out; what they would have given is told beforehand. Of the
language of expressions it knows names, `always()`, `&&`, `==` and `!=` with a text.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.selftest.preloaded import PATIENCE

ROOT = Path(__file__).parents[3]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
RUN = [step for step in STEPS if "run" in step]
NAMES = {"url": "url", "key": "api_key", "secret": "api_secret", "conversation": "conversation"}
"""Inputs that say which server it is -> what they are called where one is served."""
QUICK = "-k 'unknown.malformed-id'"
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
STOP = re.compile(r"::stop-commands::([0-9a-f]{32})")


def step(name: str) -> tuple[int, dict[str, Any]]:
    """A step and its number."""
    return next((number, s) for number, s in enumerate(STEPS) if s["name"] == name)


def commands(output: str) -> Iterator[str]:
    """What GitHub takes for commands: at a line's beginning, unless they are stopped."""
    word = ""
    for line in map(str.lstrip, output.splitlines()):
        if word and line == f"::{word}::":
            word = ""
        elif not word and (match := STOP.fullmatch(line)):
            word = match[1]
        elif not word and line.startswith("::"):
            yield line


@dataclass
class Job:
    """A job whose only step is this action."""

    folder: Path
    inputs: Mapping[str, str]
    environ: Mapping[str, str]
    """Of the runner: PATH, HOME."""
    steps: dict[str, dict[str, str]] = field(default_factory=dict)
    """Id -> outputs."""
    output: dict[str, str] = field(default_factory=dict)
    """Name of a step -> what it printed."""
    code: int = 0
    before: tuple[str, ...] = ()
    """What starts the shell."""

    def __post_init__(self) -> None:
        defaults = {n: str(i.get("default", "")) for n, i in ACTION["inputs"].items()}
        assert set(self.inputs) <= set(defaults)
        self.inputs = defaults | dict(self.inputs)
        self.steps["python"] = {"python-path": sys.executable, "python-version": "3"}
        for name in ("workspace", "temp"):
            (self.folder / name).mkdir(parents=True)

    @property
    def workspace(self) -> Path:
        """Where the caller's repository would lie, and where each step starts."""
        return self.folder / "workspace"

    @property
    def said(self) -> str:
        """The job's whole log."""
        return "".join(self.output.values())

    @property
    def commands(self) -> list[str]:
        """What GitHub took for commands; each step begins anew."""
        return [line for text in self.output.values() for line in commands(text)]

    @property
    def outputs(self) -> dict[str, str]:
        """Of the action."""
        return {name: self.text(out["value"]) for name, out in ACTION["outputs"].items()}

    @property
    def summary(self) -> str:
        """The job's page."""
        return "\n".join(p.read_text("utf-8") for p in sorted(self.folder.glob("summary-*")))

    @cached_property
    def known(self) -> dict[str, str]:
        """Names in expressions, but for steps."""
        return {
            "github.action_path": str(ROOT),
            "runner.temp": str(self.folder / "temp"),
            **{f"inputs.{name}": value for name, value in self.inputs.items()},
        }

    def text(self, template: str) -> str:
        """A text with its expressions replaced."""
        return EXPRESSION.sub(lambda match: self.value(match[1]), template)

    def value(self, name: str) -> str:
        """Of one name; what a step did not give is empty."""
        if match := re.fullmatch(r"steps\.(\w+)\.outputs\.([\w-]+)", name):
            return self.steps.get(match[1], {}).get(match[2], "")
        return self.known[name]

    def wanted(self, step: Mapping[str, Any]) -> bool:
        """Whether the step is carried out."""
        terms = [term.strip() for term in step.get("if", "success()").split("&&")]
        return all(self.holds(term) for term in terms) and (self.code == 0 or "always()" in terms)

    def holds(self, term: str) -> bool:
        if term in ("always()", "success()"):
            return True
        name, how, text = re.fullmatch(r"(\S+) (==|!=) '(.*)'", term).groups()  # type: ignore[union-attr]
        return (self.value(name) == text) == (how == "==")

    def run(self) -> Job:
        """Carry out every step that is wanted."""
        for number, step in enumerate(ACTION["runs"]["steps"]):
            if "run" in step and self.wanted(step):
                self.finish(step, number, self.start(step, number))
        return self

    def start(self, step: Mapping[str, Any], number: int) -> subprocess.Popen[str]:
        """One step, under way."""
        script = self.folder / f"script-{number}.sh"
        script.write_text(step["run"], "utf-8")
        files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_ENV": "env"}
        for name in files.values():
            (self.folder / f"{name}-{number}").touch()
        github = {name: str(self.folder / f"{file}-{number}") for name, file in files.items()}
        github |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(self.workspace)}
        own = {name: self.text(value) for name, value in step.get("env", {}).items()}
        return subprocess.Popen(
            [*self.before, "bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.workspace,
            env={**self.environ, **github, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )

    def finish(self, step: Mapping[str, Any], number: int, process: subprocess.Popen[str]) -> None:
        """Take down what a step left behind."""
        with process:
            self.output[step["name"]], _ = process.communicate(timeout=PATIENCE)
        lines = (self.folder / f"output-{number}").read_text("utf-8").splitlines()
        if "id" in step:
            self.steps[step["id"]] = dict(line.split("=", 1) for line in lines)
        self.code = self.code or process.returncode


def runner(folder: Path) -> dict[str, str]:
    """The environment of a runner on which this checkout is set up already.

    Its `make` is told so: it must not build the environment anew that the test itself runs in.
    """
    real = shutil.which("make")
    assert real
    shim = folder / "bin" / "make"
    shim.parent.mkdir(parents=True)
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(real)} -o .venv/.ready "$@"\n', "utf-8")
    shim.chmod(0o755)
    return {"PATH": f"{shim.parent}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ["HOME"]}


Jobs = Callable[..., Job]


def jobs(folder: Path) -> Jobs:
    """`job(known, input=…)`: a job against a server, smoke profile, few clauses."""
    environ = runner(folder / "runner")

    def job(known: Mapping[str, str], **inputs: str) -> Job:
        target = {name: known[key] for name, key in NAMES.items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        return Job(folder / "job", target | {"profile": "smoke", "args": QUICK} | given, environ)

    return job
