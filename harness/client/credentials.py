"""Credentials and the closed list of what may be wrong with them (contract.md, *Authentication*).

"No defective cell holds the right key together with the right secret under any lenient reading":
`applicable` offers only defects for which that holds, judged from the values themselves.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count

from harness.client.readings import holds
from harness.contract import SecurityScheme

OTHER_CASE = "secret in another case"
ONE_MORE = "secret and one more"
LESS_FIRST = "secret less its first character"
LESS_LAST = "secret less its last character"

WRONG = (
    "wrong key",
    "wrong secret",
    LESS_LAST,
    ONE_MORE,
    OTHER_CASE,
    "wrong key and secret",
    "swapped",
    "empty secret",
    "empty key",
    "Bearer with a wrong secret",
    "key alone",
    "secret alone",
    LESS_FIRST,
    "blank secret",
)
"""Half of the credentials, or others: 401 (`auth.wrong`)."""

MALFORMED = (
    "not Base64",
    "no colon",
    "scheme word alone",
    "printable garbage",
    "header twice",
    "very long",
    "extra part",
    "form of another scheme",
    "two schemes",
)
"""Not credentials at all: 401, or refused as too long or bad syntax (`auth.malformed`)."""

_LATER = (
    "extra part", "key alone", LESS_FIRST, "secret alone", "form of another scheme", "two schemes",
    "blank secret",
)  # fmt: skip
"""Last, so that half a matrix has the others where it had them; what holds no colon stays with
`no colon`, for one may explain the other."""

DEFECTS: tuple[str, ...] = tuple(d for d in WRONG + MALFORMED if d not in _LATER) + _LATER

PAIR_ONLY = frozenset(
    {
        "wrong key", "wrong key and secret", "swapped", "empty key", "no colon", "key alone",
        "secret alone", "extra part", "form of another scheme",
    }
)  # fmt: skip
"""Defects that need a key beside the secret; a lone token has none."""

LONG = 8192
"""Bytes in the header value of `very long`."""

GARBAGE = "~!$%&*+-.^_|<>[]{}()@#?;"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the user entrusted to us. Its repr shows nothing, so no traceback can."""

    key: str = ""
    secret: str = ""
    tokens: Mapping[str, str] = field(default_factory=dict)
    """Scheme name -> token, for the schemes whose header holds nothing but a token."""

    def __repr__(self) -> str:
        return "Secrets(…)"

    def values(self) -> tuple[str, ...]:
        """Every value that must never be seen, empty ones left out."""
        return tuple(value for value in (self.key, self.secret, *self.tokens.values()) if value)


def authorization(scheme: SecurityScheme, defect: str, secrets: Secrets) -> list[str]:
    """The values of the scheme's header, one for each time that it is sent.

    `defect` is empty for good credentials. Deterministic: wrong values are derived from the right
    ones by a rule. Raises KeyError for a defect that is not in `DEFECTS`.
    """
    return _MAKERS[defect](_Form(scheme, secrets))


def applicable(scheme: SecurityScheme, secrets: Secrets) -> tuple[str, ...]:
    """The defects that make sense for this scheme and these values, in the order of `DEFECTS`."""
    form = _Form(scheme, secrets)
    return tuple(defect for defect in DEFECTS if _makes_sense(form, defect))


def good_payloads(schemes: Mapping[str, SecurityScheme], secrets: Secrets) -> tuple[str, ...]:
    """What the good header values hold behind the scheme word, for recognising them on the wire."""
    forms = [_Form(scheme, secrets) for scheme in schemes.values()]
    return tuple({form.payload(*form.right) for form in forms if form.right[1]})


def another_case(value: str) -> str:
    """`value` with every ASCII letter in its other case."""
    return "".join(c.swapcase() if c.isascii() else c for c in value)


