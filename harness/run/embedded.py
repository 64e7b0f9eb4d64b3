"""The embedded target: a server of our own in a process of its own, for as long as a run takes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class EmbeddedError(RuntimeError):
    """The embedded server did not come up; the message says what it said."""


@contextmanager
def embedded(command: Sequence[str], root: Path) -> Iterator[Mapping[str, str]]:
    """Run `python -m …` and give what it prints about itself: URL, credentials, resource ids.

    The server ends when its standard input closes, so it never outlives the suite, however that
    ends. Raises EmbeddedError.
    """
    process = subprocess.Popen(
        [sys.executable, *command, "--until-stdin-closes"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        line = process.stdout.readline()
        try:
            told = json.loads(line)
        except ValueError:
            process.stdin.close()
            said = process.stderr.read().strip().splitlines()
            raise EmbeddedError(
                f"the embedded server did not start: {said[-1] if said else 'it said nothing'}"
            ) from None
        yield told
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Whatever interrupts it, the process is gone afterwards and nothing of it stays open."""
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        if not process.stdin.closed:
            process.stdin.close()
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        pass
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
