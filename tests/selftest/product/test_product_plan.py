"""The plan: the same bytes in every process, and cheap once it is cached."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import PATIENCE, ROOT, Outcome, Start, command, environment

PRINT_PLAN = """
import importlib, json, os, sys
from datetime import date
from pathlib import Path

from harness.clauses import REGISTRY
from harness.client import Secrets
from harness.contract import load
from harness.plan.cache import to_json
from harness.run.runner import Runner
from harness.settings import read_pyproject, resolve

root = Path.cwd()
for path in sorted((root / "tests" / "contract").glob("test_*.py")):
    importlib.import_module(f"tests.contract.{path.stem}")
options = {"profile": "gate", "seed": sys.argv[1], "no_cache": True}
settings = resolve(options, {}, read_pyproject(root), date(2026, 1, 1), root=root)
contract = load(settings.spec)
selected = [
    (c, o) for c in REGISTRY.clauses.values() for o in contract.operations if c.applies(o)
]
runner = Runner(settings, contract, selected, (), root)
plan = runner.plan(applicable_to=Secrets("example-key", "Example-Secret", {}), embedded=True)
cases = [*plan.fixed(), *runner.generated()]
sys.stdout.write(json.dumps([to_json(case) for case in cases], indent=0))
"""
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "1"},
)
GENERATORS = ("schemathesis", "hypothesis", "_hypothesis_pytestplugin")


@pytest.fixture(scope="module")
def plans() -> list[tuple[bytes, bytes]]:
    """The plan of the gate profile, made anew by two processes at once, and what they import."""
    running = [
        subprocess.Popen(
            [sys.executable, "-X", "importtime", "-c", PRINT_PLAN, "20260101"],
            cwd=ROOT,
            env=environment(extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for extra in ENVIRONMENTS
    ]
    try:
        return [process.communicate(timeout=PATIENCE) for process in running]
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_the_same_seed_gives_the_same_plan_byte_for_byte(plans: list[tuple[bytes, bytes]]) -> None:
    (first, _), (second, _) = plans
    assert first == second
    cases = json.loads(first)
    assert {case["phase"] for case in cases} == {"grid", "method", "auth", "coverage", "fuzz"}
    assert len({case["id"] for case in cases}) == len(cases) > 500


def imported(reports: Path, *arguments: str) -> tuple[int, set[str]]:
    """(exit code, the top-level modules that a run of the suite imports)."""
    line = command(reports, "-s", *arguments)  # captured, imports would be told to nobody
    done = subprocess.run(
        [line[0], "-X", "importtime", *line[1:]],
        cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    return done.returncode, top_level(done.stderr)


def top_level(told: str) -> set[str]:
    """The modules that Python's `-X importtime` tells of."""
    names = re.findall(r"^import time: +\d+ \| +\d+ \| +([\w.]+)$", told, re.MULTILINE)
    return {name.partition(".")[0] for name in names}


def test_a_cached_plan_needs_no_generator(start: Start, tmp_path: Path) -> None:
    gate = ("--profile", "gate", "--seed", "1", "-k", "list.page-size-bound")
    assert start("--plan", *gate).code == 0, "it cannot be cached"
    code, modules = imported(tmp_path, *gate)
    assert code == 0
    assert "urllib3" in modules, "nothing was sent, or this test looks in the wrong place"
    assert modules.isdisjoint(GENERATORS)


def test_the_smoke_profile_needs_no_generator(tmp_path: Path) -> None:
    code, modules = imported(tmp_path, "--profile", "smoke", "--no-cache", "-k", "list.unique")
    assert code == 0
    assert modules.isdisjoint(GENERATORS)


def test_a_plan_that_is_made_anew_needs_them(plans: list[tuple[bytes, bytes]]) -> None:
    """Otherwise the tests above could not fail."""
    for _, told in plans:
        assert top_level(told.decode()) >= {"schemathesis", "hypothesis"}


def test_the_gate_holds_its_budget(other_seed: Outcome) -> None:
    counts = other_seed.run["counts"]
    assert 500 <= counts["exchanges"] - counts["repeats"] - counts["reductions"] <= 600
    assert counts["repeats"] + counts["reductions"] <= 90
