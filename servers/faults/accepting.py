"""Bodies that must be refused and are not, or that are refused with a server error."""

from __future__ import annotations

from functools import partial
from typing import Any

from servers.reference.body import SENDER_TYPES
from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import SEND, fault
from servers.tools import body, error, items, with_body, with_header, without

required = partial(
    fault, clause="send.required", operation=SEND, place="body /sender_type", kind="missing"
)
forbidden = partial(fault, clause="send.forbidden", operation=SEND)
malformed = partial(fault, clause="send.malformed", operation=SEND, place="body")


def mended(request: Request, handle: Handler, wrong: bool, **changes: Any) -> Response:
    """Accept a wrong body, taken for one with these properties."""
    return handle(with_body(request, **changes) if wrong else request)


def is_json(request: Request) -> bool:
    """Whether the request says that its body is JSON, so that a refusal is about the body."""
    return any(value.startswith("application/json") for value in request.header("content-type"))


def as_note(request: Request, text: str) -> Request:
    """The request with a body that is fine: a private note."""
    note = {"sender_type": "agent", "private": True, "message": text}
    return with_body(with_header(request, "content-type", "application/json"), note)


@required("required.sender-defaults-to-agent")
def sender_defaults(request: Request, handle: Handler, server: Server) -> Response:
    """A body without `sender_type` is taken for an agent's."""
    sent = body(request)
    return mended(request, handle, bool(sent) and "sender_type" not in sent, sender_type="agent")


@required("required.sender-missing-fails")
def sender_missing_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A body without `sender_type` is answered with 500."""
    sent = body(request)
    return error(500) if sent and "sender_type" not in sent else handle(request)


@required("required.missing-if-private", rare=True)
def missing_if_private(request: Request, handle: Handler, server: Server) -> Response:
    """A private note needs no `sender_type`: who else but an agent could write one."""
    sent = body(request)
    private_note = sent.get("private") is True and "sender_type" not in sent
    return mended(request, handle, private_note, sender_type="agent")


@forbidden("forbidden.sender-unknown", place="body /sender_type", kind="undocumented value")
def sender_unknown(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `sender_type` is taken for an agent's."""
    sender = body(request).get("sender_type", "agent")
    unknown = isinstance(sender, str) and sender not in SENDER_TYPES
    return mended(request, handle, unknown, sender_type="agent")


@forbidden("forbidden.private-maybe", place="body /private", kind="wrong type")
def private_maybe(request: Request, handle: Handler, server: Server) -> Response:
    """Whatever `private` holds is true, as in a language without types."""
    private = body(request).get("private", False)
    return mended(request, handle, not isinstance(private, bool), private=True)


@forbidden("forbidden.message-joined", place="body /message", kind="wrong type")
def message_joined(request: Request, handle: Handler, server: Server) -> Response:
    """A message that is an array or object is stored as its text in JSON."""
    message = body(request).get("message", "")
    return mended(request, handle, isinstance(message, (list, dict)), message=str(message))


@forbidden("forbidden.to-string", place="body /to", kind="wrong type")
def to_string(request: Request, handle: Handler, server: Server) -> Response:
    """Recipients may be anything but an array, and are ignored then."""
    to = body(request).get("to", [])
    return mended(request, handle, not isinstance(to, list), to=["ignored@example.com"])


@forbidden("forbidden.cc-object", place="body /cc", kind="wrong type", rare=True)
def cc_object(request: Request, handle: Handler, server: Server) -> Response:
    """Copies that are no array are ignored."""
    wrong = not isinstance(body(request).get("cc", []), list)
    return handle(without(request, "cc") if wrong else request)


@forbidden("forbidden.attachments-not-integers", place="body /attachments/*", kind="wrong type")
def attachments_not_integers(request: Request, handle: Handler, server: Server) -> Response:
    """Attachment ids that are no integers are skipped."""
    numbers = [item for item in items(request, "attachments") if type(item) is int]
    wrong = len(numbers) < len(items(request, "attachments"))
    return mended(request, handle, wrong, attachments=numbers)


