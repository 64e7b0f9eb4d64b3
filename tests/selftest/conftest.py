"""How the self-tests are spread over cores: files stay whole, but for those that say otherwise."""

from __future__ import annotations

import gc
import signal
import zlib
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Thousands of tests stay where they are until the end: to look through them again and again for
# what nobody refers to takes a tenth of the time.
gc.set_threshold(20_000, 20, 20)

ANYWHERE = frozenset({
    "tests/selftest/test_catalogue.py",
    "tests/selftest/proof/test_proof_harm.py",
    "tests/selftest/product/test_product_weather.py",
    "tests/selftest/run/test_run_unreadable.py",
})  # fmt: skip
"""Files whose tests share nothing, and that would keep one core busy for long."""

PRODUCT = "tests/selftest/product/test_product_"
TOGETHER = frozenset(
    f"{PRODUCT}{name}.py"
    for name in (
        "counts",
        "exit_codes",
        "identity",
        "plan",
        "replay",
        "reports",
        "waivers",
        "writes",
    )
)
"""Files that read the same runs of the product, each of which costs seconds."""


@pytest.fixture(scope="session", autouse=True)
def _signals_stop_what_is_started() -> None:
    """A shell that starts us in the background has us ignore what stops a program.

    Whatever we start would inherit that, and a shell cannot even take it back. By the first test
    the plugin has given back the handlers that it found, so nothing undoes this.
    """
    for number, usual in (
        (signal.SIGINT, signal.default_int_handler),
        (signal.SIGTERM, signal.SIG_DFL),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


class ByFile(LoadScopeScheduling):
    """Fixtures of a file, or of several, are made once, so their tests go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        path = _file(nodeid)
        if path in TOGETHER:
            return PRODUCT
        return nodeid if path in ANYWHERE else path


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that wait have names that are alike: side by side they would keep nobody busy."""
    spread = [item for item in items if _file(item.nodeid) in ANYWHERE]
    spread.sort(key=lambda item: zlib.crc32(item.nodeid.encode()))
    items[:] = [item for item in items if _file(item.nodeid) not in ANYWHERE] + spread


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was collected is left alone from now on."""
    gc.freeze()


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """xdist's own `loadgroup` does nothing under pytest 9.2, which keeps node ids elsewhere."""
    return ByFile(config, log)
