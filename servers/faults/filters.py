"""Filters that let the wrong messages through, or hold the right ones back."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, fault
from servers.tools import (
    amend,
    filtered,
    number,
    page_of,
    relist,
    with_parameter,
)

sound = partial(
    fault, clause="filter.sound", operation=LIST, place="/data/results/*", kind="foreign item"
)
complete = partial(
    fault, clause="filter.complete", operation=LIST, place="/data/results/*", kind="missing item"
)
combined = partial(
    fault,
    clause="filter.combined",
    operation=LIST,
    place="/data/results/*",
    regime="private=true&type=outgoing",
)


def both(request: Request) -> bool:
    """Whether both filters are given."""
    return bool(request.parameter("private") and request.parameter("type"))


@sound("filters.private-ignored", regime="private=false, private=true, private=true&type=outgoing")
def private_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """`private` filters nothing."""
    response = handle(request)
    return handle(with_parameter(request, "private")) if page_of(response) else response


@sound("filters.private-inverted", regime="private=false, private=true, private=true&type=outgoing")
def private_inverted(request: Request, handle: Handler, server: Server) -> Response:
    """`private=true` gives the public messages, and the other way round."""
    turned = {"true": "false", "false": "true"}
    values = [turned.get(value, value) for value in request.parameter("private")]
    return handle(with_parameter(request, "private", *values))


@sound("filters.private-false-ignored", regime=None)
def private_false_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """`private=false` is taken for an absent filter, as zero values often are."""
    is_false = request.parameter("private") == ["false"]
    return handle(with_parameter(request, "private") if is_false else request)


@sound("filters.private-any-value-is-true", regime=None)
def private_any_value(request: Request, handle: Handler, server: Server) -> Response:
    """`private` is taken to be true as soon as it is there, even as `private=false`."""
    is_false = request.parameter("private") == ["false"]
    return handle(with_parameter(request, "private", "true") if is_false else request)


@sound("filters.type-ignored", regime=None)
def type_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """`type` filters nothing."""
    response = handle(request)
    return handle(with_parameter(request, "type")) if page_of(response) else response


@sound("filters.private-lost-on-page-2", regime=None, rare=True)
def private_lost(request: Request, handle: Handler, server: Server) -> Response:
    """From the second page on `private` is forgotten; totals are kept from the first."""
    response = handle(request)
    if number(request, "page", 1) < 2:
        return response
    lost = page_of(handle(with_parameter(request, "private"))) or {}
    return amend(response, lambda page: page.update(results=lost.get("results", [])))


@sound("filters.type-lost-on-page-2-at-size-100", regime=None, rare=True)
def type_lost(request: Request, handle: Handler, server: Server) -> Response:
    """From the second page on `type` is forgotten, but only at `page_size=100`."""
    response = handle(request)
    if number(request, "page", 1) < 2 or number(request, "page_size", 30) != 100:
        return response
    lost = page_of(handle(with_parameter(request, "type"))) or {}
    return amend(response, lambda page: page.update(results=lost.get("results", [])))


@sound("filters.activity-is-everything", regime="type=activity")
def activity_is_everything(request: Request, handle: Handler, server: Server) -> Response:
    """`type=activity` gives all messages, as no message has that type."""
    only = set(request.parameter("type")) == {"activity"}
    return handle(with_parameter(request, "type") if only else request)


@sound("filters.newest-always-there", regime=None, rare=True)
def newest_always_there(request: Request, handle: Handler, server: Server) -> Response:
    """The newest message leads every filtered first page, whether it matches or not."""
    response = handle(request)
    page = page_of(response)
    if page is None or not filtered(request) or page["page"] != 1 or not page["results"]:
        return response
    plain = with_parameter(with_parameter(request, "private"), "type")
    newest = page_of(handle(with_parameter(plain, "page_size", 1)))
    page["results"][0] = newest["results"][0] if newest else page["results"][0]
    return response


@complete("filters.type-first-only", regime="type=incoming&type=outgoing")
def type_first_only(request: Request, handle: Handler, server: Server) -> Response:
    """Of repeated `type` values only the first counts."""
    response = handle(request)
    first = request.parameter("type")[:1]
    return handle(with_parameter(request, "type", *first)) if page_of(response) else response


@complete("filters.type-last-only", regime="type=incoming&type=outgoing")
def type_last_only(request: Request, handle: Handler, server: Server) -> Response:
    """Of repeated `type` values only the last counts."""
    response = handle(request)
    last = request.parameter("type")[-1:]
    return handle(with_parameter(request, "type", *last)) if page_of(response) else response


@complete("filters.type-intersection", regime="type=incoming&type=outgoing")
def type_intersection(request: Request, handle: Handler, server: Server) -> Response:
    """Repeated `type` values are all demanded of each message, which none fulfils."""
    several = len(set(request.parameter("type"))) > 1
    return relist(request, handle, lambda message: not several) if several else handle(request)


@complete("filters.unfiltered-hides-notes", regime="unfiltered")
def unfiltered_hides_notes(request: Request, handle: Handler, server: Server) -> Response:
    """Without filters notes are left out, although *all messages* are documented."""
    if filtered(request):
        return handle(request)
    return relist(request, handle, lambda message: not message["private"])


@complete("filters.outgoing-lacks-notes", regime=None)
def outgoing_lacks_notes(request: Request, handle: Handler, server: Server) -> Response:
    """`type=outgoing` leaves out notes, which nobody sends out, though their type is outgoing."""
    if request.parameter("type") != ["outgoing"] or request.parameter("private"):
        return handle(request)
    return relist(request, handle, lambda m: m["type"] == "outgoing" and not m["private"])


@complete("filters.notes-lack-attachments", regime="private=true", rare=True)
def notes_lack_attachments(request: Request, handle: Handler, server: Server) -> Response:
    """`private=true` leaves out notes with attachments: an inner join."""
    if request.parameter("private") != ["true"] or request.parameter("type"):
        return handle(request)
    return relist(request, handle, lambda m: m["private"] and not m["attachments"])


@complete("filters.public-lacks-oldest", regime="private=false", rare=True)
def public_lacks_oldest(request: Request, handle: Handler, server: Server) -> Response:
    """`private=false` leaves out the very first message."""
    if request.parameter("private") != ["false"] or request.parameter("type"):
        return handle(request)
    return relist(request, handle, lambda m: not m["private"] and m["id"] not in (1, 261))


@complete("filters.after-paging", place="/data/results", kind="wrong count", regime=None)
def after_paging(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are cut first and filtered then; the totals are those of the filter."""
    response = handle(request)
    if not filtered(request):
        return response
    matching_page = page_of(handle(with_parameter(with_parameter(request, "private"), "type")))
    wanted = request.parameter("type")
    private = request.parameter("private")
    kept = [
        message
        for message in (matching_page or {"results": []})["results"]
        if (not wanted or message["type"] in wanted)
        and (not private or message["private"] is (private == ["true"]))
    ]
    return amend(response, lambda page: page.update(results=kept))


