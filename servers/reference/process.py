"""One process, one port: bind, serve, say so, end quietly."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator

import uvicorn

from servers.reference.asgi import Protocol, application
from servers.reference.protocol import Handler

HOST = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """A listening socket on loopback; port 0 takes a free one. Raises OSError if it is in use."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(512)
    except OSError:
        listener.close()
        raise
    return listener


class _Quiet(uvicorn.Server):
    """Uvicorn, but with a word when it accepts connections and none when it is told to stop."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Announce the server only after it accepts connections: readers connect at once."""
        await super().startup(sockets)
        self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Uvicorn raises the signal once more at the end; being told to stop is not a failure."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self.handle_exit)
        yield

    def stop_with(self, descriptor: int) -> None:
        """Stop when a pipe closes: a parent that dies, however it dies, takes its child along."""

        def watch() -> None:
            # Not sys.stdin.read(): its lock, held by a daemon thread, aborts Python's shutdown.
            while os.read(descriptor, 4096):
                pass
            self.should_exit = True

        threading.Thread(target=watch, daemon=True).start()


def serve(
    handle: Handler,
    listener: socket.socket,
    ready: Callable[[], None],
    until_closed: int | None = None,
    *,
    threads: bool = False,
) -> None:
    """Answer requests with `handle` until a signal, or the end of a pipe, says to stop.

    `threads`: a handler that waits for others answers several requests at a time.
    """
    # Requests that are no HTTP are the client's affair; errors of our own still reach stderr.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    config = uvicorn.Config(
        application(handle, threads=threads),
        http=Protocol,
        loop="uvloop",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = _Quiet(config, ready)
    if until_closed is not None:
        server.stop_with(until_closed)
    server.run(sockets=[listener])
