"""Defaults, and sizes and numbers at and beyond their bounds."""

from __future__ import annotations

import re
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, fault
from servers.tools import (
    amend,
    error,
    filtered,
    matching,
    number,
    page_of,
    reselect,
    with_parameter,
)

WORD = re.compile(r"(?!-?[0-9]+$).+", re.DOTALL)
bound = partial(fault, clause="list.page-size-bound", operation=LIST)
valid = partial(fault, clause="list.page-size-valid", operation=LIST, place="query page_size")
out_of_range = partial(fault, clause="list.out-of-range", operation=LIST)
default_page = partial(
    fault, clause="list.default-page", operation=LIST, place="/data/page", kind="wrong value"
)
default_size = partial(
    fault,
    clause="list.default-page-size",
    operation=LIST,
    place="/data/per_page",
    kind="wrong value",
)


def accepted(request: Request, handle: Handler, **echo: int) -> Response:
    """The first page of the default size, whose page or per_page says something else."""
    plain = with_parameter(with_parameter(request, "page"), "page_size")
    return amend(handle(plain), lambda page: page.update(echo))


@default_page("bounds.default-last-page", regime=None)
def default_last_page(request: Request, handle: Handler, server: Server) -> Response:
    """Without `page` the last page comes, where the conversation began."""
    response = handle(request)
    page = page_of(response)
    if page is None or request.parameter("page"):
        return response
    return handle(with_parameter(request, "page", max(1, page["total_pages"])))


@default_page("bounds.default-page-0", regime=None)
def default_page_0(request: Request, handle: Handler, server: Server) -> Response:
    """Without `page` the first page comes and says that it is page 0."""
    response = handle(request)
    return response if request.parameter("page") else amend(response, lambda p: p.update(page=0))


@default_size("bounds.default-size-20", regime=None)
def default_size_20(request: Request, handle: Handler, server: Server) -> Response:
    """Without `page_size` pages have 20 items."""
    sized = request.parameter("page_size")
    return handle(request if sized else with_parameter(request, "page_size", 20))


@default_size("bounds.default-size-says-25", regime=None)
def default_size_says_25(request: Request, handle: Handler, server: Server) -> Response:
    """Without `page_size` pages have 30 items and say 25."""
    response = handle(request)
    if request.parameter("page_size"):
        return response
    return amend(response, lambda page: page.update(per_page=25))


@default_size("bounds.default-size-10-if-filtered", regime=None, rare=True)
def default_size_filtered(request: Request, handle: Handler, server: Server) -> Response:
    """Without `page_size` pages of a filtered list have 10 items."""
    unsized = filtered(request) and not request.parameter("page_size")
    return handle(with_parameter(request, "page_size", 10) if unsized else request)


@bound("bounds.one-too-many", place="/data/results", kind="wrong count", regime="any")
def one_too_many(request: Request, handle: Handler, server: Server) -> Response:
    """Pages hold one item more than they say: the one fetched to see whether there are more."""
    return reselect(
        request, handle, lambda found, page, size: found[(page - 1) * size :][: size + 1]
    )


