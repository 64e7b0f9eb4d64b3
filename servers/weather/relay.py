"""A relay between a client and a server, byte for byte but for the weather.

It knows just enough HTTP to tell where a request and an answer end. Each request goes to the
server on a connection of its own, so that nothing is lost but what the weather takes.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from io import BufferedReader
from typing import TypeVar

from servers.weather.gusts import CALM, Gust, Sky

HOST = "127.0.0.1"
T = TypeVar("T")
BODILESS = (b"204", b"304")


class Relay:
    """Listens on a free port of loopback from the start until `close`.

    `requests` counts what came, `gusts` what the weather did to. With `seats`, only so many
    requests are served at a time, each for `service` seconds, as on a server with so many cores;
    requests without credentials cost nothing there.
    """

    def __init__(
        self, upstream: tuple[str, int], sky: Sky, *, seats: int = 0, service: float = 0.0
    ) -> None:
        self.upstream, self.sky, self.service = upstream, sky, service
        self.requests = self.gusts = 0
        self._seats = threading.Semaphore(seats) if seats else None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server((HOST, port), backlog=64)
        self._listener = listener
        self._start(self._accept, listener)
        return listener

    def _start(self, work: Callable[[T], None], argument: T) -> None:
        thread = threading.Thread(target=work, args=(argument,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while not self._ended.is_set():
                connection, _ = listener.accept()
                with self._lock:
                    self._open.add(connection)
                self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            with connection, connection.makefile("rb") as stream:
                while request := _message(stream):
                    # What came after it went down may be there before this thread woke up.
                    if connection not in self._open or not self._carry(connection, request):
                        return
        except OSError:
            return
        finally:
            with self._lock:
                self._open.discard(connection)

    def _carry(self, connection: socket.socket, request: bytes) -> bool:
        """One request and its answer; whether the connection may be used again."""
        with self._lock:
            self.requests += 1
            gust = self.sky(request, self.requests)
            self.gusts += gust is not CALM
        if gust.down:
            self.go_down()
            self._start(self._restart, gust.down)
            return False
        answer = gust.answer
        if not answer or gust.late:
            came = self._ask(request) if gust.late or not gust.cut or gust.share else b""
            answer = answer or (gust.deliver(came) if gust.deliver and came else came)
        self._ended.wait(gust.wait)
        if gust.cut:
            _break_off(connection, answer[: int(len(answer) * gust.share)], gust, self._ended)
            return False
        connection.sendall(answer)
        return _is_whole(request, answer)

    def _ask(self, request: bytes) -> bytes:
        """What the server answers, as far as it came."""
        if self._seats is None or b"\r\nauthorization:" not in request.lower():
            return self._answer(request)
        with self._seats:
            self._ended.wait(self.service)
            return self._answer(request)

    def _answer(self, request: bytes) -> bytes:
        with socket.create_connection(self.upstream) as server, server.makefile("rb") as stream:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server.sendall(request)
            return _message(stream, is_answer=True, has_body=not request.startswith(b"HEAD "))

    def go_down(self) -> None:
        """As if the server were restarted: nobody listens, every connection is closed."""
        with self._lock:
            _shut(self._listener)
            while self._open:
                with suppress(OSError):
                    self._open.pop().shutdown(socket.SHUT_RDWR)

    def come_back(self) -> None:
        """Listen again, at the same port."""
        self._listen(self.port)

    def _restart(self, seconds: float) -> None:
        if not self._ended.wait(seconds):
            self.come_back()

    def close(self) -> None:
        """Nothing listens and no thread runs any more."""
        self._ended.set()
        _shut(self._listener)
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)


def _message(stream: BufferedReader, *, is_answer: bool = False, has_body: bool = True) -> bytes:
    """One request or answer, as it came; empty at the end of the stream."""
    head = b""
    try:
        while line := stream.readline():
            head += line
            if line == b"\r\n":
                break
        return head + (_body(stream, head, is_answer) if has_body else b"")
    except OSError:
        return head


def _body(stream: BufferedReader, head: bytes, is_answer: bool) -> bytes:
    length, chunked = _framing(head)
    if chunked:
        return _chunks(stream)
    if length is not None:
        return stream.read(length)
    return stream.read() if is_answer and _status(head) not in BODILESS else b""


def _status(head: bytes) -> bytes:
    return head[9:12]


def _framing(head: bytes) -> tuple[int | None, bool]:
    """(Content-Length, whether the body comes in chunks)."""
    length, chunked = None, False
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length" and value.strip().isdigit():
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = value.strip() == b"chunked"
    return length, chunked


def _chunks(stream: BufferedReader) -> bytes:
    body = b""
    while line := stream.readline():
        size = int(line.split(b";")[0] or b"0", 16)
        body += line + stream.read(size + 2)
        if size == 0:
            break
    return body


def _is_whole(request: bytes, answer: bytes) -> bool:
    """Whether the client can tell where the answer ends, and it has ended there."""
    head, _, body = answer.partition(b"\r\n\r\n")
    length, chunked = _framing(head)
    if b"\r\nconnection: close" in head.lower():
        return False
    bodiless = request.startswith(b"HEAD ") or _status(head) in BODILESS
    return bodiless or (chunked and body.endswith(b"0\r\n\r\n")) or length == len(body)


def _break_off(connection: socket.socket, sent: bytes, gust: Gust, ended: threading.Event) -> None:
    if sent:
        connection.sendall(sent)
    if gust.cut == "stall":
        ended.wait()
    elif gust.cut == "reset":
        _reset(connection)
    else:
        # Half closed: what the client still says is read, and led nowhere.
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(1)
        with suppress(OSError):
            while connection.recv(1 << 16):
                pass


def _reset(connection: socket.socket) -> None:
    """Without lingering the kernel sends RST and not FIN; a reader in another thread wakes up."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RD)


def _shut(listener: socket.socket) -> None:
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()
