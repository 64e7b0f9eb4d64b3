"""At most three requests that tell a misconfigured target before the plan is sent.

Under `--writes all` at most two more follow (`people.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Event

from harness.contract import Contract, Operation
from harness.model import Case, Exchange
from harness.wire.baselines import baselines

Send = Callable[[Sequence[Case]], list[Exchange | None]]


PURPOSE = {"read": "be read", "write": "write to", "other": "be told apart from it"}


@dataclass(frozen=True)
class Preflight:
    """Asks for what the run will read and write."""

    contract: Contract
    send: Send
    url: str
    names: dict[str, str]
    """`url`, `key`, `secret`, `token`, `read` … -> the name under which a person sets it."""
    reads: tuple[str, ...]
    """`read`, `write`, `other`: the resources that the run needs."""

    def problems(self) -> list[str]:
        """One sentence for each reason why the target cannot be judged."""
        operation = self.contract.probe
        if operation is None:
            return []
        answer = self._ask(operation, "read", 0)
        if answer is None:
            return []
        if not answer.status or answer.status in {429, 502, 503, 504}:
            return [self._unreachable(answer)]
        if answer.status in {401, 403}:
            second = self._ask(operation, "read", 1) if len(operation.security) > 1 else None
            if second is None or second.status in {401, 403}:
                return [self._kept_out(operation, answer)]
            return []
        return [*self._unknown("read", answer), *self._others(operation)]

    def _others(self, operation: Operation) -> Iterator[str]:
        if not operation.path_parameters:
            return
        for name in self.reads[1:3]:
            answer = self._ask(operation, name, 0)
            if answer is not None:
                yield from self._unknown(name, answer)

    def _ask(self, operation: Operation, name: str, scheme: int) -> Exchange | None:
        draft = next(iter(baselines(operation, "sink.invalid").values()))
        if draft.credentials is not None:
            credentials = replace(draft.credentials, scheme=operation.security[scheme])
            draft = replace(draft, credentials=credentials)
        draft = replace(draft, path_values={key: f"{{{name}}}" for key in draft.path_values})
        return self.send([draft.case(f"preflight {name} {scheme}", "preflight")])[0]

    def _unreachable(self, answer: Exchange) -> str:
        if answer.status == 429:
            return (
                f"{self.url} cannot be reached: it answered 429, too many requests, to "
                f"{answer.retries + 1} attempts; wait until its limit allows for more, or raise it"
            )
        why = f"a gateway answered {answer.status}" if answer.status else answer.detail
        return (
            f"{self.url} cannot be reached: {why}; check {self.names['url']}, or give "
            "a target that is just being deployed time with --wait 60s"
        )

    def _kept_out(self, operation: Operation, answer: Exchange) -> str:
        """401 says who are you, 403 says not you: credentials without a right are no wrong ones."""
        if answer.status == 401:
            return self._rejected(operation, answer)
        return self._forbidden("read", answer)

    def _forbidden(self, name: str, answer: Exchange) -> str:
        return (
            f"the credentials may not read the resource to {PURPOSE[name]}: {self.url} answered "
            f"{answer.status}; give their owner access to it, or set {self.names[name]} to one "
            "that they may read"
        )

    def _rejected(self, operation: Operation, answer: Exchange) -> str:
        schemes = [self.contract.schemes[name] for name in operation.security]
        parts = dict.fromkeys(part for scheme in schemes for part in scheme.parts)
        return (
            f"the credentials are rejected: {self.url} answered {answer.status}; check "
            + " and ".join(self.names[part] for part in parts)
        )

    def _unknown(self, name: str, answer: Exchange) -> Iterator[str]:
        if answer.status in {401, 403}:
            yield self._forbidden(name, answer)
        elif 400 <= answer.status < 500 and answer.status != 429:
            yield (
                f"{self.url} answered {answer.status} for the resource to "
                f"{PURPOSE[name]}: it does not exist, or is hidden from these credentials; check "
                f"{self.names[name]}, and that {self.names['url']} is the API's base URL"
            )
        elif 300 <= answer.status < 400:
            yield (
                f"{self.url} answered {answer.status}, a redirection; set {self.names['url']} to "
                "the address that it leads to"
            )


def wait_for(preflight: Callable[[], bool], patience: float) -> None:
    """Ask until the target answers or patience (seconds) ends."""
    deadline = time.monotonic() + patience
    pause = Event()
    while not preflight() and time.monotonic() < deadline:
        pause.wait(min(1.0, max(0.0, deadline - time.monotonic())))
