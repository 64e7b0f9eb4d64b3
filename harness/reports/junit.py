"""What pytest's own JUnit XML cannot know about the run: properties of the whole suite."""

from __future__ import annotations

import re

from harness.model import Run


def properties(run: Run) -> dict[str, str]:
    """Names and values for `record_testsuite_property`; labels as `label.KEY`.

    XML 1.0 has no way to write most control characters or lone surrogates, so they are spelt as
    escapes.
    """
    values = {
        "verdict": run.verdict.name,
        "headline": run.verdict.headline,
        "exit_code": str(run.verdict.exit_code),
        "target": run.target,
        "spec": run.spec.get("sha256", ""),
        "profile": run.profile,
        "seed": str(run.seed),
        "writes": run.writes,
        "run": run.run_id,
        **({"repeat": str(run.extra["repeat"])} if "repeat" in run.extra else {}),
        **{f"label.{key}": run.labels[key] for key in sorted(run.labels)},
    }
    return {_xml(name): _xml(value) for name, value in values.items()}


def _xml(text: str) -> str:
    return re.sub(
        "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]",
        lambda match: match[0].encode("unicode_escape").decode(),
        text,
    )
