"""The nouns that every other room speaks of: frozen values without behaviour to speak of.

One file although it is long: these are read together, and every room speaks of most of them.
Nothing here knows an API, a library or a file; everything may import this, this imports nothing
of the harness.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

Severity = Literal["violation", "leniency"]
Stability = Literal["deterministic", "intermittent", "unstable", "not repeated"]
Outcome = Literal["kept", "violated", "waived", "lenient", "not exercised"]
WriteClass = Literal["none", "notes", "all"]
WRITE_LEVELS: tuple[WriteClass, ...] = ("none", "notes", "all")
"""Each allows what those before it do, and more."""

SEND_PLACEHOLDER = "ctMARKERMARKER00"
"""Stands in a planned request wherever a marker goes; same length as every marker."""

HIDDEN = "<hidden>"
"""Recorded in the place of the value of a header that an access proxy asks for."""


class Cell(NamedTuple):
    """One place of a request and the kind of thing that is unusual there (contract.md, *Grid*)."""

    place: str
    """`query page`, `path uuid`, `header Authorization basicAuth`, `body`, `body /a/*/b`."""
    kind: str
    """A word of the closed list in `harness.plan.kinds`."""

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Which credentials a request carries, by name: the values never leave the client."""

    scheme: str
    defect: str = ""
    """Empty for good credentials, otherwise a defect of `harness.client.credentials`."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request of the plan, before the target is known.

    `path` may hold `{read}`, `{write}`, `{other}` and `{unknown}` in the place of a resource's id
    (braces cannot stand in a percent-encoded path otherwise); `query`, `headers` and `body` may
    hold `SEND_PLACEHOLDER`.
    """

    id: str
    """Unique in the plan and the same for every seed, but for generated cases."""
    operation: str
    """`operationId` of the operation whose clauses read the answer."""
    phase: str
    """preflight, baseline, listing, grid, sending, method, auth, coverage, fuzz, repeat, reduce."""
    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    credentials: Credentials | None = None
    context: str = ""
    """Name of the baseline that this request is a change of."""
    cells: tuple[Cell, ...] = ()
    """What differs from that baseline; the grid's cases differ in exactly one cell."""
    group: str = ""
    """Exchanges that are compared with each other share a group."""
    role: str = ""
    """What the request stands for in its group."""


class Body(Protocol):
    """A response body, kept once per hash, possibly on disk."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest."""
        ...

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    def read(self) -> bytes:
        """All of it."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """What went over the wire, credentials replaced by the names of their variables."""

    method: str
    target: str
    """Path and query as sent, with the path prefix of the base URL."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, whole: repeated headers kept, body decoded, credentials redacted."""

    status: int
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: Body = field(repr=False)

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


Failure = Literal["", "unreachable", "reset", "timeout", "broken off", "undecodable"]
"""Why there is no (whole) answer. `reset`: before the answer started; `broken off`: within it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it. Recorded once, never changed."""

    number: int
    """Position in what was sent; assigned when the request is handed to the client."""
    case: Case
    request: Request
    response: Response | None
    failure: Failure = ""
    detail: str = ""
    """One clause about the failure, for people."""
    started: float = 0.0
    """Seconds since the run began."""
    elapsed: float = 0.0
    """Seconds from the first byte sent to the last byte received, of the last attempt."""
    retries: int = 0
    marker: str = ""

    @property
    def status(self) -> int:
        """The status code, 0 when no answer started."""
        return self.response.status if self.response else 0

    @property
    def status_class(self) -> str:
        """`2xx` … `5xx`, or the failure's name where there was no whole answer."""
        if self.failure or not self.response:
            return self.failure or "unreachable"
        return f"{self.response.status // 100}xx"


class Culprit(NamedTuple):
    """What is to blame: a place in the request or in the response, and what is wrong there."""

    place: str
    kind: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}" if self.kind else self.place


@dataclass(frozen=True, slots=True)
class Deviation:
    """One clause seen broken by one exchange. Soft: reporting it hides no other."""

    clause: str
    operation: str
    exchange: Exchange
    place: str = ""
    """Response pointer with indices as `*`; empty where the culprit is in the request."""
    kind: str = ""
    """Kind of deviation in the response (missing, null, wrong type, wrong count …)."""
    expected: str = ""
    actual: str = ""
    severity: Severity = "violation"
    carriers: tuple[str, ...] = ()
    """Identities of the items that carry the deviation, for the regime."""
    witnesses: tuple[Exchange, ...] = ()
    """Further exchanges that a repetition needs, in order."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A known deviation that is tolerated for a while. One entry of a waiver file."""

    clause: str
    operation: str
    reason: str
    owner: str
    fingerprint: str = ""
    match: tuple[str, str, str] | None = None
    """place, kind, status; each exact or `*`."""
    link: str = ""
    expires: str = ""
    """An ISO date, or `never` (then a link is required)."""
    profile: str = ""
    writes: str = ""
    at_most: float | None = None
    """Failures per 100 requests that an intermittent finding may show."""
    place_in_file: str = ""
    """`FILE:LINE`, for messages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect of the server, with one owner clause and one culprit."""

    clause: str
    operation: str
    severity: Severity
    culprit: Culprit
    status_class: str
    fingerprint: str
    expected: str
    actual: str
    count: int
    """Exchanges that show it."""
    smallest: Exchange
    stability: Stability = "not repeated"
    also: tuple[str, ...] = ()
    """Other clauses that the same defect breaks."""
    message: str = ""
    """The server's own words, for grouping; never part of the identity."""
    context: str = ""
    exchanges: tuple[int, ...] = ()
    """Numbers of the exchanges that show it."""
    carriers: tuple[str, ...] = ()
    waived: Waiver | None = None
    note: str = ""
    """`new with this seed`, `stability taken from its group` and the like."""
    requirement: str = ""
    pointer: str = ""
    curl: str = ""
    rate: float = 0.0
    """Failures per 100 requests, of an intermittent finding."""

    @property
    def group(self) -> tuple[str, str, str, str]:
        """Findings that are shown together: same clause, operation, status class and message."""
        return (self.clause, self.operation, self.status_class, self.message)


