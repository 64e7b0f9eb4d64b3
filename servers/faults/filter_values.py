"""Totals under filters, and values of filters that are refused, or taken for something else."""

from __future__ import annotations

from functools import partial

from servers.reference.listing import BOOLEANS, TYPE_FILTERS
from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, fault
from servers.tools import amend, error, filtered, page_of, relist, with_parameter

totals = partial(
    fault, clause="filter.total", operation=LIST, place="/data/total", kind="wrong count"
)
every = partial(fault, clause="filter.every-value", operation=LIST)
unknown = partial(fault, clause="filter.unknown-value", operation=LIST, kind="undocumented value")


def undocumented_type(request: Request) -> bool:
    """Whether some value of `type` is not a documented one, though a word."""
    return any(value.isalpha() and value not in TYPE_FILTERS for value in request.parameter("type"))


def undocumented_private(request: Request) -> bool:
    """Whether `private` is a word, but no boolean."""
    return any(value.isalpha() and value not in BOOLEANS for value in request.parameter("private"))


def unfiltered(request: Request) -> Request:
    """The same page of the whole list."""
    return with_parameter(with_parameter(request, "private"), "type")


@totals("filters.total-unfiltered", regime=None)
def total_unfiltered(request: Request, handle: Handler, server: Server) -> Response:
    """Totals count all messages, whatever the filter."""
    whole = page_of(handle(unfiltered(request))) or {}
    return amend(
        handle(request),
        lambda p: p.update(total=whole["total"], total_pages=whole["total_pages"]),
    )


@totals(
    "filters.total-unfiltered-private",
    regime="private=false, private=true, private=true&type=outgoing",
)
def total_unfiltered_private(request: Request, handle: Handler, server: Server) -> Response:
    """The total ignores `private`, and minds `type`."""
    whole = page_of(handle(with_parameter(request, "private"))) or {}
    return amend(handle(request), lambda page: page.update(total=whole["total"]))


@totals("filters.total-pages-unfiltered", place="/data/total_pages", regime=None)
def total_pages_unfiltered(request: Request, handle: Handler, server: Server) -> Response:
    """`total_pages` counts all messages' pages under a filter, while `total` is right."""
    whole = page_of(handle(unfiltered(request))) or {}
    return amend(handle(request), lambda page: page.update(total_pages=whole["total_pages"]))


@totals("filters.total-of-first-type", regime="type=incoming&type=outgoing", rare=True)
def total_of_first_type(request: Request, handle: Handler, server: Server) -> Response:
    """Of repeated `type` values the items are right, but the total counts the first only."""
    response = handle(request)
    first = with_parameter(request, "type", *request.parameter("type")[:1])
    whole = page_of(handle(first)) if page_of(response) else None
    return amend(response, lambda page: page.update(total=(whole or page)["total"]))


@totals("filters.total-of-two", regime="private=true&type=outgoing", rare=True)
def total_of_two(request: Request, handle: Handler, server: Server) -> Response:
    """With two filters the total counts the first one's matches only."""
    response = handle(request)
    if not (request.parameter("private") and request.parameter("type")):
        return response
    whole = page_of(handle(with_parameter(request, "private")))
    return amend(response, lambda page: page.update(total=(whole or page)["total"]))


@totals("filters.total-beyond", regime=None, rare=True)
def total_beyond(request: Request, handle: Handler, server: Server) -> Response:
    """Beyond the last page of a filtered list, and only there, the total is the whole list's."""
    whole = page_of(handle(unfiltered(request))) or {}
    return amend(
        handle(request),
        lambda page: page.update(total=whole["total"]),
        lambda page: filtered(request) and page["page"] > page["total_pages"],
    )


@every("filters.activity-refused", place="query type", kind="valid value activity")
def activity_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`type=activity` is refused, as messages can't have that type; it is documented."""
    refused = "activity" in request.parameter("type")
    return error(400, "type must be incoming or outgoing") if refused else handle(request)


@every("filters.activity-fails", place="query type", kind="valid value activity")
def activity_fails(request: Request, handle: Handler, server: Server) -> Response:
    """`type=activity` alone is answered with 500."""
    return error(500) if request.parameter("type") == ["activity"] else handle(request)


@every("filters.private-false-refused", place="query private", kind="valid value false")
def private_false_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`private=false` is refused: there is only a switch."""
    refused = request.parameter("private") == ["false"]
    return error(400, "private must be true") if refused else handle(request)


@every(
    "filters.nothing-is-404",
    place="query private + query type",
    kind="valid value",
    rare=True,
)
def nothing_is_404(request: Request, handle: Handler, server: Server) -> Response:
    """`type=incoming` is answered with 404 beside `private=true`, as nothing matches both."""
    nothing = request.parameter("private") == ["true"] and request.parameter("type") == ["incoming"]
    return error(404, "No messages found") if nothing else handle(request)


@unknown("filters.bogus-type-is-html", place="query type")
def bogus_type_is_html(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `type` gives the messages in HTML: neither all, nor none, nor a type's."""
    if not undocumented_type(request):
        return handle(request)
    return relist(unfiltered(request), handle, lambda m: m["content_type"] == "html")


@unknown("filters.bogus-type-total-0", place="query type")
def bogus_type_total_0(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `type` gives all messages, and a total of 0."""
    if not undocumented_type(request):
        return handle(request)
    return amend(handle(unfiltered(request)), lambda page: page.update(total=0, total_pages=0))


@unknown("filters.bogus-type-fails", place="query type")
def bogus_type_fails(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `type` is answered with 500, an enum of the database refuses it."""
    return error(500) if undocumented_type(request) else handle(request)


@unknown("filters.bogus-private-fails", place="query private", kind="wrong type")
def bogus_private_fails(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `private` is answered with 500."""
    return error(500) if undocumented_private(request) else handle(request)


@unknown("filters.bogus-private-half", place="query private", kind="wrong type", rare=True)
def bogus_private_half(request: Request, handle: Handler, server: Server) -> Response:
    """An undocumented `private` gives replies only: neither public nor private nor all."""
    if not undocumented_private(request):
        return handle(request)
    plain = unfiltered(request)
    return relist(plain, handle, lambda m: not m["private"] and m["type"] == "outgoing")
