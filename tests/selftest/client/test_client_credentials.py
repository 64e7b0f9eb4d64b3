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
from harness.client.readings import holds
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
    in_base64 = {"not Base64", "blank secret"}
    assert applicable(PAIR, SECRETS) == tuple(d for d in DEFECTS if d not in in_base64)


def test_a_token_has_the_defects_that_need_no_key() -> None:
    assert applicable(BEARER, SECRETS) == (
        "wrong secret", "secret less its last character", "secret and one more",
        "secret in another case", "scheme word alone", "printable garbage", "header twice",
        "very long", "secret less its first character",
    )  # fmt: skip
    assert "empty secret" in applicable(BARE, SECRETS)
    assert "two schemes" in applicable(BARE, SECRETS)
    assert "scheme word alone" not in applicable(BARE, SECRETS)


@pytest.mark.parametrize(
    ("defect", "pair"),
    [
        ("secret less its last character", "KeyOne:Secret"),
        ("secret less its first character", "KeyOne:ecret2"),
        ("secret and one more", "KeyOne:Secret2x"),
        ("secret in another case", "KeyOne:sECRET2"),
        ("swapped", "Secret2:KeyOne"),
        ("empty secret", "KeyOne:"),
        ("empty key", ":Secret2"),
        ("key alone", "KeyOne"),
        ("secret alone", "Secret2"),
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


def test_a_pair_in_more_parts_or_in_another_form() -> None:
    key, one, other = authorization(PAIR, "extra part", SECRETS)[0][6:].split(":")
    assert (key, len({one, other, "Secret2"})) == ("KeyOne", 3)
    assert decoded(authorization(BASIC, "blank secret", SECRETS)[0]) == "KeyOne: "
    raw = authorization(BASIC, "form of another scheme", SECRETS)[0]
    coded = authorization(PAIR, "form of another scheme", SECRETS)[0]
    assert raw.startswith("Basic KeyOne:")
    assert base64.b64decode(coded.removeprefix("token ")).decode() == raw.removeprefix("Basic ")
    first, second = authorization(PAIR, "two schemes", SECRETS)
    assert first.startswith("token KeyOne:")
    assert second.startswith("Bearer ")


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


def texts(values: list[str]) -> set[str]:
    """Independent readings of a header sent once or several times: each value, the last of them,
    all joined; without its scheme word, its words, and their Base64 as lenient decoders read it."""
    joined = (", ".join(values), " ".join(values), "".join(values))
    glued = {re.sub(r"\s", "", value) for value in (*values, *joined)}
    return {text for value in (*values, *joined, *glued) for text in words(value)}


def words(value: str) -> set[str]:
    """A value, its parts, and what Base64 there is in them."""
    parts = {value, *re.split(r"[\s,;]+", value), value.split(" ", 1)[-1]}
    return {text for part in parts for text in (part, *unbased(part))}


def unbased(text: str) -> set[str]:
    """What Base64 may be read out of a text: either alphabet, any padding, foreign signs skipped
    or where it ends."""
    found = set()
    plain = text.translate(str.maketrans("-_", "+/"))
    for core in (
        plain.rstrip("="),
        re.sub("[^A-Za-z0-9+/]", "", plain),
        re.split("[^A-Za-z0-9+/]", plain)[0],
    ):
        try:
            found.add(base64.b64decode(core + "=" * (-len(core) % 4)).decode("utf-8", "replace"))
        except ValueError:
            continue
    return found


def pairs(text: str) -> set[tuple[str, str]]:
    """Every (key, secret) that a parser by hand may take from a text."""
    parts = re.split(r"[:\s,;]+", text)
    first, last = text.partition(":"), text.rpartition(":")
    found = {(one, other) for i, one in enumerate(parts) for other in parts[i + 1 :]}
    found |= {(first[0], first[2]), (last[0], last[2]), (parts[0], ":".join(parts[1:]))}
    return found | {(one.strip(), other.strip()) for one, other in found}


READERS = {
    "as it is": lambda given, right: given == right,
    "72 bytes, as bcrypt": lambda given, right: (
        (given[0], given[1].encode()[:72]) == (right[0], right[1].encode()[:72])
    ),
    "trimmed": lambda given, right: tuple(map(str.strip, given)) == tuple(map(str.strip, right)),
    "in small letters": lambda given, right: (
        tuple(map(str.lower, given)) == tuple(map(str.lower, right))
    ),
    "up to a NUL": lambda given, right: tuple(v.partition("\0")[0] for v in given) == right,
    "without its quotes": lambda given, right: tuple(v.strip("\"'") for v in given) == right,
}
"""How leniently a server may compare; `in small letters` is what one defect is about."""


@settings(max_examples=150, deadline=None, database=None)
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
        "printable garbage", "very long", "extra part", "form of another scheme", "two schemes",
    }  # fmt: skip
    for defect in offered:
        values = authorization(scheme, defect, secrets)
        assert values == authorization(scheme, defect, secrets)
        assert values != authorization(scheme, "", secrets)
        folds = defect == "secret in another case"
        for text in texts(values):
            for name, same in READERS.items():
                if not (folds and name == "in small letters"):
                    assert not any(same(pair, (key, secret)) for pair in pairs(text)), name
            if defect != "secret and one more":
                assert f"{key}:{secret}" not in text
                assert folds or f"{key}:{secret}".lower() not in text.lower()


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_is_offered_for_secrets_as_they_are(defect: str) -> None:
    """So that the test before tells something of each."""
    assert defect in applicable(BASIC, SECRETS) or defect in applicable(PAIR, SECRETS)


@pytest.mark.parametrize("value", [
    "token KeyOne:Secret2", "token KeyOne:Secret2:extra", "token KeyOne:extra:Secret2",
    "token KeyOne Secret2", "token KeyOne: Secret2 ", "token  KEYONE:secret2",
    "Bearer KeyOne:Secret2", "KeyOne:Secret2", "token KeyOneSecret2",
    "Basic S2V5T25lOlNlY3JldDI", "Basic S2V5T25l OlNlY3JldDI=", "token S2V5T25lOlNlY3JldDI=",
    "token x:y, token KeyOne:Secret2", "token KeyOne;Secret2",
])  # fmt: skip
def test_what_a_lenient_reader_takes_for_good_is_held_back(value: str) -> None:
    assert holds(value, "KeyOne", "Secret2", longer=False, case=False)


@settings(max_examples=80, deadline=None, database=None)
@given(token=PRINTABLE | SMALL, scheme=st.sampled_from((BEARER, BARE)))
def test_no_defect_holds_the_right_token(token: str, scheme: SecurityScheme) -> None:
    secrets = Secrets(tokens={scheme.name: token})
    for defect in applicable(scheme, secrets):
        values = authorization(scheme, defect, secrets)
        for text in {text for value in values for text in words(value)}:
            assert text != token
            assert defect == "secret and one more" or token not in text
            assert defect == "secret in another case" or text.lower() != token.lower()
