"""Input that is answered with a server error: text, numbers and arrays of every kind."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import SEND, fault
from servers.tools import body, error, items, text

text_fault = partial(fault, clause="send.any-text", operation=SEND, place="body /message")
number_fault = partial(fault, clause="send.any-number", operation=SEND, place="body /attachments/*")
length_fault = partial(fault, clause="send.any-length", operation=SEND)


def fails_if(condition: bool, request: Request, handle: Handler) -> Response:
    """500 if the condition holds, and nothing is stored."""
    return error(500) if condition else handle(request)


def integers(request: Request, name: str) -> list[int]:
    """The integers in an array property, however they are written."""
    return [whole for item in items(request, name) for whole in whole_number(item)]


def mentioned(request: Request) -> list[int]:
    """The ids of the mentions that are integers."""
    found = [item.get("id") for item in items(request, "mentions") if isinstance(item, dict)]
    return [whole for number in found for whole in whole_number(number)]


def whole_number(value: object) -> list[int]:
    """The integer that a JSON value is, if it is one."""
    if isinstance(value, float) and value.is_integer():
        return [int(value)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


def any_in(value: str, low: int, high: int) -> bool:
    """Whether a text has a character in a range of code points."""
    return any(low <= ord(character) <= high for character in value)


@text_fault("text.empty-fails", kind="empty")
def empty(request: Request, handle: Handler, server: Server) -> Response:
    """An empty text is answered with 500."""
    return fails_if(body(request).get("message") == "", request, handle)


@text_fault("text.emoji-fails", kind="emoji")
def emoji(request: Request, handle: Handler, server: Server) -> Response:
    """Characters beyond the Basic Multilingual Plane do not fit the database's `utf8`."""
    return fails_if(any_in(text(request), 0x10000, 0x10FFFF), request, handle)


@text_fault("text.right-to-left-fails", kind="right-to-left")
def right_to_left(request: Request, handle: Handler, server: Server) -> Response:
    """Hebrew and Arabic are answered with 500."""
    directions = any_in(text(request), 0x590, 0x6FF) or any_in(text(request), 0x202A, 0x202E)
    return fails_if(directions, request, handle)


@text_fault("text.quote-fails", kind="quote")
def quote(request: Request, handle: Handler, server: Server) -> Response:
    """An apostrophe or a quotation mark ends a string that nobody escaped."""
    return fails_if("'" in text(request) or '"' in text(request), request, handle)


@text_fault("text.template-fails", kind="template")
def template(request: Request, handle: Handler, server: Server) -> Response:
    """Two braces begin a template, and a template that is none is a server error."""
    return fails_if("{{" in text(request), request, handle)


@text_fault("text.sql-fails", kind="SQL metacharacter")
def sql(request: Request, handle: Handler, server: Server) -> Response:
    """A semicolon or a comment's dashes break the statement."""
    return fails_if(";" in text(request) or "--" in text(request), request, handle)


@text_fault("text.nul-fails", kind="NUL")
def nul(request: Request, handle: Handler, server: Server) -> Response:
    """A NUL, which the database can't store, is answered with 500."""
    return fails_if("\0" in text(request), request, handle)


@text_fault("text.control-fails", kind="control character")
def control(request: Request, handle: Handler, server: Server) -> Response:
    """Control characters other than NUL are answered with 500: they are not valid in XML."""
    controls = any(ord(c) < 32 and c not in "\0\t\n\r" for c in text(request))
    return fails_if(controls, request, handle)


@text_fault("text.surrogate-fails", kind="lone surrogate")
def surrogate(request: Request, handle: Handler, server: Server) -> Response:
    """Half of a surrogate pair can't be encoded: 500."""
    return fails_if(any_in(text(request), 0xD800, 0xDFFF), request, handle)


@text_fault("text.very-long-fails", kind="very long")
def very_long(request: Request, handle: Handler, server: Server) -> Response:
    """Texts of 64 KiB and more are answered with 500: a column too short."""
    return fails_if(len(text(request)) >= 65536, request, handle)


@text_fault("text.echo-id-long-fails", place="body /echo_id", kind="very long", rare=True)
def echo_id_long(request: Request, handle: Handler, server: Server) -> Response:
    """An `echo_id` of more than 255 characters is answered with 500."""
    return fails_if(len(str(body(request).get("echo_id", ""))) > 255, request, handle)


