"""Bodies are kept once, in memory or on disk, and come back as they were."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.client.bodies import BodyStore


def test_the_same_content_is_kept_once() -> None:
    with BodyStore() as store:
        first, second = store.put(b"page"), store.put(bytes(bytearray(b"page")))
        assert first is second
        assert (first.read(), first.size) == (b"page", 4)
        assert first.sha256 == hashlib.sha256(b"page").hexdigest()


def test_beyond_the_limit_bodies_go_to_disk_and_come_back() -> None:
    bodies = [bytes([n]) * 100 for n in range(10)]
    with BodyStore(in_memory=250) as store:
        kept = [store.put(body) for body in bodies]
        assert [body.read() for body in kept] == bodies
        assert [type(body).__name__ for body in kept].count("_InMemory") == 2
        assert "\\x" not in repr(kept[0])


def test_threads_may_put_and_read_at_the_same_time() -> None:
    bodies = [str(n).encode() * 50 for n in range(200)]
    with BodyStore(in_memory=0) as store, ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(store.put, bodies))
        assert list(threads.map(lambda body: body.read(), kept)) == bodies


def test_a_closed_store_says_so_instead_of_giving_something_else() -> None:
    with BodyStore(in_memory=0) as store:
        body = store.put(b"x")
    with pytest.raises(ValueError, match="read them before the run ends"):
        body.read()
