"""Where a run sends to, and through which session."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from harness.client import (
    Binding,
    Budget,
    Ledger,
    Redactor,
    Secrets,
    Session,
    Target,
    WritePolicy,
    proxy_login,
)  # fmt: skip
from harness.contract import Contract
from harness.model import Exchange
from harness.settings import Settings

EMBEDDED = " (embedded)"
"""Ends the name of a target that was the embedded server."""
Embedded = Callable[[], AbstractContextManager[Mapping[str, str]]]
"""Starts a server of our own, which runs for as long as the context, and gives what it tells."""

RECIPIENTS: tuple[object, ...] = ("", "nobody", None, {})
"""What the grid puts in a recipient's place that is no address."""


WORD = re.compile(r"[\s;,=]+")
"""Between the parts of a header's value, e.g. of a cookie: each may come back alone."""
TELLING = re.compile(r"(?=.*[0-9]).{8,}|.{16,}")
"""A part that is no mere word."""


@contextmanager
def target_of(
    settings: Settings, contract: Contract, embedded: Embedded
) -> Iterator[tuple[str, Target]]:
    """The target's name for people and the target; the embedded server runs meanwhile."""
    unknown = str(uuid.uuid4())
    if not settings.embedded:
        token = settings.token.reveal()
        tokens = {name: token for name in contract.schemes} if token else {}
        secrets = Secrets(settings.key.reveal(), settings.secret.reveal(), tokens)
        binding = Binding(settings.read, settings.write, settings.other, unknown)
        headers = tuple((name, value.reveal()) for name, value in settings.headers)
        yield (
            settings.url,
            Target(
                settings.url, secrets, binding, headers=headers, certificate=_certificate(settings)
            ),
        )
        return
    with embedded() as told:
        binding = Binding(told["read"], told["write"], told["write"], unknown)
        secrets = Secrets(told["key"], told["secret"], {})
        name = f"{told['url']}{EMBEDDED}"
        yield name, Target(told["url"], secrets, binding, embedded=True)


def _certificate(settings: Settings) -> tuple[str, str | None] | None:
    certificate, key = settings.client_cert, settings.client_key
    return (str(certificate), str(key) if key else None) if certificate else None


def _hidden(contract: Contract, target: Target) -> dict[str, str]:
    """What an access proxy and a way out want to know -> what is shown in its place.

    Not what stands in the document as well: no answer could be judged any more.
    """
    found = dict.fromkeys(proxy_login(target), "<proxy login>")
    for name, value in target.headers:
        parts = [part for part in WORD.split(value) if TELLING.fullmatch(part)]
        found |= dict.fromkeys([*parts, value], f"<{name}>")
    document = json.dumps(contract.raw, default=str)
    return {text: shown for text, shown in found.items() if text not in document}


def ledger_for(
    settings: Settings, path: Path | None, run_id: str, *, append: bool = False
) -> Ledger | None:
    """Where writes are noted down, made anew; what only repeats an earlier run adds to it.

    Under `--writes none` nothing that leaves can be stored, so the file stays empty. Raises
    LedgerError.
    """
    if path is None:
        return None
    ledger = Ledger(path, run_id, append=append or bool(settings.reproduce))
    if settings.writes != "none":
        return ledger
    ledger.close()
    return None


def session_for(
    settings: Settings,
    contract: Contract,
    target: Target,
    run_id: str,
    on_exchange: Callable[[Exchange], None],
    ledger: Ledger | None = None,
) -> Session:
    """A session that may send what the write policy lets through, and redacts at the source."""
    names = settings.names
    variables = {part: names.get(part, part) for part in ("key", "secret")}
    variables |= {name: names.get("token", "token") for name in contract.schemes}
    policy = WritePolicy(
        contract,
        settings.writes,
        embedded=target.embedded,
        binding=target.binding,
        secrets=target.secrets,
        prefix=target.prefix,
        sink_domain=settings.sink,
        references=settings.own_reference,
        recipients=RECIPIENTS,
        headers=[name for name, _ in target.headers],
    )
    return Session(
        target,
        contract.schemes,
        policy,
        run_id=run_id,
        redactor=Redactor(target.secrets, variables, contract.schemes, _hidden(contract, target)),
        concurrency=settings.concurrency,
        budget=Budget(settings.max_requests, settings.max_writes, settings.max_seconds),
        rate=settings.rate,
        ledger=ledger,
        on_exchange=on_exchange,
    )
