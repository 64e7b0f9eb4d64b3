"""Both schemes, every defect of them, and that nothing happens before."""

from __future__ import annotations

import base64

import pytest

from servers.reference.seed import CONVERSATION, WRITE_CONVERSATION
from servers.testing import BASIC, KEY, NOTE, SECRET, TOKEN

OTHER = "x" * 16
UNKNOWN = "00000000-0000-4000-8000-000000000000"
PAIRS = [
    f"{OTHER}:{SECRET}",
    f"{KEY}:{OTHER}",
    f"{KEY}:{SECRET[:-1]}",
    f"{KEY}:{SECRET}x",
    f"{KEY}:{SECRET.swapcase()}",
    f"{KEY.swapcase()}:{SECRET}",
    f"{OTHER}:{OTHER}",
    f"{SECRET}:{KEY}",
    f"{KEY}:",
    f":{SECRET}",
    ":",
    "",
    f"{KEY}{SECRET}",
    f"{KEY}:\xe9",
]


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


DEFECTS = [
    *([f"token {pair}"] for pair in PAIRS),
    *([basic(pair)] for pair in PAIRS),
    ["Basic"],
    ["token"],
    [""],
    ["Basic ???"],
    [BASIC[:-3]],
    [BASIC[:20] + "!" + BASIC[20:]],
    ["Basic " + "A" * 60000],
    ["token " + "A" * 60000],
    [f"Bearer {KEY}:{SECRET}"],
    [f"{KEY}:{SECRET}"],
    ["\x7f\xff garbage"],
    ["token x:y", "token x:y"],
    [TOKEN, TOKEN],
    [],
]


@pytest.mark.parametrize("value", [TOKEN, BASIC, TOKEN.replace("token", "TOKEN")])
def test_each_documented_scheme_is_accepted(client, value):
    assert client.page(authorization=[value]) == client.page()


@pytest.mark.parametrize("values", DEFECTS, ids=lambda values: repr(values)[:40])
def test_all_else_is_401_on_both_operations_before_anything_else(client, values):
    for uuid in (CONVERSATION, WRITE_CONVERSATION, UNKNOWN, "not-a-uuid"):
        for response in (
            client.get(conversation=uuid, authorization=values),
            client.get(("page", "x"), conversation=uuid, authorization=values),
            client.post(NOTE, conversation=uuid, authorization=values),
            client.post(b"{", conversation=uuid, authorization=values),
        ):
            assert response.status == 401
            assert response.payload["status"] == "error"
            assert "Basic" in response.headers["WWW-Authenticate"]
    assert client.server.store.additions == 0
