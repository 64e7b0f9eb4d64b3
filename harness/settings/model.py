"""What a run was told to do: one frozen value, resolved, and safe to print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.model import Severity, WriteClass


class SettingsError(ValueError):
    """Everything that is wrong with the settings, at once.

    `sentences` holds one sentence a mistake, each with what to do about it; none shows a secret.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


class Secret:
    """A credential that no print, traceback or `-vv` can show; `reveal()` is for the client."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself; the empty string if it is not set."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(set)" if self._value else "Secret(not set)"

    def __reduce__(self) -> Any:
        raise TypeError("a Secret is not pickled: it would leave the process")


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of one run. Fields are named as the options, with `_` for `-`."""

    url: str
    """Base URL without a slash at its end, e.g. `https://desk.example/prefix`; empty: embedded."""
    key: Secret
    secret: Secret
    token: Secret
    read: str
    write: str
    other: str
    """Second resource for isolation; `write` where nothing else is given."""
    credentials: Path | None
    profile: str
    seed: int
    spec: Path
    plan: bool
    clauses: bool
    fail_on: Severity
    require: tuple[str, ...]
    waivers: tuple[Path, ...]
    write_waivers: Path | None
    owner: str
    reason: str
    link: str
    expires: str
    """An ISO date or `never`; a relative one is already counted from the injected today."""
    writes: WriteClass
    concurrency: int
    max_requests: int | None
    max_writes: int | None
    """Requests by other methods than GET, HEAD and OPTIONS."""
    max_seconds: float | None
    rate: float | None
    """Requests a second."""
    insecure_http: bool
    allowed_hosts: tuple[str, ...]
    """Patterns of `host` or `host:port`; empty: any."""
    headers: tuple[tuple[str, Secret], ...]
    """Sent with every request, for an access proxy."""
    client_cert: Path | None
    client_key: Path | None
    walk_limit: int
    """Pages."""
    max_response_time: float | None
    """Seconds."""
    wait: float
    """Seconds."""
    labels: Mapping[str, str]
    reproduce: str
    """Fingerprint."""
    replay: Path | None
    against: str
    """Base URL of the second deployment; empty: there is none."""
    against_key: Secret
    against_secret: Secret
    against_token: Secret
    against_read: str
    against_write: str
    against_other: str
    keep_bodies: bool
    reports: Path
    sink: str
    no_cache: bool
    allow_domain: tuple[str, ...]
    """Mail domains, lower case, in which addresses of the write resource may lie besides `sink`."""
    own_reference: tuple[tuple[str, int], ...]
    """(property of a body, id): what requests may refer to because it is the user's."""
    mail_may_leave: str
    """The id of the write resource, where somebody confirmed that it may send mail."""
    against_mail_may_leave: str
    collect_only: bool = False
    random_seed: bool = False
    """Whether `seed` was drawn for this run and must be shown so that it can be repeated."""
    warnings: tuple[str, ...] = ()
    """Whole sentences about what works but is not wise."""
    source: Mapping[str, str] = field(default_factory=dict)
    """Option -> where its value came from: `command line`, `environment`, `default`, a file."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Option -> the name its users know, e.g. `secret` -> `LIBREDESK_API_SECRET`."""

    @property
    def embedded(self) -> bool:
        """Whether the reference server is the target, because no other was given."""
        return not self.url

    @property
    def offline(self) -> bool:
        """Whether this run sends nothing, so that it needs neither target nor credentials."""
        return bool(self.plan or self.clauses or self.replay or self.collect_only)

    def describe(self) -> tuple[tuple[str, str, str], ...]:
        """Rows `(name, value, source)` of all that is set, in the order of the options."""
        rows = []
        for option, source in self.source.items():
            value = getattr(self, "labels" if option == "label" else option.replace("-", "_"))
            rows.append((self.names.get(option, option), _shown(value), source))
        return tuple(rows)


def _shown(value: object) -> str:
    if isinstance(value, Secret):
        return "set" if value else "not set"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={text}" for key, text in value.items())
    if isinstance(value, tuple):
        return ", ".join(_item(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _item(item: object) -> str:
    """Of a header its name alone, of a reference all of it."""
    if not isinstance(item, tuple):
        return str(item)
    name, given = item
    return name if isinstance(given, Secret) else f"{name}={given}"
