"""The catalogue of weather: each kind a function from a seed to what befalls each request.

Where chance decides, it is the seed's: request number n meets the same in every run. What the
networks of this world do to one request in twenty or thirty is done here to as many.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random

from servers.weather.gusts import CALM, Gust, Sky

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx/1.24.0</center>\r\n</body>\r\n</html>\r\n"
)
GATEWAY = ("502 Bad Gateway", "503 Service Temporarily Unavailable", "504 Gateway Time-out")
EARLY = 12
"""Requests that are spared: the first ones ask whether there is anything to be tested."""
PER_SECOND = 60
"""Requests that the rate limit lets through in each second."""

Kind = Callable[[int], Sky]
KINDS: dict[str, Kind] = {}
SEVERE = frozenset({"gone", "throttles-all", "gateway-all", "resets-all"})
"""Too much for a verdict."""
CLOSED = frozenset({"login-page", "login-redirect", "login-forbidden"})
"""Access proxies that let nobody in: there is no verdict either."""
IMPATIENT = frozenset({"stalls"})
"""For a client that waits for a second or so; others would take half a minute for each."""


def kind(name: str) -> Callable[[Kind], Kind]:
    """Put a kind of weather into the catalogue."""

    def register(made: Kind) -> Kind:
        KINDS[name] = made
        return made

    return register


def answer(status: str, body: str, *headers: str) -> bytes:
    """A whole answer of something in between, which is nobody's JSON."""
    lines = ["Server: nginx/1.24.0", "Content-Type: text/html", f"Content-Length: {len(body)}"]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, *headers, "", body]).encode()


def gateway(number: int, *headers: str) -> bytes:
    """The page that nginx shows in a server's place."""
    status = GATEWAY[number % len(GATEWAY)]
    return answer(status, NGINX.format(status), *headers)


def too_many(*headers: str) -> bytes:
    """The page of a rate limiter in front of the server."""
    return answer("429 Too Many Requests", NGINX.format("429 Too Many Requests"), *headers)


def sometimes(name: str, seed: int, every: int, gust: Callable[[int], Gust]) -> Sky:
    """One request in `every`, as chance has it; `gust` is told which one it is."""
    return lambda _, number: (
        gust(number)
        if number > EARLY and Random(f"{name} {seed} {number}").random() * every < 1
        else CALM
    )


def at(seed: int, last: int, times: int, gust: Callable[[int], Gust]) -> Sky:
    """So many requests of the first `last`, as chance has it."""
    chosen = set(Random(seed).sample(range(EARLY + 1, last + 1), times))
    return lambda _, number: gust(number) if number in chosen else CALM


@kind("throttled-0")
def throttled_0(seed: int) -> Sky:
    """One request in 20 comes too soon, and may come again at once."""
    return sometimes("throttled-0", seed, 20, lambda _: Gust(too_many("Retry-After: 0")))


@kind("throttled-1")
def throttled_1(seed: int) -> Sky:
    """Three requests come too soon, and may come again in a second."""
    return at(seed, 150, 3, lambda _: Gust(too_many("Retry-After: 1")))


@kind("throttled-date")
def throttled_date(seed: int) -> Sky:
    """Three requests come too soon, and may come again at a time in the next second."""

    def gust(_: int) -> Gust:
        moment = datetime.now(UTC) + timedelta(seconds=1)
        return Gust(too_many(f"Retry-After: {format_datetime(moment, usegmt=True)}"))

    return at(seed, 150, 3, gust)


@kind("throttled-silently")
def throttled_silently(seed: int) -> Sky:
    """Three requests come too soon, and nobody says when they may come again."""
    return at(seed, 150, 3, lambda _: Gust(too_many()))


@kind("rate-limited")
def rate_limited(_: int) -> Sky:
    """Sixty requests in each second are let through."""
    seen: list[float] = []

    def sky(_: bytes, number: int) -> Gust:
        now = time.monotonic()
        seen[:] = [moment for moment in seen if now - moment < 1]
        if len(seen) >= PER_SECOND:
            return Gust(too_many("Retry-After: 1"))
        seen.append(now)
        return CALM

    return sky


