"""The suite in bad weather: it says the same as in good weather, or that it cannot say.

`python -m tests.proof --weather 20` tries every kind of weather with twenty seeds.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from harness.client import Session, outage
from harness.model import Run
from harness.reports import grouping
from harness.run import target
from harness.settings import read_pyproject, resolve
from servers.forked import forked
from servers.weather import KINDS, Relay, behind
from servers.weather.gusts import CALM, Gust
from servers.weather.kinds import IMPATIENT, SEVERE, gateway, too_many
from tests.proof.trials import ROOT, runner_for

COUNTED = {
    "throttled-0": "throttled",
    "gateway": "gateway_errors",
    "gateway-late": "gateway_errors",
    "gateway-restart": "gateway_errors",
    "resets": "resets",
    "resets-late": "resets",
    "half-closed": "resets",
    "restarts": "unreachable",
    "stalls": "timeouts",
}
"""Kinds of weather that are cheap to wait out -> how they are counted."""
CERTIFICATE = Path(__file__).parents[1] / "client" / "loopback.pem"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for half a minute in a test? Only for what comes: a busy machine takes its time."""
    monkeypatch.setattr(target, "Session", partial(Session, timeout=2.0))


@pytest.fixture
def soon_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where nothing comes back."""
    monkeypatch.setattr(outage, "PATIENCE", 3.0)


def smoke(server: Any, **options: str) -> Run:
    settings = resolve(
        {"profile": "smoke", **options}, {}, read_pyproject(ROOT), date.today(), root=ROOT
    )
    runner = runner_for(settings, server)
    try:
        return runner.execute()
    finally:
        runner.finish()


@pytest.mark.parametrize("kind", COUNTED)
def test_weather_is_counted_and_blamed_on_nobody(kind: str, request: pytest.FixtureRequest) -> None:
    if kind in IMPATIENT:
        request.getfixturevalue("impatient")
    found = smoke(partial(behind, kind, 3))
    assert found.verdict.name == "conforms", found.verdict.reasons
    assert [f.clause for f in found.findings if f.severity == "violation"] == []
    lost = getattr(found.counts, COUNTED[kind])
    assert lost
    assert str(lost) in grouping.sent(found)


@pytest.mark.parametrize("kind", ["gateway", "resets", "restarts", "throttled-0"])
def test_what_a_server_does_wrong_is_found_all_the_same(kind: str) -> None:
    found = smoke(partial(behind, kind, 2, ["list.total-off-by-one"]))
    assert found.verdict.name == "violates"
    assert {f.clause for f in found.findings if f.severity == "violation"} == {"list.total"}


@pytest.mark.usefixtures("soon_over")
@pytest.mark.parametrize("kind", sorted(SEVERE))
def test_what_is_too_much_for_a_verdict_is_inconclusive(kind: str) -> None:
    found = smoke(partial(behind, kind, 1))
    assert (found.verdict.name, found.verdict.exit_code) == ("inconclusive", 6)
    assert "lost after" in found.verdict.reasons[0]
    assert "\n" not in found.verdict.reasons[0]
    assert not [f for f in found.findings if f.stability != "unstable"]


@pytest.mark.usefixtures("soon_over")
def test_what_was_found_before_the_end_is_shown_and_not_held_against_it() -> None:
    """Nothing could be repeated, and what a dying server does is not what it does."""
    found = smoke(partial(behind, "gone", 1, ["real.activity"]))
    assert (found.verdict.name, found.verdict.exit_code) == ("inconclusive", 6)
    told = {(f.clause, f.stability) for f in found.findings if f.severity == "violation"}
    assert told == {("response.enums", "unstable")}


def test_a_third_of_all_requests_lost_is_too_much() -> None:
    def sky(request: bytes, number: int) -> Gust:
        return Gust(gateway(number)) if number % 3 == 0 and request[:4] == b"POST" else CALM

    found = smoke(partial(seen_through, sky))
    assert found.verdict.name == "inconclusive", found.verdict.reasons
    assert "failed too often" in found.verdict.reasons[0]


@contextmanager
def seen_through(sky: Any) -> Iterator[Any]:
    with forked() as told:
        port = int(told["url"].rpartition(":")[2])
        with closing(Relay(("127.0.0.1", port), sky)) as relay:
            yield {**told, "url": f"http://127.0.0.1:{relay.port}"}


@pytest.mark.usefixtures("soon_over", "impatient")
@pytest.mark.parametrize(
    ("gust", "said"),
    [
        (Gust(too_many("Retry-After: 0")), "429, too many requests"),
        (Gust(gateway(1)), "a gateway answered 503"),
        (Gust(cut="reset"), "closed before an answer started"),
        (Gust(cut="stall"), "no answer started in time"),
    ],
    ids=["429", "503", "reset", "timeout"],
)
def test_nothing_but_weather_from_the_start(gust: Gust, said: str) -> None:
    found = smoke(partial(seen_through, lambda request, number: gust))
    assert (found.verdict.name, found.verdict.exit_code) == ("inconclusive", 6)
    assert said in found.verdict.reasons[0]
    assert found.counts.exchanges <= 3
    assert found.findings == ()


READ = "7f9c24e5-1b3d-4a86-b0de-52c8f0a1d3e9"


def elsewhere(url: str) -> Run:
    settings = resolve(
        {"profile": "smoke"},
        {"CONTRACT_URL": url, "CONTRACT_KEY": "k", "CONTRACT_SECRET": "s", "CONTRACT_READ": READ},
        read_pyproject(ROOT),
        date.today(),
        root=ROOT,
    )
    runner = runner_for(settings, None)
    try:
        return runner.execute()
    finally:
        runner.finish()


@pytest.mark.usefixtures("soon_over")
def test_a_name_that_nobody_knows() -> None:
    found = elsewhere("https://no-such-host.invalid")
    assert found.verdict.exit_code == 6
    assert "cannot be resolved" in found.verdict.reasons[0]


@pytest.mark.usefixtures("soon_over")
def test_a_certificate_that_nobody_trusts() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def shake_hands(listener: socket.socket) -> None:
        while True:
            try:
                connection, _ = listener.accept()
                with connection:
                    context.wrap_socket(connection, server_side=True).close()
            except ssl.SSLError:
                continue
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=shake_hands, args=(listener,))
        thread.start()
        found = elsewhere(f"https://127.0.0.1:{listener.getsockname()[1]}")
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert found.verdict.exit_code == 6
    assert "certificate is not trusted" in found.verdict.reasons[0]


def test_every_kind_says_what_it_is() -> None:
    assert all(kind.__doc__ for kind in KINDS.values())
    assert set(COUNTED) | SEVERE <= KINDS.keys()
