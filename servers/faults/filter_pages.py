"""Filters that are forgotten on the way through the pages, after the totals were counted."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import LIST, fault
from servers.tools import amend, filtered, page_of, with_parameter

forgotten = partial(
    fault,
    clause="filter.sound",
    operation=LIST,
    place="/data/results/*",
    kind="foreign item",
    regime=None,
)


def forgetting(request: Request, handle: Handler, *names: str) -> Response:
    """The page with the items that there are without some filters, and the totals with them."""
    plain = request
    for name in names:
        plain = with_parameter(plain, name)
    other = page_of(handle(plain)) or {"results": []}
    return amend(handle(request), lambda page: page.update(results=other["results"]))


def is_page(request: Request, handle: Handler, number: int) -> bool:
    """Whether a valid request asks for this page, counted from the end if it is negative."""
    page: Json | None = page_of(handle(request))
    if page is None:
        return False
    wanted = number if number > 0 else page["total_pages"] + 1 + number
    return bool(page["page"] == wanted and wanted > 1)


@forgotten("filters.third-page-forgets", rare=True)
def third_page(request: Request, handle: Handler, server: Server) -> Response:
    """The third page, and no other, forgets all filters."""
    if not filtered(request) or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "private", "type")


@forgotten("filters.third-page-forgets-incoming", rare=True)
def third_page_of_incoming(request: Request, handle: Handler, server: Server) -> Response:
    """The third page of `type=incoming` alone, and of nothing else, forgets it."""
    alone = request.parameter("type") == ["incoming"] and not request.parameter("private")
    if not alone or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "type")


@forgotten("filters.third-page-forgets-outgoing", rare=True)
def third_page_of_outgoing(request: Request, handle: Handler, server: Server) -> Response:
    """The third page of `type=outgoing` alone, and of nothing else, forgets it."""
    alone = request.parameter("type") == ["outgoing"] and not request.parameter("private")
    if not alone or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "type")


@forgotten("filters.third-page-forgets-public", rare=True)
def third_page_of_public(request: Request, handle: Handler, server: Server) -> Response:
    """The third page of `private=false` alone, and of nothing else, forgets it."""
    alone = request.parameter("private") == ["false"] and not request.parameter("type")
    if not alone or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "private")


@forgotten("filters.second-last-page-forgets", rare=True)
def second_last_page(request: Request, handle: Handler, server: Server) -> Response:
    """The last page but one forgets all filters."""
    if not filtered(request) or not is_page(request, handle, -2):
        return handle(request)
    return forgetting(request, handle, "private", "type")


@forgotten("filters.fourth-page-forgets", rare=True)
def fourth_page(request: Request, handle: Handler, server: Server) -> Response:
    """From the fourth page on all filters are forgotten."""
    page = page_of(handle(request))
    if page is None or not filtered(request) or page["page"] < 4 or not page["results"]:
        return handle(request)
    return forgetting(request, handle, "private", "type")


@forgotten("filters.third-page-of-both-forgets-private", rare=True)
def third_page_of_both(request: Request, handle: Handler, server: Server) -> Response:
    """Where two filters are given, the third page forgets `private`."""
    both = request.parameter("private") and request.parameter("type")
    if not both or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "private")


@forgotten("filters.third-page-of-both-forgets-type", rare=True)
def third_page_of_both_type(request: Request, handle: Handler, server: Server) -> Response:
    """Where two filters are given, the third page forgets `type`."""
    both = request.parameter("private") and request.parameter("type")
    if not both or not is_page(request, handle, 3):
        return handle(request)
    return forgetting(request, handle, "type")


@fault(
    "filters.third-page-takes-first-value",
    clause="filter.complete",
    operation=LIST,
    place="/data/results",
    kind="wrong count",
    regime=None,
    rare=True,
)
def third_page_first_value(request: Request, handle: Handler, server: Server) -> Response:
    """Of repeated `type` values only the first counts on the third page."""
    values = request.parameter("type")
    if len(set(values)) < 2 or not is_page(request, handle, 3):
        return handle(request)
    first = page_of(handle(with_parameter(request, "type", values[0]))) or {"results": []}
    return amend(handle(request), lambda page: page.update(results=first["results"]))
