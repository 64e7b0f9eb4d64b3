"""Server's words in an error, less what may be a customer's: for grouping and for reports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from typing import Any

from harness.reports.lossless import Members, Number
from harness.reports.text import visible

LIMIT = 120
"""Characters of a message that are shown."""

KEYS = ("message", "error", "detail")
"""Where an error usually says what it is, the most telling first."""

_CUT = "…"
_QUOTES = (
    (r'"', r'"'),
    (r"`", r"`"),
    (r"“", r"”"),
    (r"„", r"[“”]"),
    (r"«", r"»"),
    (r"(?<!\w)[\u2018']", r"[\u2019'](?!\w)"),
)
_QUOTED = re.compile("|".join(f"{start}(?:.*?{end}|.*$)" for start, end in _QUOTES), re.DOTALL)
_UNSAFE_TOKEN = re.compile(r"\S*(?:@|://|www\.|\d|\\)\S*", re.IGNORECASE)
_LONG_TOKEN = re.compile(r"\w{25,}")
_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SAMPLE = 4096
"""Characters of a body that are looked at: what is cut at 120 needs no megabyte."""


def words(text: str) -> Iterator[str]:
    """The words of `text` in one case, for looking them up."""
    return (match[0].casefold() for match in re.finditer(r"\w+", text))


def cleaned(text: str, foreign: Set[str]) -> str:
    """`text` without quoted parts, addresses, URLs, tokens with a digit and `foreign` words.

    What is left out leaves one `…` behind, so that two defects with one message stay one group.
    """
    shown = visible(text[:_SAMPLE].replace("\n", " ").replace("\t", " "))
    shown = _QUOTED.sub(_CUT, shown)
    shown = _UNSAFE_TOKEN.sub(_CUT, shown)
    shown = _LONG_TOKEN.sub(_CUT, shown)
    shown = re.sub(r"\w+", lambda m: _CUT if m[0].casefold() in foreign else m[0], shown)
    shown = re.sub(r"…(?:[\s…]*…)+", _CUT, " ".join(shown.split()))
    return shown if len(shown) <= LIMIT else shown[: LIMIT - 1] + _CUT


def chosen(value: Any) -> str:
    """The string in which a JSON error speaks: under a key of `KEYS`, or the first text on top.

    A first text deeper down is an item's, and so perhaps a customer's.
    """
    texts = list(_texts(value))
    for key in KEYS:
        for name, text in texts:
            if name == key:
                return text
    top = [item for _, item in value] if isinstance(value, Members) else [value]
    return next((text for _, text in _texts([i for i in top if isinstance(i, str)])), "")


def _texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The strings that are not blank, each after the key it stands under."""
    if isinstance(value, Members):
        for key, item in value:
            yield from _texts(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, name)
    elif isinstance(value, str) and not isinstance(value, Number) and value.strip():
        yield name, value


def of_markup(body: bytes) -> str:
    """The first line of text in a body that is no JSON, such as a gateway's page."""
    text = _MARKUP.sub("\n", body[:_SAMPLE].decode("utf-8", "replace"))
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
