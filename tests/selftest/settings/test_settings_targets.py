"""The embedded server is tested only where nothing speaks of another: no green run by a typo."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from harness.settings import Settings, SettingsError, resolve

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
Write = Callable[[str | bytes], str]
TODAY = date(2026, 3, 1)
EMBEDDED = "to test the embedded server"
NOT_SET = "SHOP_URL is not set"
GOAL = "; set it to the target's base URL, or "


def test_two_names_of_one_target_agree(
    mistakes: Mistakes, settle: Resolve, staging: dict[str, str]
) -> None:
    differ = {**staging, "CONTRACT_URL": "https://production.example"}
    assert mistakes(differ) == [
        "SHOP_URL and CONTRACT_URL name one setting and differ; leave one of them out"
    ]
    assert settle({**staging, "CONTRACT_URL": staging["SHOP_URL"]}).url


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("SHOP_URI", "SHOP_URL"),
        ("shop_url", "SHOP_URL"),
        ("Shop_Url", "SHOP_URL"),
        ("SHOP-URL", "SHOP_URL"),
        ("SHOPP_URL", "SHOP_URL"),
        ("SHOP_PROFIL", "SHOP_PROFILE"),
        ("CONTRACT_URLS", "CONTRACT_URL"),
        ("CONTRCT_URL", "CONTRACT_URL"),
        ("SHOP_ROOT_ADDRESS", ""),
        ("SHOP_APP__ROOT_URL", ""),
        ("CONTRACT_TARGET", ""),
    ],
)
def test_a_variable_that_no_setting_reads_is_not_the_embedded_server(
    mistakes: Mistakes, settle: Resolve, staging: dict[str, str], name: str, near: str
) -> None:
    """Beside a URL it stops nobody: the server's own variables begin alike."""
    meant = f": did you mean {near}?" if near else ""
    for value in ("https://a.example", ""):
        assert mistakes({name: value}) == [
            f"{NOT_SET} ({name} is, but no setting has that name{meant}){GOAL}unset {name} "
            f"{EMBEDDED}"
        ]
    assert settle({**staging, name: "https://a.example"}).url == "https://staging.example"
    assert settle({name: "https://a.example"}, plan=True).offline


def test_many_variables_are_one_sentence(mistakes: Mistakes) -> None:
    """As in a shell that the server itself is started from."""
    (told,) = mistakes({f"SHOP_APP__{number}": "x" for number in range(9)})
    few = "SHOP_APP__0, SHOP_APP__1, SHOP_APP__2, 6 more"
    assert told == (
        f"{NOT_SET} ({few} are, but no setting has such a name){GOAL}unset {few} {EMBEDDED}"
    )


def test_other_peoples_variables_are_nobodys_business(settle: Resolve) -> None:
    environ = {"SHOPPING_URL": "x", "URL": "x", "BASE_URL": "x", "CONTRACTOR": "x", "PROFILE": "x"}
    assert settle(environ).embedded


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PROFILE", "smoke"), ("SEED", "2"), ("RATE", "9/s"), ("WRITES", "none"), ("LABEL", "a=b"),
        ("SINK", "a.example"), ("REQUIRE", "list.*"), ("ALLOWED_HOSTS", "a.example"),
        ("PROFILE", ""), ("HEADERS", ""), ("WAIT", "0s"),
    ],
)  # fmt: skip
def test_what_the_embedded_server_can_be_tested_with_speaks_of_no_other(
    settle: Resolve, name: str, value: str
) -> None:
    assert settle({f"SHOP_{name}": value}).embedded


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_KEY", "k"), ("API_SECRET", "s"), ("TOKEN", "t"), ("BASKET", "7"), ("WAIT", "9s"),
        ("WRITE_BASKET", "8"), ("OTHER_BASKET", "9"), ("HEADERS", "X-A: b"), ("AGAINST_READ", "7"),
        ("AGAINST", "https://a.example"), ("AGAINST_KEY", "k"), ("MAIL_MAY_LEAVE", "8"),
        ("INSECURE_HTTP", "1"), ("ALLOW_DOMAIN", "a.example"), ("OWN_REFERENCE", "a=7"),
        ("API_KEY", ""), ("BASKET", " "),
    ],
)  # fmt: skip
def test_what_means_nothing_to_the_embedded_server_speaks_of_another(
    mistakes: Mistakes, name: str, value: str
) -> None:
    told = f"{NOT_SET}{GOAL}unset SHOP_{name} {EMBEDDED}"
    assert mistakes({f"SHOP_{name}": value}) == [told]


