"""A target that cannot be judged is exit code 6, with what to check, after a handful of requests.

An inconclusive run is a run: it leaves reports that say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Outcome, Serve, Served, Start

UNKNOWN = "0b6f2c1e-57ad-4d0c-9c3e-6a1d4f7b8e20"
WRITING = ("--writes", "notes")


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve()


def check_inconclusive(outcome: Outcome, *says: str) -> None:
    assert outcome.code == 6, outcome.output
    assert "Traceback" not in outcome.output
    headline = outcome.run["headline"]
    assert headline.startswith("inconclusive — ")
    assert headline in outcome.said
    for text in says:
        assert text in headline
    assert outcome.run["verdict"] == "inconclusive"
    assert outcome.run["findings"] == []
    assert set(outcome.cases.values()) == {"pytest.skip"}, "no clause passes unseen"
    assert outcome.run["counts"]["exchanges"] <= 2


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9", "connection refused"),
        # RFC 6761 keeps this top-level domain from ever being registered
        ("https://libredesk.invalid", "its name cannot be resolved"),
    ],
    ids=["dead port", "no such name"],
)
def test_an_unreachable_target(url: str, reason: str, served: Served, start: Start) -> None:
    outcome = start(environ=served.reading | {"LIBREDESK_URL": url})
    check_inconclusive(
        outcome, f"{url} cannot be reached: ", reason, "check LIBREDESK_URL", "--wait"
    )


def test_a_wrong_secret(served: Served, start: Start) -> None:
    before = len(served.lines())
    outcome = start(environ=served.reading | {"LIBREDESK_API_SECRET": "canary-not-the-secret"})
    url = served.known["url"]
    check_inconclusive(
        outcome,
        f"the credentials are rejected: {url} answered 401",
        "check LIBREDESK_API_KEY and LIBREDESK_API_SECRET",
    )
    assert len(served.lines()) - before <= 2
    for path in outcome.files():
        assert b"canary-not-the-secret" not in path.read_bytes(), path.name


def test_an_unknown_conversation_to_be_read(served: Served, start: Start) -> None:
    before = len(served.lines())
    outcome = start(environ=served.reading | {"LIBREDESK_CONVERSATION": UNKNOWN})
    check_inconclusive(
        outcome, "answered 404 for the resource to be read", "check LIBREDESK_CONVERSATION"
    )
    assert len(served.lines()) - before <= 2


def test_an_unknown_conversation_to_write_to(served: Served, start: Start) -> None:
    """It costs what would have been written to it; everything else is judged."""
    before = len(served.lines())
    environ = served.reading | {"LIBREDESK_WRITE_CONVERSATION": UNKNOWN}
    outcome = start(*WRITING, "--profile", "smoke", environ=environ)
    assert outcome.code == 6, outcome.output
    headline = outcome.run["headline"]
    assert headline.startswith("inconclusive — ")
    assert "answered 404 for the resource to write to" in headline
    assert "check LIBREDESK_WRITE_CONVERSATION" in headline
    assert outcome.outcomes["list.total", "handleGetMessages"] == "kept"
    missed = {n["clause"]: n for n in outcome.run["not_exercised"]}
    assert "LIBREDESK_WRITE_CONVERSATION" in missed["send.listed"]["reason"]
    sent = served.lines()[before:]
    assert not any(line["authenticated"] for line in sent if line["method"] == "POST")
    assert not any(line["stored"] for line in sent)


def test_a_target_that_is_just_being_deployed_is_waited_for(start: Start) -> None:
    """Patience ends: the verdict comes soon after `--wait`, and says what was tried."""
    environ = {
        "LIBREDESK_URL": "http://127.0.0.1:9",
        "LIBREDESK_API_KEY": "k",
        "LIBREDESK_API_SECRET": "s",
        "LIBREDESK_CONVERSATION": UNKNOWN,
    }
    outcome = start("--wait", "1s", environ=environ)
    assert outcome.code == 6, outcome.output
    assert outcome.run["duration_s"] >= 1
    assert "cannot be reached" in outcome.run["headline"]


def test_an_embedded_server_that_does_not_start(start: Start, tmp_path: Path) -> None:
    """As on a machine where a package of the server's is broken."""
    (tmp_path / "uvicorn.py").write_text("raise ImportError('uvicorn is broken')", "utf-8")
    outcome = start("--profile", "smoke", environ={"PYTHONPATH": str(tmp_path)})
    assert outcome.code in {3, 6}, outcome.output
    assert "the embedded server did not start: " in outcome.said
    assert "uvicorn is broken" in outcome.said
    assert "Traceback" not in outcome.output
    assert "INTERNALERROR" not in outcome.output