@text_fault("text.emoji-502", kind="emoji", rare=True)
def emoji_502(request: Request, handle: Handler, server: Server) -> Response:
    """Text beyond the Basic Multilingual Plane kills a worker; the proxy answers 502 each time."""
    response = fails_if(any_in(text(request), 0x10000, 0x10FFFF), request, handle)
    return Response(502, content=b"Bad Gateway") if response.status == 500 else response


@text_fault("text.nul-resets", kind="NUL", rare=True)
def nul_resets(request: Request, handle: Handler, server: Server) -> Response:
    """A NUL kills the process before it answers: the connection is reset, each time."""
    response = fails_if("\0" in text(request), request, handle)
    response.reset = response.status == 500
    return response


_NUMBERS: list[tuple[str, str, Callable[[int], bool], str]] = [
    ("zero", "zero", lambda n: n == 0, "0"),
    ("negative", "negative", lambda n: -(2**31) <= n < 0, "a negative id"),
    ("unknown", "unknown id", lambda n: 9 < n < 2**31, "an id that does not exist"),
    ("32-bits", "beyond 32 bits", lambda n: 2**31 <= abs(n) < 2**63, "an id beyond 32 bits"),
    ("64-bits", "beyond 64 bits", lambda n: abs(n) >= 2**63, "an id beyond 64 bits"),
]


def _fails_on_attachment(name: str, kind: str, fails: Callable[[int], bool], words: str) -> None:
    def attachment(request: Request, handle: Handler, server: Server) -> Response:
        return fails_if(any(map(fails, integers(request, "attachments"))), request, handle)

    attachment.__doc__ = f"As an attachment, {words} is answered with 500."
    number_fault(f"number.attachment-{name}", kind=kind)(attachment)


def _fails_on_mention(name: str, kind: str, fails: Callable[[int], bool], words: str) -> None:
    def mention(request: Request, handle: Handler, server: Server) -> Response:
        return fails_if(any(map(fails, mentioned(request))), request, handle)

    mention.__doc__ = f"As a mention, {words} is answered with 500."
    number_fault(f"number.mention-{name}", place="body /mentions/*/id", kind=kind)(mention)


for _row in _NUMBERS:
    _fails_on_attachment(*_row)
    _fails_on_mention(*_row)


@length_fault("length.no-attachments-fails", place="body /attachments", kind="empty")
def no_attachments(request: Request, handle: Handler, server: Server) -> Response:
    """An empty array of attachments is answered with 500: `IN ()`."""
    return fails_if(body(request).get("attachments") == [], request, handle)


@length_fault("length.no-mentions-fails", place="body /mentions", kind="empty")
def no_mentions(request: Request, handle: Handler, server: Server) -> Response:
    """An empty array of mentions is answered with 500."""
    return fails_if(body(request).get("mentions") == [], request, handle)


@length_fault("length.many-to-fail", place="body /to", kind="too many")
def many_to(request: Request, handle: Handler, server: Server) -> Response:
    """More than fifty recipients are answered with 500."""
    return fails_if(len(items(request, "to")) > 50, request, handle)


@length_fault("length.many-mentions-fail", place="body /mentions", kind="too many")
def many_mentions(request: Request, handle: Handler, server: Server) -> Response:
    """More than twenty mentions are answered with 500."""
    return fails_if(len(items(request, "mentions")) > 20, request, handle)


@length_fault("length.many-attachments-fail", place="body /attachments", kind="too many")
def many_attachments(request: Request, handle: Handler, server: Server) -> Response:
    """More than fifty attachments, known or not, are answered with 500."""
    return fails_if(len(items(request, "attachments")) > 50, request, handle)


@length_fault("length.duplicate-cc-fails", place="body /cc", kind="duplicate", rare=True)
def duplicate_cc(request: Request, handle: Handler, server: Server) -> Response:
    """The same address twice in `cc` breaks a unique index: 500."""
    cc = [str(address) for address in items(request, "cc")]
    return fails_if(len(set(cc)) < len(cc), request, handle)


@fault(
    "repeat.echo-id-fails",
    clause="send.repeat",
    operation=SEND,
    place="body /echo_id",
    kind="duplicate",
    rare=True,
)
def echo_id_repeated(request: Request, handle: Handler, server: Server) -> Response:
    """Only the second message with the same `echo_id` is answered with 500: a unique index."""
    response = handle(request)
    echo_id = body(request).get("echo_id")
    if response.status != 200 or echo_id is None:
        return response
    seen = server.state.setdefault("echo ids", set())
    again = echo_id in seen
    seen.add(echo_id)
    return error(500, "duplicate key value") if again else response
