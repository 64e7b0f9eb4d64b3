"""`--plan`: what would be sent, without sending it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from harness.client import Secrets
from harness.contract import Contract
from harness.model import Case, WriteClass
from harness.run.runner import Runner
from harness.wire.reading import understand

EXAMPLES = 3


def render(runner: Runner) -> str:
    """Counts by phase, operation, method and validity, and a few examples of each."""
    settings, contract = runner.settings, runner.contract
    secrets = Secrets("example-key", "Example-Secret", {})
    plan = runner.plan(applicable_to=secrets, embedded=settings.embedded)
    size = runner.size
    cases = plan.fixed()
    generated = list(runner.generated()) if size.generated else []
    cases += [c for c in generated if (c.phase, c.operation) in plan.needs]
    cases = [c for c in cases if plan.may_leave(c)]
    lines = [
        f"profile {settings.profile}, seed {settings.seed}: at most {size.limit} requests, "
        f"and {size.extra} more to repeat and reduce what deviates",
        "besides the cases below: preflight, walks over the pages and windows, plain sends and",
        "the search for them in the list, which depend on what comes back",
        "",
    ]
    lines += _counts(contract, cases, settings.writes)
    lines += _examples(cases)
    if size.generated:
        lines.append(f"generated cases are sent in this order until {size.limit} are reached")
    return "\n".join(lines)


def _counts(contract: Contract, cases: Sequence[Case], level: WriteClass) -> Iterator[str]:
    counted = Counter(
        (c.phase, c.operation, c.method, _validity(contract, c), _writes(c, level)) for c in cases
    )
    yield f"{'phase':10}{'operation':22}{'method':9}{'request':12}{'may store':11}{'cases':>6}"
    for (phase, operation, method, validity, writes), count in counted.items():
        yield f"{phase:10}{operation:22}{method:9}{validity:12}{writes:11}{count:6}"
    yield ""


def _validity(contract: Contract, case: Case) -> str:
    return "valid" if understand(contract, case).is_valid else "not valid"


def _writes(case: Case, level: WriteClass) -> str:
    """Under `none` nothing leaves that may store something."""
    safe = level == "none" or case.method in {"GET", "HEAD", "OPTIONS"}
    return "no" if safe else "yes"


def _examples(cases: Sequence[Case]) -> Iterator[str]:
    for phase in dict.fromkeys(c.phase for c in cases):
        yield f"{phase}, for example:"
        own = [c for c in cases if c.phase == phase]
        for case in own[:: max(1, len(own) // EXAMPLES)][:EXAMPLES]:
            query = f"?{case.query}" if case.query else ""
            body = (case.body or b"")[:60].decode("utf-8", "replace")
            yield f"    {case.method} {case.path}{query}"[:110]
            if body:
                yield f"        {body!r}"
        yield ""
