"""Words that must come out nowhere, how a server may spell them, and how they are found."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterator
from urllib.parse import quote

KEY = "Qzkeyplain-Robin+Wren"
SECRET = 'QzsecretPlover/"<&>+Heron'
BY_RULE = "Kestrel"
"""A short word at an enum's place, which may be shown."""

CANARIES = frozenset(
    {
        # in bodies of 2xx
        "Qzcontent", "Qztextual", "Qzfirstname", "Qzaddress", "Qzkeyname", "Qzmetakey",
        "Qzmetavalue", "Qzfilename", "Qzurlpath", "Qzsignature", "Qzstatusvalue", "Qzdatefield",
        "Qzuuidfield", "Qzinteger", "Qztotal", "Qzperpage", "Qzechoedpage", "Qzpagecount",
        "Qzforeign", "Qzreusedid", "Qzphonenumber",
        # in errors
        "Qzplaintext", "Qzhtmlpage", "Qzbrokenjson", "Qzcutoffbody", "Qzquoted", "Qzmailerror",
        "Qzerrorurl", "Qzerrorsignature", "Qzdigit", "Qznested", "Qzerrorkey", "Qzinner",
        "Qzstatement", "Qztraceback", "Qzentity", "Qzgzipped", "Qzundecodable", "Qzrelative",
        # in heads
        "Qzreason", "Qzcustomer", "Qzlocation", "Qzetag", "Qzlinked", "Qzcookievalue",
        "Qzpathofcookie", "Qzheadername", "Qzserver", "Qzprofile", "Qzmediatype", "Qzattachment",
        "Qzrealm", "Qzgarbage", "Qzcoding", "Qzearlyhint", "Qzretryafter",
    }
)  # fmt: skip
"""Letters only, the first eight of their own: what has a digit is the easier to leave out."""

Spell = Callable[[str], str]
SPELLINGS: tuple[Spell, ...] = (
    str,
    str.upper,
    str.lower,
    lambda text: json.dumps(text)[1:-1],
    lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="").lower(),
    html.escape,
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(f"a {text}".encode()).decode(),
    lambda text: text.encode().hex(),
    lambda text: text.encode().hex().upper(),
    lambda text: text[: len(text) * 2 // 3],
    lambda text: base64.b64encode(text.encode()).decode()[: len(text)],
    lambda text: f"{'so very sorry ' * 8}{text}"[:124],
)
"""Of a credential that a server repeats, the last ones cut off."""

HEAD = 8
"""Characters of a canary that are a leak: what is cut off must not hide one."""


def spelt(word: str) -> Iterator[tuple[str, str]]:
    """The beginning of a word in every spelling, each with its kind."""
    head = word[:HEAD]
    yield "plain", head.lower()
    yield "hexadecimal", head.encode().hex()
    yield "spaced", head.encode().hex(" ")
    yield "escaped", "".join(f"\\u{ord(c):04x}" for c in head)
    yield "percent", "".join(f"%{ord(c):02x}" for c in head)
    for shift, skip in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(b"\0" * shift + word.encode()).decode()[skip : skip + HEAD]
        if len(word) >= HEAD:
            yield f"Base64 {shift}", coded


WORDS = {**{canary: canary for canary in CANARIES}, KEY: "the key", SECRET: "the secret"}
FORMS: dict[str, dict[bytes, str]] = {}
for _word, _name in WORDS.items():
    for _kind, _form in spelt(_word):
        FORMS.setdefault(_kind, {})[_form.encode()] = _name
PATTERNS = {kind: re.compile(b"|".join(map(re.escape, forms))) for kind, forms in FORMS.items()}
"""One for each kind: its forms begin alike, which makes it quick."""


def leaks(data: bytes) -> set[str]:
    """What of WORDS stands in `data`, however it is spelt, and be it only its beginning."""
    lowered = [data.lower()]
    if b"&" in data:
        lowered.append(html.unescape(data.decode("utf-8", "replace")).lower().encode())
    found = set()
    for kind, pattern in PATTERNS.items():
        for reading in [data] if kind.startswith("Base64") else lowered:
            found |= {FORMS[kind][form] for form in pattern.findall(reading)}
    return found
