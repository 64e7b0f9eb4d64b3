"""Everything that a person can get wrong is told, all of it at once, and with what to do.

A little longer than a file should be: one subject, and its mistakes are tables.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Settings, unknown_references

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


WITHOUT_A_RESOURCE = (
    "SHOP_WRITE_BASKET is not set; --writes {} needs the id of a resource that may be written to; "
    "set it, or leave out --writes"
)
WITHOUT_A_SINK = (
    "--writes all needs --sink DOMAIN, given explicitly: the mail domain that all recipients are "
    "put into; take one of yours that reaches nobody"
)
ADVICE = (
    "set it to the id in SHOP_WRITE_BASKET if nobody minds mail that leaves it, or use "
    "--writes notes"
)
WITHOUT_A_WORD = f"SHOP_MAIL_MAY_LEAVE is not set; --writes all sends real mail: {ADVICE}"


def test_writing_elsewhere_needs_a_resource_of_its_own(
    mistakes: Mistakes, staging: dict[str, str]
) -> None:
    assert mistakes(staging, writes="notes") == [WITHOUT_A_RESOURCE.format("notes")]


def test_what_real_mail_takes_is_told_all_at_once(
    mistakes: Mistakes, staging: dict[str, str]
) -> None:
    """On loopback too: a tunnel is loopback."""
    wanted = [WITHOUT_A_RESOURCE.format("all"), WITHOUT_A_SINK, WITHOUT_A_WORD]
    assert mistakes(staging, writes="all") == wanted
    local = {**staging, "SHOP_URL": "http://127.0.0.1:9"}
    assert mistakes(local, writes="all") == wanted


def test_real_mail_may_leave_where_all_was_said(settle: Resolve, mailing: dict[str, str]) -> None:
    assert (settle(mailing).writes, settle(mailing).sink) == ("all", "sink.shop.example")
    shouted = {**mailing, "SHOP_MAIL_MAY_LEAVE": mailing["SHOP_MAIL_MAY_LEAVE"].upper()}
    assert settle(shouted).writes == "all"


@pytest.mark.parametrize(
    ("missing", "told"),
    [("SHOP_SINK", WITHOUT_A_SINK), ("SHOP_MAIL_MAY_LEAVE", WITHOUT_A_WORD)],
)
def test_each_word_that_real_mail_takes_is_needed(
    mistakes: Mistakes, mailing: dict[str, str], missing: str, told: str
) -> None:
    assert mistakes({n: v for n, v in mailing.items() if n != missing}) == [told]


def test_the_word_is_about_one_resource_and_is_said_each_time(
    mistakes: Mistakes, mailing: dict[str, str]
) -> None:
    other = {**mailing, "SHOP_MAIL_MAY_LEAVE": mailing["SHOP_BASKET"]}
    wrong = f"SHOP_MAIL_MAY_LEAVE is not the resource that is written to; {ADVICE}"
    assert mistakes(other) == [wrong]
    word = mailing.pop("SHOP_MAIL_MAY_LEAVE")
    (told,) = mistakes(mailing, {"mail-may-leave": word})
    assert "does not belong into a file that is checked in; set SHOP_MAIL_MAY_LEAVE" in told


@pytest.mark.parametrize("policy", ["none", "notes"])
def test_nothing_is_asked_for_where_no_mail_leaves(
    settle: Resolve, mailing: dict[str, str], policy: str
) -> None:
    del mailing["SHOP_MAIL_MAY_LEAVE"], mailing["SHOP_SINK"]
    assert settle(mailing, writes=policy).writes == policy
    assert settle({}, writes="all").writes == "all"


def test_what_the_contract_does_not_refer_to_cannot_be_ones_own(
    settle: Resolve, staging: dict[str, str]
) -> None:
    pointers = ["/attachments/*", "/mentions/*/id"]
    good = settle({**staging, "SHOP_OWN_REFERENCE": "attachments=7,mentions=3"})
    assert good.own_reference == (("attachments", 7), ("mentions", 3))
    assert unknown_references(good, pointers) == []
    bad = settle(staging, own_reference=["attachment=7", "sub=1"])
    assert unknown_references(bad, pointers) == [
        "--own-reference attachment=7: no request of the contract has references in 'attachment', "
        "did you mean 'attachments'?",
        "--own-reference sub=1: no request of the contract has references in 'sub'; it knows "
        "attachments, mentions",
    ]


@pytest.mark.parametrize("value", ["7", "a=", "a=x", "a=-1", "=7", "a b=1"])
def test_a_reference_is_a_property_and_a_whole_number(mistakes: Mistakes, value: str) -> None:
    (told,) = mistakes({}, own_reference=[value])
    assert told.startswith(f"--own-reference is '{value}'; write NAME=ID")


@pytest.mark.parametrize("value", ["a@b.example", "b example", "-b.example", "b..example"])
def test_an_allowed_domain_is_what_follows_the_at(mistakes: Mistakes, value: str) -> None:
    (told,) = mistakes({}, allow_domain=[value])
    assert told.startswith(f"--allow-domain is '{value}'; give what follows the @")


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
