"""Where a setting comes from, under which names, and which source wins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from harness.settings import OPTIONS, Settings, SettingsError, read_pyproject, resolve

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
TODAY = date(2026, 3, 1)
READ = "1a2b3c4d-0000-4000-8000-00000000000a"
WRITE = "1a2b3c4d-0000-4000-8000-00000000000b"


def test_nothing_said_is_the_gate_on_the_embedded_server(settle: Resolve, tmp_path: Path) -> None:
    settings = settle()
    assert (settings.embedded, settings.profile, settings.seed) == (True, "gate", 1)
    assert (settings.writes, settings.concurrency, settings.walk_limit) == ("all", 2, 20)
    assert (settings.max_response_time, settings.wait, settings.sink) == (None, 0, "sink.example")
    assert settings.spec == tmp_path / "spec/libredesk.yaml"
    assert settings.reports == tmp_path / "reports"
    assert settings.expires == "2026-03-31"
    assert (settings.labels, settings.require, settings.waivers) == ({}, (), ())
    assert set(settings.source.values()) == {"default"}


@pytest.mark.parametrize(
    ("line", "environ", "table", "expected"),
    [
        ("smoke", "release", {"profile": "gate"}, ("smoke", "command line")),
        (None, "release", {"profile": "smoke"}, ("release", "environment")),
        (None, "", {"profile": "smoke"}, ("smoke", "pyproject.toml")),
        (None, "  ", {}, ("gate", "default")),
        ("", "smoke", {"profile": "release"}, ("smoke", "environment")),
    ],
)
def test_command_line_before_environment_before_pyproject(
    settle: Resolve, line: str | None, environ: str, table: object, expected: object
) -> None:
    settings = settle({"SHOP_PROFILE": environ}, table, profile=line)
    assert (settings.profile, settings.source["profile"]) == expected


def test_both_names_are_read_and_the_users_one_wins(
    settle: Resolve, staging: dict[str, str]
) -> None:
    assert settle({"CONTRACT_PROFILE": "smoke"}).profile == "smoke"
    assert settle({"CONTRACT_PROFILE": "smoke", "SHOP_PROFILE": "release"}).profile == "release"
    assert settle({"CONTRACT_PROFILE": "smoke", "SHOP_PROFILE": ""}).profile == "smoke"
    general = {name.replace("SHOP_API_", "SHOP_"): value for name, value in staging.items()}
    general = {name.replace("SHOP_", "CONTRACT_"): value for name, value in general.items()}
    general["CONTRACT_READ"] = general.pop("CONTRACT_BASKET")
    settings = settle(general)
    assert (settings.read, settings.secret.reveal()) == (READ, "s-1")


def test_every_option_has_a_name_in_the_environment_and_in_pyproject(
    settle: Resolve, staging: dict[str, str]
) -> None:
    texts = {
        "concurrency": "7", "walk-limit": "3", "max-response-time": "500ms", "wait": "60s",
        "keep-bodies": "yes", "fail-on": "leniency", "no-cache": "1", "sink": "Other.example",
        "require": "list.*, send.*", "label": "version=2,commit=abc", "seed": "9",
    }  # fmt: skip
    environ = {f"SHOP_{name.replace('-', '_').upper()}": text for name, text in texts.items()}
    settings = settle(staging | environ)
    assert (settings.concurrency, settings.walk_limit, settings.seed) == (7, 3, 9)
    assert (settings.max_response_time, settings.wait) == (0.5, 60)
    assert (settings.keep_bodies, settings.no_cache, settings.fail_on) == (True, True, "leniency")
    assert settings.require == ("list.*", "send.*")
    assert settings.labels == {"version": "2", "commit": "abc"}
    assert settings.sink == "other.example"

    table = {**texts, "keep-bodies": True, "no-cache": True, "require": ["list.*", "send.*"],
             "label": {"version": "2", "commit": "abc"}, "concurrency": 7}  # fmt: skip
    project = settle({}, table)
    same = ("concurrency", "walk_limit", "seed", "max_response_time", "wait", "keep_bodies",
            "no_cache", "fail_on", "require", "labels", "sink")  # fmt: skip
    assert [getattr(project, name) for name in same] == [getattr(settings, name) for name in same]


def test_without_a_mapping_the_general_names_are_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        resolve({}, {"CONTRACT_URL": "https://a.example"}, {}, TODAY, root=tmp_path)
    assert [sentence.split()[0] for sentence in caught.value.sentences] == [
        "CONTRACT_KEY", "CONTRACT_SECRET", "CONTRACT_READ",
    ]  # fmt: skip


def test_lists_of_the_command_line_replace_those_of_pyproject(settle: Resolve) -> None:
    assert settle({}, {"require": ["list.*"]}, require=["send.*"]).require == ("send.*",)


def test_paths_start_where_they_were_written_down(settle: Resolve, tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert settle({}, {"reports": "out"}).reports == tmp_path / "out"
    assert settle({"SHOP_REPORTS": "out"}, {"reports": "x"}).reports == work / "out"
    assert settle({}, {"reports": "x"}, reports="out").reports == work / "out"
    assert settle(reports=str(tmp_path / "abs")).reports == tmp_path / "abs"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"profil": "gate"}, "unknown key 'profil' in [tool.contract], did you mean 'profile'?"),
        ({"walk_limit": 3}, "unknown key 'walk_limit' in [tool.contract], did you mean "
         "'walk-limit'?"),
        ({"zzz": 1}, "unknown key 'zzz' in [tool.contract]; remove it"),
        ({"secret": "x"}, "[tool.contract] secret does not belong into a file that is checked in; "
         "set SHOP_API_SECRET in the environment"),
        ({"concurrency": True}, "[tool.contract] concurrency is True; give one text or number"),
        ({"concurrency": [1]}, "[tool.contract] concurrency is [1]; give one text or number"),
        ({"require": [[1]]}, "[tool.contract] require is [[1]]; give a list of texts"),
        ({"keep-bodies": "x"}, "[tool.contract] keep-bodies is 'x'; give true or false"),
        ({"concurrency": 0},
         "[tool.contract] concurrency is '0'; give a whole number from 1 to 64"),
        ({"env": {"CONTRACT_URI": "A"}}, "unknown key 'CONTRACT_URI' in [tool.contract.env], did "
         "you mean 'CONTRACT_URL'?"),
        ({"env": {"CONTRACT_URL": 1}},
         "[tool.contract.env] CONTRACT_URL is 1; give the name of a variable"),
        ({"env": []}, "[tool.contract.env] is not a table; write NAME = 'OTHER_NAME' there"),
    ],
)  # fmt: skip
def test_mistakes_in_pyproject(mistakes: Mistakes, table: dict[str, object], expected: str) -> None:
    assert mistakes({}, table) == [expected]


def test_a_switch_of_pyproject_may_be_off(settle: Resolve) -> None:
    assert settle({}, {"keep-bodies": False}).keep_bodies is False


def test_a_variable_that_is_nearly_a_setting_is_told(
    settle: Resolve, staging: dict[str, str]
) -> None:
    """Beside a target: a shell may hold the server's own variables, which begin alike."""
    settings = settle(
        {**staging, "SHOP_PROFIL": "smoke", "SHOP_DATABASE_PASSWORD": "x", "PROFILE": "x"}
    )
    assert settings.warnings == (
        "SHOP_PROFIL is set, but no setting has that name, did you mean 'SHOP_PROFILE'?",
    )


