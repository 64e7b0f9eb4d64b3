"""Credentials become the names of their variables before anything is remembered.

"Credentials never leave it: everything recorded, printed or written is redacted at the source."
Replaced are the values themselves, everything that was derived from them for a defect, and each
of these as Base64 (also inside a longer Base64 text), percent-encoded, or escaped for JSON or HTML.

A value of less than four characters is replaced in headers only: in bodies it would stand in half
of all words, and no answer could be judged any more.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from harness.client.credentials import DEFECTS, Secrets, another_case, authorization, wrong
from harness.contract import SecurityScheme
from harness.model import Credentials

Headers = tuple[tuple[str, str], ...]

SHORTEST = 4
"""Characters from which on a value is replaced everywhere."""

SHORTEST_EXTRA = 8
"""The same for what an access proxy wants: `true` or `https` may be a header's whole value."""

LONG = 2048
"""Bytes from which on it pays to remember that a body holds nothing: pages come again and again."""

COOKIE = "<cookie>"
ALWAYS_CREDENTIALS = frozenset({"authorization", "proxy-authorization"})


@dataclass(frozen=True, slots=True)
class _Needle:
    text: str
    replacement: str
    data: bytes
    data_replacement: bytes


class Redactor:
    """Replaces one user's credentials wherever they stand.

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
        texts = _texts(secrets, names or {}, self._schemes)
        own, others = _needles(texts), _needles(_with_base64(extra or {}))
        self._short = _longest_first([*own, *others])
        everywhere = [n for n in own if len(n.text) >= SHORTEST]
        everywhere += [n for n in others if len(n.text) >= SHORTEST_EXTRA]
        self._needles = _longest_first(everywhere)
        self._any = _any_of(n.text for n in self._needles)
        self._any_short = _any_of(n.text for n in self._short)
        self._any_data = re.compile(_any_of(n.text for n in self._needles).pattern.encode())
        self._clean: set[bytes] = set()

    def text(self, text: str) -> str:
        """`text` without credentials."""
        if self._any.search(text):
            for needle in self._needles:
                text = text.replace(needle.text, needle.replacement)
        return text

    def data(self, data: bytes) -> bytes:
        """`data` without credentials; the very same object where it holds none."""
        if len(data) < LONG:
            return self._searched(data)
        digest = hashlib.sha256(data).digest()
        if digest in self._clean:
            return data
        found = self._searched(data)
        if found is data:
            self._clean.add(digest)
        return found

    def _searched(self, data: bytes) -> bytes:
        if self._any_data.search(data):
            for needle in self._needles:
                data = data.replace(needle.data, needle.data_replacement)
        return data

    def request_headers(self, headers: Headers, credentials: Credentials | None) -> Headers:
        """Headers as sent, the header of the credentials as `Basic <wrong secret>`."""
        return tuple((name, self._sent(name, value, credentials)) for name, value in headers)

    def response(self, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        """An answer without our credentials, and without the cookies that it sets."""
        cookies = [_cookie_value(v) for n, v in headers if n.lower() == "set-cookie"]
        for cookie in sorted((c for c in cookies if len(c) >= 2 * SHORTEST), key=len)[::-1]:
            body = body.replace(cookie.encode("latin-1", "replace"), COOKIE.encode())
            headers = tuple((name, value.replace(cookie, COOKIE)) for name, value in headers)
        return tuple((n, self._received(n, v)) for n, v in headers), self.data(body)

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

    def _named(self, value: str) -> str:
        if self._any_short.search(value):
            for needle in self._short:
                value = value.replace(needle.text, needle.replacement)
        return value


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(text) for text in texts) or r"(?!)")


def _cookie_value(set_cookie: str) -> str:
    return set_cookie.partition(";")[0].partition("=")[2].strip(' "')


def _texts(
    secrets: Secrets, names: Mapping[str, str], schemes: Mapping[str, SecurityScheme]
) -> dict[str, str]:
    """Text to be hidden -> what stands there instead."""
    found: dict[str, str] = {}
    values = {"key": secrets.key, "secret": secrets.secret, **secrets.tokens}
    for part, value in ((part, value) for part, value in values.items() if value):
        name = "$" + names.get(part, re.sub(r"\W", "_", part).upper())
        for text in (value, *(_derived(value) if part != "key" else (wrong(value),))):
            found.setdefault(text, name)
        for text in _inside_base64(value):
            found.setdefault(text, name)
    for scheme in schemes.values():
        for defect in ("", *DEFECTS):
            for text in authorization(scheme, defect, secrets):
                payload = text.removeprefix(scheme.word).removeprefix("Bearer").strip()
                if scheme.template == "basic" and ":" not in payload and len(payload) > SHORTEST:
                    found.setdefault(payload, f"<{defect or 'good credentials'}>")
                    found.setdefault(payload.rstrip("="), f"<{defect or 'good credentials'}>")
    found.pop("", None)
    return found


def _derived(value: str) -> Iterator[str]:
    yield wrong(value)
    yield wrong(wrong(value))
    yield another_case(value)
    if len(value) > 2 * SHORTEST:
        yield value[:-1]


def _inside_base64(value: str) -> Iterator[str]:
    """What stays the same of `value` inside of any longer Base64 text, at each of three offsets."""
    data = value.encode()
    for offset, skip in ((0, 0), (1, 2), (2, 3)):
        whole = (len(data) + offset) // 3 * 4
        text = base64.b64encode(b"\0" * offset + data).decode()[skip:whole]
        if len(text) >= 2 * SHORTEST:
            yield text
            yield text.replace("+", "-").replace("/", "_")


def _with_base64(texts: Mapping[str, str]) -> dict[str, str]:
    encoded = {part: name for text, name in texts.items() for part in _inside_base64(text)}
    return {**encoded, **texts}


def _longest_first(needles: Iterable[_Needle]) -> list[_Needle]:
    return sorted(needles, key=lambda needle: (-len(needle.text), needle.text))


def _needles(texts: Mapping[str, str]) -> list[_Needle]:
    forms = {
        form: replacement
        for text, replacement in list(texts.items())[::-1]
        for form in {text, *_escaped(text)}
    }
    return [_Needle(t, r, t.encode("utf-8", "replace"), r.encode()) for t, r in forms.items()]


def _escaped(text: str) -> Iterable[str]:
    for quoted in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)
    for dumped in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        inner = dumped[1:-1]
        yield inner
        yield inner.replace("/", "\\/")
        yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", inner)
    yield text.encode("utf-8", "replace").decode("latin-1")
    yield html.escape(text)
    yield html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
