"""For tests: a patient client that believes nothing it has not seen itself."""

from __future__ import annotations

import gzip
import json
import math

from servers.catalogue import select
from servers.probes import get
from servers.reference.protocol import Handler, Request, Response, wrapped
from servers.reference.seed import CONVERSATION
from servers.reference.server import new_server
from servers.reference.store import Json
from servers.testing import Clock


class Visitor:
    """A client that obeys `Retry-After` and asks again after bad weather."""

    def __init__(self, name: str | None) -> None:
        self.clock = Clock()
        self.server = new_server(self.clock)
        self.handle: Handler = self.server.handle
        for wrap in select((), [name] if name else [], self.server):
            self.handle = wrapped(self.handle, wrap, self.server)

    def send(self, request: Request) -> Response:
        """The answer, after at most two more tries; a server error is none."""
        for _ in range(3):
            self.clock.pass_seconds(0.6)
            response = self.handle(request)
            if response.reset or response.status in (429, 502, 503, 504):
                self.clock.pass_seconds(float(response.headers.get("Retry-After", "0")))
                continue
            assert response.status < 500 or (response.status == 501 and request.method != "GET")
            return response
        raise AssertionError("it never cleared up")

    def data(self, request: Request) -> Json:
        """The `data` of a request that must succeed."""
        response = self.send(request)
        assert response.status == 200, response.encoded()
        content = response.encoded()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        assert response.headers["Content-Type"].lower().startswith("application/json")
        data: Json = json.loads(content)["data"]
        return data

    def walk(
        self, size: int, *filters: tuple[str, str], conversation: str = CONVERSATION
    ) -> tuple[list[Json], int]:
        """All items of a list, page by page, and the total that the last page says."""
        found: list[Json] = []
        number, last = 1, 1
        while number <= last:
            query = [("page", str(number)), ("page_size", str(size)), *filters]
            page = self.data(get(query, conversation))
            assert (page["page"], page["per_page"]) == (number, size)
            assert page["total_pages"] in {math.ceil(page["total"] / size), 1}
            if number < page["total_pages"]:
                assert len(page["results"]) == size
            found += page["results"]
            number, last = number + 1, page["total_pages"]
        return found, page["total"]
