"""What only a socket shows: bodies that break off, resets, chunks, compression, slowness."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import urllib3

from servers.testing import NOTE, TOKEN, messages_url, started
from tests.selftest.preloaded import PATIENCE


@contextmanager
def serving(*options: str) -> Iterator[tuple[str, str]]:
    """The addresses of the conversations to read and to write to, until a quiet end."""
    with started("--until-stdin-closes", *options) as (process, known):
        yield messages_url(known), messages_url(known, "write_conversation")
        output, errors = process.communicate(timeout=PATIENCE)
        assert (process.returncode, output, errors) == (0, "", "")


@pytest.fixture
def pool():
    with urllib3.PoolManager(retries=False, headers={"Authorization": TOKEN}) as manager:
        yield manager


def test_a_truncated_body_is_shorter_than_declared(pool):
    with serving("--fault", "bodies.list-truncated") as (url, _):
        with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
            pool.request("GET", url)
        with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
            pool.request("GET", url)


def test_a_reset_comes_before_the_answer_and_stores_nothing(pool, tmp_path):
    journal = tmp_path / "journal"
    options = ("--variant", "resets", "--journal", str(journal))
    with serving(*options) as (_, write):
        for _ in range(39):
            assert pool.request("POST", write, json=NOTE).status == 200
        with pytest.raises(urllib3.exceptions.ProtocolError, match="reset"):
            pool.request("POST", write, json=NOTE)
        assert pool.request("POST", write, json=NOTE).status == 200
    assert [json.loads(line)["stored"] for line in journal.read_text().splitlines()] == [
        *[True] * 39,
        False,
        True,
    ]


def test_chunks_and_compression(pool):
    with serving("--variant", "gzip-chunked") as (url, _):
        headers = {"Authorization": TOKEN, "Accept-Encoding": "gzip"}
        response = pool.request("GET", url, headers=headers)
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.headers["Content-Encoding"] == "gzip"
        assert len(response.json()["data"]["results"]) == 30
        plain = pool.request("GET", url, headers={"Authorization": TOKEN})
        assert "Content-Encoding" not in plain.headers
        assert plain.json() == response.json()


def test_slow_answers_take_their_time(pool):
    with serving("--variant", "slow-60ms") as (url, _):
        pool.request("GET", url)
        start = time.perf_counter()
        pool.request("GET", url)
        assert time.perf_counter() - start >= 0.06


def test_faults_and_variants_can_be_combined(pool):
    options = ("--variant", "big-ids", "--fault", "fields.list-uuid", "--fault", "method.put-200")
    with serving(*options) as (url, _):
        message = pool.request("GET", url).json()["data"]["results"][0]
        assert message["id"] > 2**40
        assert "uuid" not in message
        assert pool.request("PUT", url).status == 200


@pytest.mark.parametrize(
    ("fault", "status"), [("bodies.list-204-empty", 204), ("bodies.list-302-page-1", 302)]
)
def test_answers_without_a_body(pool, fault, status):
    with serving("--fault", fault) as (url, _):
        query = "?page=1&type=activity" if status == 204 else "?page=1"
        response = pool.request("GET", url + query, redirect=False)
        assert (response.status, response.data) == (status, b"")


def test_a_dead_client_leaves_no_trace(pool):
    with serving("--variant", "slow-60ms") as (url, _):
        with pytest.raises(urllib3.exceptions.TimeoutError):
            pool.request("GET", url, timeout=0.01)
        assert pool.request("GET", url).status == 200
