"""Why a clause was not exercised, and what would reach it: every reason that the suite can give.

A reason must have held in the run that tells it, and its remedy must reach the clause;
`tests/selftest/run/test_run_reasons.py` brings each of them about and follows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Told(NamedTuple):
    """A reason as it held in one run."""

    code: str
    """The reason's name, for machines."""
    reason: str
    reach: str


@dataclass(frozen=True)
class Reason:
    """Two templates, filled by `str.format` with what was the case."""

    code: str
    why: str
    reach: str

    def __call__(self, **facts: object) -> Told:
        """The reason with the facts of a run."""
        return Told(self.code, self.why.format(**facts), self.reach.format(**facts))


REASONS: dict[str, Reason] = {}


def _reason(code: str, why: str, reach: str) -> Reason:
    REASONS[code] = Reason(code, why, reach)
    return REASONS[code]


# The document promises nothing.
NO_SUCH_SCHEME = _reason(
    "no such scheme", "the operation documents no such scheme", "nothing: it is not promised"
)
NO_REPEAT_KEY = _reason(
    "no repeat key", "the operation documents no repeat key", "nothing: it is not promised"
)

# Settings of the run.
NO_TIME_LIMIT = _reason(
    "no time limit", "no --max-response-time is given", "--max-response-time SECONDS"
)
NOTHING_WRITTEN = _reason("nothing written", "nothing may be written", "{way}")
BEYOND_POLICY = _reason(
    "beyond the policy", "the write policy lets no such request through", "{way}"
)
BUDGET = _reason("budget", "the budget: {budgets}", "{way}")
WALK_LIMIT = _reason(
    "walk limit",
    "no walk reached the end of the list",
    "--walk-limit N, or a shorter list",
)
KEPT_BACK = _reason(
    "kept back",
    "what it needs was kept back: {why}",
    "nothing: it is sent to the embedded server only",
)
PART_OF_A_RECORDING = _reason(
    "part of a recording",
    "the recording holds nothing that tells it",
    "a recording of a run that exercised it",
)

# The run came to no good end.
INTERRUPTED = _reason("interrupted", "the run was interrupted", "a run that is not interrupted")
UNJUDGED = _reason("unjudged", "the target could not be judged", "what the reasons above ask for")
UNNOTED = _reason("unnoted", "a write could not be noted down", "what the reasons above ask for")

# What the target allows.
MAY_NOT_WRITE = _reason(
    "may not write",
    "the credentials may not write: the first item sent was answered {status}",
    "credentials with the right to write",
)
MAY_NOT_SEND_AS = _reason(
    "may not send as",
    "the credentials may not send a {context}",
    "credentials with the right to do so",
)
NOWHERE_TO_WRITE = _reason(
    "nowhere to write",
    "the resource that {name} names cannot be written to",
    "{name}: the id of a resource that exists for these credentials",
)
STRANGERS = _reason(
    "strangers",
    "people outside of the sink stand in the resource that {name} names",
    "{name}: a resource whose people are all in the sink, or --allow-domain DOMAIN",
)
PEOPLE_UNKNOWN = _reason(
    "people unknown",
    "it is not known who may get mail: {why}",
    "--writes all, when the list of the resource that {name} names can be read",
)
GATEWAY = _reason(
    "gateway",
    "the gateway answers for the server: {refused}",
    "a way to the server that leads past the gateway, or a gateway that lets this through",
)
LOCKED_OUT = _reason(
    "locked out", "locked out after wrong credentials", "a target without a lock-out"
)

# What the data are.
DATA_CHANGED = _reason(
    "data changed",
    "the data kept changing",
    "a resource that nobody writes to during the run",
)
ORDER_UNSEEN = _reason(
    "order unseen",
    "the order changes by itself, and {met} of {total} items were met so far",
    "a shorter list, or a larger --walk-limit",
)
OUT_OF_ORDER = _reason(
    "out of order",
    "the order is not always the same: that explains what comes twice",
    "a server that keeps to one order, which the findings are about",
)
CROWDED = _reason(
    "crowded",
    "so much was written meanwhile that what was sent could not be looked for",
    "a resource that nobody else writes to",
)
EMPTY_LIST = _reason("empty list", "the list holds nothing", "a resource that holds items")

# What other clauses tell of this server.
NO_PAGE = _reason(
    "no page",
    "no answer is a page that can be read",
    "a server that answers with pages, which the findings are about",
)
NOTHING_ACCEPTED = _reason(
    "nothing accepted",
    "no plain item was accepted",
    "a server that accepts plain items, which the findings are about",
)
TOTAL_WRONG = _reason(
    "total wrong", "the list does not count what it holds", "a list whose total is right"
)
VALUES_UNREAD = _reason(
    "values unread",
    "{settings} was not read, so the answer may be that",
    "a run that reads it",
)
OTHERS_TELL = _reason(
    "others tell",
    "what it needs was not answered as documented",
    "a server without the findings of this run",
)
UNKNOWN = _reason(
    "unknown",
    "nothing that was answered tells it",
    "not known: please report it, with run.json",
)
