"""The suite in processes that have imported its libraries already, but nothing of its own.

Half of a short run's time goes into imports, and the self-tests start a hundred of them. Each run
is a process of its own all the same, forked from one that has done nothing else.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

LIBRARIES = (
    "concurrent.futures.thread",
    "difflib",
    "dotenv",
    "execnet",
    "graphlib",
    "gzip",
    "harfile",
    "jinja2",
    "jsonschema_rs",
    "openapi_core",
    "packaging.version",
    "pdb",
    "pydantic_settings",
    "pyrate_limiter",
    "pytest",
    "readline",
    "requests",
    "tomllib",
    "unittest",
    "urllib3",
    "uuid",
    "xml.etree.ElementTree",
    "yaml",
)
"""What every run imports; no plugin of pytest's, which wants to import these itself."""

PATIENCE = 240.0
"""Seconds after which a run is taken to hang, also on a machine that is busy elsewhere."""

HEEDED = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
"""Variables of Python's own that do here what they do in a new process."""

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload([*LIBRARIES])


def run(
    command: Sequence[str],
    root: Path,
    environ: Mapping[str, str],
    output: Path,
    patience: float = PATIENCE,
) -> int:
    """Carry out `[python, "-m", module, argument, …]` in `root`; gives its exit code.

    Nothing but `environ` is around it. What it prints, to standard error as well, goes to the file
    `output` as it comes. Raises TimeoutError after `patience` seconds, and ValueError if `environ`
    holds what only a Python that starts anew heeds.
    """
    if unheeded := [n for n in environ if n.startswith("PYTHON") and n not in HEEDED]:
        raise ValueError(f"{unheeded} would do nothing: start a new process")
    process = forking.Process(target=_carry_out, args=([*command], root, {**environ}, output))
    process.start()
    process.join(patience)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"no end after {patience} s:\n{output.read_text('utf-8')}")
    code = process.exitcode
    process.close()
    return code


def _carry_out(command: list[str], root: Path, environ: dict[str, str], output: Path) -> None:
    """What a new process would find otherwise is set back: nothing is left of who asked for it."""
    gc.freeze()  # libraries stay until the end: nobody need look through them
    _, _, module, *sys.argv[1:] = command
    os.environ.clear()
    os.environ.update(environ)
    os.chdir(root)
    named = environ.get("PYTHONPATH", "").split(os.pathsep)
    installed = [path for path in sys.path if path.startswith((sys.prefix, sys.base_prefix))]
    sys.path[:] = [str(root), *filter(None, named), *installed]
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environ
    tempfile.tempdir = None
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for one, other in ((os.open(os.devnull, os.O_RDONLY), 0), (written, 1), (written, 2)):
        os.dup2(one, other)
    sys.stdin = os.fdopen(0, encoding="utf-8")
    sys.stdout = os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", errors="backslashreplace")
    runpy.run_module(module, run_name="__main__", alter_sys=True)
