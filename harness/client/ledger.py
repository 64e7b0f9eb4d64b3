"""sent.jsonl: every write on disk before it is on its way, for whoever has to find and remove it.

One JSON object a line, as harness/reports/sent.schema.json describes it. Each line is handed to the
operating system before the request leaves, so that whatever ends this process loses none.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from harness.model import Case, Request


class LedgerError(RuntimeError):
    """A write could not be noted down and was not sent; the message says what to do."""


class Ledger:
    """Begins anew, unless `append`: a run that repeats a finding leaves the earlier lines.

    An empty file says that nothing was written.
    """

    def __init__(
        self,
        path: Path,
        run_id: str,
        *,
        append: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Raises LedgerError where the file cannot be opened."""
        self._path, self._run_id, self._now = path, run_id, now
        self._lock = threading.Lock()
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (0 if append else os.O_TRUNC)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise self._failed(error) from error
        self._open = True

    def note(self, case: Case, request: Request, marker: str, attempt: int) -> None:
        """Before a request leaves that may store something. `request`: redacted already.

        Raises LedgerError if it could not be noted, whole.
        """
        body, encoding = _text(request.body)
        line = {
            "time": self._now().isoformat(timespec="milliseconds"),
            "run_id": self._run_id,
            "case": case.id,
            "method": request.method,
            "target": request.target,
            "marker": marker,
            "attempt": attempt,
            "body": body,
            "body_encoding": encoding,
        }
        data = json.dumps(line, ensure_ascii=True).encode() + b"\n"
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._file, data) :]
            except OSError as error:
                raise self._failed(error) from error

    def close(self) -> None:
        """Nothing can be noted any more, so nothing can be written."""
        with self._lock:
            if self._open:
                os.close(self._file)
            self._open = False

    def _failed(self, error: OSError) -> LedgerError:
        return LedgerError(
            f"cannot note in {self._path} what is going to be written: {error.strerror}; free some "
            "space or make the folder writable: no write leaves without its line"
        )


def _text(body: bytes | None) -> tuple[str | None, str | None]:
    if body is None:
        return None, None
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"
