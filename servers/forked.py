"""For tests: servers that start in milliseconds: Python and the catalogue are there already.

A server of `python -m servers.reference` costs a third of a second before its first answer, and
the proof starts some two thousand of them.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from servers.catalogue import select
from servers.reference.server import new_server

ROOT = Path(__file__).parents[1]


class _Zygote:
    """The process that forks; started once, ends with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "servers.zygote"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(self._process.communicate)

    def ask(self, wanted: object) -> Any:
        """Raises RuntimeError if the process is gone."""
        process = self._process
        assert process.stdin
        assert process.stdout
        with self._lock:
            process.stdin.write(json.dumps(wanted) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the process that forks servers ended with {process.wait()}")
        return json.loads(line)


_zygote = cache(_Zygote)


@contextmanager
def forked(
    faults: Sequence[str] = (), variants: Sequence[str] = (), journal: Path | None = None
) -> Iterator[Mapping[str, Any]]:
    """A server with some faults and variants, and what it tells about itself.

    `journal`: a file for a line about each request (`servers.reference.journal`).

    It ends with the context, or with this process, however that ends. Raises LookupError for an
    unknown id.
    """
    select(faults, variants, new_server())
    wanted = {"faults": list(faults), "variants": list(variants), "journal": str(journal or "")}
    told = _zygote().ask(wanted)
    try:
        yield told
    finally:
        _zygote().ask(told["pid"])