@dataclass(frozen=True, slots=True)
class Gap:
    """The server did something about which the published documents are silent."""

    operation: str
    status: str
    about: str
    count: int = 1
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A kind of request that a gateway refuses by itself, so that the server never answers it."""

    gateway: str
    """Its product, as its answer says; may be empty."""
    operation: str
    status: str
    input: str
    """What is out of the ordinary about the request."""
    exchanges: int
    clauses: tuple[str, ...] = ()
    """Those that would have judged the server's answer."""


@dataclass(frozen=True, slots=True)
class NotExercised:
    """A clause that this run could not reach, why, and what would reach it."""

    clause: str
    operation: str
    reason: str
    reach: str
    code: str = ""
    """The reason's name in `harness.reasons`."""


@dataclass(frozen=True, slots=True)
class Untestable:
    """A published sentence that no client can check."""

    pointer: str
    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """What became of one clause for one operation."""

    clause: str
    operation: str
    requirement: str
    pointer: str
    outcome: Outcome
    exchanges: int
    tolerated: str = ""


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds, over all answered requests of one operation."""

    p50: float
    p95: float
    p99: float
    max: float
    slowest: tuple[tuple[str, float], ...] = ()
    """Case ids and seconds of the slowest answers."""


@dataclass(frozen=True, slots=True)
class UndocumentedField:
    """A property that was met where the document names none of that name."""

    operation: str
    status: str
    pointer: str
    """Into the body, indices as `*`."""
    types: tuple[str, ...]
    """JSON types that it was met with."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Names of what all of some clauses judged and found nothing wrong with."""

    clauses: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a run saw of one operation: what would have shown a defect, had it been there."""

    cases: tuple[Judged, ...] = ()
    """Digests of the cases that were sent and judged good."""
    circumstances: tuple[Judged, ...] = ()
    """Filter settings, positions and page sizes under which a listing was judged good."""
    items: tuple[str, ...] = ()
    """Digests of the identities that a listing held."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was sent. `planned` counts what the plan held, `dropped` what the policy kept back.

    `throttled` and what stands after `validated` count attempts that the weather took; each may
    have been followed by another one, counted in `retries`.
    """

    planned: int = 0
    exchanges: int = 0
    authenticated: int = 0
    writes: int = 0
    retries: int = 0
    throttled: int = 0
    reductions: int = 0
    repeats: int = 0
    dropped: int = 0
    cut: int = 0
    """What a budget kept back, of what was planned."""
    validated: int = 0
    resets: int = 0
    timeouts: int = 0
    gateway_errors: int = 0
    unreachable: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to the one question, and the exit code that says it."""

    name: Literal[
        "conforms",
        "violates",
        "inconclusive",
        "misconfigured",
        "interrupted",
        "internal error",
        "nothing selected",
    ]
    exit_code: int
    headline: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that the reports are written from."""

    version: str
    verdict: Verdict
    labels: dict[str, str]
    target: str
    spec: dict[str, str]
    """title, version, sha256."""
    seed: int
    profile: str
    writes: str
    started: str
    """ISO 8601, UTC."""
    duration: float
    run_id: str
    counts: Counts
    clauses: tuple[ClauseResult, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    not_exercised: tuple[NotExercised, ...]
    untestable: tuple[Untestable, ...]
    enums: dict[str, dict[str, list[str]]]
    """Pointer -> {"seen": […], "unseen": […]}."""
    latency: dict[str, Latency]
    clarifications: int
    """Actions of the overlay that are in force."""
    exchanges: tuple[Exchange, ...] = ()
    notes: tuple[str, ...] = ()
    """Whole sentences for people: what was cut, what was dropped and what it costs."""
    unmet_waivers: tuple[Waiver, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    """Versions of the generators, for repeating the run."""
    extra: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, dict[str, int]] = field(default_factory=dict)
    """Operation -> status -> how many answers had it."""
    undocumented: tuple[UndocumentedField, ...] = ()
    reach: dict[str, Reach] = field(default_factory=dict)
    """By operation."""
    gateway: tuple[Hidden, ...] = ()
    """What is between the suite and the server answers by itself."""
