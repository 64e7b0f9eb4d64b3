"""Text that the suite itself sent, found again in what a server answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_MARKER = re.compile(r"[A-Za-z0-9]{10,64}")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_MARKUP = re.compile(r"(?:</?[A-Za-z][A-Za-z0-9]{0,9} ?/?>|\s)+")


class SentText:
    """Known texts, looked up whole, or by the marker in them where a server wrapped them.

    A server puts a text into paragraphs, or puts a customer's reply around it: only the sent part
    may be shown.
    """

    def __init__(self, sent: Iterable[str]) -> None:
        """`sent` holds whole texts, and markers: words of ten letters and digits or more."""
        self._whole = frozenset(text for text in sent if text)
        self._markers = {text for text in self._whole if _MARKER.fullmatch(text)}
        self._texts: dict[str, list[str]] = {marker: [marker] for marker in self._markers}
        for text in self._whole - self._markers:
            for marker in set(_TOKEN.findall(text)) & self._markers:
                self._texts[marker].append(text)

    def __contains__(self, text: str) -> bool:
        """Whether all of `text` was sent."""
        return text in self._whole

    def without(self, text: str) -> str:
        """`text` less what was sent."""
        pieces = self._split(text)
        return " ".join(piece for piece, is_sent in pieces if not is_sent)

    def around(self, text: str, redact: Callable[[str], str]) -> str:
        """`text` with everything but sent parts and the plain tags around them redacted."""
        pieces = self._split(text)
        if not any(is_sent for _, is_sent in pieces):
            return redact(text)
        return "".join(
            piece if is_sent or not piece or _MARKUP.fullmatch(piece) else redact(piece)
            for piece, is_sent in pieces
        )

    def _split(self, text: str) -> list[tuple[str, bool]]:
        """Pieces of `text`, each with whether it was sent."""
        markers = dict.fromkeys(m for m in _TOKEN.findall(text) if m in self._markers)
        if not markers:
            return [(text, False)]
        known = {known for marker in markers for known in self._texts[marker]}
        longest = sorted(known, key=lambda text: (-len(text), text))
        pattern = "(" + "|".join(map(re.escape, longest)) + ")"
        return [(piece, bool(i % 2)) for i, piece in enumerate(re.split(pattern, text))]
