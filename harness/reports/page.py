"""Lines of a terminal's width, with or without colour, of text that was made harmless."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from harness.reports.text import visible

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
_NARROWEST, _WIDEST = 40, 120


class Page:
    """Lines of a width, with or without colour. Text is made visible on its way in."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = max(_NARROWEST, min(width, _WIDEST))
        self._colour = colour
        self.lines: list[str] = []

    def style(self, text: str, *styles: str) -> str:
        """The text in colour, if there is any."""
        clean = visible(text)
        if not self._colour or not clean:
            return clean
        return f"\x1b[{';'.join(_STYLES[s] for s in styles)}m{clean}\x1b[0m"

    def title(self, text: str, count: int | None = None) -> None:
        """A heading below an empty line, with the number of what follows."""
        number = "" if count is None else f" ({count})"
        self.lines += ["", self.style(f"{text}{number}", "bold")]

    def text(self, text: str, indent: int = 2, lead: str = "", *styles: str) -> None:
        """Wrapped text with a hanging indent below `lead`."""
        hang = " " * (indent + len(lead))
        room = max(20, self.width - len(hang))
        wrapped = textwrap.wrap(visible(text), room, break_on_hyphens=False) or [""]
        first = " " * indent + lead
        for line in wrapped:
            shown = self.style(line, *styles) if styles else line
            self.lines.append(f"{first}{shown}".rstrip())
            first = hang

    def raw(self, text: str, indent: int) -> None:
        """One line that is not wrapped, because it is to be copied."""
        self.lines.append(" " * indent + self.style(text, "dim"))

    def columns(self, rows: Iterable[tuple[str, ...]], indent: int = 2) -> None:
        """Rows in two columns, the second wrapped below itself."""
        shown = [tuple(visible(cell) for cell in row) for row in rows]
        widest = min(max((len(row[0]) for row in shown), default=0), self.width // 3)
        for name, value in shown:
            if len(name) > widest:
                self.text(name, indent)
            lead = name if len(name) <= widest else ""
            self.text(value, indent, lead.ljust(widest + 2))
