"""`python -m servers.facade URL --fault ID`: faults of the catalogue before a server elsewhere.

Shows what a suite notices when a server that it knows breaks in one more place. Only faults that
alter requests and answers can do that: what looks into the store finds an empty reference. The
credentials that are good there come from LIBREDESK_API_KEY and LIBREDESK_API_SECRET. It prints one
JSON line, `{"url": …}`, when it is ready, and ends with its standard input.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from servers.catalogue import select
from servers.reference.authentication import Credentials
from servers.reference.process import HOST, bind, serve
from servers.reference.protocol import Handler, Request, Response, parse_query, wrapped
from servers.reference.server import new_server

HOP = frozenset({
    "host", "connection", "content-length", "transfer-encoding", "accept-encoding", "keep-alive",
})  # fmt: skip
"""Headers of one connection, and what would make an answer unreadable to a fault."""
PATIENCE = 60.0
"""Seconds until an answer is given up."""


class Upstream:
    """Hands every request on to the server at `url`, as it came, and its answer back."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError(f"{url} is no http:// address.")
        self._host, self._port, self._prefix = parts.hostname, parts.port or 80, parts.path

    def __call__(self, request: Request) -> Response:
        """The answer; JSON is read, so that a fault can alter it."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)
        try:
            connection.putrequest(request.method, self._target(request), skip_accept_encoding=True)
            for name, value in request.headers:
                if name not in HOP:
                    connection.putheader(name, value)
            if request.body or request.header("content-length"):
                connection.putheader("content-length", str(len(request.body)))
            connection.endheaders(request.body or None)
            return _response(connection.getresponse())
        finally:
            connection.close()

    def _target(self, request: Request) -> str:
        """Untouched, the query goes on as it came: what is odd about it must not get lost."""
        as_it_came = parse_query(request.raw_query) == request.query
        query = request.raw_query if as_it_came else urlencode(request.query)
        return f"{self._prefix.rstrip('/')}{request.path}" + (f"?{query}" if query else "")


def _response(answer: http.client.HTTPResponse) -> Response:
    content = answer.read()
    headers = {name: value for name, value in answer.getheaders() if name.lower() not in HOP}
    try:
        return Response(answer.status, json.loads(content), headers)
    except ValueError:
        return Response(answer.status, None, headers, content=content)


def before(url: str, faults: Iterable[str], credentials: Credentials) -> Handler:
    """A handler that answers as the server at `url` does, but for the faults.

    Raises LookupError for an unknown fault and ValueError for what is no address.
    """
    server = new_server()
    server.credentials = credentials
    handle: Handler = Upstream(url)
    for wrap in select(faults, (), server):
        handle = wrapped(handle, wrap, server)
    return handle


def main(argv: list[str] | None = None) -> int:
    """Serve until standard input closes; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m servers.facade", description=__doc__)
    parser.add_argument("url", help="where the server is")
    parser.add_argument("--fault", action="append", default=[], metavar="ID")
    options = parser.parse_args(argv)
    key, secret = (os.environ.get(f"LIBREDESK_API_{name}", "") for name in ("KEY", "SECRET"))
    try:
        handle = before(options.url, options.fault, Credentials(key, secret))
    except (LookupError, ValueError) as error:
        print(error.args[0], file=sys.stderr)
        return 1
    listener = bind(0)
    told = json.dumps({"url": f"http://{HOST}:{listener.getsockname()[1]}"})
    serve(handle, listener, lambda: print(told, flush=True), sys.stdin.fileno(), threads=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