@forbidden("forbidden.attachments-object", place="body /attachments", kind="wrong type")
def attachments_object(request: Request, handle: Handler, server: Server) -> Response:
    """Attachments that are no array are skipped."""
    wrong = not isinstance(body(request).get("attachments", []), list)
    return mended(request, handle, wrong, attachments=[])


@forbidden("forbidden.mentions-object", place="body /mentions", kind="wrong type")
def mentions_object(request: Request, handle: Handler, server: Server) -> Response:
    """Mentions that are no array are skipped."""
    wrong = not isinstance(body(request).get("mentions", []), list)
    return mended(request, handle, wrong, mentions=[])


@forbidden("forbidden.mention-id-word", place="body /mentions/*/id", kind="wrong type")
def mention_id_word(request: Request, handle: Handler, server: Server) -> Response:
    """Mentions whose id is no integer are skipped."""
    mentions = items(request, "mentions")
    known = [m for m in mentions if isinstance(m, dict) and type(m.get("id", 0)) is int]
    return mended(request, handle, len(known) < len(mentions), mentions=known)


@forbidden("forbidden.mention-strings", place="body /mentions/*", kind="wrong type", rare=True)
def mention_strings(request: Request, handle: Handler, server: Server) -> Response:
    """Mentions that are no objects are skipped."""
    mentions = items(request, "mentions")
    objects = [mention for mention in mentions if isinstance(mention, dict)]
    return mended(request, handle, len(objects) < len(mentions), mentions=objects)


@forbidden("forbidden.echo-id-object", place="body /echo_id", kind="wrong type")
def echo_id_object(request: Request, handle: Handler, server: Server) -> Response:
    """An `echo_id` that is an array or object is ignored."""
    wrong = isinstance(body(request).get("echo_id"), (list, dict))
    return handle(without(request, "echo_id") if wrong else request)


@forbidden("forbidden.sender-array", place="body /sender_type", kind="wrong type", rare=True)
def sender_array(request: Request, handle: Handler, server: Server) -> Response:
    """A `sender_type` that is no string is taken for an agent."""
    sender = body(request).get("sender_type", "agent")
    return mended(request, handle, not isinstance(sender, str), sender_type="agent")


@malformed("malformed.json-as-text", kind="malformed")
def json_as_text(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is no JSON is stored as the text of a note."""
    response = handle(request)
    broken = is_json(request) and response.status == 400 and "JSON in" in str(response.payload)
    return handle(as_note(request, request.body.decode("ascii", "ignore"))) if broken else response


@malformed("malformed.json-fails", kind="malformed")
def json_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is no JSON is answered with 500."""
    response = handle(request)
    broken = request.body and response.status == 400 and "JSON in" in str(response.payload)
    return error(500, "Error parsing request") if broken else response


@malformed("malformed.empty-stored", kind="empty")
def empty_stored(request: Request, handle: Handler, server: Server) -> Response:
    """An empty body stores an empty note."""
    return handle(as_note(request, "") if not request.body else request)


@malformed("malformed.empty-fails", kind="empty")
def empty_fails(request: Request, handle: Handler, server: Server) -> Response:
    """An empty body is answered with 500: end of file."""
    return error(500, "EOF") if not request.body else handle(request)


@malformed("malformed.array-of-one", kind="wrong type")
def array_of_one(request: Request, handle: Handler, server: Server) -> Response:
    """A body that is an array, a text or a number stores an empty note."""
    response = handle(request)
    no_object = response.status == 400 and "JSON object" in str(response.payload)
    return handle(as_note(request, "")) if no_object else response


@malformed("malformed.null-fails", kind="null", rare=True)
def null_fails(request: Request, handle: Handler, server: Server) -> Response:
    """The body `null`, valid JSON and no object, is answered with 500."""
    return error(500) if request.body.strip() == b"null" else handle(request)
