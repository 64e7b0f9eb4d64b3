"""What a pytest item stands for."""

from __future__ import annotations

import pytest

from harness.clauses import Clause


def clause_of(item: pytest.Item) -> Clause | None:
    """The clause that a test is, if it is one."""
    found = getattr(getattr(item, "function", None), "clause", None)
    return found if isinstance(found, Clause) else None


def operation_of(item: pytest.Item) -> str:
    """The operation that a clause's test is about."""
    return str(item.callspec.params["record"])  # type: ignore[attr-defined]
