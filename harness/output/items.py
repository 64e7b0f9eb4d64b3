"""What pytest is asked to run, and what an item of it stands for."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from harness.clauses import Clause


def clause_of(item: pytest.Item) -> Clause | None:
    """The clause that a test is, if it is one."""
    found = getattr(getattr(item, "function", None), "clause", None)
    return found if isinstance(found, Clause) else None


def operation_of(item: pytest.Item) -> str:
    """The operation that a clause's test is about."""
    return str(item.callspec.params["record"])  # type: ignore[attr-defined]


def one_process(config: pytest.Config) -> None:
    """The suite is concurrent by itself: several workers would be several runs."""
    if not runs_clauses(config):
        return
    if getattr(config.option, "numprocesses", None) or getattr(config.option, "dist", "no") != "no":
        config.option.dist, config.option.numprocesses, config.option.tx = "no", 0, []
        config.issue_config_time_warning(
            pytest.PytestConfigWarning(
                "the suite is one run in one process; use --concurrency N instead of -n N"
            ),
            stacklevel=2,
        )


def nothing_leaks(config: pytest.Config) -> None:
    """Take back what would show values of the suite's own frames, or publish the output.

    Raises UsageError, which is exit code 4.
    """
    if not runs_clauses(config):
        return
    if getattr(config.option, "pastebin", None):
        config.option.pastebin = None
        raise pytest.UsageError(
            "contract: --pastebin would publish what was found on a public site; leave it out and "
            "hand on the files in the folder of the reports"
        )
    if getattr(config.option, "showlocals", False):
        config.option.showlocals = False
        config.stash[LEFT_OUT] = ("--showlocals is left out: locals hold what a server wrote",)


LEFT_OUT = pytest.StashKey[tuple[str, ...]]()
"""What was asked for and is not done, in a sentence each."""


def runs_clauses(config: pytest.Config) -> bool:
    """Whether the tests asked for are, or may hold, those of the contract."""
    return holds_clauses(config, config.args)


def holds_clauses(config: pytest.Config, places: Iterable[str]) -> bool:
    """Whether tests in these places are, or may be, those of the contract."""
    clauses = config.rootpath / "tests" / "contract"
    for place in places:
        path = (config.invocation_params.dir / place.partition("::")[0]).resolve()
        if clauses in (path, *path.parents) or path in clauses.parents:
            return True
    return False