def test_a_random_seed_is_drawn_once_and_said(settle: Resolve) -> None:
    settings = settle(seed="random")
    assert (settings.seed, settings.random_seed) == (4711, True)
    assert not settle(seed="5").random_seed


def test_the_real_draw_gives_seeds_that_can_be_given_again(tmp_path: Path) -> None:
    seeds = {resolve({"seed": "random"}, {}, {}, TODAY, root=tmp_path).seed for _ in range(5)}
    assert len(seeds) > 1
    for seed in seeds:
        assert resolve({"seed": str(seed)}, {}, {}, TODAY, root=tmp_path).seed == seed


def test_the_write_policy_depends_on_the_target(settle: Resolve, staging: dict[str, str]) -> None:
    assert settle(staging).writes == "none"
    assert settle({**staging, "SHOP_WRITE_BASKET": WRITE}, writes="notes").writes == "notes"
    assert settle({}, writes="none").writes == "none"


def test_the_other_resource_is_the_write_one_unless_given(
    settle: Resolve, staging: dict[str, str]
) -> None:
    assert settle(staging).other == ""
    environ = {**staging, "SHOP_WRITE_BASKET": WRITE}
    assert settle(environ).other == WRITE
    assert settle({**environ, "SHOP_OTHER_BASKET": "third"}).other == "third"


def test_describe_shows_names_values_sources_and_no_secret(
    settle: Resolve, staging: dict[str, str]
) -> None:
    settings = settle(staging, {"walk-limit": 4}, profile="smoke", require=["a.*", "b.*"])
    rows = {name: (value, source) for name, value, source in settings.describe()}
    assert rows["SHOP_URL"] == ("https://staging.example", "environment")
    assert rows["SHOP_API_SECRET"] == ("set", "environment")
    assert rows["--walk-limit"] == ("4", "pyproject.toml")
    assert rows["--profile"] == ("smoke", "command line")
    assert rows["--require"] == ("a.*, b.*", "command line")
    assert "--label" not in rows
    everything = f"{settings!r}{settings}{settings.describe()}"
    assert "s-1" not in everything
    assert "k-1" not in everything


def test_describe_can_show_every_option(settle: Resolve, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    some = {"label": ["a=b"], "keep_bodies": True, "max_response_time": "2", "waivers": [str(file)]}
    rows = {name: value for name, value, _ in settle({}, **some).describe()}
    assert (rows["--label"], rows["--keep-bodies"]) == ("a=b", "yes")
    assert rows["--waivers"] == str(file)
    assert len(OPTIONS) == len({option.name for option in OPTIONS})


def test_pyproject_is_read_or_told_why_not(tmp_path: Path) -> None:
    assert read_pyproject(tmp_path) == {}
    (tmp_path / "pyproject.toml").write_text("[tool.contract]\nseed = 3\n")
    assert read_pyproject(tmp_path) == {"tool": {"contract": {"seed": 3}}}
    (tmp_path / "pyproject.toml").write_text("[tool.contract\n")
    with pytest.raises(SettingsError, match=r"pyproject\.toml is not valid TOML: .*; correct it"):
        read_pyproject(tmp_path)
