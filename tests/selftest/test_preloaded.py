"""A run in a process that is forked finds what it would find in a new one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.selftest import preloaded

TELLING = """
import json, os, signal, sys, tempfile, threading
found = {
    "arguments": sys.argv[1:],
    "environment": {k: v for k, v in os.environ.items() if k != "LC_CTYPE"},
    "folder": os.getcwd(),
    "path": sys.path,
    "input": sys.stdin.read(),
    "temporary": tempfile.gettempdir(),
    "name": __name__,
    "terminal": [os.isatty(number) for number in (0, 1, 2)],
    "bytecode": sys.dont_write_bytecode,
    "ours": sorted(name for name in sys.modules if name.partition(".")[0] == "harness"),
    "threads": threading.active_count(),
    "signals": [str(signal.getsignal(n)) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)],
}
print(json.dumps(found))
print("é", file=sys.stderr)
sys.exit(7)
"""


@pytest.fixture
def around(tmp_path: Path) -> dict[str, str]:
    """An environment in which there is a module `telling`."""
    (tmp_path / "telling.py").write_text(TELLING, "utf-8")
    own = {"PYTHONPATH": str(tmp_path), "TMPDIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    return {"PATH": os.environ["PATH"], **own}


def test_it_finds_what_a_new_process_finds(around: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "telling", "--one", "two"]
    done = subprocess.run(
        command, cwd=tmp_path, env=around, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    printed = tmp_path / "printed"
    assert preloaded.run(command, tmp_path, around, printed) == done.returncode == 7
    *_, there = done.stdout.splitlines()
    *_, here = printed.read_text("utf-8").splitlines()
    assert json.loads(here) == json.loads(there)
    assert printed.read_text("utf-8") == done.stdout


def test_the_libraries_are_there_and_nothing_of_ours(
    around: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "there.py").write_text("import sys; print(*sys.modules)", "utf-8")
    printed = tmp_path / "printed"
    assert preloaded.run([sys.executable, "-m", "there"], tmp_path, around, printed) == 0
    modules = set(printed.read_text("utf-8").split())
    assert modules.issuperset(preloaded.LIBRARIES)
    assert not [name for name in modules if name.partition(".")[0] in {"harness", "servers"}]


def test_one_that_hangs_is_ended(
    around: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hanging.py").write_text(
        "import sys, threading; print('begun', flush=True); threading.Event().wait()", "utf-8"
    )
    printed, join = tmp_path / "printed", preloaded.forking.Process.join

    def join_once_it_hangs(process: Any, patience: float | None = None) -> None:
        while patience and not (printed.exists() and "begun" in printed.read_text("utf-8")):
            time.sleep(0.02)
        join(process, patience)

    monkeypatch.setattr(preloaded.forking.Process, "join", join_once_it_hangs)
    command = [sys.executable, "-m", "hanging"]
    with pytest.raises(TimeoutError, match=r"no end after 0\.1 s:\nbegun"):
        preloaded.run(command, tmp_path, around, printed, 0.1)


def test_what_only_a_new_process_heeds_is_refused(around: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "telling"]
    with pytest.raises(ValueError, match="PYTHONDEVMODE"):
        preloaded.run(command, tmp_path, around | {"PYTHONDEVMODE": "1"}, tmp_path / "printed")
