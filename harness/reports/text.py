"""Hostile text made harmless, and figures as people read them."""

from __future__ import annotations

import html
import re

CODE_WORDS = re.compile(r"(?<!`)`([^`\s](?:[^`]*[^`\s])?)`(?!`)")
"""Words between single backticks, as docstrings and the overlay write them."""


def visible(text: str, *, keep: str = "") -> str:
    """`text` with everything that is not printable spelt as an escape, such as `\\x1b`.

    Terminal escapes, NUL, bidirectional overrides and lone surrogates would otherwise be
    interpreted by whatever shows the report, or could not be encoded. `keep` names characters
    that may stay (a line feed, where lines are wanted).
    """
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text
    )


def clip(text: str, limit: int) -> str:
    """`text`, or its beginning and how long it was: a body of a megabyte is no sentence."""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def prose(text: str) -> str:
    """`text` as running Markdown that stays text: no markup, no HTML, no new line, no cell."""
    shown = html.escape(visible(text), quote=False)
    shown = re.sub(r"([\\`*\[\]#~!])", r"\\\1", shown).replace("|", "&#124;")
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", shown)


def sentence(text: str) -> str:
    """`prose`, but words between backticks are code: for requirements and notes of our own."""
    pieces = CODE_WORDS.split(text)
    return "".join(code(piece) if i % 2 else prose(piece) for i, piece in enumerate(pieces))


def code(text: str, limit: int = 400) -> str:
    """`text` as inline code that nothing in it can leave.

    A Markdown span ends at a run of backticks of the opening's length, so the fence is longer
    than every run inside. Tables are cut at `|` before spans are looked at, and readers differ
    in how they count backslashes there, so a text with `|` is spelt in character references.
    """
    shown = clip(visible(text), limit)
    if not shown.strip():
        return "*empty*"
    if "|" in shown:
        return f"<code>{re.sub(r'[^ 0-9A-Za-z]', _reference, shown)}</code>"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match[0])};" if match[0].isascii() else match[0]


def fenced(text: str, language: str) -> str:
    """`text` as a fenced block that nothing in it can close."""
    shown = visible(text, keep="\n").rstrip("\n")
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def seconds(value: float) -> str:
    """A duration for people: `8.4 s`, `1 min 12 s`."""
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"


def milliseconds(value: float) -> str:
    """Seconds as milliseconds with three telling digits at least: `3.2`, `61`, `1204`."""
    thousandfold = value * 1000
    return f"{thousandfold:.1f}" if thousandfold < 10 else f"{thousandfold:.0f}"


def plural(count: int, noun: str) -> str:
    """`1 exchange`, `2 exchanges`."""
    ending = "ies" if noun.endswith("y") else f"{noun[-1]}s"
    return f"{count} {noun if count == 1 else noun[:-1] + ending}"
