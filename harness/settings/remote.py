"""Text -> value, for what only concerns a target on another machine: pace, hosts, headers.

As in `values`: ValueError with one whole sentence, in which no value of a header is repeated.
"""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from harness.settings.model import Secret
from harness.settings.values import Where

RATE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)\s*(?:/\s*s)?")
HOST_PATTERN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.*?-]+)(?::([0-9]{1,5}))?")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A token (RFC 9110, 5.6.2)."""
HEADER_VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?")

NOT_EXTRA = frozenset({
    "accept", "accept-encoding", "authorization", "connection", "content-encoding",
    "content-length", "content-type", "expect", "host", "keep-alive", "te", "trailer",
    "transfer-encoding", "upgrade", "user-agent", "x-http-method", "x-http-method-override",
    "x-method-override",
})  # fmt: skip
"""Headers that the suite or the protocol writes, or that would change what is tested."""

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
PORTS = {"http": 80, "https": 443}


def rate(value: str, where: Where) -> float | None:
    """Requests a second from `40` or `40/s`; None for `none`."""
    if value.lower() == "none":
        return None
    match = RATE.fullmatch(value)
    if match and 0.01 <= float(match[1]) <= 10_000:
        return float(match[1])
    raise ValueError(
        f"{where.shown} is '{value}'; give requests a second from 0.01 to 10000, such as 40/s, "
        "or none"
    )


def host_pattern(value: str, where: Where) -> str:
    """`host`, `host:port` or `[IPv6]:port`; `*` and `?` stand for any characters and for one."""
    match = HOST_PATTERN.fullmatch(value)
    if match and (match[2] is None or 0 < int(match[2]) <= 65535):
        return value.lower()
    raise ValueError(
        f"{where.shown} holds '{value}'; give hosts such as desk.example, *.staging.example or "
        "desk.example:8443, without scheme and path"
    )


def headers(value: str, where: Where) -> tuple[tuple[str, Secret], ...]:
    """`Name: value`, one a line: what a shell, a CI variable and `curl -H @…` can all hold."""
    found: dict[str, tuple[str, Secret]] = {}
    for number, line in enumerate(value.splitlines(), 1):
        if not line.strip():
            continue
        at = f"{where.shown}, line {number}"
        name, colon, content = (part.strip(" \t\r") for part in line.partition(":"))
        if not colon or not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{at}: that is no header; write `Name: value`, one a line")
        if name.lower() in NOT_EXTRA:
            raise ValueError(f"{at}: {name} is not for an access proxy to ask for; leave it out")
        if not HEADER_VALUE.fullmatch(content):
            raise ValueError(
                f"{at}: the value of {name} is empty or holds a character that no header can "
                "carry; copy it again, in printable ASCII"
            )
        if name.lower() in found:
            raise ValueError(f"{at}: {name} is there twice; leave one of them out")
        found[name.lower()] = (name, Secret(content))
    return tuple(found.values())


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine literally: `localhost`, 127.0.0.0/8 or ::1.

    A name that resolves to such an address does not count: tomorrow it may resolve to another.
    """
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in LOOPBACK if network.version == address.version)


def is_allowed(url: str, patterns: tuple[str, ...]) -> bool:
    """Whether a URL's host, and its port where the pattern names one, match any pattern."""
    parts = urlsplit(url)
    return any(_matches(parts, pattern) for pattern in patterns)


def _matches(parts: SplitResult, pattern: str) -> bool:
    match = HOST_PATTERN.fullmatch(pattern)
    assert match
    if match[2] is not None and int(match[2]) != (parts.port or PORTS[parts.scheme]):
        return False
    wanted = re.escape(match[1].strip("[]")).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(wanted, (parts.hostname or "").rstrip(".")) is not None
