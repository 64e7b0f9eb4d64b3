"""A plan comes from disk when nothing that it depends on has changed, and is never lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.model import Case, Cell, Credentials
from harness.plan import cache
from harness.plan.cache import cached, from_json, key, to_json

ROOT = Path(__file__).parents[3]
CASES = [
    Case("a", "op", "fuzz", "GET", "/x/{read}"),
    Case(
        id="b",
        operation="op",
        phase="coverage",
        method="POST",
        path="/x/{write}",
        query="a=%00&a=%FF",
        headers=(("Content-Type", "a/b"), ("X", "é")),
        body=bytes(range(256)),
        credentials=Credentials("basic", "wrong key"),
        context="note",
        cells=(Cell("body /a", "null"), Cell("query b", "zero")),
        group="g",
        role="first",
    ),
    Case("c", "op", "fuzz", "POST", "/x", body=b""),
]


class Builder:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> list[Case]:
        self.calls += 1
        return list(CASES)


def test_a_case_survives_json() -> None:
    for case in CASES:
        assert from_json(json.loads(json.dumps(to_json(case)))) == case


def test_built_once(tmp_path: Path) -> None:
    build = Builder()
    directory = tmp_path / "deep" / "cache"
    assert cached({"seed": "1"}, directory, build) == CASES
    assert cached({"seed": "1"}, directory, build) == CASES
    assert build.calls == 1
    assert cached({"seed": "2"}, directory, build) == CASES
    assert build.calls == 2
    assert (directory / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172")
    assert (directory / ".gitignore").read_text() == "*\n"
    assert not list(directory.glob("*.tmp"))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"{}", b'{"cases": 5}', b'{"cases": [5]}', b'{"cases": [{}]}',
        b"\xff\x00", b"[" * 100_000, b'{"cases": null}',
        b'{"cases": [{"id": "a", "operation": "o", "phase": "p", "method": "m", "path": "/",'
        b' "body": "!"}]}',
    ],
)  # fmt: skip
def test_a_corrupt_file_is_built_again(tmp_path: Path, content: bytes) -> None:
    build = Builder()
    cached({}, tmp_path, build)
    (path,) = tmp_path.glob("plan-*.json")
    whole = path.read_bytes()
    path.write_bytes(content)
    assert cached({}, tmp_path, build) == CASES
    assert build.calls == 2
    assert path.read_bytes() == whole


def test_a_directory_that_cannot_be_used_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    build = Builder()
    assert cached({}, tmp_path / "file", build) == CASES
    assert cached({}, tmp_path / "file" / "below", build) == CASES
    assert build.calls == 2


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def build() -> list[Case]:
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        cached({}, tmp_path, build)
    assert not list(tmp_path.iterdir())


def test_the_key_changes_with_all_a_plan_depends_on(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = {key({}), key({"seed": "1"}), key({"seed": "2"}), key({"profile": "1"})}
    assert len(keys) == 4
    assert key({"a": "1", "b": "2"}) == key({"b": "2", "a": "1"})
    before = key({})
    for name in ("schemathesis", "hypothesis"):
        with monkeypatch.context() as patch:
            real = cache.version
            patch.setattr(
                cache,
                "version",
                lambda package, n=name, r=real: "0" if package == n else r(package),
            )
            assert key({}) != before
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    assert key({}) != before


def test_the_key_changes_with_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    (tmp_path / "generated.py").write_text("a = 1")
    before = key({})
    (tmp_path / "generated.py").write_text("a = 2")
    assert key({}) != before


def test_a_cached_plan_imports_no_generator(tmp_path: Path) -> None:
    cached({"seed": "1"}, tmp_path, Builder())
    program = (
        "import sys, pathlib, harness.model, harness.contract\n"
        "from harness.plan.cache import cached\n"
        "def build(): raise SystemExit('built')\n"
        f"cases = cached({{'seed': '1'}}, pathlib.Path({str(tmp_path)!r}), build)\n"
        "heavy = {'schemathesis', 'hypothesis', 'requests', 'openapi_core'} & set(sys.modules)\n"
        "print(len(cases), sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{len(CASES)} []\n", "")
