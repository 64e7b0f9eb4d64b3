"""Errors in other shapes: the documents publish none."""

from __future__ import annotations

import html

from servers.reference.protocol import Handler, Request, Response
from servers.reference.server import Server
from servers.registry import variant


@variant("errors-problem-json")
def errors_problem_json(request: Request, handle: Handler, server: Server) -> Response:
    """Errors are problem details (RFC 9457).

    Gaps: 401 for both operations (response.error-envelope).
    """
    response = handle(request)
    if response.status < 400:
        return response
    problem = {"type": "about:blank", "title": response.payload["message"]}
    headers = {**response.headers, "Content-Type": "application/problem+json"}
    return Response(response.status, {**problem, "status": response.status}, headers)


@variant("errors-empty")
def errors_empty(request: Request, handle: Handler, server: Server) -> Response:
    """Errors have no body.

    Gaps: 401 for both operations (response.error-envelope).
    """
    response = handle(request)
    if response.status >= 400:
        response.headers.pop("Content-Type", None)
        response.content = b""
    return response


@variant("errors-html")
def errors_html(request: Request, handle: Handler, server: Server) -> Response:
    """Errors are a web page.

    Gaps: 401 for both operations (response.error-envelope).
    """
    response = handle(request)
    if response.status >= 400:
        title = html.escape(str(response.payload["message"]))
        response.headers["Content-Type"] = "text/html; charset=utf-8"
        response.content = f"<!doctype html><title>{title}</title>".encode()
    return response
