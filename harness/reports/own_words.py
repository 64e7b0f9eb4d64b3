"""Server's words in an error, less what may be a customer's: for grouping and for reports."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Set
from typing import Any

from harness.reports.lossless import Members, Number
from harness.reports.text import visible

LIMIT = 120
"""Characters of a message that are shown."""

KEYS = ("message", "error", "detail", "title", "error_description", "description", "reason", "msg")
"""Where an error usually says what it is, the most telling first."""

CONTAINERS = frozenset({"error", "errors", "detail", "details", "fault", "reasons"})
"""Below what an error may say it; below anything else stands what the error is about."""

_CUT = "…"
_QUOTES = (
    (r'"', r'"'),
    (r"`", r"`"),
    (r"“", r"”"),
    (r"„", r"[“”]"),
    (r"«", r"»"),
    (r"»", r"«"),
    (r"‹", r"›"),
    (r"「", r"」"),
    (r"『", r"』"),
    (r"(?<!\w)\u201a", r"[\u2018\u2019]"),
    # also b'…', u'…', E'…' as programs write them
    (r"(?:(?<!\w)|(?<!\w)[bBuUrRnNeExX])[\u2018']", r"[\u2019'](?!\w)"),
)
_QUOTED = re.compile("|".join(f"{start}(?:.*?{end}|.*$)" for start, end in _QUOTES), re.DOTALL)
_NESTED = re.compile(r"[\"'`].*\\[\"'`].*|\\[\"'`].*", re.DOTALL)
"""From the first quote on, where one is escaped: which belong together is not to be told."""
_UNSAFE_TOKEN = re.compile(
    r"\S*(?:@|://|www\.|\d|\\|[?&][\w.-]+=|\w\.\w+/|data:|mailto:|tel:)\S*", re.IGNORECASE
)
"""Addresses, URLs with or without a scheme, tokens with a digit, escapes."""
_ESCAPE = re.compile(r"\\u00([2-7][0-9a-f])|%([2-7][0-9a-f])", re.IGNORECASE)
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
    sample = _NESTED.sub(_CUT, html.unescape(_unescaped(text[:_SAMPLE])))
    shown = visible(sample.replace("\n", " ").replace("\t", " "))
    shown = _QUOTED.sub(_CUT, shown)
    shown = _UNSAFE_TOKEN.sub(_CUT, shown)
    shown = _LONG_TOKEN.sub(_CUT, shown)
    shown = re.sub(r"\w+", lambda m: _CUT if m[0].casefold() in foreign else m[0], shown)
    shown = re.sub(r"…(?:[\s…]*…)+", _CUT, " ".join(shown.split()))
    return shown if len(shown) <= LIMIT else shown[: LIMIT - 1] + _CUT


def chosen(value: Any) -> str:
    """The string in which a JSON error speaks: under a key of `KEYS`, on top or in a container of
    errors, or the whole answer where that is a text.

    Any other text is an item's, and so perhaps a customer's.
    """
    if _is_text(value):
        return str(value)
    level = [value]
    while level:
        members = [pair for one in level for pair in _members(one)]
        for key in KEYS:
            for name, item in members:
                if name == key and _is_text(item):
                    return str(item)
        level = [item for name, item in members if name in CONTAINERS and not _is_text(item)]
    return ""


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Those of an object, or of every object in an array; a text in an array says it as well."""
    if isinstance(value, Members):
        yield from value
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Members):
            yield from item
        elif _is_text(item):
            yield KEYS[0], item


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, Number) and bool(value.strip())


def _unescaped(text: str) -> str:
    """Printable ASCII that is written as an escape, so that quotes and addresses are seen."""
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def of_markup(body: bytes) -> str:
    """The first line of text in a body that is no JSON, such as a gateway's page.

    What begins like JSON is an answer cut off: where its quotes end, nobody can tell.
    """
    if body.lstrip()[:1] in (b"{", b"[", b'"'):
        return ""
    text = _MARKUP.sub("\n", body[:_SAMPLE].decode("utf-8", "replace"))
    return next((line.strip() for line in text.splitlines() if line.strip()), "")
