"""What goes wrong in the suite itself is told without what it was working on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from harness.output.items import LEFT_OUT, nothing_leaks
from harness.output.mishaps import SuiteError, telling_little


def clean(data: bytes) -> bytes:
    return data.replace(b"canarysecret", b"$SECRET")


def raising(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def work(answer: str) -> None:
    try:
        int(answer)
    except ValueError as error:
        raise KeyError(answer) from error


@pytest.mark.parametrize("written", ["{}", "Dear {} Smith", "{}' or '{}"])
def test_neither_message_nor_frames_hold_an_answer(written: str) -> None:
    word = "yranac"[::-1]  # tracebacks show this file's lines
    answer = written.replace("{}", word)
    with pytest.raises(SuiteError) as failed:
        telling_little(clean, lambda: work(answer))
    said = str(failed.value)
    assert word not in said
    assert "KeyError: …" in said
    assert "ValueError: invalid literal for int() with base …" in said
    assert "test_output_mishaps.py:" in said
    assert "in work" in said
    for style in ("long", "native"):
        shown = str(failed.getrepr(style=style, funcargs=True))
        assert word not in shown
        assert "SuiteError" in shown


def test_credentials_go_from_what_is_left() -> None:
    with pytest.raises(SuiteError, match=r"OSError: bad \$SECRET here"):
        telling_little(clean, raising(OSError("bad canarysecret here")))


def test_what_is_meant_for_the_user_goes_through() -> None:
    with pytest.raises(pytest.UsageError, match="do this"):
        telling_little(clean, raising(pytest.UsageError("do this")))
    with pytest.raises(KeyboardInterrupt):
        telling_little(clean, raising(KeyboardInterrupt()))
    assert telling_little(clean, lambda: 3) == 3


@dataclass
class Asked:
    """As much of pytest's configuration as is looked at."""

    option: SimpleNamespace
    stash: pytest.Stash = field(default_factory=pytest.Stash)


@pytest.fixture
def clauses(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether clauses are among what pytest is asked to run."""
    answer = [True]
    monkeypatch.setattr("harness.output.items.runs_clauses", lambda config: answer[0])
    return answer


def asked(**options: Any) -> Any:
    return Asked(SimpleNamespace(**options))


def test_a_public_paste_is_refused(clauses: list[bool]) -> None:
    config = asked(pastebin="failed")
    with pytest.raises(pytest.UsageError, match="--pastebin would publish"):
        nothing_leaks(config)
    assert config.option.pastebin is None


def test_locals_are_not_shown(clauses: list[bool]) -> None:
    config = asked(pastebin=None, showlocals=True)
    nothing_leaks(config)
    assert config.option.showlocals is False
    assert "--showlocals" in config.stash[LEFT_OUT][0]


def test_other_tests_keep_what_they_ask_for(clauses: list[bool]) -> None:
    clauses[0] = False
    config = asked(pastebin="all", showlocals=True)
    nothing_leaks(config)
    assert config.option.showlocals is True
    assert config.option.pastebin == "all"
