"""Every defect is one, and none of them is the right credentials to a lenient reader."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.client.credentials import (
    DEFECTS,
    LONG,
    MALFORMED,
    Secrets,
    applicable,
    authorization,
)
from harness.contract import SecurityScheme

BASIC = SecurityScheme("basicAuth", "Authorization", "basic")
PAIR = SecurityScheme("tokenAuth", "Authorization", "token {key}:{secret}")
BEARER = SecurityScheme("bearer", "Authorization", "Bearer {token}")
BARE = SecurityScheme("bare", "X-Token", "{token}")
SCHEMES = (BASIC, PAIR, BEARER, BARE)
SECRETS = Secrets("KeyOne", "Secret2", {"bearer": "Token3", "bare": "Token4"})


def decoded(value: str) -> str:
    return base64.b64decode(value.removeprefix("Basic ")).decode()


def test_good_credentials_are_written_as_documented() -> None:
    assert decoded(authorization(BASIC, "", SECRETS)[0]) == "KeyOne:Secret2"
    assert authorization(PAIR, "", SECRETS) == ["token KeyOne:Secret2"]
    assert authorization(BEARER, "", SECRETS) == ["Bearer Token3"]
    assert authorization(BARE, "", SECRETS) == ["Token4"]


def test_a_value_that_looks_like_a_place_in_the_template_stays_what_it_is() -> None:
    assert authorization(PAIR, "", Secrets("{secret}", "{key}")) == ["token {secret}:{key}"]


def test_every_defect_applies_to_ordinary_pairs() -> None:
    assert applicable(BASIC, SECRETS) == DEFECTS
    assert applicable(PAIR, SECRETS) == tuple(d for d in DEFECTS if d != "not Base64")


def test_a_token_has_the_defects_that_need_no_key() -> None:
    assert applicable(BEARER, SECRETS) == (
        "wrong secret", "secret less its last character", "secret and one more",
        "secret in another case", "scheme word alone", "printable garbage", "header twice",
        "very long",
    )  # fmt: skip
    assert "empty secret" in applicable(BARE, SECRETS)
    assert "scheme word alone" not in applicable(BARE, SECRETS)


@pytest.mark.parametrize(
    ("defect", "pair"),
    [
        ("secret less its last character", "KeyOne:Secret"),
        ("secret and one more", "KeyOne:Secret2x"),
        ("secret in another case", "KeyOne:sECRET2"),
        ("swapped", "Secret2:KeyOne"),
        ("empty secret", "KeyOne:"),
        ("empty key", ":Secret2"),
    ],
)
def test_what_a_defect_puts_there(defect: str, pair: str) -> None:
    assert decoded(authorization(BASIC, defect, SECRETS)[0]) == pair
    assert authorization(PAIR, defect, SECRETS) == [f"token {pair}"]


def test_wrong_parts_leave_the_other_part_right() -> None:
    key, secret = authorization(PAIR, "wrong key", SECRETS)[0][6:].split(":")
    assert (key != "KeyOne", secret) == (True, "Secret2")
    key, secret = authorization(PAIR, "wrong secret", SECRETS)[0][6:].split(":")
    assert (key, secret != "Secret2") == ("KeyOne", True)


def test_malformed_values() -> None:
    assert authorization(BASIC, "scheme word alone", SECRETS) == ["Basic"]
    assert ":" not in decoded(authorization(BASIC, "no colon", SECRETS)[0])
    assert re.search("[^A-Za-z0-9+/=]", authorization(BASIC, "not Base64", SECRETS)[0][6:])
    assert len(authorization(BASIC, "very long", SECRETS)[0]) == LONG
    assert len(set(authorization(BASIC, "header twice", SECRETS))) == 2
    assert authorization(BASIC, "Bearer with a wrong secret", SECRETS)[0].startswith("Bearer ")


def test_another_case_needs_a_letter_and_less_one_needs_two_characters() -> None:
    assert "secret in another case" not in applicable(BASIC, Secrets("k", "123"))
    assert "secret less its last character" not in applicable(BASIC, Secrets("k", "1"))
    assert "swapped" not in applicable(BASIC, Secrets("Same", "same"))
    assert applicable(BASIC, Secrets()) == ()


def test_bcrypt_sees_72_bytes_so_a_longer_secret_is_the_right_one() -> None:
    assert "secret and one more" in applicable(BASIC, Secrets("k", "0" * 71))
    assert "secret and one more" not in applicable(BASIC, Secrets("k", "0" * 72))


def test_secrets_show_nothing() -> None:
    assert repr(SECRETS) == str(SECRETS) == "Secrets(…)"


PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)
SMALL = st.text("aAbB1", min_size=1, max_size=3)


def lenient(value: str) -> set[str]:
    """An independent reading of a header value: the whole of it, its parts, and their Base64."""
    parts = {value, *value.split(" "), value.split(" ", 1)[-1]}
    texts = set(parts)
    for part in parts:
        core = part.rstrip("=")
        for alphabet in (core, core.translate(str.maketrans("-_", "+/"))):
            try:
                texts.add(base64.b64decode(alphabet + "=" * (-len(alphabet) % 4)).decode())
            except ValueError:
                continue
    return texts


@settings(max_examples=80, deadline=None, database=None)
@given(
    key=(PRINTABLE | SMALL).filter(lambda text: ":" not in text),
    secret=PRINTABLE | SMALL,
    scheme=st.sampled_from((BASIC, PAIR)),
)
def test_no_defect_holds_the_right_key_with_the_right_secret(
    key: str, secret: str, scheme: SecurityScheme
) -> None:
    secrets = Secrets(key, secret)
    offered = applicable(scheme, secrets)
    assert set(MALFORMED) - {"not Base64", "header twice", "no colon"} <= set(offered) | {
        "printable garbage", "very long"
    }  # fmt: skip
    for defect in offered:
        values = authorization(scheme, defect, secrets)
        assert values == authorization(scheme, defect, secrets)
        assert values != authorization(scheme, "", secrets)
        case = defect == "secret in another case"
        for text in [reading for value in values for reading in lenient(value)]:
            head, _, tail = text.partition(":")
            assert (head, tail) != (key, secret)
            assert case or (head.lower(), tail.lower()) != (key.lower(), secret.lower())
            assert (head, tail[:72]) != (key, secret[:72]) or len(tail) < 72
            if defect != "secret and one more":
                assert f"{key}:{secret}" not in text
                assert case or f"{key}:{secret}".lower() not in text.lower()


@settings(max_examples=80, deadline=None, database=None)
@given(token=PRINTABLE | SMALL, scheme=st.sampled_from((BEARER, BARE)))
def test_no_defect_holds_the_right_token(token: str, scheme: SecurityScheme) -> None:
    secrets = Secrets(tokens={scheme.name: token})
    for defect in applicable(scheme, secrets):
        for text in [r for v in authorization(scheme, defect, secrets) for r in lenient(v)]:
            assert text != token
            assert defect == "secret and one more" or token not in text
            assert defect == "secret in another case" or text.lower() != token.lower()
