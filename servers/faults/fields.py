"""Documented fields that are not there. *A client reads them all*, so each absence breaks one."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import amend, each

missing = partial(fault, clause="response.fields-present", kind="missing", regime="any")

MESSAGE_FIELDS = (
    "id",
    "created_at",
    "updated_at",
    "uuid",
    "type",
    "status",
    "conversation_id",
    "conversation_uuid",
    "content",
    "text_content",
    "content_type",
    "private",
    "sender_id",
    "sender_type",
    "meta",
    "attachments",
)


def _drops_from_the_list(name: str) -> None:
    def drop(request: Request, handle: Handler, server: Server) -> Response:
        return each(handle(request), lambda message: message.pop(name, None))

    drop.__doc__ = f"Listed messages have no `{name}`."
    missing(f"fields.list-{name}", operation=LIST, place=f"/data/results/*/{name}")(drop)


def _drops_from_the_answer(name: str) -> None:
    def drop(request: Request, handle: Handler, server: Server) -> Response:
        return each(handle(request), lambda message: message.pop(name, None))

    drop.__doc__ = f"The message that answers a sent one has no `{name}`."
    missing(f"fields.send-{name}", operation=SEND, place=f"/data/{name}")(drop)


for _name in MESSAGE_FIELDS:
    _drops_from_the_list(_name)
for _name in ("id", "uuid", "updated_at", "status", "text_content", "private", "attachments"):
    _drops_from_the_answer(_name)


@missing("fields.list-envelope-status", operation=LIST, place="/status")
def list_without_status(request: Request, handle: Handler, server: Server) -> Response:
    """The envelope of a page has no `status`."""
    response = handle(request)
    if response.status == 200:
        response.payload.pop("status", None)
    return response


@missing("fields.send-envelope-status", operation=SEND, place="/status")
def send_without_status(request: Request, handle: Handler, server: Server) -> Response:
    """The envelope of a sent message has no `status`."""
    response = handle(request)
    if response.status == 200:
        response.payload.pop("status", None)
    return response


@missing("fields.list-no-envelope", operation=LIST, place="/data")
def list_without_envelope(request: Request, handle: Handler, server: Server) -> Response:
    """The page is the whole body, not the envelope's `data`."""
    response = handle(request)
    if response.status == 200:
        response.payload = response.payload["data"]
    return response


@missing("fields.send-no-data", operation=SEND, place="/data")
def send_without_data(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered with success and without the message."""
    response = handle(request)
    if response.status == 200:
        response.payload = {"status": "success"}
    return response


@missing("fields.page-results", operation=LIST, place="/data/results")
def page_without_results(request: Request, handle: Handler, server: Server) -> Response:
    """The items are under `messages`, not under `results`."""
    return amend(handle(request), lambda page: page.update(messages=page.pop("results", [])))


@missing("fields.page-total", operation=LIST, place="/data/total")
def page_without_total(request: Request, handle: Handler, server: Server) -> Response:
    """A page does not say the total."""
    return amend(handle(request), lambda page: page.pop("total", None))


@missing("fields.page-per-page", operation=LIST, place="/data/per_page")
def page_without_per_page(request: Request, handle: Handler, server: Server) -> Response:
    """A page does not say its size."""
    return amend(handle(request), lambda page: page.pop("per_page", None))


@missing("fields.page-total-pages", operation=LIST, place="/data/total_pages")
def page_without_total_pages(request: Request, handle: Handler, server: Server) -> Response:
    """A page does not say how many there are."""
    return amend(handle(request), lambda page: page.pop("total_pages", None))


@missing("fields.page-number", operation=LIST, place="/data/page")
def page_without_number(request: Request, handle: Handler, server: Server) -> Response:
    """A page does not say its own number."""
    return amend(handle(request), lambda page: page.pop("page", None))


@missing("fields.page-results-empty", operation=LIST, place="/data/results", regime=None, rare=True)
def empty_page_without_results(request: Request, handle: Handler, server: Server) -> Response:
    """An empty page has no `results`: an `omitempty` too many."""
    return amend(handle(request), lambda p: p.pop("results"), lambda p: not p["results"])


@missing("fields.page-total-zero", operation=LIST, place="/data/total", regime=None, rare=True)
def empty_list_without_total(request: Request, handle: Handler, server: Server) -> Response:
    """A total of 0 is left out: an `omitempty` too many."""
    return amend(handle(request), lambda page: page.pop("total"), lambda page: not page["total"])


@missing("fields.private-false", operation=LIST, place="/data/results/*/private", regime=None)
def public_without_private(request: Request, handle: Handler, server: Server) -> Response:
    """`private` is left out of public messages: an `omitempty` too many."""
    return each(handle(request), lambda m: m.pop("private"), lambda m: not m["private"])


@missing("fields.meta-of-notes", operation=LIST, place="/data/results/*/meta", regime=None)
def notes_without_meta(request: Request, handle: Handler, server: Server) -> Response:
    """Notes have no `meta`, as they have no recipients."""
    return each(handle(request), lambda m: m.pop("meta"), lambda m: m["private"])


@missing("fields.attachments-empty", operation=LIST, place="/data/results/*/attachments")
def no_attachments_no_field(request: Request, handle: Handler, server: Server) -> Response:
    """Messages without attachments have no `attachments`."""
    return each(handle(request), lambda m: m.pop("attachments"), lambda m: not m["attachments"])


@missing(
    "fields.text-content-with-attachments",
    operation=LIST,
    place="/data/results/*/text_content",
    regime=None,
    rare=True,
)
def attachments_hide_text(request: Request, handle: Handler, server: Server) -> Response:
    """Messages with three attachments have no `text_content`."""
    return each(
        handle(request), lambda m: m.pop("text_content"), lambda m: len(m["attachments"]) > 2
    )


@missing(
    "fields.updated-at-old",
    operation=LIST,
    place="/data/results/*/updated_at",
    regime=None,
    rare=True,
)
def old_messages_never_updated(request: Request, handle: Handler, server: Server) -> Response:
    """Messages from before a migration on 2 March 2024 have no `updated_at`."""
    return each(
        handle(request), lambda m: m.pop("updated_at"), lambda m: m["created_at"] < "2024-03-02"
    )


@missing("fields.send-attachments-of-notes", operation=SEND, place="/data/attachments", rare=True)
def sent_note_without_attachments(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a sent note, and to nothing else, has no `attachments`."""
    return each(handle(request), lambda m: m.pop("attachments"), lambda m: m["private"])
