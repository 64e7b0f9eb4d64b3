"""The reference without a socket, under a clock that stands still."""

from __future__ import annotations

import pytest

from servers.reference.server import new_server
from servers.testing import Client, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Client:
    server = new_server(clock)
    return Client(server.handle, server)
