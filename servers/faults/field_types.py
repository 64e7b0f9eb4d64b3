"""Fields that are there and hold another type than the documented one."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import amend, each

wrong = partial(fault, clause="response.body-schema", kind="wrong type", regime="any")
null = partial(fault, clause="response.body-schema", kind="null", regime="any")


@wrong("types.id-string", operation=LIST, place="/data/results/*/id")
def id_string(request: Request, handle: Handler, server: Server) -> Response:
    """Ids of listed messages are strings of digits."""
    return each(handle(request), lambda m: m.update(id=str(m["id"])))


@wrong("types.id-float", operation=LIST, place="/data/results/*/id")
def id_float(request: Request, handle: Handler, server: Server) -> Response:
    """Ids of listed messages are fractions: a schema of NUMERIC, read as floating point."""
    return each(handle(request), lambda m: m.update(id=m["id"] + 0.5))


@wrong("types.id-string-old", operation=LIST, place="/data/results/*/id", regime=None, rare=True)
def old_id_string(request: Request, handle: Handler, server: Server) -> Response:
    """The ids of the forty oldest messages, imported from elsewhere, are strings."""
    return each(handle(request), lambda m: m.update(id=f"old-{m['id']}"), lambda m: m["id"] <= 40)


@wrong("types.private-string", operation=LIST, place="/data/results/*/private")
def private_string(request: Request, handle: Handler, server: Server) -> Response:
    """`private` is the text `true` or `false`."""
    return each(handle(request), lambda m: m.update(private=str(m["private"]).lower()))


@wrong("types.private-number", operation=LIST, place="/data/results/*/private")
def private_number(request: Request, handle: Handler, server: Server) -> Response:
    """`private` is 0 or 1, as a database without booleans stores it."""
    return each(handle(request), lambda m: m.update(private=int(m["private"])))


@wrong("types.created-at-number", operation=LIST, place="/data/results/*/created_at")
def created_at_number(request: Request, handle: Handler, server: Server) -> Response:
    """`created_at` is a number of seconds."""
    return each(handle(request), lambda m: m.update(created_at=1709280000 + m["id"]))


@wrong("types.total-string", operation=LIST, place="/data/total")
def total_string(request: Request, handle: Handler, server: Server) -> Response:
    """The total is a string of digits."""
    return amend(handle(request), lambda page: page.update(total=str(page["total"])))


@wrong("types.page-string", operation=LIST, place="/data/page")
def page_string(request: Request, handle: Handler, server: Server) -> Response:
    """The page number comes back as the text it was sent as."""
    return amend(handle(request), lambda page: page.update(page=str(page["page"])))


@wrong("types.envelope-number", operation=LIST, place="/status")
def envelope_number(request: Request, handle: Handler, server: Server) -> Response:
    """The envelope's `status` is the number 200."""
    response = handle(request)
    if response.status == 200:
        response.payload["status"] = 200
    return response


@wrong("types.results-object", operation=LIST, place="/data/results")
def results_object(request: Request, handle: Handler, server: Server) -> Response:
    """The items are an object, by their UUID."""
    return amend(
        handle(request), lambda page: page.update(results={m["uuid"]: m for m in page["results"]})
    )


@wrong("types.to-joined", operation=LIST, place="/data/results/*/meta/to")
def to_joined(request: Request, handle: Handler, server: Server) -> Response:
    """Recipients are one string, joined by commas."""
    return each(
        handle(request),
        lambda m: m["meta"].update(to=", ".join(m["meta"]["to"])),
        lambda m: "to" in m["meta"],
    )


@wrong("types.attachments-names", operation=LIST, place="/data/results/*/attachments/*")
def attachments_names(request: Request, handle: Handler, server: Server) -> Response:
    """Attachments are their names, not objects."""
    return each(
        handle(request), lambda m: m.update(attachments=[a["name"] for a in m["attachments"]])
    )


@wrong(
    "types.attachments-single",
    operation=LIST,
    place="/data/results/*/attachments",
    regime=None,
    rare=True,
)
def attachments_single(request: Request, handle: Handler, server: Server) -> Response:
    """A single attachment stands alone, not in an array."""
    return each(
        handle(request),
        lambda m: m.update(attachments=m["attachments"][0]),
        lambda m: len(m["attachments"]) == 1,
    )


