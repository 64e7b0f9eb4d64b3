"""Reports of an earlier run go, but for what this one is to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from harness.output.reports import WRITTEN, forget
from harness.settings import resolve


def test_the_recording_that_is_judged_again_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in (*WRITTEN, "junit.xml"):
        (folder / name).write_text("earlier")
    settings = resolve({}, {}, {}, date(2026, 1, 1), root=tmp_path)
    monkeypatch.chdir(tmp_path)
    forget(replace(settings, replay=Path("reports", "exchanges.har")))
    assert [path.name for path in folder.iterdir()] == ["exchanges.har"]
    forget(settings)
    assert list(folder.iterdir()) == []