def test_options_are_left_out_and_variables_unset(
    mistakes: Mistakes, settle: Resolve, write: Write
) -> None:
    path = write("FOO=bar\n")
    environ = {"SHOP_API_KEY": "k", "SHOP_URI": "u"}
    (told,) = mistakes(environ, credentials=path, wait="9s")
    assert told.endswith(
        f"or leave out --credentials, --wait and unset SHOP_API_KEY, SHOP_URI {EMBEDDED}"
    )
    assert settle({}, {"wait": "9s", "insecure-http": True}).embedded, "stands for other runs"


@pytest.mark.parametrize("option", ["credentials", "spec", "reproduce", "replay", "against"])
def test_an_option_that_came_out_empty_is_not_left_out(
    mistakes: Mistakes, staging: dict[str, str], option: str
) -> None:
    """`--credentials=$FILE`, where CI has no FILE."""
    for environ in ({}, staging):
        (told,) = mistakes(environ, **{option: " "})
        assert told.startswith(f"--{option} is empty, as a variable is that CI does not have; give")


def test_a_variable_that_names_a_file_or_a_server_and_is_empty(
    mistakes: Mistakes, settle: Resolve, staging: dict[str, str]
) -> None:
    empty = "is empty, as a secret is that CI does not have; set it to"
    assert mistakes({"SHOP_CREDENTIALS": ""}) == [
        f"SHOP_CREDENTIALS {empty} a file that gives SHOP_URL, or unset SHOP_CREDENTIALS {EMBEDDED}"
    ]
    assert settle({**staging, "SHOP_CREDENTIALS": ""}).url, "everything is there without it"
    assert mistakes({**staging, "SHOP_AGAINST": ""}) == [
        f"SHOP_AGAINST {empty} the base URL of the second deployment, or unset it to test one alone"
    ]


@pytest.mark.parametrize(
    "against",
    ["https://STAGING.example", "https://staging.example:443/", "https://staging.example."],
)
def test_a_server_is_not_held_against_itself(
    mistakes: Mistakes, settle: Resolve, staging: dict[str, str], against: str
) -> None:
    read = staging["SHOP_BASKET"]
    environ = {**staging, "SHOP_AGAINST_KEY": "k", "SHOP_AGAINST_SECRET": "s"}
    assert mistakes({**environ, "SHOP_AGAINST_READ": read.upper()}, against=against) == [
        "SHOP_URL and SHOP_AGAINST are one server, and what is read there is the same; give the "
        "base URL of the other deployment"
    ]
    assert settle({**environ, "SHOP_AGAINST_READ": "another"}, against=against).against
    elsewhere = {**environ, "SHOP_AGAINST_READ": read}
    assert settle(elsewhere, against="https://staging.example/other").against


@pytest.mark.parametrize("name", ["tool.contracts", "tool.Contract", "contract", "tools.contract"])
def test_a_table_of_pyproject_that_nobody_reads(name: str, tmp_path: Path) -> None:
    text = f'[tool.pytest]\n[project]\n[build-system]\n[{name}]\nurl = "https://a.example"\n'
    with pytest.raises(SettingsError) as caught:
        resolve({}, {}, tomllib.loads(text), TODAY, root=tmp_path)
    shown = "tools" if name.startswith("tools") else name
    assert caught.value.sentences == (
        f"pyproject.toml has a table [{shown}], which nobody reads; did you mean [tool.contract]?",
    )