@null("types.results-null", operation=LIST, place="/data/results", regime=None)
def results_null(request: Request, handle: Handler, server: Server) -> Response:
    """An empty page holds null for its items, as a nil slice in Go does."""
    return amend(handle(request), lambda p: p.update(results=None), lambda p: not p["results"])


@null("types.attachments-null", operation=LIST, place="/data/results/*/attachments")
def attachments_null(request: Request, handle: Handler, server: Server) -> Response:
    """Messages without attachments hold null for them."""
    return each(
        handle(request), lambda m: m.update(attachments=None), lambda m: not m["attachments"]
    )


@null("types.meta-null", operation=LIST, place="/data/results/*/meta", regime=None)
def meta_null(request: Request, handle: Handler, server: Server) -> Response:
    """Notes hold null for `meta`."""
    return each(handle(request), lambda m: m.update(meta=None), lambda m: m["private"])


@null("types.cc-null", operation=LIST, place="/data/results/*/meta/cc", regime=None)
def cc_null(request: Request, handle: Handler, server: Server) -> Response:
    """Replies without copies hold null for `meta.cc`."""
    return each(
        handle(request), lambda m: m["meta"].update(cc=None), lambda m: m["meta"].get("cc") == []
    )


@null("types.sender-id-null", operation=LIST, place="/data/results/*/sender_id", regime=None)
def sender_id_null(request: Request, handle: Handler, server: Server) -> Response:
    """A contact has no `sender_id`, but null."""
    return each(
        handle(request),
        lambda m: m.update(sender_id=None),
        lambda m: m["sender_type"] == "contact",
    )


@null(
    "types.text-content-null-on-notes-with-attachments",
    operation=LIST,
    place="/data/results/*/text_content",
    regime=None,
    rare=True,
)
def text_content_null(request: Request, handle: Handler, server: Server) -> Response:
    """Private notes with attachments, and only those, hold null for `text_content`."""
    return each(
        handle(request),
        lambda m: m.update(text_content=None),
        lambda m: m["private"] and m["attachments"],
    )


@null(
    "types.subject-null",
    operation=LIST,
    place="/data/results/*/meta/subject",
    regime=None,
    rare=True,
)
def subject_null(request: Request, handle: Handler, server: Server) -> Response:
    """Failed deliveries have lost their subject: null."""
    return each(
        handle(request),
        lambda m: m["meta"].update(subject=None),
        lambda m: m["status"] == "failed",
    )


@wrong("types.send-id-string", operation=SEND, place="/data/id")
def send_id_string(request: Request, handle: Handler, server: Server) -> Response:
    """The id of a sent message is a string of digits."""
    return each(handle(request), lambda m: m.update(id=str(m["id"])))


@wrong("types.send-data-array", operation=SEND, place="/data")
def send_data_array(request: Request, handle: Handler, server: Server) -> Response:
    """A sent message is answered with a list of one."""
    response = handle(request)
    if response.status == 200:
        response.payload["data"] = [response.payload["data"]]
    return response


@null("types.send-attachments-null", operation=SEND, place="/data/attachments")
def send_attachments_null(request: Request, handle: Handler, server: Server) -> Response:
    """A message sent without attachments is answered with null for them."""
    return each(
        handle(request), lambda m: m.update(attachments=None), lambda m: not m["attachments"]
    )


@null("types.send-updated-at-null", operation=SEND, place="/data/updated_at")
def send_updated_at_null(request: Request, handle: Handler, server: Server) -> Response:
    """A message that was just stored has never been updated: null."""
    return each(handle(request), lambda m: m.update(updated_at=None))


@wrong("types.send-meta-array", operation=SEND, place="/data/meta", rare=True)
def send_meta_array(request: Request, handle: Handler, server: Server) -> Response:
    """The empty `meta` of a sent note is an empty array, as PHP writes an empty map."""
    return each(handle(request), lambda m: m.update(meta=[]), lambda m: not m["meta"])
