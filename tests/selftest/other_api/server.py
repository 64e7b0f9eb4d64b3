"""The Shelf Library of `library.yaml`: conforming, or with one fault. Knows nothing of the harness.

`python server.py --fault NAME` prints its URL, token and shelves as one line of JSON, and ends
when its standard input closes. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "Reader-7Kq2vXw9Tz4LmB8d"
STATES = ("fresh", "worn", "torn")
FAULTS = {
    "wrong-total": "The number of hits is one too many.",
    "size-ignored": "Every page holds ten books, whatever was asked.",
    "filter-inverted": "The books that are not in the states asked for.",
    "emoji": "A title with an emoji is answered with 500.",
    "token-unchecked": "Any bearer token will do.",
}
FIELDS: dict[str, Any] = {
    "title": lambda v: isinstance(v, str),
    "subtitle": lambda v: v is None or isinstance(v, str),
    "state": lambda v: isinstance(v, str) and v in STATES,
    "loaned": lambda v: isinstance(v, bool),
    "pages": lambda v: _whole(v) and 1 <= v <= 5000,
    "keywords": lambda v: isinstance(v, list) and all(isinstance(i, str) for i in v),
    "sequels": lambda v: isinstance(v, list) and all(_whole(i) for i in v),
}


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


class Problem(Exception):
    """What is refused, with the status that says so."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Library:
    """Shelves of books, in the order in which they were put there."""

    def __init__(self, books: dict[str, int]) -> None:
        self.lock = threading.Lock()
        self.shelves: dict[str, list[dict[str, Any]]] = {name: [] for name in books}
        self.last = 0
        for name, count in books.items():
            for n in range(count):
                self.add(name, {"title": f"Volume {n}", "state": STATES[n * n % 3 - (n % 5 == 0)],
                                "loaned": n % 4 == 1})  # fmt: skip

    def add(self, shelf: str, new: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.last += 1
            added = datetime(2024, 2, 29, 12, tzinfo=UTC) + timedelta(minutes=self.last)
            loaned = new.get("loaned", False)
            book = {
                "number": self.last,
                "signature": f"{shelf[:1].upper()}-{self.last:05}",
                "shelf": shelf,
                "title": new["title"],
                "subtitle": new.get("subtitle"),
                "state": new["state"],
                "loaned": loaned,
                "place": "away" if loaned else "shelf",
                "added": added.isoformat(),
            }
            if "pages" in new:
                book["pages"] = new["pages"]
            self.shelves[shelf].append(book)
            return book

    def shelf(self, name: str) -> list[dict[str, Any]]:
        with self.lock:
            if name not in self.shelves:
                raise Problem(404, "there is no such shelf")
            return list(self.shelves[name])


def number(query: dict[str, list[str]], name: str, default: int, most: int) -> int:
    texts = query.get(name, [str(default)])
    if len(texts) == 1 and re.fullmatch("[0-9]{1,9}", texts[0]) and 1 <= int(texts[0]) <= most:
        return int(texts[0])
    raise Problem(422, f"{name} is out of range")


def leaf(books: list[dict[str, Any]], query: dict[str, list[str]], fault: str) -> dict[str, Any]:
    page, size = number(query, "p", 1, 10**9), number(query, "n", 10, 40)
    size = 10 if fault == "size-ignored" else size
    states, loaned = query.get("state", []), query.get("loaned", [])
    if not set(states) <= set(STATES) or len(loaned) > 1 or not set(loaned) <= {"true", "false"}:
        raise Problem(422, "there is no such state")
    if states:
        wanted = set(STATES) - set(states) if fault == "filter-inverted" else set(states)
        books = [b for b in books if b["state"] in wanted]
    if loaned:
        books = [b for b in books if b["loaned"] == (loaned == ["true"])]
    hits = len(books) + (fault == "wrong-total")
    start = (page - 1) * size
    facts = {"hits": hits, "leaves": math.ceil(hits / size), "at": page, "length": size}
    return {"books": books[start : start + size], "leaf": facts}


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def new_book(body: bytes, media: str) -> dict[str, Any]:
    if media.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "a book is described in JSON")
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=unique)
    except (ValueError, RecursionError):
        raise Problem(422, "that is no JSON") from None
    if not isinstance(value, dict) or not {"title", "state"} <= set(value) <= set(FIELDS):
        raise Problem(422, "a book has a title and a state")
    for name, content in value.items():
        if not FIELDS[name](content):
            raise Problem(422, f"no book has such a {name}")
    return value


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Shelf", ""
    disable_nagle_algorithm = True
    wbufsize = -1
    library: Library
    fault = ""

    def _anything(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        url = urlsplit(self.path)
        try:
            status, value = self._answer(url.path, url.query, body)
        except Problem as problem:
            status = problem.status
            value = {"title": "Refused", "status": status, "detail": str(problem)}
        self._send(status, json.dumps(value).encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = _anything

    def _answer(self, path: str, query: str, body: bytes) -> tuple[int, Any]:
        if path == "/v3/status":
            self._only("GET")
            return 200, {"open": True, "motto": None}
        found = re.fullmatch(r"/v3/shelves/([^/]+)(/books)?", path)
        if not found:
            raise Problem(404, "there is nothing here")
        self._authorized()
        self._only(*(["GET", "POST"] if found[2] else ["GET"]))
        name = unquote(found[1], errors="replace")
        books = self.library.shelf(name)
        if not found[2]:
            return 200, {"name": name, "floor": len(name)}
        if self.command == "GET":
            return 200, leaf(books, parse_qs(query, keep_blank_values=True), self.fault)
        return self._add(name, new_book(body, self.headers.get("Content-Type", "")))

    def _add(self, shelf: str, new: dict[str, Any]) -> tuple[int, Any]:
        if self.fault == "emoji" and any("\U0001f300" <= c <= "\U0001faff" for c in new["title"]):
            return 500, {"title": "Failed", "status": 500, "detail": "the catalogue is confused"}
        return 201, self.library.add(shelf, new)

    def _authorized(self) -> None:
        given = self.headers.get_all("Authorization", [])
        word, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        good = compare_digest(token.encode(), TOKEN.encode())
        if word != "Bearer" or not (good or (self.fault == "token-unchecked" and token)):
            raise Problem(401, "show your reader's token")

    def _only(self, *methods: str) -> None:
        if self.command not in methods:
            raise Problem(405, "nobody does that here")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        media = "application/problem+json" if status >= 400 else "application/json"
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    """Ends although connections are open."""

    daemon_threads = True
    block_on_close = False


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", choices=sorted(FAULTS), default="")
    Handler.fault = parser.parse_args().fault
    Handler.library = Library({"north": 67, "attic": 3})
    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v3"
        print(json.dumps({"url": url, "token": TOKEN, "read": "north", "write": "attic"}))
        sys.stdout.flush()
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
