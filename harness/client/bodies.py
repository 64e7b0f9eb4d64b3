"""Where response bodies are kept: once per content, in memory while they are few, then on disk.

A run meets the same page hundreds of times; keeping it once is what lets every exchange stay
whole within the tester's memory.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO

from harness.model import Body

IN_MEMORY = 32 * 1024 * 1024
"""Bytes kept in memory, over all bodies together."""


@dataclass(frozen=True, slots=True)
class _InMemory:
    sha256: str
    size: int
    data: bytes = field(repr=False)

    def read(self) -> bytes:
        return self.data


@dataclass(frozen=True, slots=True)
class _OnDisk:
    sha256: str
    size: int
    offset: int
    store: BodyStore = field(repr=False)

    def read(self) -> bytes:
        return self.store.read(self.offset, self.size)


class BodyStore:
    """Keeps bodies until it is closed; those on disk cannot be read afterwards."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._room = in_memory
        self._bodies: dict[str, Body] = {}
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None
        self._end = 0

    def __enter__(self) -> BodyStore:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def put(self, data: bytes) -> Body:
        """The body with this content; the same object for the same content.

        Raises OSError when the disk is full.
        """
        digest = hashlib.sha256(data).hexdigest()
        with self._lock:
            body = self._bodies.get(digest)
            if body is None:
                body = self._bodies[digest] = self._keep(digest, data)
            return body

    def _keep(self, digest: str, data: bytes) -> Body:
        if len(data) <= self._room:
            self._room -= len(data)
            return _InMemory(digest, len(data), data)
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="bodies-", buffering=0)  # noqa: SIM115
        offset, view = self._end, memoryview(data)
        while view:
            view = view[os.pwrite(self._file.fileno(), view, offset + len(data) - len(view)) :]
        self._end += len(data)
        return _OnDisk(digest, len(data), offset, self)

    def read(self, offset: int, size: int) -> bytes:
        """A stretch of the file; any number of threads may read at the same time."""
        if self._file is None or self._file.closed:
            raise ValueError("the bodies of this run were closed; read them before the run ends")
        return os.pread(self._file.fileno(), size, offset)

    def close(self) -> None:
        """Give the disk space back. Bodies in memory stay readable."""
        with self._lock:
            if self._file is not None:
                self._file.close()
