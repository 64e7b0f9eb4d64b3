"""`--against` needs a second deployment's own credentials and resources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Settings, lacking

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
READ = "1a2b3c4d-0000-4000-8000-00000000000c"
WRITE = "1a2b3c4d-0000-4000-8000-00000000000d"
THERE = "1a2b3c4d-0000-4000-8000-00000000000e"
SINK = "sink.test"


@pytest.fixture
def both(staging: dict[str, str]) -> dict[str, str]:
    """An environment that names both well."""
    return staging | {
        "SHOP_AGAINST": "https://production.example/", "SHOP_AGAINST_KEY": "k-2",
        "SHOP_AGAINST_SECRET": "s-2", "SHOP_AGAINST_READ": READ,
    }  # fmt: skip


def test_both_are_read_and_nothing_is_written(settle: Resolve, both: dict[str, str]) -> None:
    found = settle(both)
    assert (found.url, found.against) == ("https://staging.example", "https://production.example")
    assert (found.against_key.reveal(), found.against_read, found.writes) == ("k-2", READ, "none")


def test_the_command_line_names_the_second_one(settle: Resolve, both: dict[str, str]) -> None:
    found = settle(both, against="https://candidate.example")
    assert found.against == "https://candidate.example"


def test_the_other_resource_there_is_the_one_that_is_written_to(
    settle: Resolve, both: dict[str, str]
) -> None:
    found = settle({**both, "SHOP_AGAINST_WRITE": WRITE})
    assert (found.against_other, found.other) == (WRITE, "")


@pytest.mark.parametrize("name", ["AGAINST_KEY", "AGAINST_SECRET", "AGAINST_READ", "URL"])
def test_each_needs_all_of_its_own(mistakes: Mistakes, both: dict[str, str], name: str) -> None:
    told = mistakes({k: v for k, v in both.items() if k != f"SHOP_{name}"})
    assert any(sentence.startswith(f"SHOP_{name} is not set; ") for sentence in told)


def test_writes_hold_for_both(mistakes: Mistakes, settle: Resolve, both: dict[str, str]) -> None:
    mine = {**both, "SHOP_WRITE_BASKET": WRITE}
    (told,) = mistakes(mine, writes="notes")
    assert told.startswith("SHOP_AGAINST_WRITE is not set; --writes notes holds for both")
    assert settle({**mine, "SHOP_AGAINST_WRITE": WRITE}, writes="notes").against_write == WRITE


def test_mail_may_leave_either_only_where_somebody_said_so(
    mistakes: Mistakes, settle: Resolve, both: dict[str, str]
) -> None:
    """Contract: the confirmation holds for one write resource, and there are two."""
    mine = {**both, "SHOP_WRITE_BASKET": WRITE, "SHOP_AGAINST_WRITE": THERE, "SHOP_SINK": SINK,
            "SHOP_MAIL_MAY_LEAVE": WRITE}  # fmt: skip
    (told,) = mistakes(mine, writes="all")
    assert told.startswith("SHOP_AGAINST_MAIL_MAY_LEAVE is not set; --writes all sends real mail")
    (told,) = mistakes({**mine, "SHOP_AGAINST_MAIL_MAY_LEAVE": WRITE}, writes="all")
    assert told.startswith("SHOP_AGAINST_MAIL_MAY_LEAVE is not the resource that is written to")
    settle({**mine, "SHOP_AGAINST_MAIL_MAY_LEAVE": THERE}, writes="all")


@pytest.mark.parametrize("name", ["SHOP_AGAINST_WRITE", "SHOP_AGAINST_OTHER"])
def test_what_is_read_there_is_never_what_is_written_to(
    mistakes: Mistakes, both: dict[str, str], name: str
) -> None:
    advice = "is the same as SHOP_AGAINST_READ; give the id of another resource"
    assert mistakes({**both, name: READ.upper()}) == [f"{name} {advice}"]


def test_a_key_with_a_colon_is_told(mistakes: Mistakes, both: dict[str, str]) -> None:
    (told,) = mistakes({**both, "SHOP_AGAINST_KEY": "k:2"})
    assert told.startswith("SHOP_AGAINST_KEY holds a colon")


@pytest.mark.parametrize("mode", ["plan", "clauses", "reproduce"])
def test_it_goes_with_no_other_mode(mistakes: Mistakes, both: dict[str, str], mode: str) -> None:
    value = "abcd1234" if mode == "reproduce" else True
    assert mistakes(both, **{mode: value}) == [
        f"--{mode} and --against exclude each other; leave one of them out"
    ]


def test_it_writes_no_waivers(mistakes: Mistakes, both: dict[str, str], tmp_path: Path) -> None:
    told = mistakes(both, write_waivers=str(tmp_path / "w.yaml"), owner="a", reason="b")
    assert told == ["--write-waivers needs a whole run; leave out --against"]


def test_credentials_of_the_second_alone_change_nothing(
    settle: Resolve, both: dict[str, str]
) -> None:
    del both["SHOP_AGAINST"]
    assert settle(both).against == ""


def test_what_the_spec_asks_for_is_asked_of_both(settle: Resolve, both: dict[str, str]) -> None:
    told = lacking(settle(both), ["Bearer {token}"])
    assert [sentence.partition(" ")[0] for sentence in told] == [
        "SHOP_TOKEN", "SHOP_AGAINST_TOKEN"
    ]  # fmt: skip
    del both["SHOP_AGAINST"]
    assert len(lacking(settle(both), ["Bearer {token}"])) == 1
