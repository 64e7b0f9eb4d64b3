"""At most one request for each resource, and scheme, that tells a target which cannot be judged.

Who is answered with a page asks once more without credentials: a login page is shown to everybody.

Under `--writes all` the recipient check follows (`people.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Event

from harness.contract import Contract, Operation
from harness.evidence.answers import media_type
from harness.evidence.pages import is_json
from harness.model import Case, Exchange
from harness.wire.baselines import baselines

Send = Callable[[Sequence[Case]], list[Exchange | None]]


PURPOSE = {"read": "be read", "write": "write to", "other": "be told apart from it"}
NO_SUCH = frozenset({400, 404, 410, 422})
"""To a request that asks for nothing but a resource: there is none of that id."""


@dataclass(frozen=True)
class Asked:
    """Whole sentences."""

    fatal: list[str] = field(default_factory=list)
    """Why nothing can be judged."""
    lost: dict[str, str] = field(default_factory=dict)
    """`write` or `other` -> why that resource cannot be used; everything else can be judged."""


@dataclass(frozen=True)
class Preflight:
    """Asks for what the run will read and write."""

    contract: Contract
    send: Send
    """Tries the other documented schemes where the first is turned away (`schemes.py`)."""
    url: str
    names: dict[str, str]
    """`url`, `key`, `secret`, `token`, `read` … -> the name under which a person sets it."""
    reads: tuple[str, ...]
    """`read`, `write`, `other`: the resources that the run needs."""

    def ask(self) -> Asked:
        """Why the target, or a resource of it, cannot be judged."""
        operation = self.contract.probe
        answer = self._ask(operation, "read") if operation else None
        if operation is None or answer is None:
            return Asked()
        if not answer.status or answer.status in {429, 502, 503, 504}:
            return Asked([self._unreachable(answer)])
        if answer.status in {401, 403}:
            return Asked([self._kept_out(operation, answer)])
        fatal = [*self._unknown("read", answer), *self._login(operation, answer)]
        return Asked(fatal, {} if fatal else dict(self._others(operation)))

    def _others(self, operation: Operation) -> Iterator[tuple[str, str]]:
        for name in self.reads[1:3] if operation.path_parameters else ():
            answer = self._ask(operation, name)
            for sentence in self._unknown(name, answer) if answer else ():
                yield name, sentence

    def _ask(self, operation: Operation, name: str, *, stranger: bool = False) -> Exchange | None:
        draft = next(iter(baselines(operation, "sink.invalid").values()))
        draft = replace(draft, path_values={key: f"{{{name}}}" for key in draft.path_values})
        if stranger:
            case = replace(draft, credentials=None).case("preflight stranger 0", "preflight")
        else:
            case = draft.case(f"preflight {name} 0", "preflight")
        return self.send([case])[0]

    def _login(self, operation: Operation, answer: Exchange) -> Iterator[str]:
        """Why nothing is judged that is behind a login page; a server's own page is judged."""
        if not _is_page(answer):
            return
        other = self._ask(operation, "read", stranger=True) if operation.security else answer
        if other and (_is_page(other) or 300 <= other.status < 400):
            yield (
                f"{self.url} shows everybody a page where the API answers JSON: the login page of "
                f"an access proxy, or another program; {self._let_through()}, and check that "
                f"{self.names['url']} is the API's base URL"
            )

    def _let_through(self) -> str:
        return f"give the headers that let the suite through by {self.names['headers']}"

    def _proxy(self, answer: Exchange) -> str:
        """What is to be done besides where somebody else than an API may have refused."""
        if answer.response is None or is_json(answer.response.body):
            return ""
        return f"; if an access proxy answered, which is no JSON, {self._let_through()}"

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
            f"that they may read{self._proxy(answer)}"
        )

    def _rejected(self, operation: Operation, answer: Exchange) -> str:
        schemes = [self.contract.schemes[name] for name in operation.security]
        parts = dict.fromkeys(part for scheme in schemes for part in scheme.parts)
        return (
            f"the credentials are rejected: {self.url} answered {answer.status}; check "
            + " and ".join(self.names[part] for part in parts)
            + self._proxy(answer)
        )

    def _unknown(self, name: str, answer: Exchange) -> Iterator[str]:
        if answer.status in {401, 403}:
            yield self._forbidden(name, answer)
        elif answer.status in NO_SUCH or _is_refused_by_another_program(answer):
            yield (
                f"{self.url} answered {answer.status} for the resource to "
                f"{PURPOSE[name]}: it does not exist, or is hidden from these credentials; check "
                f"{self.names[name]}, and that {self.names['url']} is the API's base URL"
            )
        elif 300 <= answer.status < 400:
            yield (
                f"{self.url} answered {answer.status}, a redirection; set {self.names['url']} to "
                "the address that it leads to, or, if that is the login page of an access proxy, "
                f"{self._let_through()}"
            )


def _is_refused_by_another_program(answer: Exchange) -> bool:
    """Whether no API speaks that way: it refuses, and not in JSON."""
    is_refused = 400 <= answer.status < 500 and answer.status != 429
    return is_refused and not (answer.response and is_json(answer.response.body))


def _is_page(answer: Exchange) -> bool:
    """Whether it is a good answer for the eye."""
    if answer.response is None or answer.failure or not 200 <= answer.status < 300:
        return False
    return "html" in media_type(answer) and not is_json(answer.response.body)


def wait_for(preflight: Callable[[], bool], patience: float) -> None:
    """Ask until the target answers or patience (seconds) ends."""
    deadline = time.monotonic() + patience
    pause = Event()
    while not preflight() and time.monotonic() < deadline:
        pause.wait(min(1.0, max(0.0, deadline - time.monotonic())))
