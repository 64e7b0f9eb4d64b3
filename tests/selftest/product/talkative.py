"""A server that tells everything to everybody: a canary wherever an answer can hold a text.

It lists and stores like the reference, so that a whole run takes place, and lies in ways that make
clauses look at what it plants. Raw sockets' work: a reason phrase, an interim answer or a header
without a colon is nothing that a framework would send.
"""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

from servers.reference.authentication import Credentials
from servers.reference.protocol import Request, Response, parse_query
from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION, seeded_store
from servers.reference.server import Server
from servers.reference.store import utc_now

from .canaries import BY_RULE, CANARIES, KEY, SECRET, SPELLINGS


class Talkative:
    """The reference, each of its answers made talkative."""

    def __init__(self) -> None:
        self.server = Server(seeded_store(utc_now), Credentials(KEY, SECRET))
        self.planted: set[str] = set()
        """Canaries that went out."""
        self.requests = 0
        self._lock = threading.Lock()
        self._turn = count()

    def answer(self, request: Request) -> bytes:
        """Everything that goes back over the wire."""
        with self._lock:
            self.requests += 1
            response = self.server.handle(request)
            sent = self._made_talkative(request, response)
            # What is compressed says it in the clear as well: its content went in above.
            self.planted |= {c for c in CANARIES if c.encode() in sent}
        return sent

    def _made_talkative(self, request: Request, response: Response) -> bytes:
        payload = json.loads(response.encoded() or b"null")
        headers = {"Content-Type": 'application/json; profile="Qzprofile"'}
        if response.status == 200 and request.method in {"GET", "POST"}:
            data = payload["data"]
            for item in data["results"] if request.method == "GET" else [data]:
                self._item(item)
            content = self._page(request, data, headers) if request.method == "GET" else b""
            if request.method == "POST":
                self._stored(request, data)
        else:
            content = self._error(request, response, headers)
        if not content:
            content = json.dumps(payload, ensure_ascii=False).encode()
        return self._wire(request, response.status, content, headers)

    def _item(self, item: dict[str, Any]) -> None:
        number = item["id"]
        item["content"] = "<p>Dear Qzcontent</p>" + item["content"]
        item["text_content"] = "Qztextual writes: " + item["text_content"]
        credential = (KEY, SECRET, f"{KEY}:{SECRET}")[number % 3]
        item["author"] = {
            "first_name": "Qzfirstname",
            "email": "qzaddress.Qzaddress@customer.example",
            "Qzkeyname Smith": 1,
            "csrf": "QzcookievalueJay9",
            "phone": "Qzphonenumber 0049 123",
            "debug": SPELLINGS[number % len(SPELLINGS)](credential),
        }
        item["attachments"] = [
            {
                "name": "Qzfilename.pdf",
                "url": "https://files.example/Qzurlpath?X-Amz-Signature=Qzsignature",
            }
        ]
        # Beside documented properties a key is a name of the API's; further in it may be anything.
        item.setdefault("meta", {})["readers"] = {"Qzmetakey": "Qzmetavalue"}
        lies = {7: ("status", "Qzstatusvalue, 1"), 11: ("created_at", "Qzdatefield")}
        lies |= {13: ("uuid", f"Qzuuidfield-{number}"), 17: ("sender_id", "Qzinteger")}
        lies |= {19: ("status", BY_RULE)}
        for divisor, (field, lie) in lies.items():
            if number % divisor == 0:
                item[field] = lie

    def _page(self, request: Request, data: dict[str, Any], headers: dict[str, str]) -> bytes:
        size = (request.parameter("page_size") or [""])[0]
        lies = {"29": ("total", "Qztotal"), "31": ("per_page", "Qzperpage, 1")}
        lies |= {"2": ("page", "Qzechoedpage"), "99": ("total_pages", "Qzpagecount")}
        if size in lies:
            field, lie = lies[size]
            data[field] = lie
        if size == "1":
            headers["Content-Type"] = "application/x-Qzmediatype"
        return b""

    def _stored(self, request: Request, data: dict[str, Any]) -> None:
        sent = json.loads(request.body)
        if sent.get("sender_type") == "contact":
            data["uuid"] = "Qzreusedid"
        elif not sent.get("private"):
            data["meta"]["to"] = ["Qzforeign@customer.example"]

    def _error(self, request: Request, response: Response, headers: dict[str, str]) -> bytes:
        if response.status == 401:
            return self._rejected()
        if response.status == 404:
            return self._unknown()
        if request.method == "GET" and response.status == 400:
            return self._bad_request(next(self._turn), headers)
        if request.method == "POST":
            return self._bad_body(request, response)
        headers["Content-Type"] = "text/plain"
        return b"no 'Qzplaintext Smith' here"

    def _rejected(self) -> bytes:
        """The next spelling of the next credential, in an error, with the cookie of another."""
        turn = next(self._turn)
        credential = (KEY, SECRET, f"{KEY}:{SECRET}")[turn % 3]
        spelt = SPELLINGS[turn // 3 % len(SPELLINGS)](credential)
        payload = {"status": "error", "message": f"session QzcookievalueJay9 rejected: {spelt}"}
        return json.dumps(payload).encode()

    def _unknown(self) -> bytes:
        message = (
            "no conversation of Qzcontent and Qztextual, 'Qzquoted Smith' "
            "<Qzmailerror@customer.example> at https://f.example/Qzerrorurl?sig=Qzerrorsignature "
            "/uploads/Qzrelative?token=Qzrelative and Qzdigit7 &quot;Qzentity Mary Smith&quot;"
        )
        inner = {"message": "Qzinner", "Qzerrorkey": {"customer": "Qznested"}}
        return json.dumps({"conversation": inner, "message": message}).encode()

    def _bad_request(self, turn: int, headers: dict[str, str]) -> bytes:
        """Five ways in which an error may not even be JSON."""
        if turn % 5 == 0:
            headers["Content-Type"] = "text/html"
            return b'<html><title>"Qzhtmlpage Smith" Qzcontent</title></html>'
        if turn % 5 == 1:
            return b'{"status": "error", "message": "Qzbrokenjson'
        if turn % 5 == 2:
            headers["Content-Encoding"] = "gzip"
            self.planted.add("Qzgzipped")
            return gzip.compress(b'{"message": "of \'Qzgzipped Smith\'"}')
        if turn % 5 == 3:
            headers["Content-Encoding"] = "Qzcoding"
            return b"Qzundecodable"
        headers["Content-Length"] = "5000"
        return b'{"message": "Qzcutoffbody'

    def _bad_body(self, request: Request, response: Response) -> bytes:
        response.status = 500
        trace = 'Traceback (most recent call last):\n  File "/home/Qztraceback/a.py", line 3'
        statement = "SELECT id FROM users WHERE name = E'Qzstatement Smith'"
        return json.dumps({"message": (trace, statement)[next(self._turn) % 2]}).encode()

    def _wire(
        self, request: Request, status: int, content: bytes, headers: dict[str, str]
    ) -> bytes:
        turn = next(self._turn)
        credential = SPELLINGS[turn % len(SPELLINGS)]((KEY, SECRET)[turn % 2])
        every = {
            "X-Customer": "Qzcustomer Smith",
            "X-Qzheadername": "1",
            "Location": "https://f.example/Qzlocation?sig=Qzsignature",
            "ETag": 'W/"Qzetag"',
            "Link": "<https://f.example/Qzlinked>; rel=next",
            "Set-Cookie": "sid=QzcookievalueJay9; Path=/Qzpathofcookie; HttpOnly",
            "Server": "Qzserver/1.0",
            "Content-Disposition": 'attachment; filename="Qzattachment.pdf"',
            "WWW-Authenticate": 'Basic realm="Qzrealm"',
            "Retry-After": "Qzretryafter",
            "X-Debug": re.sub(r"[\r\n]", " ", credential),
            "X-Echo": " ".join(request.header("authorization")),
        }
        lines = [f"HTTP/1.1 {status} Qzreason"]
        every |= {"Content-Length": str(len(content)), **headers}
        lines += [f"{name}: {value}" for name, value in every.items() if value]
        lines += ["Qzgarbage without a colon", "", ""]
        early = b"HTTP/1.1 103 Early Hints\r\nLink: </Qzearlyhint>\r\n\r\n"
        body = b"" if request.method == "HEAD" else content
        return early + "\r\n".join(lines).encode("latin-1", "replace") + body


@contextmanager
def serving() -> Iterator[tuple[Talkative, dict[str, str]]]:
    """A talkative server in a thread, and the environment of its user."""
    talkative = Talkative()

    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def parse_request(self) -> bool:
            return super().parse_request() and self._answer()

        def _answer(self) -> bool:
            path, _, query = self.path.partition("?")
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, path, parse_query(query), headers, body)
            sent = talkative.answer(request)
            self.wfile.write(sent)
            # An answer that says it is longer than it is ends with its connection.
            self.close_connection = b"Content-Length: 5000\r\n" in sent
            return False

    with ThreadingHTTPServer(("127.0.0.1", 0), Connection) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield (
                talkative,
                {
                    "LIBREDESK_URL": f"http://127.0.0.1:{server.server_address[1]}",
                    "LIBREDESK_API_KEY": KEY,
                    "LIBREDESK_API_SECRET": SECRET,
                    "LIBREDESK_CONVERSATION": CONVERSATION,
                    "LIBREDESK_WRITE_CONVERSATION": WRITE_CONVERSATION,
                    "LIBREDESK_MAIL_MAY_LEAVE": WRITE_CONVERSATION,
                    "LIBREDESK_RATE": "none",
                    "LIBREDESK_SINK": "sink.example",
                    "LIBREDESK_ALLOW_DOMAIN": "customer.example,example.com,libredesk.example",
                },
            )
        finally:
            server.shutdown()
