"""Sending cases and recording exchanges: order, threads, budget, pace and counts.

A little longer than a file should be: what is let through, sent and recorded shares one state.

Numbers follow the order in which cases are handed over, never that in which answers arrive, so a
run is the same run at any concurrency.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from types import TracebackType

from harness import __version__
from harness.client.attempts import Attempts
from harness.client.bodies import BodyStore
from harness.client.budget import Budget
from harness.client.ledger import Ledger
from harness.client.policy import WritePolicy
from harness.client.redaction import Redactor
from harness.client.right import WriteRight
from harness.client.transport import Answer, Transport
from harness.client.weather import Sleep
from harness.client.wire import Target, Wire, Writer
from harness.contract import SecurityScheme
from harness.model import HIDDEN, Case, Counts, Exchange, Request, Response, WriteClass

AGENT = f"contract-suite/{__version__}"


@dataclass(frozen=True, slots=True)
class _Job:
    """A case that may leave, and where its exchange goes."""

    place: int
    number: int
    case: Case
    wire: Wire
    marker: str
    writes: bool
    """Whether it may store something."""


class Session:
    """One run against one target. A context manager: leaving it closes connections and bodies.

    `budget` and `rate` (requests a second) count retries as well; without a `ledger` nothing that
    is written is noted down. `on_exchange` is called by the sending threads, one at a time, in the
    order in which answers arrive.
    """

    def __init__(  # noqa: PLR0913 - settings, by keyword
        self,
        target: Target,
        schemes: Mapping[str, SecurityScheme],
        policy: WritePolicy,
        *,
        run_id: str,
        redactor: Redactor | None = None,
        concurrency: int = 2,
        budget: Budget | None = None,
        rate: float | None = None,
        ledger: Ledger | None = None,
        timeout: float = 30.0,
        on_exchange: Callable[[Exchange], None] | None = None,
        agent: str = AGENT,
        sleep: Sleep | None = None,
    ) -> None:
        """Raises TargetError, one sentence, if the target cannot be used as configured.

        `sleep` is for tests; it returns something true if waiting was interrupted.
        """
        self._start = time.perf_counter()
        self._stop = threading.Event()
        self.budget = budget or Budget()
        sleep = sleep or self._wait
        self.right = WriteRight(policy)
        self._policy, self._ledger, self._concurrency = policy, ledger, max(1, concurrency)
        self._writer = Writer(target, schemes, run_id, agent)
        self._redactor = redactor or Redactor(target.secrets, {}, schemes)
        self.redact = partial(self._redactor.data, error=True)  # for what is not judged any more
        self._hidden = {name.lower() for name, _ in target.headers}
        self._transport = Transport(target, connections=self._concurrency, timeout=timeout)
        self._attempts = Attempts(
            self._transport, sleep, rate, self._stop, self.budget, policy.may_store
        )
        self._bodies = BodyStore()
        self._threads = ThreadPoolExecutor(self._concurrency, thread_name_prefix="client")
        self._on_exchange = on_exchange
        self._lock = threading.Lock()
        self._next = 0
        self._recorded: dict[int, Exchange] = {}
        self._written: set[int] = set()
        self.dropped: list[tuple[Case, str]] = []
        """What was not sent, and why."""
        self.cut: list[tuple[Case, str]] = []
        """What the policy would have let through and a budget did not."""

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing keeps running, no connection stays open; bodies on disk are gone."""
        self._stop.set()
        self._transport.abort()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._transport.close()
        self._bodies.close()
        if self._ledger:
            self._ledger.close()

    def _wait(self, seconds: float) -> bool:
        """True if the run is being stopped; no longer than there is time to send anything."""
        return self._stop.wait(min(seconds, self.budget.left))

    def lower(self, level: WriteClass) -> None:
        """From now on send no more of what may be stored than the write policy `level` allows."""
        self._policy.lower(level)

    def run(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._start

    @property
    def exchanges(self) -> list[Exchange]:
        """Everything recorded so far, by number."""
        with self._lock:
            return [self._recorded[number] for number in sorted(self._recorded)]

    @property
    def counts(self) -> Counts:
        """What was sent so far. `authenticated`: with good credentials; `writes`: may store."""
        done = self.exchanges
        signed = [e.case.credentials for e in done if e.case.credentials]
        return Counts(
            exchanges=len(done),
            authenticated=sum(not credentials.defect for credentials in signed),
            writes=sum(e.number in self._written for e in done),
            dropped=len(self.dropped),
            cut=len(self.cut),
            **self._attempts.met,
        )

    def send(self, cases: Sequence[Case]) -> list[Exchange | None]:
        """The exchanges in the order of the cases; None where policy or budget kept one back.

        On KeyboardInterrupt nothing more is sent, requests under way are cut off, what was
        recorded stays, and the exception goes on. So it is with TargetLost.
        """
        jobs = self._jobs(cases)
        results: list[Exchange | None] = [None] * len(cases)
        queue = iter(jobs)
        try:
            if len(jobs) == 1 or self._concurrency == 1:
                self._work(queue, results)
            else:
                self._work_together(queue, results, min(len(jobs), self._concurrency))
        except BaseException:
            self._stop.set()
            self._transport.abort()
            raise
        return results

    def _jobs(self, cases: Sequence[Case]) -> list[_Job]:
        jobs: list[_Job] = []
        for place, case in enumerate(cases):
            wire, marker = self._writer.wire(case, self._next)
            reason = self._policy.verdict(wire) or self.right.reason(case, wire)
            if reason:
                self.dropped.append((case, reason))
                continue
            writes = self._policy.may_store(wire)
            if reason := self.budget.take(writes=writes):
                self.cut.append((case, reason))
                continue
            jobs.append(_Job(place, self._next, case, wire, marker, writes))
            self._next += 1
        return jobs

    def _work_together(
        self, queue: Iterator[_Job], results: list[Exchange | None], threads: int
    ) -> None:
        futures = [self._threads.submit(self._work, queue, results) for _ in range(threads)]
        try:
            wait(futures)
        except BaseException:
            self._stop.set()
            self._transport.abort()
            wait(futures)
            raise
        for future in futures:
            future.result()

    def _work(self, queue: Iterator[_Job], results: list[Exchange | None]) -> None:
        while not self._stop.is_set():
            with self._lock:
                job = next(self.right.still_allowed(queue, self.dropped), None)
            if job is None:
                return
            try:
                results[job.place] = self._carry_out(job)
            except BaseException:
                self._stop.set()
                raise

    def _carry_out(self, job: _Job) -> Exchange | None:
        note = partial(self._note, job)
        answered = self._attempts.send(job.case, job.wire, note)
        if isinstance(answered, str):
            with self._lock:
                self.cut.append((job.case, answered))
            return None
        return self._record(job, *answered) if answered else None

    def _note(self, job: _Job, attempt: int) -> None:
        if self._ledger and job.writes:
            self._ledger.note(job.case, self._request(job), job.marker, attempt)

    def _record(self, job: _Job, answer: Answer, retries: int) -> Exchange:
        exchange = Exchange(
            number=job.number,
            case=job.case,
            request=self._request(job),
            response=self._response(answer),
            failure=answer.failure,
            detail=self._redactor.text(answer.detail),
            started=answer.began - self._start,
            elapsed=answer.elapsed,
            retries=retries,
            marker=job.marker,
        )
        with self._lock:
            self.right.learn(job.case, answer.status)
            self._recorded[job.number] = exchange
            self._written |= {job.number} if job.writes else set()
            if self._on_exchange:
                self._on_exchange(exchange)
        return exchange

    def _request(self, job: _Job) -> Request:
        wire, redactor = job.wire, self._redactor
        headers = tuple(
            (name, HIDDEN if name.lower() in self._hidden else value)
            for name, value in wire.headers
        )
        return Request(
            method=wire.method,
            target=redactor.text(wire.target),
            headers=redactor.request_headers(headers, job.case.credentials),
            body=wire.body and redactor.data(wire.body),
        )

    def _response(self, answer: Answer) -> Response | None:
        if not answer.status:
            return None
        headers, body = self._redactor.response(answer.headers, answer.body, answer.status)
        return Response(answer.status, headers, self._bodies.put(body))
