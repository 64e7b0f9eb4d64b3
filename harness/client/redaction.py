"""Credentials become the names of their variables before anything is remembered.

"Credentials never leave it: everything recorded, printed or written is redacted at the source."
Replaced are the values themselves, everything that was derived from them for a defect, each of
these in every spelling (`spellings.py`), and what is left of them where a server cut them off.

A value of less than four characters is replaced in headers only: in bodies it would stand in half
of all words, and no answer could be judged any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import BytesAhoCorasick

from harness.client.credentials import Secrets
from harness.client.spellings import LONG_ENOUGH, Spelling, of_cookie, spellings, spelt
from harness.contract import SecurityScheme
from harness.model import Credentials

Headers = tuple[tuple[str, str], ...]

SHORTEST = 4
"""Characters from which on a value is replaced everywhere."""

SHORTEST_EXTRA = 8
"""The same for what an access proxy wants: `true` or `https` may be a header's whole value."""

NAMED = 1024
"""Values of headers that are remembered: most come with every answer."""

COOKIE = "<cookie>"
MOST_COOKIES = 1000
"""So many cookies are remembered; a server that sets more sets a new one with every answer."""
ALWAYS_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})
SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class _Needle:
    text: str
    replacement: str
    data: bytes
    data_replacement: bytes
    is_secret: bool

    @property
    def head(self) -> bytes:
        """What of it stands in whatever holds it: few needles begin in a way of their own."""
        return self.data[:LONG_ENOUGH]


class Redactor:
    """Replaces one user's credentials wherever they stand. Any number of threads may use it.

    `names` gives the variables: `{"key": …, "secret": …}` and a scheme's name for its token.
    """

    def __init__(
        self,
        secrets: Secrets,
        names: Mapping[str, str] | None = None,
        schemes: Mapping[str, SecurityScheme] | None = None,
        extra: Mapping[str, str] | None = None,
    ) -> None:
        """`extra`: further texts that nobody may see -> what stands there instead."""
        self._schemes = schemes or {}
        self._headers = ALWAYS_CREDENTIALS | {s.header.lower() for s in self._schemes.values()}
        own = spellings(secrets, names or {}, self._schemes)
        others = spelt(extra or {})
        self._short = _needles([*own, *others])
        everywhere = [one for one in own if len(one.text) >= SHORTEST]
        everywhere += [one for one in others if len(one.text) >= SHORTEST_EXTRA]
        self._needles = _needles(everywhere)
        self._secret_heads = _heads(n for n in self._needles if n.is_secret)
        self._heads = _heads(self._needles)
        self._beginnings = sorted({n.head for n in self._needles})
        self._begun = BytesAhoCorasick(self._beginnings)
        self._named = lru_cache(NAMED)(self._without_names)
        self._cookies: dict[str, None] = {}

    def text(self, text: str) -> str:
        """`text` without credentials."""
        for needle in self._needles:
            if needle.text in text:
                text = text.replace(needle.text, needle.replacement)
        return text

    def data(self, data: bytes, *, error: bool = False) -> bytes:
        """`data` without credentials; the very same object where it holds none.

        `error`: it is what a server says of a failure, where a key that was cut off is hidden as
        well as a secret. Elsewhere the beginning of a key may be an ordinary word.
        """
        found = self._begun.find_matches_as_indexes(data, overlapping=True)
        begun = {self._beginnings[number] for number, _, _ in found}
        if not begun:
            return data
        for needle in self._needles:
            if needle.head in begun and needle.data in data:
                data = data.replace(needle.data, needle.data_replacement)
        for head, needles in (self._heads if error else self._secret_heads).items():
            if head in data:
                data = _without_beginnings(data, head, needles)
        return data

    def request_headers(self, headers: Headers, credentials: Credentials | None) -> Headers:
        """Headers as sent, the header of the credentials as `Basic <wrong secret>`."""
        return tuple((name, self._sent(name, value, credentials)) for name, value in headers)

    def response(self, headers: Headers, body: bytes, status: int = 200) -> tuple[Headers, bytes]:
        """An answer without our credentials, and without the cookies that it sets.

        What an error says is searched for the cookies of earlier answers too, and for short ones:
        in an ordinary answer such a word may be a value that clauses judge.
        """
        own = [_cookie_value(v) for n, v in headers if n.lower() == "set-cookie"]
        if len(self._cookies) < MOST_COOKIES:
            self._cookies.update(dict.fromkeys(c for c in own if len(c) >= 2 * SHORTEST))
        is_error = status not in SUCCESS
        for cookie in [*own, *tuple(self._cookies)] if is_error else filter(_is_random, own):
            for text in of_cookie(cookie) if len(cookie) >= 2 * SHORTEST else ():
                body = body.replace(text.encode("latin-1", "replace"), COOKIE.encode())
                headers = tuple((name, value.replace(text, COOKIE)) for name, value in headers)
        shown = tuple((n, self._received(n, v)) for n, v in headers)
        return shown, self.data(body, error=is_error)

    def _sent(self, name: str, value: str, credentials: Credentials | None) -> str:
        if name.lower() in self._headers and credentials:
            scheme = self._schemes.get(credentials.scheme)
            word = scheme.word if scheme and value.startswith(scheme.word) else ""
            if credentials.defect.startswith("Bearer"):
                word = "Bearer"
            return f"{word} <{credentials.defect or 'good credentials'}>".strip()
        if name.lower() in self._headers:
            return self._named(value)
        return self._received(name, value)

    def _received(self, name: str, value: str) -> str:
        lowered = name.lower()
        if lowered in self._headers:
            return "<credentials>"
        if lowered == "cookie":
            return re.sub(r"=[^;]*", "=" + COOKIE, value)
        if lowered == "set-cookie":
            return re.sub(r"=[^;]*", "=" + COOKIE, value, count=1)
        return self._named(value)

    def _without_names(self, value: str) -> str:
        for needle in self._short:
            if needle.text in value:
                value = value.replace(needle.text, needle.replacement)
        data = value.encode("latin-1", "surrogateescape") if value.isascii() else b""
        for head, needles in self._heads.items():
            if head in data:
                data = _without_beginnings(data, head, needles)
                value = data.decode("latin-1")
        return value


