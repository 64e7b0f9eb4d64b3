"""More of what released versions of Libredesk were seen to do: bodies answered with 500."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import SEND, fault
from servers.tools import body, context, error, items, text

PARSING = "Error parsing request"
sending = partial(fault, operation=SEND, real=True)
malformed = partial(sending, clause="send.malformed", place="body")


@malformed("real.body-malformed", kind="malformed")
def body_malformed(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is no JSON is answered with 500."""
    response = handle(request)
    broken = request.body and response.status == 400 and "JSON in" in response.payload["message"]
    return error(500, PARSING) if broken else response


@malformed("real.body-empty", kind="empty")
def body_empty(request: Request, handle: Handler, server: Server) -> Response:
    """An empty body is answered with 500."""
    return handle(request) if request.body else error(500, PARSING)


@malformed("real.body-not-an-object", kind="wrong type")
def body_not_an_object(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is an array, a text or a number is answered with 500."""
    response = handle(request)
    no_object = response.status == 400 and "JSON object" in response.payload["message"]
    return error(500, PARSING) if no_object else response


@sending("real.nul-message", clause="send.any-text", place="body /message", kind="NUL")
def nul_message(request: Request, handle: Handler, server: Server) -> Response:
    """A NUL in a text is answered with 500."""
    return error(500) if "\0" in text(request) else handle(request)


def _nul_in_recipients(name: str) -> None:
    def nul(request: Request, handle: Handler, server: Server) -> Response:
        found = any("\0" in str(item) for item in items(request, name))
        return error(500) if found and context(request) == "reply" else handle(request)

    nul.__doc__ = f"A NUL in `{name}` of a public reply is answered with 500."
    sending(f"real.nul-{name}", clause="send.any-text", place=f"body /{name}/*", kind="NUL")(nul)


for _name in ("to", "cc", "bcc"):
    _nul_in_recipients(_name)


@sending("real.nul-echo-id", clause="send.any-text", place="body /echo_id", kind="NUL")
def nul_echo_id(request: Request, handle: Handler, server: Server) -> Response:
    """A NUL in the `echo_id` of a public reply is answered with 500."""
    found = "\0" in str(body(request).get("echo_id", ""))
    return error(500) if found and context(request) == "reply" else handle(request)


_IDS: list[tuple[str, str, str, Callable[[int], bool]]] = [
    ("unknown", "unknown id", "An unknown attachment id", lambda n: 3 < n < 2**63),
    ("zero", "zero", "An attachment id of 0", lambda n: n == 0),
    ("negative", "negative", "A negative attachment id", lambda n: -(2**63) <= n < 0),
    ("64-bits", "beyond 64 bits", "An attachment id beyond 64 bits", lambda n: n >= 2**63),
]


def _attachment(name: str, kind: str, words: str, fails: Callable[[int], bool]) -> None:
    def attachment(request: Request, handle: Handler, server: Server) -> Response:
        found = any(type(item) is int and fails(item) for item in items(request, "attachments"))
        return error(500) if found else handle(request)

    attachment.__doc__ = f"{words} is answered with 500."
    sending(
        f"real.attachment-{name}",
        clause="send.any-number",
        place="body /attachments/*",
        kind=kind,
    )(attachment)


for _row in _IDS:
    _attachment(*_row)


def _floats(values: list[object]) -> bool:
    return any(isinstance(value, float) and value.is_integer() for value in values)


@sending(
    "real.attachment-float",
    clause="send.any-number",
    place="body /attachments/*",
    kind="float notation",
)
def attachment_float(request: Request, handle: Handler, server: Server) -> Response:
    """An attachment id with a fraction of zero, which is an integer, is answered with 500."""
    found = _floats(items(request, "attachments"))
    return error(500, PARSING) if found else handle(request)


@sending(
    "real.mention-float",
    clause="send.any-number",
    place="body /mentions/*/id",
    kind="float notation",
)
def mention_float(request: Request, handle: Handler, server: Server) -> Response:
    """The id of a mention with a fraction of zero is answered with 500."""
    mentions = [m for m in items(request, "mentions") if isinstance(m, dict)]
    found = _floats([mention.get("id") for mention in mentions])
    return error(500, PARSING) if found else handle(request)
