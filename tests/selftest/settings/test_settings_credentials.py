"""Credentials: from the environment or a file, and never shown."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Secret, Settings, lacking, unmatched

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
READ = "1a2b3c4d-0000-4000-8000-00000000000a"

LINES = f"""\
# staging
export SHOP_URL=https://file.example   # the one behind the proxy
SHOP_API_KEY = k-file

SHOP_API_SECRET="pa$$w0rd${{HOME}}#1"
SHOP_BASKET={READ}
SHOP_PROFILE=smoke
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "staging.env"
    path.write_text(LINES)
    path.chmod(0o600)
    return path


def test_a_file_holds_target_credentials_and_ids(settle: Resolve, file: Path) -> None:
    settings = settle(credentials=str(file))
    assert (settings.url, settings.key.reveal()) == ("https://file.example", "k-file")
    assert settings.secret.reveal() == "pa$$w0rd${HOME}#1"
    assert (settings.read, settings.profile) == (READ, "smoke")
    assert settings.source["secret"] == str(file)
    assert settings.warnings == ()


def test_a_file_stands_beside_what_named_it(settle: Resolve, file: Path) -> None:
    environ = {"SHOP_URL": "https://env.example", "SHOP_PROFILE": "release"}
    on_line = settle(environ, credentials=str(file))
    assert (on_line.url, on_line.profile) == ("https://file.example", "smoke")
    named = settle({**environ, "SHOP_CREDENTIALS": str(file)}, {"walk-limit": 3})
    assert (named.url, named.profile) == ("https://env.example", "release")
    assert named.key.reveal() == "k-file"
    in_project = settle({}, {"credentials": file.name, "profile": "release"})
    assert (in_project.profile, in_project.key.reveal()) == ("smoke", "k-file")


def test_a_file_that_others_can_read_is_warned_of(settle: Resolve, file: Path) -> None:
    file.chmod(0o640)
    assert settle(credentials=str(file)).warnings == (
        f"others can read the credentials file {file}; run: chmod 600 {file}",
    )


def test_a_broken_line_is_told_by_number_and_never_shown(mistakes: Mistakes, file: Path) -> None:
    file.write_text(LINES + "SHOP_API_SECRET hunter2\n\nSHOP_TOKEN\n'hunter3\n")
    told = mistakes(credentials=str(file))
    assert [sentence.split(": ")[0] for sentence in told] == [
        f"{file}:8", f"{file}:10", f"{file}:11",
    ]  # fmt: skip
    assert "hunter" not in "".join(told)


def test_a_file_that_cannot_be_used(mistakes: Mistakes, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.env")
    assert mistakes(credentials=gone) == [
        f"--credentials: {gone} does not exist; give the path of a file"
    ]
    assert mistakes(credentials=str(tmp_path)) == [
        f"--credentials: {tmp_path} is a directory; give the path of a file"
    ]
    binary = tmp_path / "binary.env"
    binary.write_bytes(b"SHOP_API_SECRET=\xff\xfe\n")
    assert mistakes(credentials=str(binary)) == [
        f"the credentials file {binary} is not UTF-8 text; write NAME=value lines"
    ]


@pytest.mark.parametrize("secret", ["a b", "a\tb", "a\nb", "pässword", "a\x00b"])
def test_what_no_header_carries_is_refused_unseen(
    mistakes: Mistakes, staging: dict[str, str], secret: str
) -> None:
    (told,) = mistakes({**staging, "SHOP_API_SECRET": f"{secret}hunter2"})
    assert told.startswith("SHOP_API_SECRET holds a blank, a line break")
    assert "hunter2" not in told


def test_a_line_break_at_the_end_of_a_secret_is_cut(
    settle: Resolve, staging: dict[str, str]
) -> None:
    assert settle({**staging, "SHOP_API_SECRET": "s-1\n"}).secret.reveal() == "s-1"


def test_a_key_with_a_colon_is_refused(mistakes: Mistakes, staging: dict[str, str]) -> None:
    assert mistakes({**staging, "SHOP_API_KEY": "k:s"}) == [
        "SHOP_API_KEY holds a colon, which ends a user-id; copy the key alone"
    ]


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]} {secret:}"
    assert secret.reveal() == "hunter2"
    assert secret == Secret("hunter2") != Secret("other")
    assert (bool(secret), bool(Secret())) == (True, False)
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_a_token_stands_for_key_and_secret(settle: Resolve, staging: dict[str, str]) -> None:
    environ = {"SHOP_URL": "https://a.example", "SHOP_TOKEN": "t", "SHOP_BASKET": "7"}
    settings = settle(environ)
    assert lacking(settings, ["Bearer {token}"]) == []
    assert [told.split()[0] for told in lacking(settings, ["basic", "token {key}:{secret}"])] == [
        "SHOP_API_KEY", "SHOP_API_SECRET",
    ]  # fmt: skip
    assert [told.split()[0] for told in lacking(settle(staging), ["Bearer {token}"])] == [
        "SHOP_TOKEN"
    ]


def test_no_credentials_are_asked_for_where_none_are_used(settle: Resolve) -> None:
    assert lacking(settle(), ["basic"]) == []
    assert lacking(settle({"SHOP_URL": "https://a.example"}, plan=True), ["basic"]) == []


def test_a_required_clause_must_exist(settle: Resolve) -> None:
    settings = settle(require=["list.*", "lst.total", "???"])
    assert unmatched(settings, ["list.total", "send.echo"]) == [
        "--require lst.total matches no clause, did you mean 'list.total'? see --clauses for the "
        "catalogue",
        "--require ??? matches no clause; see --clauses for the catalogue",
    ]
