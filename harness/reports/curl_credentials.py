"""Credentials of a `curl` command: variables for good ones, made-up values for defective ones."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from harness.contract import SecurityScheme
from harness.reports.shell import word

_OTHER_CASE = '$(printf %s "{secret}" | tr a-zA-Z A-Za-z)'

_PAIRS = {
    "": ("{key}", "{secret}"),
    "wrong key": ("wrong", "{secret}"),
    "wrong secret": ("{key}", "wrong"),
    "secret less its last character": ("{key}", "{less}"),
    "secret and one more": ("{key}", "{more}"),
    "secret in another case": ("{key}", _OTHER_CASE),
    "wrong key and secret": ("wrong", "wrong"),
    "swapped": ("{secret}", "{key}"),
    "empty secret": ("{key}", ""),
    "empty key": ("", "{secret}"),
    "secret less its first character": ("{key}", "{rest}"),
    "blank secret": ("{key}", " "),
    "extra part": ("{key}", "wrong:bad"),
}
"""Defect -> key and secret as they stand within double quotes."""

_OF_THE_KEY = {"wrong key", "wrong key and secret", "swapped", "empty key"}
"""Defects that a scheme with a single token can only show as another token."""


def arguments(scheme: SecurityScheme, defect: str, names: Mapping[str, str]) -> list[str] | None:
    """The arguments that send `scheme`'s credentials with `defect` (contract.md, `auth.*`).

    `names` maps `key`, `secret` and `token` to the environment variables that hold them. None for
    a defect that is not known here.
    """
    if defect in _PAIRS:
        return _pair(scheme, defect, names)
    values = _malformed(scheme, defect, names)
    return None if values is None else [f"-H {value}" for value in values]


def _pair(scheme: SecurityScheme, defect: str, names: Mapping[str, str]) -> list[str]:
    key, secret = (_expanded(part, names, "secret") for part in _PAIRS[defect])
    if scheme.template == "basic":
        return [f'-u "{key}:{secret}"']
    token = "wrong" if defect in _OF_THE_KEY else _expanded(_PAIRS[defect][1], names, "token")
    value = scheme.template.format(key=key, secret=secret, token=token)
    return [f'-H "{scheme.header}: {value}"']


def _expanded(part: str, names: Mapping[str, str], secret: str) -> str:
    """`part` with the variables in it; `secret` says which of them the secret is."""
    variable = names.get(secret, secret.upper())
    return part.format(
        key=f"${names.get('key', 'KEY')}",
        secret=f"${variable}",
        less=f"${{{variable}%?}}",
        more=f"${{{variable}}}x",
        rest=f"${{{variable}#?}}",
    )


def _malformed(scheme: SecurityScheme, defect: str, names: Mapping[str, str]) -> list[str] | None:
    """Whole headers as shell words."""
    header, lead = scheme.header, f"{scheme.word} ".lstrip()
    key = f"${names.get('key', 'KEY')}:" if "{token}" not in scheme.template else ""
    if defect == "Bearer with a wrong secret":
        return [f'"{header}: Bearer {key}wrong"']
    if defect in _WORDS:
        return [f'"{header}: {lead}{_words(scheme, defect, names)}"']
    if defect == "two schemes":
        pair = f"{key}wrong"
        first = _in_base64(pair) if scheme.template == "basic" else pair
        return [f'"{header}: {lead}{first}"', f'"{header}: Bearer bad"']
    if defect == "very long":
        return [f'"{header}: {lead}$(printf %08000d 0)"']
    literals = {
        "not Base64": [f"{lead}!!!not-base64!!!"],
        "no colon": [lead + _encoded(scheme, "nocolon")],
        "scheme word alone": [scheme.word],
        "printable garbage": ["#%&()*+,-./<=>?@[]^_{|}~"],
        "header twice": [_wrong(scheme, "wrong"), _wrong(scheme, "bad")],
    }
    if defect not in literals:
        return None
    return [word(_line(header, value)) for value in literals[defect]]


_WORDS = {
    "key alone": "{key}",
    "secret alone": "{secret}",
    "form of another scheme": "{key}:wrong",
}
"""Defect -> what stands behind the scheme's word, within double quotes."""


def _words(scheme: SecurityScheme, defect: str, names: Mapping[str, str]) -> str:
    text = _expanded(_WORDS[defect], names, "secret")
    swapped = defect == "form of another scheme"
    return text if (scheme.template == "basic") == swapped else _in_base64(text)


def _in_base64(text: str) -> str:
    """`text` with its variables, in Base64 whatever they hold."""
    return f"$(printf %s \"{text}\" | base64 | tr -d '\\n')"


def _line(header: str, value: str) -> bytes:
    """A header as curl wants it: a semicolon says that the value is empty on purpose."""
    return (f"{header}: {value}" if value else f"{header};").encode()


def _wrong(scheme: SecurityScheme, value: str) -> str:
    """The whole value of a header with well-formed but wrong credentials."""
    if scheme.template == "basic":
        return f"Basic {_encoded(scheme, f'{value}:{value}')}"
    return scheme.template.format(key=value, secret=value, token=value)


def _encoded(scheme: SecurityScheme, credentials: str) -> str:
    if scheme.template != "basic":
        return credentials
    return base64.b64encode(credentials.encode()).decode()
