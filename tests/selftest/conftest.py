"""How the self-tests are spread over cores: files stay whole, but for those that say otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ANYWHERE = frozenset({
    "tests/selftest/test_catalogue.py",
    "tests/selftest/proof/test_proof_harm.py",
    "tests/selftest/product/test_product_weather.py",
})  # fmt: skip
"""Files whose tests share nothing, and that would keep one core busy for long."""

PRODUCT = "tests/selftest/product/test_product_"
TOGETHER = frozenset(
    f"{PRODUCT}{name}.py"
    for name in ("exit_codes", "identity", "plan", "replay", "reports", "waivers", "writes")
)
"""Files that read the same runs of the product, each of which costs seconds."""


class ByFile(LoadScopeScheduling):
    """Fixtures of a file, or of several, are made once, so their tests go to one worker."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path in TOGETHER:
            return PRODUCT
        return nodeid if path in ANYWHERE else path


@pytest.hookimpl
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """xdist's own `loadgroup` does nothing under pytest 9.2, which keeps node ids elsewhere."""
    return ByFile(config, log)
