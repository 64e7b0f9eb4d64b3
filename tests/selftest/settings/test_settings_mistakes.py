"""Everything that a person can get wrong is told, all of it at once, and with what to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Settings

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
UPPER = "1A2B3C4D-0000-4000-8000-00000000000A"
BARE = "1a2b3c4d00004000800000000000000a"
WRITE = "1a2b3c4d-0000-4000-8000-00000000000b"


def test_all_mistakes_at_once(mistakes: Mistakes) -> None:
    environ = {"SHOP_URL": "staging.example", "SHOP_API_KEY": "k", "SHOP_BASKET": "a/b"}
    told = mistakes(
        environ, {"sed": 1}, profile="gat", concurrency="many", write_waivers="new.yaml"
    )
    assert told == [
        "unknown key 'sed' in [tool.contract], did you mean 'seed'?",
        "SHOP_URL is 'staging.example', which has no scheme; write https://staging.example",
        "SHOP_BASKET is 'a/b'; give the bare id, neither a URL nor encoded",
        "unknown profile 'gat', did you mean 'gate'? --profile takes smoke, gate or release",
        "--concurrency is 'many'; give a whole number from 1 to 64",
        "SHOP_API_SECRET is not set; set it together with SHOP_API_KEY, in the environment or in "
        "a file given by --credentials",
        "--write-waivers needs --owner; say who answers for them",
        "--write-waivers needs --reason; say why they are tolerated",
    ]


@pytest.mark.parametrize("name", ["SHOP_API_KEY", "SHOP_API_SECRET", "SHOP_BASKET"])
def test_a_target_needs_credentials_and_a_resource(
    mistakes: Mistakes, staging: dict[str, str], name: str
) -> None:
    (told,) = mistakes({**staging, name: " "})
    assert told.startswith(f"{name} is not set; set it ")


def test_a_mistyped_name_is_found_where_something_is_missing(
    mistakes: Mistakes, staging: dict[str, str]
) -> None:
    staging["SHOP_SECRET"] = staging.pop("SHOP_API_SECRET")
    (told,) = mistakes(staging)
    assert told.startswith("SHOP_API_SECRET is not set (SHOP_SECRET is, but it isn't read); ")


def test_credentials_without_a_target_do_not_praise_the_embedded_server(
    mistakes: Mistakes, staging: dict[str, str]
) -> None:
    del staging["SHOP_URL"]
    assert mistakes(staging) == [
        "SHOP_URL is not set; set it to the target's base URL, or unset SHOP_API_KEY, "
        "SHOP_API_SECRET, SHOP_BASKET to test the embedded server"
    ]


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
@pytest.mark.parametrize("name", ["SHOP_URL", "CONTRACT_URL"])
def test_an_empty_url_is_a_secret_that_ci_does_not_have(
    mistakes: Mistakes, staging: dict[str, str], name: str, blank: str
) -> None:
    empty = f"{name} is empty, as a secret is that CI does not have; set it to the target's base "
    assert mistakes({name: blank}) == [f"{empty}URL, or unset {name} to test the embedded server"]
    del staging["SHOP_URL"]
    assert mistakes({**staging, name: blank}) == [
        f"{empty}URL, or unset {name}, SHOP_API_KEY, SHOP_API_SECRET, SHOP_BASKET to test the "
        "embedded server"
    ]


def test_an_empty_url_in_a_file_of_credentials(mistakes: Mistakes, tmp_path: Path) -> None:
    (tmp_path / "staging.env").write_text("SHOP_URL=\n")
    (tmp_path / "staging.env").chmod(0o600)
    (told,) = mistakes(credentials=str(tmp_path / "staging.env"))
    assert told.startswith("SHOP_URL is empty, ")


def test_an_empty_url_beside_one_that_is_given(settle: Resolve, staging: dict[str, str]) -> None:
    """Another name or a file gives it; and what sends nothing needs none."""
    assert settle({**staging, "CONTRACT_URL": ""}).url == "https://staging.example"
    staging["CONTRACT_URL"] = staging.pop("SHOP_URL")
    assert settle({**staging, "SHOP_URL": ""}).url == "https://staging.example"
    assert settle({"SHOP_URL": ""}, plan=True).offline
    assert settle({}).embedded


@pytest.mark.parametrize("same", [UPPER, BARE, UPPER.lower()])
def test_what_is_written_to_is_never_what_is_read(
    mistakes: Mistakes, staging: dict[str, str], same: str
) -> None:
    advice = "is the same as SHOP_BASKET; give the id of another resource"
    for name in ("SHOP_WRITE_BASKET", "SHOP_OTHER_BASKET"):
        assert mistakes({**staging, name: same}) == [f"{name} {advice}"]


def test_ids_that_are_no_uuids_are_compared_as_they_are(
    settle: Resolve, staging: dict[str, str]
) -> None:
    environ = {**staging, "SHOP_BASKET": "a", "SHOP_WRITE_BASKET": "A"}
    assert settle(environ).write == "A"


@pytest.mark.parametrize("policy", ["notes", "all"])
def test_writing_elsewhere_needs_a_resource_of_its_own(
    mistakes: Mistakes, staging: dict[str, str], policy: str
) -> None:
    assert mistakes(staging, writes=policy) == [
        f"SHOP_WRITE_BASKET is not set; --writes {policy} needs the id of a resource that may be "
        "written to; set it, or leave out --writes"
    ]


@pytest.mark.parametrize("mode", ["plan", "clauses", "collect_only"])
def test_what_sends_nothing_needs_no_credentials(settle: Resolve, mode: str) -> None:
    settings = settle({"SHOP_URL": "https://a.example"}, **{mode: True}, writes="all")
    assert settings.offline
    assert settings.collect_only is (mode == "collect_only")


def test_a_replay_needs_no_target(settle: Resolve, tmp_path: Path) -> None:
    (tmp_path / "run.har").write_text("{}")
    settings = settle({"SHOP_API_KEY": "k"}, replay=str(tmp_path / "run.har"))
    assert (settings.offline, settings.replay) == (True, tmp_path / "run.har")


def test_modes_exclude_each_other(mistakes: Mistakes, tmp_path: Path) -> None:
    (tmp_path / "run.har").write_text("{}")
    assert mistakes(replay=str(tmp_path / "run.har"), reproduce="abcdef12") == [
        "--reproduce and --replay exclude each other; leave one of them out"
    ]
    assert mistakes(plan=True, clauses=True) == [
        "--plan and --clauses exclude each other; leave one of them out"
    ]
    options = {"owner": "jane", "reason": "known"}
    assert mistakes(write_waivers="w.yaml", reproduce="abcdef12", **options) == [
        "--write-waivers needs a whole run; leave out --reproduce"
    ]


def test_written_waivers_are_signed(settle: Resolve, mistakes: Mistakes) -> None:
    options = {"write_waivers": "w.yaml", "owner": "jane", "reason": "known"}
    settings = settle(**options)
    assert (settings.owner, settings.reason, settings.expires) == ("jane", "known", "2026-03-31")
    assert mistakes(**options, expires="never") == [
        "--expires never needs --link; say where the deviation is followed up"
    ]
    assert settle(**options, expires="never", link="https://t.example/1").expires == "never"
    assert mistakes(owner="jane", link="x") == [
        "--owner is about written waivers; give --write-waivers FILE too",
        "--link is about written waivers; give --write-waivers FILE too",
    ]
    assert settle({"SHOP_OWNER": "jane"}).owner == "jane"


def test_places_that_cannot_be_written(mistakes: Mistakes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    below = tmp_path / "file" / "reports"
    assert mistakes(reports=str(below)) == [
        f"cannot write into {below}; allow it, or give another place by --reports DIR"
    ]
    options = {"owner": "jane", "reason": "known"}
    assert mistakes(write_waivers=str(tmp_path), **options) == [
        f"cannot write {tmp_path}; give --write-waivers a file that may be written"
    ]


def test_reports_that_are_a_file(mistakes: Mistakes, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("")
    assert mistakes() == [
        f"cannot write into {tmp_path / 'reports'}; allow it, or give another place by "
        "--reports DIR"
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission(mistakes: Mistakes, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    assert mistakes(reports=str(locked / "reports")) == [
        f"cannot write into {locked / 'reports'}; allow it, or give another place by --reports DIR"
    ]
