"""What was done so far, printed as it happens, without a secret in it."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from typing import TextIO

LONGEST = 300
"""Characters of a server's own words in one sentence."""


class Unexpected(Exception):
    """The server did something else than asked; its text is one sentence for a person."""


@dataclass(slots=True)
class Journal:
    """Lines for a person, and the short words of what changed on the server."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    done: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set, repr=False)

    def say(self, what: str, text: str) -> None:
        """One line."""
        print(f"  {what:<14}{self.clean(text)}", file=self.out, flush=True)

    def change(self, what: str, text: str, action: str) -> None:
        """One line on what was changed, kept for the case that something goes wrong later."""
        self.done.append(self.clean(f"{what} {action}"))
        self.say(what, f"{text}: {action}")

    def clean(self, text: str) -> str:
        """`text` on one line, printable, `…` for each secret: servers quote what they get."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return re.sub(r"[^\x20-\x7e\xa1-\uffff]+", " ", text).strip()

    def so_far(self) -> str:
        """What was changed, as a sentence."""
        return f"Done so far: {'; '.join(self.done)}." if self.done else "Nothing was changed."
