"""What a fault and a variant are, and the decorators that put them into the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict, Unpack

from servers.reference.protocol import Handler, Request, Response, Wrap
from servers.reference.server import Server

LIST = "handleGetMessages"
SEND = "handleSendMessage"
NONE = ""
_OPERATIONS = {"GET": LIST, "POST": SEND}

FAULTS: dict[str, Fault] = {}
VARIANTS: dict[str, Variant] = {}


@dataclass(frozen=True, slots=True)
class Fault:
    """One lie: how the server tells it, and the finding that a suite must make of it.

    `clause` is the most special clause that fails: a 5xx to an emoji is owned by
    response.no-server-error, but send.any-text is what names it. `place`, `kind` and `regime` are
    in the words of the contract's *One defect, one finding*; several places are joined by ` + `.
    `regime` is empty where the culprit is in the request, and None where it depends on which
    messages carry the deviation. `rare` faults show on few requests or few messages only,
    `intermittent` ones not on every repeat, `real` ones were met in a released Libredesk.
    """

    id: str
    kind_of_lie: str
    """Name of the file that it stands in."""
    wrap: Wrap
    lie: str
    clause: str
    operation: str
    place: str
    kind: str
    regime: str | None
    rare: bool
    intermittent: bool
    real: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to be odd and yet conform; `shows` names the leniencies, gaps and silences."""

    id: str
    wrap: Wrap
    shows: str
    prepare: Callable[[Server], None] | None


def operation_of(request: Request) -> str:
    """The operation that a request addresses; NONE for an undocumented method."""
    return _OPERATIONS.get(request.method, NONE)


class Marks(TypedDict, total=False):
    """What a fault may be besides.

    `everywhere` is for lies about one operation that only the other one's answers can tell,
    `strangers` for those told without credentials.
    """

    rare: bool
    intermittent: bool
    real: bool
    everywhere: bool
    strangers: bool


def fault(
    id: str,
    *,
    clause: str,
    operation: str,
    place: str,
    kind: str,
    regime: str | None = "",
    **marks: Unpack[Marks],
) -> Callable[[Wrap], Wrap]:
    """Register a fault. One defect, one finding: it sees authenticated requests of its operation.

    Strangers see the faults of authentication, and those of methods, which need no credentials.
    """

    def register(wrap: Wrap) -> Wrap:
        _once(id, FAULTS)
        confined = _confined(wrap, clause, operation, marks)
        rare, intermittent = marks.get("rare", False), marks.get("intermittent", False)
        finding = (clause, operation, place, kind, regime)
        marked = (rare, intermittent, marks.get("real", False))
        home = wrap.__module__.rpartition(".")[2]
        FAULTS[id] = Fault(id, home, confined, _docstring(wrap), *finding, *marked)
        return wrap

    return register


def _confined(wrap: Wrap, clause: str, operation: str, marks: Marks) -> Wrap:
    everywhere = marks.get("everywhere", False)
    strangers = marks.get("strangers", False) or clause.startswith("auth.") or operation == NONE

    def confined(request: Request, handle: Handler, server: Server) -> Response:
        concerned = everywhere or operation_of(request) == operation
        allowed = strangers or server.credentials.accept(request)
        return wrap(request, handle, server) if concerned and allowed else handle(request)

    return confined


def variant(
    id: str,
    prepare: Callable[[Server], None] | None = None,
) -> Callable[[Wrap], Wrap]:
    """Register a variant; `prepare` sees the server before its first request."""

    def register(wrap: Wrap) -> Wrap:
        _once(id, VARIANTS)
        VARIANTS[id] = Variant(id, wrap, _docstring(wrap), prepare)
        return wrap

    return register


def _once(name: str, catalogue: dict[str, Fault] | dict[str, Variant]) -> None:
    if name in catalogue:
        raise ValueError(f"{name} is registered twice")


def _docstring(wrap: Wrap) -> str:
    return " ".join((wrap.__doc__ or "").split())