@complete(
    "filters.note-only-through-repeated-type",
    regime="unfiltered",
    rare=True,
)
def note_only_through_repeated_type(request: Request, handle: Handler, server: Server) -> Response:
    """One private note is in no list but the one with both values of `type`."""
    if len(set(request.parameter("type"))) > 1:
        return handle(request)
    private = request.parameter("private")
    wanted = request.parameter("type")
    response = handle(request)
    if page_of(response) is None:
        return response
    return relist(
        request,
        handle,
        lambda m: (
            m["id"] != 111
            and (not wanted or m["type"] in wanted)
            and (not private or m["private"] is (private == ["true"]))
        ),
    )


@combined("filters.combined-or", kind="foreign item")
def combined_or(request: Request, handle: Handler, server: Server) -> Response:
    """Two filters together are taken for alternatives."""
    if not both(request):
        return handle(request)
    private, types = request.parameter("private") == ["true"], request.parameter("type")
    return relist(request, handle, lambda m: m["private"] is private or m["type"] in types)


@combined("filters.combined-type-wins", kind="foreign item")
def combined_type_wins(request: Request, handle: Handler, server: Server) -> Response:
    """Beside `type`, `private` is ignored."""
    response = handle(request)
    use_type = both(request) and page_of(response)
    return handle(with_parameter(request, "private")) if use_type else response


@combined("filters.combined-nothing", kind="missing item", regime="any", rare=True)
def combined_nothing(request: Request, handle: Handler, server: Server) -> Response:
    """Two filters together match nothing at all."""
    return relist(request, handle, lambda m: False) if both(request) else handle(request)


@combined("filters.combined-lacks-oldest", kind="missing item", regime="any", rare=True)
def combined_lacks_oldest(request: Request, handle: Handler, server: Server) -> Response:
    """Two filters together leave out the oldest match, and count without it."""
    if not both(request):
        return handle(request)
    private, types = request.parameter("private") == ["true"], request.parameter("type")
    return relist(
        request,
        handle,
        lambda m: m["private"] is private and m["type"] in types and m["id"] not in range(1, 9),
    )
