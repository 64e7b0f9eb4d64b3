"""What is plain (contract.md, *A plain request*)."""

from __future__ import annotations

import re
from typing import Any


def is_plain_text(value: Any, minimum: int, maximum: int) -> bool:
    """Printable ASCII of an ordinary length (contract.md, *A plain request*)."""
    return (
        isinstance(value, str)
        and minimum <= len(value) <= maximum
        and value.isascii()
        and value.isprintable()
        and bool(value.strip())
    )


UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,62}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def is_plain_recipients(value: Any, maximum: int) -> bool:
    """One to `maximum` different ordinary addresses."""
    return (
        isinstance(value, list)
        and 1 <= len(value) <= maximum
        and all(isinstance(item, str) and _ADDRESS.fullmatch(item) for item in value)
        and len({item.lower() for item in value}) == len(value)
    )
