"""Pages that overlap, leave gaps, hold too many or too few items, or the wrong ones."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, fault
from servers.tools import (
    matching,
    messages,
    nth,
    number,
    page_of,
    reselect,
    with_parameter,
)

ITEM = "/data/results/*"
overlap = partial(
    fault, clause="list.no-overlap", operation=LIST, place=ITEM, kind="duplicate", regime="any"
)
gap = partial(
    fault, clause="list.no-gap", operation=LIST, place=ITEM, kind="missing item", regime="any"
)
full = partial(
    fault, clause="list.page-full", operation=LIST, place="/data/results", kind="wrong count"
)
stable = partial(fault, clause="list.stable", operation=LIST, place=ITEM, kind="wrong order")


@overlap("paging.page-ignored")
def page_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """Every page holds the first page's items, and says it is the page asked for."""
    return reselect(request, handle, lambda found, page, size: found[:size])


@overlap("paging.overlap-one")
def overlap_one(request: Request, handle: Handler, server: Server) -> Response:
    """Each page begins with the last item of the page before, and so loses its own last one."""
    return reselect(
        request,
        handle,
        lambda found, page, size: found[max(0, (page - 1) * size - 1) : page * size][:size],
    )


@overlap("paging.overlap-at-100", regime=None, rare=True)
def overlap_at_100(request: Request, handle: Handler, server: Server) -> Response:
    """With `page_size=100`, and no other, pages begin 99 apart: `0..99` was counted as 99."""
    if number(request, "page_size", 30) != 100:
        return handle(request)
    return reselect(
        request, handle, lambda found, page, size: found[(page - 1) * 99 : (page - 1) * 99 + size]
    )


@gap("paging.zero-based", regime=None)
def zero_based(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are counted from 0 but said to count from 1: the first items are never seen."""
    return reselect(request, handle, lambda found, page, size: found[page * size :][:size])


@gap("paging.skip-one", regime="beyond, last, middle")
def skip_one(request: Request, handle: Handler, server: Server) -> Response:
    """Between two pages one item is lost: `>` where `>=` is meant."""
    return reselect(
        request, handle, lambda found, page, size: found[(page - 1) * (size + 1) :][:size]
    )


@gap(
    "paging.item-lost-after-page-2",
    place="/data/results",
    kind="wrong count",
    rare=True,
    regime=None,
)
def item_lost_after_page_2(request: Request, handle: Handler, server: Server) -> Response:
    """Pages after the second come from a snapshot that lacks the 100th message."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["page"] > 2:
        page["results"] = [message for message in page["results"] if message["id"] != 100]
    return response


@gap("paging.small-pages-oldest-first", regime="page size 1", rare=True)
def small_pages_oldest_first(request: Request, handle: Handler, server: Server) -> Response:
    """Pages of fewer than five items are cut from the list in the opposite order."""
    return reselect(
        request,
        handle,
        lambda found, page, size: (found[::-1] if size < 5 else found)[(page - 1) * size :][:size],
    )


@gap("paging.offset-of-99", regime="elsewhere", rare=True)
def offset_of_99(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=99`, and no other, begins its pages 100 apart."""
    if number(request, "page_size", 30) != 99:
        return handle(request)
    return reselect(request, handle, lambda found, page, size: found[(page - 1) * 100 :][:size])


@full("paging.one-short", regime=None)
def one_short(request: Request, handle: Handler, server: Server) -> Response:
    """Every full page lacks its last item."""
    return reselect(
        request, handle, lambda found, page, size: found[(page - 1) * size :][: max(1, size - 1)]
    )


@full("paging.cap-50", regime="page size 100")
def cap_50(request: Request, handle: Handler, server: Server) -> Response:
    """Never more than 50 items, though the page says that it holds 100."""
    return reselect(
        request, handle, lambda found, page, size: found[(page - 1) * size :][: min(50, size)]
    )


@full("paging.page-2-short", regime=None, rare=True)
def page_2_short(request: Request, handle: Handler, server: Server) -> Response:
    """The second page, and no other, lacks its last item."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["page"] == 2 and len(page["results"]) > 1:
        page["results"].pop()
    return response


@full("paging.28-of-29", regime="elsewhere", rare=True)
def items_28_of_29(request: Request, handle: Handler, server: Server) -> Response:
    """`page_size=29`, and no other, gives 28 items."""
    return reselect(
        request,
        handle,
        lambda found, page, size: found[(page - 1) * size :][: 28 if size == 29 else size],
    )


@full("paging.last-page-filled-up", regime=None)
def last_page_filled_up(request: Request, handle: Handler, server: Server) -> Response:
    """The last page is filled up with items of the page before."""
    return reselect(
        request,
        handle,
        lambda found, page, size: (
            found[-size:]
            if page * size >= len(found) > (page - 1) * size
            else found[(page - 1) * size : page * size]
        ),
    )


@full("paging.beyond-is-last", regime="beyond")
def beyond_is_last(request: Request, handle: Handler, server: Server) -> Response:
    """Beyond the last page the last page comes again, under the number asked for."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["page"] > page["total_pages"] > 0:
        last = page_of(handle(with_parameter(request, "page", page["total_pages"])))
        page["results"] = last["results"] if last else []
    return response


@full("paging.beyond-is-first", regime="beyond", rare=True)
def beyond_is_first(request: Request, handle: Handler, server: Server) -> Response:
    """One page beyond the last, and only there, the first page comes again."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["page"] == page["total_pages"] + 1:
        page["results"] = matching(request, handle)[: page["per_page"]]
    return response


@full("paging.third-page-of-100-empty", regime=None, rare=True)
def third_page_of_100_empty(request: Request, handle: Handler, server: Server) -> Response:
    """Offsets of 200 and more give nothing when `page_size` is 100: a limit of a search index."""
    response = handle(request)
    page = page_of(response)
    if page is not None and page["per_page"] == 100 and page["page"] > 2:
        page["results"] = []
    return response


@stable("paging.shuffled", regime="any")
def shuffled(request: Request, handle: Handler, server: Server) -> Response:
    """Whoever asks for a page again finds it in the opposite order."""
    response = handle(request)
    if nth(server, f"shuffled {request.query}", 2):
        messages(response).reverse()
    return response


@stable("paging.ties-flip", regime=None, rare=True)
def ties_flip(request: Request, handle: Handler, server: Server) -> Response:
    """Messages of the same second come in either order, by turns."""
    response = handle(request)
    if nth(server, f"ties {request.query}", 2):
        _flip_ties(messages(response))
    return response


def _flip_ties(found: list[dict[str, object]]) -> None:
    for index in range(len(found) - 1):
        if found[index]["created_at"] == found[index + 1]["created_at"]:
            found[index], found[index + 1] = found[index + 1], found[index]
