"""How leniently a server might read a header of credentials; the guard of every defect.

A defective value is only worth sending if no reading of it yields the right credentials:
otherwise a server that accepts it might be right.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

BCRYPT = 72
"""bcrypt, the usual way to keep secrets, looks at no more than this many bytes."""


def readings(value: str) -> Iterator[str]:
    """The texts that a server may take for `key:secret`: with and without the scheme word, plain
    or decoded from Base64 of either alphabet, padded or not, with foreign characters left out."""
    for text in {value, value.partition(" ")[2].strip(), *re.split(r"[,\s]+", value)}:
        yield text
        kept = re.sub(r"[^A-Za-z0-9+/]", "", text.replace("-", "+").replace("_", "/"))
        try:
            decoded = base64.b64decode(kept + "=" * (-len(kept) % 4))
        except binascii.Error:
            continue
        yield decoded.decode("utf-8", "replace")


def holds(value: str, key: str, secret: str, *, longer: bool, case: bool) -> bool:
    """Whether some reading of `value` yields the right key together with the right secret.

    `longer`: the secret with something behind it is the very defect, so only a secret that is cut
    back to the right one counts. `case`: the secret in another case is the very defect, so case
    distinguishes.
    """
    return any(_yields(text, key, secret, longer=longer, case=case) for text in readings(value))


def _yields(text: str, key: str, secret: str, *, longer: bool, case: bool) -> bool:
    def fold(part: str) -> str:
        return part.strip() if case else part.casefold().strip()

    right_key, right_secret, whole = fold(key), fold(secret), fold(text)
    together = f"{right_key}:{right_secret}" if key else right_secret
    if whole == right_key + right_secret or (not longer and together in whole):
        return True
    if key and _has_both(text, right_key, right_secret, fold):
        return True
    for colon in re.finditer(":", text):
        if fold(text[: colon.start()]) == right_key:
            given = fold(text[colon.end() :])
            if given == right_secret or _hashed(given) == _hashed(right_secret):
                return True
    return not key and _hashed(whole) == _hashed(right_secret)


def _has_both(text: str, key: str, secret: str, fold: Callable[[str], str]) -> bool:
    """Whether both stand among the parts, whatever a reader takes for what separates them."""
    parts = [fold(part) for part in re.split(r"[:;,\s]+", text)]
    return key in parts and secret in parts[parts.index(key) + 1 :]


def _hashed(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogatepass")[:BCRYPT]
