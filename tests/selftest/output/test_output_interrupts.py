"""The first signal stops a run; none breaks off what that has begun."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from harness.output.interrupts import SIGNALS, Interrupts


@pytest.fixture
def stop() -> Iterator[Interrupts]:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals are the main thread's")
    made = Interrupts()
    made.install()
    made.arm()
    yield made
    made.uninstall()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_the_first_one_interrupts_and_the_next_ones_do_not(
    number: signal.Signals, stop: Interrupts
) -> None:
    assert not stop.is_asked()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    for other in SIGNALS:
        signal.raise_signal(other)
    assert stop.is_asked()


def test_while_reports_are_written_it_is_remembered_only(stop: Interrupts) -> None:
    stop.defer()
    signal.raise_signal(signal.SIGTERM)
    assert stop.is_asked()


def test_before_there_is_a_session_it_is_remembered_and_raised_then() -> None:
    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals are the main thread's")
    stop = Interrupts()
    stop.install()
    signal.raise_signal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        stop.arm()
    with pytest.raises(KeyboardInterrupt):
        stop.release()
    stop.install()
    assert not stop.is_asked(), "another session is another matter"
    stop.release()


def test_afterwards_signals_are_whose_they_were(stop: Interrupts) -> None:
    taken = [signal.getsignal(number) for number in SIGNALS]
    stop.uninstall()
    given = [signal.getsignal(number) for number in SIGNALS]
    assert all(now is not before for now, before in zip(given, taken, strict=True))
    stop.uninstall()


def test_another_thread_takes_nothing_over() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    thread = threading.Thread(target=Interrupts().install)
    thread.start()
    thread.join()
    assert [signal.getsignal(number) for number in SIGNALS] == before
