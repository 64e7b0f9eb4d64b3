"""What can befall one request, as plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Cut = Literal["", "reset", "close", "stall"]


@dataclass(frozen=True, slots=True)
class Gust:
    """What befalls one request; as it stands, nothing does.

    `answer` is sent in the server's place. `cut` breaks the connection off: by a reset, by closing
    the sending half, or by sending nothing more. `share` is how much of the answer arrives before
    that. With `late` the server has carried the request out by then; a whole answer that is cut
    has been late by nature. `down` closes the listening socket for so many seconds, and every
    connection. `wait` passes before the first byte of the answer. `deliver` makes another whole
    answer of the server's.
    """

    answer: bytes = b""
    cut: Cut = ""
    share: float = 0.0
    late: bool = False
    down: float = 0.0
    wait: float = 0.0
    deliver: Callable[[bytes], bytes] | None = None


CALM = Gust()
Sky = Callable[[bytes, int], Gust]
"""From a request's head and its number, counted from 1, to what befalls it."""
