"""Every page of a list in a shape that no client can read: who is on it cannot be seen.

So not even a tester sees whom a conversation belongs to; what may send mail has to stay at home.
"""

from __future__ import annotations

import json
from functools import partial

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import LIST, fault
from servers.tools import amend, error

shape = partial(
    fault, clause="response.body-schema", operation=LIST, kind="wrong type", regime="any"
)


@shape("unreadable.results-null", place="/data/results", kind="null")
def results_null(request: Request, handle: Handler, server: Server) -> Response:
    """Every page holds null for its items."""
    return amend(handle(request), lambda page: page.update(results=None))


@shape("unreadable.results-text", place="/data/results")
def results_text(request: Request, handle: Handler, server: Server) -> Response:
    """The items are a text that holds them as JSON."""
    return amend(handle(request), lambda page: page.update(results=json.dumps(page["results"])))


@shape("unreadable.data-null", place="/data", kind="null")
def data_null(request: Request, handle: Handler, server: Server) -> Response:
    """The envelope of a page is empty: `data` is null."""
    response = handle(request)
    if response.status == 200:
        response.payload["data"] = None
    return response


@shape("unreadable.data-array", place="/data")
def data_array(request: Request, handle: Handler, server: Server) -> Response:
    """`data` is the array of items, without totals."""
    response = handle(request)
    if response.status == 200:
        response.payload["data"] = response.payload["data"]["results"]
    return response


@shape("unreadable.data-text", place="/data")
def data_text(request: Request, handle: Handler, server: Server) -> Response:
    """`data` is a text that holds the page as JSON: it was encoded twice."""
    response = handle(request)
    if response.status == 200:
        response.payload["data"] = json.dumps(response.payload["data"])
    return response


@shape("unreadable.body-text", place="operation", kind="", regime="")
def body_text(request: Request, handle: Handler, server: Server) -> Response:
    """The whole answer is a JSON text that holds JSON: it was encoded twice."""
    response = handle(request)
    if response.status == 200:
        response.payload = json.dumps(response.payload)
    return response


@shape("unreadable.data-missing", clause="response.fields-present", place="/data", kind="missing")
def data_missing(request: Request, handle: Handler, server: Server) -> Response:
    """Pages are nothing but `status: success`."""
    response = handle(request)
    if response.status == 200:
        response.payload.pop("data")
    return response


@shape(
    "unreadable.status-201",
    clause="response.status-documented",
    place="status",
    kind="undocumented value 201",
)
def status_201(request: Request, handle: Handler, server: Server) -> Response:
    """Every page is answered with 201, as if it had been made for the occasion."""
    response = handle(request)
    if response.status == 200:
        response.status = 201
    return response


@fault(
    "unreadable.page-size-refused",
    clause="list.page-size-valid",
    operation=LIST,
    place="query page_size",
    kind="valid value",
)
def page_size_refused(request: Request, handle: Handler, server: Server) -> Response:
    """Any `page_size` is refused: the parameter is not known."""
    return error(400, "Unknown parameter") if request.parameter("page_size") else handle(request)
