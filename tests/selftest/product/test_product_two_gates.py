"""Two runs at once on the same conversations disturb neither's verdict."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

from harness.model import Run
from servers.forked import forked

from .test_product_weather import smoke


def test_neither_finds_what_it_would_not_find_alone() -> None:
    with forked() as told, ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: smoke(lambda: nullcontext(told)), range(2)))
    alone = smoke(forked)
    for found in both:
        assert found.verdict.name == "conforms", found.verdict.reasons
        assert found.findings == alone.findings == ()
        assert missed(found) <= missed(alone)


def missed(found: Run) -> set[tuple[str, str]]:
    return {(n.clause, n.operation) for n in found.not_exercised}
