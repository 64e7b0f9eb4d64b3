"""A credentials file that names no target, or two, or cannot be read, ends the run."""

from __future__ import annotations

import codecs
import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.settings import Settings

Resolve = Callable[..., Settings]
Mistakes = Callable[..., list[str]]
Write = Callable[[str | bytes], str]
EMBEDDED = "to test the embedded server"
NOT_SET = "SHOP_URL is not set"
GOAL = "; set it to the target's base URL, or "
WHOLE = "SHOP_URL=https://a.example\nSHOP_API_KEY=k\nSHOP_API_SECRET=s\nSHOP_BASKET=7\n"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", ", and {} holds no NAME=value line"),
        ("\n  \n", ", and {} holds no NAME=value line"),
        ("# SHOP_URL=https://a.example\n", ", and {} holds no NAME=value line"),
        (codecs.BOM_UTF8, ", and {} holds no NAME=value line"),
        ("FOO=bar\n", ", and {} holds no setting"),
        ("SHOP_URI=https://a.example\n",
         ", and {} holds no setting (SHOP_URI is, but no setting has that name: did you mean "
         "SHOP_URL?)"),
        ("shop_url=https://a.example\nCONTRACT_SECRT=s\n",
         ", and {} holds no setting (CONTRACT_SECRT, shop_url are, but no setting has such a "
         "name: did you mean CONTRACT_SECRET, SHOP_URL?)"),
        ("SHOP_API_KEY=k\nSHOP_API_SECRET=s\nSHOP_BASKET=7\n", ", nor does {} hold it"),
        ("SHOP_PROFILE=smoke\n", ", nor does {} hold it"),
        ("SHOP_AGAINST=https://a.example\nSHOP_AGAINST_KEY=k\n", ", nor does {} hold it"),
    ],
)  # fmt: skip
def test_a_file_without_a_url_is_not_the_embedded_server(
    mistakes: Mistakes, write: Write, content: str | bytes, why: str
) -> None:
    path = write(content)
    told = f"{NOT_SET}{why.format(path)}{GOAL}leave out {{}} {EMBEDDED}"
    assert mistakes(credentials=path) == [told.format("--credentials")]
    assert mistakes({"SHOP_CREDENTIALS": path}) == [told.format("SHOP_CREDENTIALS")]
    project = mistakes({}, {"credentials": path})
    assert project == [told.format("[tool.contract] credentials")]


def test_what_may_be_a_secret_is_no_name_to_be_shown(mistakes: Mistakes, write: Write) -> None:
    """A value on a line of its own reads as a name, if it ends with `=` as Base64 does."""
    (told,) = mistakes(credentials=write("aHVudGVyMg==\n"))
    assert "aHVudGVyMg" not in told


@pytest.mark.parametrize("content", ["SHOP_URL=\n", "SHOP_URL='  '\n", "export SHOP_URL\n"])
def test_a_url_that_is_empty_in_a_file(mistakes: Mistakes, write: Write, content: str) -> None:
    (told,) = mistakes(credentials=write(content))
    assert told.startswith("SHOP_URL is empty, as a ") or "write NAME=value" in told


def test_the_url_may_stand_in_the_environment(settle: Resolve, write: Write) -> None:
    path = write("SHOP_API_KEY=k\nSHOP_API_SECRET=s\nSHOP_BASKET=7\n")
    assert settle({"SHOP_URL": "https://a.example"}, credentials=path).url == "https://a.example"


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + WHOLE.encode(),
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("\n", "\r"),
        "".join(f"export {line}\n" for line in WHOLE.splitlines()),
        WHOLE.replace("=", "='").replace("\n", "'\n"),
        WHOLE.replace("=", ' = "').replace("\n", '"\n'),
        WHOLE + WHOLE,
        WHOLE + "FOO=1\nFOO=2\n",
        WHOLE.rstrip(),
    ],
    ids=["BOM", "CRLF", "CR", "export", "quotes", "double quotes", "twice", "others", "no end"],
)
def test_a_file_is_read_however_it_was_saved(
    settle: Resolve, write: Write, content: str | bytes
) -> None:
    settings = settle(credentials=write(content))
    assert (settings.url, settings.secret.reveal()) == ("https://a.example", "s")


def test_two_values_for_one_name_are_one_too_many(mistakes: Mistakes, write: Write) -> None:
    path = write(f"# staging\n{WHOLE}\nSHOP_URL=https://production.example\n")
    assert mistakes(credentials=path) == [
        f"{path}:7: line 2 gives the same name another value; leave one of them out"
    ]


def test_a_file_that_may_not_be_read(
    mistakes: Mistakes, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read all files: what the system says to others is said for it."""
    path = write(WHOLE)

    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_text", refuse)
    assert mistakes(credentials=path) == [
        f"cannot read the credentials file {path}: Permission denied; make it readable"
    ]


def test_what_is_no_file_gives_one_sentence(mistakes: Mistakes, tmp_path: Path) -> None:
    environ = {"SHOP_API_KEY": "k"}
    for path, problem in (
        ("/dev/null", "is not a regular file"),
        (str(tmp_path), "is a directory"),
        (f"{tmp_path}/gone", "does not exist"),
    ):
        assert mistakes(environ, credentials=path) == [
            f"--credentials: {path} {problem}; give the path of a file"
        ]
