"""Objects that hold a key more than once, so that each reader sees another answer."""

from __future__ import annotations

from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, SEND, fault
from servers.tools import page_of

twice = partial(fault, clause="response.complete", kind="repeated key")


def before(response: Response, member: str, text: str, *, every: bool = False) -> Response:
    """The response with `text`, a member, before the first or each place where `member` begins."""
    body = response.encoded().decode()
    response.content = body.replace(member, f"{text}, {member}", -1 if every else 1).encode()
    return response


@twice("twice.total", operation=LIST, place="/data/total", regime="any")
def total(request: Request, handle: Handler, server: Server) -> Response:
    """A page begins with a total of 5, an old default, and says the right one later."""
    response = handle(request)
    return before(response, '"total": ', '"total": 5') if page_of(response) else response


@twice("twice.total-escaped", operation=LIST, place="/data/total", regime="any")
def total_escaped(request: Request, handle: Handler, server: Server) -> Response:
    """A wrong total stands besides under a key that is spelled with an escape."""
    response = handle(request)
    return before(response, '"total": ', '"\\u0074otal": 5') if page_of(response) else response


@twice("twice.total-wrong-last", operation=LIST, place="/data/total", regime="any")
def total_wrong_last(request: Request, handle: Handler, server: Server) -> Response:
    """After the right total comes a wrong one, which is what most readers keep."""
    response = handle(request)
    page = page_of(response)
    if page is None:
        return response
    right, page["total"] = page["total"], 5
    return before(response, '"total": ', f'"total": {right}')


@twice("twice.total-beyond", operation=LIST, place="/data/total", regime=None, rare=True)
def total_beyond(request: Request, handle: Handler, server: Server) -> Response:
    """Only pages without an item have two totals."""
    response = handle(request)
    page = page_of(response)
    empty = page is not None and page["page"] > page["total_pages"]
    return before(response, '"total": ', '"total": 0') if empty else response


@twice("twice.status", operation=LIST, place="/status", regime="any")
def status(request: Request, handle: Handler, server: Server) -> Response:
    """The envelope of a page says `error` and `success`."""
    response = handle(request)
    return before(response, '"status": ', '"status": "error"') if page_of(response) else response


@twice("twice.page", operation=LIST, place="/data", regime="any")
def data(request: Request, handle: Handler, server: Server) -> Response:
    """An empty `data` comes before the page: two writers, one envelope."""
    response = handle(request)
    return before(response, '"data": ', '"data": {}') if page_of(response) else response


@twice("twice.item-private", operation=LIST, place="/data/results/*/private", regime=None)
def item_private(request: Request, handle: Handler, server: Server) -> Response:
    """Notes say that they are public, then that they are private."""
    response = handle(request)
    if page_of(response) is None:
        return response
    return before(response, '"private": true', '"private": false', every=True)


@twice("twice.item-meta", operation=LIST, place="/data/results/*/meta/to", regime=None, rare=True)
def item_meta(request: Request, handle: Handler, server: Server) -> Response:
    """Where a message has recipients, an empty list of them comes first, as an old client had."""
    response = handle(request)
    if page_of(response) is None:
        return response
    return before(response, '"to": ["', '"to": []', every=True)


@twice("twice.item-undocumented", operation=LIST, place="/data/results/*/*", regime="any")
def item_undocumented(request: Request, handle: Handler, server: Server) -> Response:
    """A field that the documents do not name has two values in every item."""
    response = handle(request)
    if page_of(response) is None:
        return response
    return before(response, '"uuid": ', '"seen": true, "seen": 1', every=True)


@twice("twice.sent", operation=SEND, place="/data/id", regime="any")
def sent(request: Request, handle: Handler, server: Server) -> Response:
    """The answer to a send has the id of the request before that of the message."""
    response = handle(request)
    return before(response, '"id": ', '"id": 1') if response.status == 200 else response


@twice("twice.refused", operation=SEND, place="/message", regime=None)
def refused(request: Request, handle: Handler, server: Server) -> Response:
    """A refusal says `Bad Request` and then why."""
    response = handle(request)
    if response.status != 400:
        return response
    return before(response, '"message": ', '"message": "Bad Request"')


@twice("twice.denied", operation=LIST, place="/status", regime=None, strangers=True)
def denied(request: Request, handle: Handler, server: Server) -> Response:
    """Whoever is not let in reads `fail` and `error`."""
    response = handle(request)
    if response.status != 401:
        return response
    return before(response, '"status": ', '"status": "fail"')