def wrong(value: str) -> str:
    """Another value of the same length and no resemblance; nothing can be read back from it."""
    length = max(1, len(value))
    for attempt in count():
        digest = hashlib.sha256(f"{attempt}:{value}".encode()).hexdigest()
        candidate = (digest * (length // len(digest) + 1))[:length]
        if candidate != value.casefold():
            return candidate
    raise AssertionError("unreachable")


@dataclass(frozen=True)
class _Form:
    """One scheme's way to write a key and a secret; a token counts as a secret without a key."""

    scheme: SecurityScheme
    secrets: Secrets

    @property
    def is_pair(self) -> bool:
        return "{token}" not in self.scheme.template

    @property
    def right(self) -> tuple[str, str]:
        if self.is_pair:
            return self.secrets.key, self.secrets.secret
        return "", self.secrets.tokens.get(self.scheme.name, "")

    def payload(self, key: str, secret: str) -> str:
        if self.scheme.template == "basic":
            return _base64(f"{key}:{secret}")
        template = self.scheme.template.removeprefix(self.scheme.word).strip()
        parts = {"key": key, "secret": secret, "token": secret}
        return re.sub(r"\{(key|secret|token)\}", lambda found: parts[found[1]], template)

    def value(self, key: str, secret: str) -> str:
        return self.headed(self.payload(key, secret))

    def headed(self, payload: str) -> str:
        """What stands in the header before and with `payload`."""
        return f"{self.scheme.word} {payload}".strip(" ")

    def plain(self, text: str) -> str:
        """`text` where key and secret stand, without the colon between them."""
        return self.headed(_base64(text) if self.scheme.template == "basic" else text)

    def of_another(self, key: str, secret: str) -> str:
        """The pair as the other kind of scheme writes it: as it is for Base64, Base64 for it."""
        pair = f"{key}:{secret}"
        return self.headed(pair if self.scheme.template == "basic" else _base64(pair))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


Maker = Callable[[_Form], list[str]]


def _pair(change: Callable[[str, str], tuple[str, str]]) -> Maker:
    return lambda form: [form.value(*change(*form.right))]


def _long(form: _Form) -> list[str]:
    key, secret = form.right
    filler = wrong(secret) * (LONG // len(wrong(secret)) + 1)
    return [form.value(wrong(key), filler)[:LONG]]


_MAKERS: Mapping[str, Maker] = {
    "": _pair(lambda key, secret: (key, secret)),
    "wrong key": _pair(lambda key, secret: (wrong(key), secret)),
    "wrong secret": _pair(lambda key, secret: (key, wrong(secret))),
    LESS_FIRST: _pair(lambda key, secret: (key, secret[1:])),
    LESS_LAST: _pair(lambda key, secret: (key, secret[:-1])),
    ONE_MORE: _pair(lambda key, secret: (key, secret + "x")),
    OTHER_CASE: _pair(lambda key, secret: (key, another_case(secret))),
    "wrong key and secret": _pair(lambda key, secret: (wrong(key), wrong(secret))),
    "swapped": _pair(lambda key, secret: (secret, key)),
    "empty secret": _pair(lambda key, secret: (key, "")),
    "empty key": _pair(lambda key, secret: ("", secret)),
    "blank secret": _pair(lambda key, secret: (key, " ")),
    "key alone": lambda form: [form.plain(form.right[0])],
    "secret alone": lambda form: [form.plain(form.right[1])],
    "extra part": _pair(lambda key, secret: (key, f"{wrong(secret)}:{wrong(wrong(secret))}")),
    "form of another scheme": lambda form: [form.of_another(form.right[0], wrong(form.right[1]))],
    "two schemes": lambda form: [
        form.value(form.right[0], wrong(form.right[1])),
        f"Bearer {wrong(wrong(form.right[1]))}",
    ],
    "Bearer with a wrong secret": lambda form: [
        f"Bearer {form.payload(form.right[0], wrong(form.right[1]))}"
    ],
    "not Base64": lambda form: [f"{form.scheme.word} {GARBAGE}"],
    "no colon": lambda form: [form.plain("".join(map(wrong, form.right)))],
    "scheme word alone": lambda form: [form.scheme.word],
    "printable garbage": lambda form: [GARBAGE],
    "header twice": lambda form: [
        form.value(form.right[0], wrong(form.right[1])),
        form.value(wrong(form.right[0]), wrong(wrong(form.right[1]))),
    ],
    "very long": _long,
}


def _makes_sense(form: _Form, defect: str) -> bool:
    key, secret = form.right
    is_bearer = form.scheme.word.lower() == "bearer"
    senseless = {
        LESS_FIRST: not secret.strip()[1:],
        LESS_LAST: not secret.strip()[1:],
        OTHER_CASE: not any(c.isascii() and c.isalpha() for c in secret),
        "Bearer with a wrong secret": is_bearer,
        "two schemes": is_bearer,
        "not Base64": form.scheme.template != "basic",
        # A blank at the end of a header is none: only Base64 brings one to the server.
        "blank secret": form.scheme.template != "basic",
        "scheme word alone": not form.scheme.word,
        "empty secret": not form.is_pair and bool(form.scheme.word),
    }
    if not secret or senseless.get(defect) or (defect in PAIR_ONLY and not form.is_pair):
        return False
    values = _MAKERS[defect](form)
    return not any(
        holds(value, key, secret, longer=defect == ONE_MORE, case=defect == OTHER_CASE)
        for value in [*values, ", ".join(values)]
    )