@kind("gateway")
def gateway_now_and_then(seed: int) -> Sky:
    """One request in 20 meets a gateway that finds no server: 502, 503 or 504."""
    return sometimes("gateway", seed, 20, lambda number: Gust(gateway(number)))


@kind("gateway-late")
def gateway_late(seed: int) -> Sky:
    """One request in 30 is carried out, and its answer lost by the gateway: 502, 503 or 504."""
    return sometimes("gateway-late", seed, 30, lambda number: Gust(gateway(number), late=True))


@kind("gateway-waits")
def gateway_waits(seed: int) -> Sky:
    """Three requests meet a 503 that asks for a second's patience."""
    return at(seed, 150, 3, lambda _: Gust(gateway(1, "Retry-After: 1")))


@kind("gateway-restart")
def gateway_restart(seed: int) -> Sky:
    """Twice, the server behind a gateway restarts: 502 for half a second."""
    starts = at(seed, 150, 2, lambda number: Gust(gateway(0)))
    until = [0.0]

    def sky(request: bytes, number: int) -> Gust:
        now = time.monotonic()
        if now >= until[0] and starts(request, number) is not CALM:
            until[0] = now + 0.5
        return Gust(gateway(0)) if now < until[0] else CALM

    return sky


@kind("resets")
def resets(seed: int) -> Sky:
    """One connection in 30 is reset before the request is carried out."""
    return sometimes("resets", seed, 30, lambda _: Gust(cut="reset"))


@kind("resets-late")
def resets_late(seed: int) -> Sky:
    """One connection in 30 is reset when the request is carried out, before the answer starts."""
    return sometimes("resets-late", seed, 30, lambda _: Gust(cut="reset", late=True))


@kind("half-closed")
def half_closed(seed: int) -> Sky:
    """One connection in 30 is closed on the server's side before the answer starts."""
    return sometimes("half-closed", seed, 30, lambda _: Gust(cut="close"))


@kind("breaks-off")
def breaks_off(seed: int) -> Sky:
    """Two answers of a run break off in the middle: more often, it would be the server's fault."""
    cuts = count()

    def gust(_: int) -> Gust:
        return Gust(cut="reset" if next(cuts) % 2 else "close", share=0.6)

    return at(seed, 250, 2, gust)


@kind("restarts")
def restarts(seed: int) -> Sky:
    """Twice, the server restarts: nobody listens for half a second."""
    return at(seed, 150, 2, lambda _: Gust(down=0.5))


@kind("stalls")
def stalls(seed: int) -> Sky:
    """Three requests are never answered: for a client with little patience."""
    return at(seed, 150, 3, lambda _: Gust(cut="stall"))


@kind("slow-first-byte")
def slow_first_byte(seed: int) -> Sky:
    """One answer in 30 makes itself waited for."""
    return sometimes("slow-first-byte", seed, 30, lambda _: Gust(wait=0.3))


@kind("60-ms")
def latency(_: int) -> Sky:
    """Every answer takes 60 ms, however many are asked for at a time."""
    return lambda _, __: Gust(wait=0.06)


@kind("gone")
def gone(seed: int) -> Sky:
    """Somewhere in the middle the server dies for good."""
    return at(seed, 100, 1, lambda _: Gust(down=3600))


@kind("throttles-all")
def throttles_all(seed: int) -> Sky:
    """From somewhere in the middle on, every request comes too soon."""
    return _from_the_middle(seed, lambda _: Gust(too_many("Retry-After: 0")))


@kind("gateway-all")
def gateway_all(seed: int) -> Sky:
    """From somewhere in the middle on, the gateway finds no server any more."""
    return _from_the_middle(seed, lambda number: Gust(gateway(number)))


@kind("resets-all")
def resets_all(seed: int) -> Sky:
    """From somewhere in the middle on, every connection is reset."""
    return _from_the_middle(seed, lambda _: Gust(cut="reset"))


def _from_the_middle(seed: int, gust: Callable[[int], Gust]) -> Sky:
    start = Random(seed).randrange(EARLY + 1, 100)
    return lambda _, number: gust(number) if number >= start else CALM
