"""One way to resolve settings as a test wants them: nothing from this machine gets in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.settings import Settings, SettingsError, resolve

TODAY = date(2026, 3, 1)
NAMES = {
    "prefix": "SHOP_",
    "CONTRACT_KEY": "SHOP_API_KEY",
    "CONTRACT_SECRET": "SHOP_API_SECRET",
    "CONTRACT_READ": "SHOP_BASKET",
    "CONTRACT_WRITE": "SHOP_WRITE_BASKET",
    "CONTRACT_OTHER": "SHOP_OTHER_BASKET",
}


@pytest.fixture
def staging() -> dict[str, str]:
    """An environment that names a target well."""
    return {
        "SHOP_URL": "https://staging.example",
        "SHOP_API_KEY": "k-1",
        "SHOP_API_SECRET": "s-1",
        "SHOP_BASKET": "1a2b3c4d-0000-4000-8000-00000000000a",
    }


@pytest.fixture
def mailing(staging: dict[str, str]) -> dict[str, str]:
    """One that says all that real mail takes."""
    write = "1a2b3c4d-0000-4000-8000-00000000000b"
    return {
        **staging,
        "SHOP_WRITE_BASKET": write,
        "SHOP_MAIL_MAY_LEAVE": write,
        "SHOP_SINK": "sink.shop.example",
        "SHOP_WRITES": "all",
    }


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], str]:
    """`write(content)`: the path of a file of credentials."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "staging.env"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o600)
        return str(path)

    return write


@pytest.fixture
def settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Settings]:
    """`settle(environ, table, **options)`: the settings, with an empty working directory."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def settle(
        environ: Mapping[str, str] | None = None,
        table: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> Settings:
        contract = {"env": NAMES, **(table or {})}
        return resolve(
            options, environ or {}, {"tool": {"contract": contract}}, TODAY,
            root=tmp_path, draw=lambda: 4711,
        )  # fmt: skip

    return settle


@pytest.fixture
def mistakes(settle: Callable[..., Settings]) -> Callable[..., list[str]]:
    """As `settle`, but the sentences of the error that it must raise."""

    def mistakes(*arguments: Any, **options: Any) -> list[str]:
        with pytest.raises(SettingsError) as caught:
            settle(*arguments, **options)
        assert str(caught.value).splitlines() == list(caught.value.sentences)
        return list(caught.value.sentences)

    return mistakes
