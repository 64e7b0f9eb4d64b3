"""Servers of the catalogue, seen through bad weather."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

from servers.forked import forked
from servers.weather.gusts import Sky
from servers.weather.kinds import KINDS
from servers.weather.relay import Relay


@contextmanager
def relayed(
    told: Mapping[str, Any], sky: Sky, *, seats: int = 0, service: float = 0.0
) -> Iterator[tuple[Mapping[str, Any], Relay]]:
    """What a server tells about itself, with the address of a relay in front of it."""
    url = urlsplit(told["url"])
    assert url.hostname
    assert url.port
    with closing(Relay((url.hostname, url.port), sky, seats=seats, service=service)) as relay:
        yield {**told, "url": f"http://127.0.0.1:{relay.port}"}, relay


@contextmanager
def behind(
    weather: str, seed: int, faults: Sequence[str] = (), variants: Sequence[str] = ()
) -> Iterator[Mapping[str, Any]]:
    """A server with some faults and variants behind weather of a kind. Raises LookupError."""
    sky = KINDS[weather](seed)
    with forked(faults, variants) as told, relayed(told, sky) as (seen, _):
        yield seen
