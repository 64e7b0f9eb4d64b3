"""How the self-tests are spread over cores: files stay whole, but for those that say otherwise."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fixtures of a file are made once, so its tests go to one worker (`--dist loadgroup`)."""
    for item in items:
        if item.get_closest_marker("anywhere") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
