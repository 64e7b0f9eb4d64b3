"""Every way in which a server may spell a credential that it repeats.

Escaped for URLs, JSON or HTML, wholly or where it must be; as Base64, also inside a longer Base64
text; as hexadecimal digits; in one case. A value of less than eight characters is looked for as it
is and escaped only: its other forms would stand in half of all words.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, quote_plus

from harness.client.credentials import DEFECTS, Secrets, another_case, authorization, wrong
from harness.contract import SecurityScheme

LONG_ENOUGH = 8
"""Characters from which on a text is not met by chance."""


class Spelling(NamedTuple):
    """Text to be hidden, what stands there instead, and whether its beginning gives it away."""

    text: str
    replacement: str
    is_secret: bool


def spellings(
    secrets: Secrets, names: Mapping[str, str], schemes: Mapping[str, SecurityScheme]
) -> list[Spelling]:
    """All of them, the longest first, each text once."""
    found: dict[str, Spelling] = {}
    for text, (replacement, is_secret) in _texts(secrets, names, schemes).items():
        others = _other_forms(text) if is_secret or text == secrets.key else ()
        for form in dict.fromkeys((text, *_escaped(text), *others)):
            found.setdefault(form, Spelling(form, replacement, is_secret))
    found.pop("", None)
    return sorted(found.values(), key=lambda one: (-len(one.text), one.text))


def spelt(texts: Mapping[str, str]) -> list[Spelling]:
    """The spellings of further texts that nobody may see -> what stands there instead."""
    found: dict[str, Spelling] = {}
    for text, replacement in texts.items():
        for form in (text, *_escaped(text), *_inside_base64(text), *_other_forms(text)):
            found.setdefault(form, Spelling(form, replacement, False))
    found.pop("", None)
    return list(found.values())


def of_cookie(value: str) -> list[str]:
    """The spellings of a cookie's value, the longest first."""
    return sorted({value, *_escaped(value), *_inside_base64(value)}, key=len)[::-1]


def _texts(
    secrets: Secrets, names: Mapping[str, str], schemes: Mapping[str, SecurityScheme]
) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    values = {"key": secrets.key, "secret": secrets.secret, **secrets.tokens}
    for part, value in ((part, value) for part, value in values.items() if value):
        name = "$" + names.get(part, re.sub(r"\W", "_", part).upper())
        for text in (value, *_inside_base64(value)):
            found.setdefault(text, (name, part != "key"))
        for text in _derived(value) if part != "key" else (wrong(value),):
            found.setdefault(text, (name, False))
    for text, replacement in _payloads(secrets, schemes):
        found.setdefault(text, (replacement, replacement == "<good credentials>"))
    return found


def _payloads(secrets: Secrets, schemes: Mapping[str, SecurityScheme]) -> Iterator[tuple[str, str]]:
    """What stands behind the scheme's word in every header that may be sent."""
    for scheme in schemes.values():
        for defect in ("", *DEFECTS):
            for text in authorization(scheme, defect, secrets):
                payload = text.removeprefix(scheme.word).removeprefix("Bearer").strip()
                if scheme.template == "basic" and ":" not in payload and len(payload) > 4:
                    yield payload, f"<{defect or 'good credentials'}>"
                    yield payload.rstrip("="), f"<{defect or 'good credentials'}>"


def _derived(value: str) -> Iterator[str]:
    yield wrong(value)
    yield wrong(wrong(value))
    yield another_case(value)
    if len(value) > LONG_ENOUGH:
        yield value[:-1]
        yield value[1:]


def _inside_base64(value: str) -> Iterator[str]:
    """What stays the same of `value` inside of any longer Base64 text, at each of three offsets."""
    data = value.encode()
    for offset, skip in ((0, 0), (1, 2), (2, 3)):
        whole = (len(data) + offset) // 3 * 4
        text = base64.b64encode(b"\0" * offset + data).decode()[skip:whole]
        if len(text) >= LONG_ENOUGH:
            yield text
            yield text.replace("+", "-").replace("/", "_")


def _other_forms(text: str) -> Iterator[str]:
    if len(text) < LONG_ENOUGH:
        return
    for form in (text, html.escape(text), quote(text, safe="")):
        yield form.lower()
        yield form.upper()
    data = text.encode("utf-8", "replace")
    for digits in (data.hex(), data.hex().upper()):
        yield digits
        pairs = [digits[i : i + 2] for i in range(0, len(digits), 2)]
        yield from (lead + lead.join(pairs) for lead in ("%", "\\x"))
        yield from (separator.join(pairs) for separator in (" ", ":"))
    yield "".join(f"\\u{ord(c):04x}" for c in text if ord(c) < 0x10000)
    yield "".join(f"\\u{ord(c):04X}" for c in text if ord(c) < 0x10000)
    yield "".join(f"&#{ord(c)};" for c in text)
    yield from ("".join(f"&#x{ord(c):{digits}};" for c in text) for digits in "xX")


def _escaped(text: str) -> Iterator[str]:
    for quoted in (quote(text, safe=""), quote(text), quote_plus(text)):
        yield quoted
        yield re.sub("%..", lambda found: found[0].lower(), quoted)
    for dumped in (json.dumps(text), json.dumps(text, ensure_ascii=False)):
        inner = dumped[1:-1]
        yield inner
        yield inner.replace("/", "\\/")
        yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", inner)
        yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", inner).replace("/", "\\/")
        yield re.sub("[<>&'+]", lambda found: f"\\u{ord(found[0]):04X}", inner)
    yield text.encode("utf-8", "replace").decode("latin-1")
    yield html.escape(text)
    yield html.escape(text, quote=False)
    yield html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    yield html.escape(text).replace("&#x27;", "&#39;")
