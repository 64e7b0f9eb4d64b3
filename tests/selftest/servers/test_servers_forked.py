"""Forked servers: the ones asked for, each with its own data, and gone with who asked."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys

import pytest
import urllib3

from servers.forked import forked
from servers.testing import NOTE, ROOT, TOKEN
from tests.selftest.preloaded import PATIENCE

"""Seconds that an end may take."""
ASKER = """
import json, sys
from servers.forked import forked
with forked() as told:
    print(json.dumps(told), flush=True)
    sys.stdin.read()
"""


def address(told, conversation="read"):
    return f"{told['url']}/api/v1/conversations/{told[conversation]}/messages"


def request(method, url, body=None):
    with urllib3.PoolManager(retries=False) as pool:
        headers = {"Authorization": TOKEN}
        return pool.request(method, url, headers=headers, **({"json": body} if body else {}))


def total(told):
    return request("GET", address(told, "write")).json()["data"]["total"]


def test_it_has_the_faults_and_variants_that_were_asked_for():
    with forked(["real.activity"]) as faulty, forked([], ["no-allow"]) as odd, forked() as plain:
        kinds = {m["type"] for m in request("GET", address(faulty)).json()["data"]["results"]}
        assert "activity" in kinds
        kinds = {m["type"] for m in request("GET", address(plain)).json()["data"]["results"]}
        assert "activity" not in kinds
        assert "Allow" in request("PUT", address(plain)).headers
        assert "Allow" not in request("PUT", address(odd)).headers


def test_each_starts_with_the_same_data_and_keeps_its_own():
    with forked() as one, forked() as two:
        before = total(two)
        assert total(one) == before
        assert request("POST", address(one, "write"), NOTE).status == 200
        assert (total(one), total(two)) == (before + 1, before)


def test_it_is_gone_with_its_context():
    with forked() as told:
        assert request("GET", address(told)).status == 200
    with pytest.raises(urllib3.exceptions.HTTPError):
        request("GET", address(told))


def test_an_unknown_fault_is_refused_before_anything_starts():
    with pytest.raises(LookupError), forked(["no.such-fault"]):
        pytest.fail("it started")


def test_it_is_gone_with_the_process_that_asked_for_it_however_that_ends():
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with asker:
        told = json.loads(asker.stdout.readline())
        server = os.pidfd_open(told["pid"])
        asker.send_signal(signal.SIGKILL)
    ended, _, _ = select.select([server], [], [], PATIENCE)
    os.close(server)
    assert ended
