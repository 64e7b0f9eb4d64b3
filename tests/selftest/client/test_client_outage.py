"""A target that goes away is waited for, and given up in time; one that fails on some is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from harness.client import Session, TargetLost
from harness.client.outage import PATIENCE
from servers.weather import Relay
from servers.weather.gusts import CALM, Gust
from servers.weather.kinds import gateway, too_many

from .conftest import answer, case

FINE = answer(b"fine")


class Through:
    """A session on a server that is well, through a relay of which the script decides."""

    def __init__(self, serve: Any, opened: Any) -> None:
        self.server = serve(lambda request, n: FINE)
        self.gusts: dict[int, Gust] = {}
        self.slept: list[float] = []
        self.asleep: Callable[[], None] = lambda: None
        self.relay = Relay(("127.0.0.1", self.server.port), lambda _, n: self.gusts.get(n, CALM))
        self.session: Session = opened(f"http://127.0.0.1:{self.relay.port}", sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.asleep()

    def send(self, method: str = "GET", times: int = 1, **options: Any) -> list[Any]:
        body = b"{}" if method == "POST" else None
        return self.session.send([case(method, body=body, **options)] * times)

    def posts(self) -> int:
        return sum(r.line.startswith("POST") for r in self.server.received)


@pytest.fixture
def through(serve: Any, opened: Any) -> Any:
    made = Through(serve, opened)
    yield made
    made.session.close()
    made.relay.close()


BAD = {
    "reset": Gust(cut="reset"),
    "closed": Gust(cut="close"),
    "gateway": Gust(gateway(1)),
    "throttled": Gust(too_many("Retry-After: 0")),
}


@pytest.mark.parametrize("gust", BAD.values(), ids=BAD)
def test_what_was_asked_during_an_outage_is_asked_again_after_it(through: Any, gust: Gust) -> None:
    through.gusts = dict.fromkeys(range(2, 9), gust)
    first, second, third = through.send(times=3)
    assert [e.status for e in (first, second, third)] == [200, 200, 200]
    assert len(through.server.received) == 4, "the target was seen to be back once"
    assert third.retries == 0


@pytest.mark.parametrize("name", ["reset", "closed", "gateway"])
def test_what_may_have_been_carried_out_is_not_sent_again(through: Any, name: str) -> None:
    """Two in a row let the target be asked for; they are not repeated when it is back."""
    through.gusts = dict.fromkeys(range(2, 7), BAD[name])
    through.send()
    lost = through.send("POST", 3)
    assert [bool(e.failure) or e.status == 503 for e in lost] == [True, True, False]
    assert through.posts() == 1


def test_a_throttled_request_was_not_carried_out(through: Any) -> None:
    through.gusts = dict.fromkeys(range(2, 9), BAD["throttled"])
    through.send()
    assert [e.status for e in through.send("POST", 2)] == [200, 200]
    assert through.posts() == 2


def test_nobody_listens_while_a_server_restarts(through: Any) -> None:
    """The request never left, so whatever it does it is sent again."""
    through.send()
    through.relay.go_down()
    through.asleep = lambda: through.relay.come_back() if len(through.slept) == 3 else None
    assert [e.status for e in through.send("POST", 2)] == [200, 200]
    assert through.posts() == 2
    assert through.session.counts.unreachable > 2


def test_who_does_not_come_back_is_given_up_in_time(through: Any) -> None:
    through.send(times=3)
    through.relay.go_down()
    with pytest.raises(TargetLost, match="lost after 3 good answers: no connection"):
        through.send(times=5)
    assert sum(through.slept) <= PATIENCE
    assert len(through.session.exchanges) == 3, "what was recorded stays"


def test_patience_is_for_the_whole_run(through: Any) -> None:
    """Not once more for each of its outages."""
    through.send()
    for _ in range(2):
        through.relay.go_down()
        through.slept.clear()
        through.asleep = lambda: through.relay.come_back() if sum(through.slept) > 40 else None
        try:
            through.send()
        except TargetLost:
            break
    else:
        pytest.fail("it was waited for twice as long")


@pytest.mark.parametrize(
    ("gust", "said"),
    [
        (BAD["gateway"], "a gateway answers 503"),
        (BAD["throttled"], "429, too many requests"),
        (BAD["reset"], "closed before an answer started"),
    ],
    ids=["gateway", "throttled", "reset"],
)
def test_what_it_did_last_is_told(through: Any, gust: Gust, said: str) -> None:
    through.gusts = dict.fromkeys(range(2, 500), gust)
    through.send()
    with pytest.raises(TargetLost, match=said) as lost:
        through.send(times=3)
    assert "\n" not in str(lost.value)


@pytest.mark.parametrize("name", ["reset", "closed", "gateway"])
def test_a_server_that_fails_on_some_requests_is_not_away(through: Any, name: str) -> None:
    """While what was answered well before is answered again, the failure is the request's own."""
    through.send()
    through.relay.sky = lambda request, _: BAD[name] if request.startswith(b"POST") else CALM
    lost = through.send("POST", 6)
    assert all(e.failure or e.status == 503 for e in lost)
    assert through.slept == []
    assert through.posts() == 0


def test_one_that_never_answered_is_left_to_whoever_asked(through: Any) -> None:
    """Before the first answer there is no run to be saved, and perhaps a wrong address."""
    through.relay.go_down()
    assert [e.failure for e in through.send(times=4)] == ["unreachable"] * 4
    assert through.slept == []


def test_a_lock_out_after_wrong_secrets_is_no_outage(through: Any) -> None:
    through.send()
    through.gusts = dict.fromkeys(range(2, 40), BAD["throttled"])
    assert [e.status for e in through.send(times=3, phase="auth")] == [429] * 3
