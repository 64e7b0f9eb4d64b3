"""The verdict in pytest's own junit.xml, for readers of nothing else."""

from __future__ import annotations

import pytest
from _pytest.junitxml import xml_key  # private: tests/selftest/product reads what comes of it

from harness.model import Run
from harness.reports.junit import properties


def tell_junit(config: pytest.Config, run: Run) -> None:
    """Add target, seed, labels and verdict to the suite, if a junit.xml is written."""
    xml = config.stash.get(xml_key, None)
    if xml is not None:
        for name, value in properties(run).items():
            xml.add_global_property(name, value)
