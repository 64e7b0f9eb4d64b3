"""What a person gives: every mistake told at once, and never a secret from the command line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deploy.provision import asked
from deploy.provision.__main__ import main
from deploy.provision.asked import Mistaken

LOGIN = {"LIBREDESK_ADMIN_EMAIL": "System", "LIBREDESK_ADMIN_PASSWORD": "CanaryPassword"}
HERE = {"LIBREDESK_URL": "http://127.0.0.1:9000", **LOGIN}


def _told(argv: list[str], environ: dict[str, str]) -> str:
    with pytest.raises(Mistaken) as caught:
        asked.read(argv, environ)
    return "\n".join(caught.value.args)


def test_environment_is_enough() -> None:
    found = asked.read([], HERE)
    assert (found.url, found.email, found.smtp) == (
        "http://127.0.0.1:9000", "System", ("127.0.0.1", 1025),
    )  # fmt: skip
    assert "Canary" not in repr(found)


def test_file_goes_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "admin.env"
    file.write_text("LIBREDESK_ADMIN_EMAIL=root\nexport LIBREDESK_ADMIN_PASSWORD='a$b #c'\n")
    file.chmod(0o600)
    found = asked.read([f"--credentials={file}"], HERE)
    assert (found.email, found.password) == ("root", "a$b #c")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "admin.env"
    file.write_text("LIBREDESK_ADMIN_PASSWORD=x\n")
    file.chmod(0o640)
    assert f"run: chmod 600 {file}" in _told(["--credentials", str(file)], HERE)


def test_file_that_is_not_there(tmp_path: Path) -> None:
    assert "No such file" in _told(["--credentials", str(tmp_path / "admin.env")], HERE)


def test_all_mistakes_come_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sink", "nodomain", "--smtp", "host"], {}) == 4
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 5
    assert all(line.startswith("provision: ") and line.endswith(".") for line in lines)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no server is given"),
        ("127.0.0.1:9000", "is no base URL"),
        ("ftp://127.0.0.1", "is no base URL"),
        ("http://", "is no base URL"),
        ("http://127.0.0.1:99999", "is no base URL"),
        ("http://me:CanaryPassword@127.0.0.1", "is no base URL"),
        ("http://127.0.0.1/?a=b", "is no base URL"),
        ("http://staging.example.org", "is plain http to staging.example.org"),
        ("http://127.0.0.1.example.org", "is plain http to 127.0.0.1.example.org"),
        ("http://10.0.0.1", "is plain http to 10.0.0.1"),
    ],
)
def test_urls_that_are_refused(url: str, sentence: str) -> None:
    told = _told([], {"LIBREDESK_URL": url, **LOGIN})
    assert sentence in told
    assert "Canary" not in told


@pytest.mark.parametrize(
    "url", ["http://localhost:9000", "http://[::1]:9000", "http://127.1.2.3", "https://a.example/x"]
)
def test_urls_that_are_taken(url: str) -> None:
    assert asked.read([], {"LIBREDESK_URL": url + "/", **LOGIN}).url == url


def test_plain_http_can_be_wanted() -> None:
    given = {"LIBREDESK_URL": "http://10.0.0.1", **LOGIN}
    assert asked.read(["--insecure-http"], given).url == "http://10.0.0.1"


def test_general_name_of_the_url() -> None:
    given = {"CONTRACT_URL": "http://127.0.0.1:9000", "LIBREDESK_URL": " ", **LOGIN}
    assert asked.read([], given).url == "http://127.0.0.1:9000"


@pytest.mark.parametrize("argv", [["--password=CanaryPassword"], ["--password", "CanaryPassword"]])
def test_credentials_on_the_command_line_are_not_repeated(argv: list[str]) -> None:
    told = _told(argv, HERE)
    assert "unknown option --password;" in told
    assert "Canary" not in told


def test_file_of_another_server_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "staging.env"
    file.write_text("LIBREDESK_URL=https://staging.example.org\n")
    assert main(["--output", str(file)], HERE) == 4
    assert "is there and not of http://127.0.0.1:9000" in capsys.readouterr().err
    assert file.read_text() == "LIBREDESK_URL=https://staging.example.org\n"


def test_options_that_need_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--sink"], HERE) == 4
    assert capsys.readouterr().err == (
        "provision: argument --sink: expected one argument; --help lists the options.\n"
    )