@bound(
    "bounds.size-0-is-everything", place="/data/results", kind="wrong count", regime="out of range"
)
def size_0_is_everything(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=0` gives the whole list: no limit."""
    if request.parameter("page_size") != ["0"]:
        return handle(request)
    everything = matching(request, handle)
    response = handle(with_parameter(request, "page_size", 100))
    return amend(response, lambda page: page.update(results=everything, per_page=0, total_pages=1))


@bound("bounds.size-1000-accepted", place="query page_size", kind="beyond bound")
def size_1000_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """Sizes above 100 give everything, and say 100."""
    if number(request, "page_size", 30) <= 100:
        return handle(request)
    everything = matching(request, handle)
    response = handle(with_parameter(request, "page_size", 100))
    return amend(response, lambda page: page.update(results=everything))


@bound("bounds.size-101-accepted", place="query page_size", kind="beyond bound", rare=True)
def size_101_accepted(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=101` gives 101 items, larger sizes are refused: `>` where `>=` is meant."""
    if request.parameter("page_size") != ["101"]:
        return handle(request)
    everything = matching(request, handle)
    response = handle(with_parameter(request, "page_size", 100))
    return amend(response, lambda page: page.update(results=everything[:101], per_page=101))


@valid("bounds.size-100-refused", kind="valid value")
def size_100_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=100` is refused: the maximum is taken to be excluded."""
    refused = request.parameter("page_size") == ["100"]
    return error(400, "page_size must be below 100") if refused else handle(request)


@valid("bounds.size-1-refused", kind="valid value")
def size_1_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=1` is refused: the minimum is taken to be excluded."""
    refused = request.parameter("page_size") == ["1"]
    return error(400, "page_size must be above 1") if refused else handle(request)


@valid("bounds.size-37-fails", kind="valid value", rare=True)
def size_37_fails(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=37`, and no other, is answered with 500."""
    return error(500) if request.parameter("page_size") == ["37"] else handle(request)


@valid("bounds.size-99-refused", kind="valid value", rare=True)
def size_99_refused(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=99` is refused, an off-by-one that 100 escapes."""
    refused = request.parameter("page_size") == ["99"]
    return error(400, "page_size is out of range") if refused else handle(request)


@out_of_range("bounds.page-0-fails", place="query page", kind="zero")
def page_0_fails(request: Request, handle: Handler, server: Server) -> Response:
    """`page=0` makes a negative offset, which the database refuses: 500."""
    return error(500) if request.parameter("page") == ["0"] else handle(request)


@out_of_range("bounds.page-negative-counted-back", place="query page", kind="negative")
def page_negative(request: Request, handle: Handler, server: Server) -> Response:
    """A negative page is accepted as it is, and says so."""
    page = number(request, "page", 1)
    return accepted(request, handle, page=page) if page < 0 else handle(request)


@out_of_range("bounds.size-negative-accepted", place="query page_size", kind="negative")
def size_negative(request: Request, handle: Handler, server: Server) -> Response:
    """A negative size is accepted as it is, and says so."""
    size = number(request, "page_size", 30)
    return accepted(request, handle, per_page=size) if size < 0 else handle(request)


@out_of_range("bounds.page-word-fails", place="query page", kind="not an integer")
def page_word_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A page that is no number is answered with 500."""
    words = [value for value in request.parameter("page") if WORD.fullmatch(value)]
    return error(500) if words else handle(request)


@out_of_range("bounds.size-empty-fails", place="query page_size", kind="empty")
def size_empty_fails(request: Request, handle: Handler, server: Server) -> Response:
    """An empty `page_size` is answered with 500."""
    return error(500) if request.parameter("page_size") == [""] else handle(request)


@out_of_range("bounds.size-huge-fails", place="query page_size", kind="beyond 64 bits")
def size_huge_fails(request: Request, handle: Handler, server: Server) -> Response:
    """A size that does not fit 64 bits is answered with 500."""
    return error(500) if number(request, "page_size", 30) >= 2**63 else handle(request)


@out_of_range("bounds.page-wraps", place="query page", kind="beyond 32 bits")
def page_wraps(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are counted in 32 bits: from 2^31 on the first page comes, under the number sent."""
    page = number(request, "page", 1)
    if page < 2**31:
        return handle(request)
    first = handle(with_parameter(request, "page", 1))
    return amend(first, lambda data: data.update(page=page))


@out_of_range("bounds.page-offset-wraps", place="query page", kind="offset beyond 64 bits")
def page_offset_wraps(request: Request, handle: Handler, server: Server) -> Response:
    """Pages fit 64 bits and what comes before them does not: the first page comes, as if asked."""
    page = number(request, "page", 1)
    if page >= 2**63 or (page - 1) * number(request, "page_size", 30) < 2**63:
        return handle(request)
    first = handle(with_parameter(request, "page", 1))
    return amend(first, lambda data: data.update(page=page))
