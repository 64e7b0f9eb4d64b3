"""The file between provisioning and the gate: whole, private, and read by the suite as meant."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from deploy.provision import envfile
from harness.settings import envfile as suite
from tests.selftest.provision.conftest import Provisioning, Running


@pytest.mark.usefixtures("few")
def test_suite_reads_what_provisioning_wrote(provision: Provisioning, running: Running) -> None:
    provision()
    desk = running.desk
    variables, problems = suite.read(provision.output)
    read, write = (row["uuid"] for row in desk.conversations)
    key, secret = desk.keys[1]
    assert (problems, suite.warnings(provision.output)) == ([], [])
    assert variables == {
        "LIBREDESK_URL": running.url,
        "LIBREDESK_API_KEY": key,
        "LIBREDESK_API_SECRET": secret,
        "LIBREDESK_CONVERSATION": read,
        "LIBREDESK_WRITE_CONVERSATION": write,
        "LIBREDESK_SINK": "sink.example",
        "LIBREDESK_MAIL_MAY_LEAVE": write,
    }


@pytest.mark.parametrize("value", ["plain", "", "with space", "a'b\\c\"d", "a$b`c`#d", "ünï"])
def test_every_value_comes_back(tmp_path: Path, value: str) -> None:
    file = tmp_path / "staging.env"
    envfile.write(file, {"NAME": value})
    assert suite.read(file) == ({"NAME": value}, [])
    assert envfile.read(file) == {"NAME": value}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_the_owner_reads_it_whatever_the_umask(tmp_path: Path) -> None:
    file = tmp_path / "staging.env"
    file.touch(0o644)
    before = os.umask(0)
    try:
        envfile.write(file, {"NAME": "value"})
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_old_file_stays_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "staging.env"
    envfile.write(file, {"NAME": "old"})

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        envfile.write(file, {"NAME": "new"})
    assert envfile.read(file) == {"NAME": "old"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["staging.env"]


@pytest.mark.usefixtures("few")
def test_full_disk_is_one_sentence(
    provision: Provisioning, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    outcome = provision()
    assert outcome.code == 1
    assert f"cannot write {provision.output}: No space left on device." in outcome.err
