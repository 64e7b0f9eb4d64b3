"""What is wrong with waivers."""

from __future__ import annotations

from collections.abc import Iterable


class WaiverError(ValueError):
    """Every mistake of every waiver file, at once: one sentence each, with what to do."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))
