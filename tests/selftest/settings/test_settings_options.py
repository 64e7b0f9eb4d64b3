"""The options stand beside pytest's own and those of the plugins that people use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from _pytest.config import get_config

from harness.settings import OPTIONS, add_options, given, resolve

XDIST = {
    "--numprocesses", "--maxprocesses", "--max-worker-restart", "--dist", "--loadscope-reorder",
    "--no-loadscope-reorder", "--tx", "--px", "--rsyncdir", "--rsyncignore", "--testrunuid",
    "--maxschedchunk", "--looponfail",
}  # fmt: skip
"""pytest-xdist 3.8, listed because this parser knows built-in plugins only."""
COVERAGE_AND_MORE = {
    "--cov", "--cov-report", "--cov-config", "--no-cov", "--html", "--css", "--timeout",
    "--timeout-method", "--reruns", "--reruns-delay", "--randomly-seed", "--count",
    "--asyncio-mode", "--alluredir", "--clean-alluredir", "--json-report", "--schemathesis-profile",
    "--hypothesis-seed", "--hypothesis-profile", "--snapshot-update",
}  # fmt: skip


def long_names(parser: pytest.Parser) -> set[str]:
    """Every `--name` that a parser knows, those of the group `contract` aside."""
    groups = [group for group in parser._groups if group.name != "contract"]
    options = [option for group in [parser._anonymous, *groups] for option in group.options]
    return {name for option in options for name in option.names() if name.startswith("--")}


def parser_with_options() -> pytest.Parser:
    """pytest's own parser with all built-in plugins, and ours on top: a clash raises here."""
    config = get_config(["-p", "no:cacheprovider"])
    add_options(config._parser)
    return config._parser


def ours() -> set[str]:
    return {f"--{option.name}" for option in OPTIONS if option.on_command_line}


def test_no_option_is_anybody_elses() -> None:
    builtin = long_names(parser_with_options())
    assert {"--strict", "--verbose", "--junit-xml", "--collect-only"} <= builtin
    assert not ours() & (builtin | XDIST | COVERAGE_AND_MORE)


def test_no_destination_is_anybody_elses() -> None:
    parser = parser_with_options()
    groups = [group for group in parser._groups if group.name == "contract"]
    assert {option.dest[:9] for group in groups for option in group.options} == {"contract_"}


def words(lines: Iterable[str]) -> dict[str, object]:
    """What `given` makes of a command line."""
    namespace = parser_with_options().parse_known_args(list(lines))
    return given(vars(namespace))


def test_a_command_line_is_read(tmp_path: Path) -> None:
    line = [
        "--profile=smoke", "--seed", "random", "--require", "a.*", "--require", "b.*", "--plan",
        "--label", "a=b", "--fail-on", "leniency", "--collect-only", "--no-cache",
    ]  # fmt: skip
    assert words(line) == {
        "profile": "smoke", "seed": "random", "require": ["a.*", "b.*"], "plan": True,
        "label": ["a=b"], "fail_on": "leniency", "collect_only": True, "no_cache": True,
    }  # fmt: skip
    settings = resolve(words(line), {}, {}, date(2026, 3, 1), root=tmp_path, draw=lambda: 3)
    assert (settings.plan, settings.collect_only, settings.seed) == (True, True, 3)
    assert settings.require == ("a.*", "b.*")


def test_what_is_not_given_is_not_there() -> None:
    assert words([]) == {}


def test_no_credential_has_a_place_on_the_command_line() -> None:
    secret = {f"--{option.name}" for option in OPTIONS if option.secret}
    words = ("key", "secret", "token")
    pairs = {f"--{head}{word}" for head in ("", "against-") for word in words}
    assert secret == {*pairs, "--headers"}
    assert not secret & ours()


def test_every_option_explains_itself() -> None:
    assert all(option.help and option.help[0] != " " for option in OPTIONS)
    help_text = parser_with_options().optparser.format_help()
    assert "--write-waivers" in help_text
    assert "(default: sink.example)" in help_text
