"""The gate as one step of a GitHub job: `python -m harness.output.step FOLDER ARGUMENT …`.

Runs pytest with the arguments in this process, and tells the job, in the step's outputs, what came
of it. FOLDER is where the reports are expected. The step's shell hands itself over to this: if it
waited, it would take a signal for this one's affair, or not know yet whom to hand it on to.
"""

from __future__ import annotations

# Before all others, which take their time.
from harness.output.early import STOP  # isort: split

import os
import shlex
import shutil
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from harness.verdict import NAMES, explain

INTERRUPTED, INTERNAL_ERROR, MISCONFIGURED = 2, 3, 4
"""Exit codes of the suite."""


def main(arguments: Sequence[str]) -> int:
    """Run the gate. 0, whatever came of it: a later step says that, when the reports are safe."""
    folder = Path(arguments[0])
    shutil.rmtree(folder, ignore_errors=True)
    _tell(INTERRUPTED, folder)  # it stays so if this process is killed
    code = _mistaken() or _run(arguments[1:])
    if code == 0 and not (folder.is_dir() and any(folder.iterdir())):
        code = _misconfigured("the input args lets nothing be tested, or moves the reports away")
    if code == 0 and STOP.is_asked():
        code = INTERRUPTED  # too late for the reports, not for the job
    _tell(code, folder)
    _summarise(code)
    return 0


def _mistaken() -> int:
    """Options that no shell could read; pytest has a traceback for them."""
    try:
        shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))
    except ValueError:
        return _misconfigured("the input args has a quotation mark that is not closed")
    return 0


def _misconfigured(why: str) -> int:
    print(f"::error title={NAMES[MISCONFIGURED]}::{why}", flush=True)
    return MISCONFIGURED


def _run(arguments: Sequence[str]) -> int:
    """pytest's exit code, or what stands for it where there is none."""
    sys.argv[1:] = arguments
    try:
        import pytest  # noqa: PLC0415

        return int(pytest.console_main())
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        return INTERNAL_ERROR


def _tell(code: int, folder: Path) -> None:
    """Of outputs with one name GitHub takes the last."""
    verdict = NAMES.get(code, NAMES[INTERNAL_ERROR])
    outputs = {"exit-code": code, "verdict": verdict, "meaning": explain(code), "reports": folder}
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in outputs.items())


def _summarise(code: int) -> None:
    """A job's page that the suite did not come to write."""
    page = Path(os.environ["GITHUB_STEP_SUMMARY"])
    if not page.exists() or not page.stat().st_size:
        with page.open("a", encoding="utf-8") as file:
            file.write(f"# ⚠️ {explain(code)}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
