"""`deploy/compose.yaml` and its made-up login: on loopback, with a version to choose."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import login
from deploy.provision import envfile

FILE = Path(__file__).parents[3] / "deploy" / "compose.yaml"
TEXT = FILE.read_text()
SERVICES: dict[str, Any] = yaml.safe_load(TEXT)["services"]


def test_every_port_is_on_loopback() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == 2
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{\w+:-\d+\}:\d+", port) for port in ports)


def test_version_is_a_variable() -> None:
    assert SERVICES["app"]["image"] == "libredesk/libredesk:${LIBREDESK_VERSION:-v2.7.0}"


def test_no_image_floats() -> None:
    tags = [service["image"].rpartition(":")[2] for service in SERVICES.values()]
    assert all(re.search(r"\d", tag) for tag in tags)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_when_it_is_ready(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_app_waits_for_all_others() -> None:
    waits = SERVICES["app"]["depends_on"]
    assert set(waits) == set(SERVICES) - {"app"}
    assert {wait["condition"] for wait in waits.values()} == {"service_healthy"}


def test_variables_are_explained_and_made_up(tmp_path: Path) -> None:
    used = set(re.findall(r"\$\{(\w+)", TEXT))
    head = TEXT.partition("services:")[0]
    assert used == {name for name in re.findall(r"[A-Z_]{5,}", head) if name in used}
    assert login.main(tmp_path / "a" / "admin.env", {}) == 0
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required <= set(envfile.read(tmp_path / "a" / "admin.env"))


def test_login_is_kept_and_private(tmp_path: Path) -> None:
    file = tmp_path / "staging" / "admin.env"
    login.main(file, {"STAGING_PORT": "9100"})
    first = envfile.read(file)
    login.main(file, {"STAGING_PORT": "9100"})
    assert envfile.read(file) == first
    assert first["LIBREDESK_URL"] == "http://127.0.0.1:9100"
    assert first["LIBREDESK_ADMIN_PASSWORD"] == first["STAGING_PASSWORD"]
    assert len(first["STAGING_KEY"]) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_login_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "staging").touch()
    assert login.main(tmp_path / "staging" / "admin.env", {}) == 1
    assert re.fullmatch(r"staging: cannot write .*: .+\.\n", capsys.readouterr().err)
