"""Which resources a request may write to: the write resource, and what does not exist.

Servers read ids leniently: in another case, without hyphens, in braces, with spaces around. An id
that resembles a configured one counts as that one, so nobody's resource is written to under
another spelling.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote
from uuid import UUID

from harness.client.wire import Binding

LONG = 16
"""Characters from which on an id inside of another text is no coincidence."""
ROUTING = re.compile(r"[/\\?#]")


class Resources:
    """The ids of one target."""

    def __init__(self, binding: Binding) -> None:
        self._write, self._unknown = binding.write, binding.unknown
        self._known = {_plain(i) for i in binding.configured}
        self._uuids = all(_is_uuid(i) for i in binding.configured)

    def exists(self, written: str) -> bool:
        """Whether a path segment may be read as one of the configured ids."""
        plain = _plain(_decoded(written))
        return any(
            plain == known or (len(known) >= LONG and known in plain) for known in self._known
        )

    def is_unknown(self, written: str) -> bool:
        """Whether a path segment is the one id of which it is known that it is nobody's."""
        return bool(self._unknown) and _decoded(written) == self._unknown

    def is_writable(self, written: str) -> bool:
        """Whether a path segment is the write resource's id to the letter."""
        return bool(self._write) and _decoded(written) == self._write

    def reason(self, ids: tuple[str, ...]) -> str:
        """Why these segments of a path must not be written to; empty if they may be."""
        return next((reason for i in ids if (reason := self._reason(i))), "")

    def _reason(self, written: str) -> str:
        text = _decoded(written)
        if not text.strip(". ") or ROUTING.search(text):
            return "a proxy could turn its path into another one"
        if text == self._write:
            return ""
        if self.exists(written):
            return "it may write to a configured resource that is not the write one"
        if not self._uuids and text != self._unknown:
            return "ids here are no UUIDs, so an id that is not configured may be somebody's"
        return ""


def _decoded(written: str) -> str:
    """Percent-decoded as often as any proxy on the way might."""
    for _ in range(3):
        written = unquote(written, errors="replace")
    return written


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in folded if c.isalnum()).lstrip("0")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
