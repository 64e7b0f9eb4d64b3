"""What waits at a known place until a test lets it go on: nothing is over before its time."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.weather import Relay
from servers.weather.gusts import CALM, Gust
from tests.selftest.preloaded import PATIENCE

ROOT = Path(__file__).parents[3]

HOOK = """
import os, sys

ready = os.environ["HELD_READY"]

def wait(event, arguments):
    if event == "import" and arguments[0] == os.environ["HELD_AT"] and not os.path.exists(ready):
        open(ready, "w").close()
        with open(os.environ["HELD_GO"]) as go:
            go.readline()

sys.addaudithook(wait)
"""


def until(condition: Callable[[], bool], process: subprocess.Popen[Any]) -> None:
    """Wait for a condition, as long as the process runs."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert process.poll() is None, "it ended before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(0.02)


@dataclass(frozen=True)
class Held:
    """Where something waits that was started: it makes the file `ready`, and reads from `go`."""

    folder: Path
    released: int

    @property
    def environ(self) -> dict[str, str]:
        return {f"HELD_{name.upper()}": str(self.folder / name) for name in ("ready", "go")}

    def importing(self, module: str) -> dict[str, str]:
        """The environment of a Python that waits before it imports a module of ours."""
        (self.folder / "sitecustomize.py").write_text(HOOK)
        path = f"{self.folder}{os.pathsep}{ROOT}"
        return {**self.environ, "PYTHONPATH": path, "HELD_AT": module}

    def is_ready(self) -> bool:
        """Whether it waits."""
        return (self.folder / "ready").exists()

    def release(self) -> None:
        """Let it go on."""
        os.write(self.released, b"go\n")

    def signal(self, process: subprocess.Popen[Any], number: signal.Signals) -> None:
        """Sent while it waits; only then may it go on."""
        until(self.is_ready, process)
        process.send_signal(number)
        self.release()
        process.wait(PATIENCE)


@contextmanager
def stalling(url: str, after: int) -> Iterator[Relay]:
    """A relay to a server: whoever sends more than so many requests waits for the next answer."""

    def sky(_request: bytes, number: int) -> Gust:
        return CALM if number <= after else Gust(cut="stall")

    with closing(Relay(("127.0.0.1", int(url.rpartition(":")[2])), sky)) as relay:
        yield relay