def _heads(needles: Iterable[_Needle]) -> dict[bytes, list[_Needle]]:
    """The beginnings by which a long text is recognised, and which texts begin so."""
    found: dict[bytes, list[_Needle]] = {}
    for needle in needles:
        if len(needle.data) > LONG_ENOUGH:
            found.setdefault(needle.head, []).append(needle)
    return found


def _without_beginnings(data: bytes, head: bytes, needles: list[_Needle]) -> bytes:
    """`data` without what begins like a needle and then breaks off, or goes on otherwise."""
    start = data.find(head)
    while start >= 0:
        length, replacement = max(
            (_shared(n.data, data, start), n.data_replacement) for n in needles
        )
        data = data[:start] + replacement + data[start + length :]
        start = data.find(head, start + len(replacement))
    return data


def _shared(needle: bytes, data: bytes, start: int) -> int:
    """How much of a needle stands at a place."""
    length = 0
    while (
        length < len(needle)
        and data[start + length : start + length + 1] == needle[length : length + 1]
    ):
        length += 1
    return length


def _is_random(cookie: str) -> bool:
    """Whether a text can hardly be an ordinary word: long, or letters and digits mixed."""
    if len(cookie) < 2 * SHORTEST:
        return False
    return len(cookie) >= 16 or any(c.isdigit() for c in cookie) or cookie != cookie.lower()


def _cookie_value(set_cookie: str) -> str:
    return set_cookie.partition(";")[0].partition("=")[2].strip(' "')


def _needles(texts: Iterable[Spelling]) -> list[_Needle]:
    """The longest first."""
    return [
        _Needle(
            one.text,
            one.replacement,
            one.text.encode("utf-8", "replace"),
            one.replacement.encode(),
            one.is_secret,
        )
        for one in sorted(texts, key=lambda one: (-len(one.text), one.text))
    ]
