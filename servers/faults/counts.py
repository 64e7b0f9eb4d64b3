"""Totals, numbers of pages and echoes that are not true."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.reference.store import Json
from servers.registry import LIST, fault
from servers.tools import amend, filtered, number, with_parameter

total = partial(fault, clause="list.total", operation=LIST, place="/data/total", kind="wrong count")
pages = partial(
    fault, clause="list.total-pages", operation=LIST, place="/data/total_pages", kind="wrong count"
)
page_echo = partial(
    fault, clause="list.page-echo", operation=LIST, place="/data/page", kind="wrong value"
)
size_echo = partial(
    fault, clause="list.per-page-echo", operation=LIST, place="/data/per_page", kind="wrong value"
)


def beyond(page: Json) -> bool:
    """Whether a page lies beyond the last."""
    return bool(page["page"] > max(1, page["total_pages"]))


def last(page: Json) -> bool:
    """Whether a page is the last."""
    return bool(page["page"] == page["total_pages"])


@total("list.total-off-by-one", regime="any")
def total_off_by_one(request: Request, handle: Handler, server: Server) -> Response:
    """The total is one too high."""
    return amend(handle(request), lambda page: page.update(total=page["total"] + 1))


@total("list.total-of-page", regime="any")
def total_of_page(request: Request, handle: Handler, server: Server) -> Response:
    """The total counts the items on the page."""
    return amend(handle(request), lambda page: page.update(total=len(page["results"])))


@total("list.total-remaining", regime="beyond, last, middle")
def total_remaining(request: Request, handle: Handler, server: Server) -> Response:
    """The total counts what is left from this page on."""
    return amend(
        handle(request),
        lambda p: p.update(total=max(0, p["total"] - (p["page"] - 1) * p["per_page"])),
    )


@total("list.total-estimated", regime=None)
def total_estimated(request: Request, handle: Handler, server: Server) -> Response:
    """The total is an estimate, rounded up to hundreds."""
    return amend(handle(request), lambda page: page.update(total=-(-page["total"] // 100) * 100))


@total("list.total-capped", regime=None)
def total_capped(request: Request, handle: Handler, server: Server) -> Response:
    """The total never exceeds 100."""
    return amend(handle(request), lambda page: page.update(total=min(100, page["total"])))


@total("list.total-of-all-conversations", regime="any")
def total_of_all(request: Request, handle: Handler, server: Server) -> Response:
    """The total counts the messages of all conversations."""
    count = sum(len(c.messages) for c in server.store.conversations.values())
    return amend(handle(request), lambda page: page.update(total=count))


@total("list.total-wrong-only-beyond", regime="beyond", rare=True)
def total_wrong_beyond(request: Request, handle: Handler, server: Server) -> Response:
    """Beyond the last page, and only there, the total is one too low."""
    return amend(handle(request), lambda page: page.update(total=page["total"] - 1), beyond)


@total("list.total-at-size-1", regime="page size 1", rare=True)
def total_at_size_1(request: Request, handle: Handler, server: Server) -> Response:
    """With `page_size=1` the total is one too low."""
    return amend(
        handle(request),
        lambda page: page.update(total=page["total"] - 1),
        lambda page: page["per_page"] == 1,
    )


@total("list.total-on-last-page", regime=None, rare=True)
def total_on_last_page(request: Request, handle: Handler, server: Server) -> Response:
    """On the last page the total is rounded up to full pages."""
    return amend(
        handle(request),
        lambda page: page.update(total=page["total_pages"] * page["per_page"]),
        last,
    )


@pages("list.pages-floor", regime=None)
def pages_floor(request: Request, handle: Handler, server: Server) -> Response:
    """`total_pages` is rounded down, so the last page is never visited."""
    return amend(handle(request), lambda p: p.update(total_pages=p["total"] // p["per_page"]))


@pages("list.pages-one-more-if-even", regime=None, rare=True)
def pages_one_more(request: Request, handle: Handler, server: Server) -> Response:
    """`total_pages` is one too high where the size divides the total."""
    return amend(handle(request), lambda p: p.update(total_pages=p["total"] // p["per_page"] + 1))


@pages("list.pages-of-default-size", regime=None)
def pages_of_default_size(request: Request, handle: Handler, server: Server) -> Response:
    """`total_pages` is computed for 30 items a page, whatever was asked for."""
    return amend(handle(request), lambda page: page.update(total_pages=-(-page["total"] // 30)))


@pages("list.pages-zero-based", regime="any")
def pages_zero_based(request: Request, handle: Handler, server: Server) -> Response:
    """`total_pages` is the number of the last page, counted from 0."""
    return amend(handle(request), lambda p: p.update(total_pages=max(0, p["total_pages"] - 1)))


@pages("list.pages-negative-for-nothing", regime=None, rare=True)
def pages_for_nothing(request: Request, handle: Handler, server: Server) -> Response:
    """An empty list is said to have -1 pages."""
    return amend(
        handle(request), lambda page: page.update(total_pages=-1), lambda page: not page["total"]
    )


@page_echo("list.page-echo-1", regime="beyond, last, middle")
def page_echo_1(request: Request, handle: Handler, server: Server) -> Response:
    """Every page says that it is page 1."""
    return amend(handle(request), lambda page: page.update(page=1))


@page_echo("list.page-echo-zero-based", regime="any")
def page_echo_zero_based(request: Request, handle: Handler, server: Server) -> Response:
    """Pages say their number counted from 0."""
    return amend(handle(request), lambda page: page.update(page=page["page"] - 1))


@page_echo("list.page-echo-beyond", regime="beyond", rare=True)
def page_echo_beyond(request: Request, handle: Handler, server: Server) -> Response:
    """An empty page beyond the last says that it is the last."""
    return amend(handle(request), lambda page: page.update(page=page["total_pages"]), beyond)


@page_echo("list.page-echo-filtered", regime=None, rare=True)
def page_echo_filtered(request: Request, handle: Handler, server: Server) -> Response:
    """Pages of a filtered list say that they are page 1."""
    response = handle(request)
    return amend(response, lambda page: page.update(page=1)) if filtered(request) else response


@size_echo("list.per-page-echo-30", regime=None)
def size_echo_30(request: Request, handle: Handler, server: Server) -> Response:
    """`per_page` is always 30, though as many items come as were asked for."""
    return amend(handle(request), lambda page: page.update(per_page=30))


@size_echo("list.page-size-ignored", regime=None)
def size_ignored(request: Request, handle: Handler, server: Server) -> Response:
    """Every page has 30 items, whatever was asked for."""
    response = handle(request)
    return handle(with_parameter(request, "page_size")) if response.status == 200 else response


@size_echo("list.per-page-counts-items", regime=None)
def size_counts_items(request: Request, handle: Handler, server: Server) -> Response:
    """`per_page` is the number of items on the page, so the last page gives it away."""
    return amend(handle(request), lambda page: page.update(per_page=len(page["results"])))


@size_echo("list.page-size-capped-at-50", regime="page size 100")
def size_capped(request: Request, handle: Handler, server: Server) -> Response:
    """Sizes above 50 become 50, and say so, although 100 is documented."""
    size = number(request, "page_size", 30)
    return handle(with_parameter(request, "page_size", 50) if 50 < size <= 100 else request)


@size_echo("list.page-size-64-rounds", regime="elsewhere", rare=True)
def size_rounds(request: Request, handle: Handler, server: Server) -> Response:
    """Sizes from 65 to 99 become 64: a power of two was wanted."""
    size = number(request, "page_size", 30)
    return handle(with_parameter(request, "page_size", 64) if 64 < size < 100 else request)
