"""What a talkative server plants comes out nowhere: every byte that a run says and writes is read.

One server; runs as loud as pytest gets, as a job on GitHub, repeated, replayed, planned. Whatever
a run writes is searched, also files that this test has not heard of. A little longer than a file
should be: all of it reads the same runs.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.selftest import preloaded

from .canaries import BY_RULE, CANARIES, HEAD, WORDS, leaks
from .conftest import PATIENCE, ROOT, command, environment
from .talkative import Talkative, serving

LOUD = (
    *("-vv", "--tb=long", "--showlocals", "--full-trace", "-rA", "--setup-show", "-Walways"),
    *("--log-cli-level=DEBUG", "--trace-config"),
)
KEPT = "response.formats or response.no-internals"
BROKEN = """
from harness.reports.customer_data import CustomerData
CustomerData._placeholder = lambda self, data, what: data.decode("utf-8", "replace")
"""
"""A plugin that breaks the redaction."""
FAILING = """
from harness.reports.customer_data import CustomerData
def learn(self, exchanges):
    (body, *_) = [e.response.body.read() for e in exchanges if e.status == 200]
    raise RuntimeError(body.decode())
CustomerData.learn = learn
"""
"""A plugin that makes the suite itself fail, with an answer at hand."""


@dataclass(frozen=True)
class Told:
    """All that a run said and wrote."""

    code: int
    home: Path

    @property
    def output(self) -> str:
        """What it said."""
        return (self.home / "output.txt").read_text("utf-8", "replace")

    @property
    def har(self) -> Path:
        return self.home / "reports" / "exchanges.har"

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of every file below its home."""
        yield from files(self.home)


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file in a folder, decompressed."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            yield str(path), gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


Talk = Callable[..., Told]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Talkative, Mapping[str, str]]]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def talk(
    server: tuple[Talkative, Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Talk:
    """Runs the suite as a user would, everything that it writes below one folder."""

    def run(*arguments: str, **environ: str) -> Told:
        home = tmp_path_factory.mktemp("talk")
        places = {name: str(home / name.lower()) for name in ("TMPDIR", "XDG_CACHE_HOME")}
        for path in places.values():
            Path(path).mkdir()
        around = environment({**server[1], **places, **environ})
        words, output = command(home / "reports", *arguments), home / "output.txt"
        if "PYTHONDEVMODE" not in around:
            return Told(preloaded.run(words, ROOT, around, output), home)
        with output.open("wb") as written:
            done = subprocess.run(
                words, cwd=ROOT, env=around, stdin=subprocess.DEVNULL, stdout=written,
                stderr=subprocess.STDOUT, timeout=PATIENCE, check=False,
            )  # fmt: skip
        return Told(done.returncode, home)

    return run


@pytest.fixture(scope="module")
def loud(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Everything there is, as a job on GitHub, waivers written."""
    job = tmp_path_factory.mktemp("job")
    return talk(
        *("--profile", "smoke", "--writes", "all", *LOUD, f"--debug={job / 'debug.log'}"),
        *(f"--write-waivers={job / 'known.yaml'}", "--owner", "o", "--reason", "r"),
        *(f"--log-file={job / 'log.txt'}", "--log-file-level=DEBUG", "-o", "junit_logging=all"),
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(job / "summary.md"),
    )


@pytest.fixture(scope="module")
def beside(loud: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the loud run wrote what is no report."""
    return next(tmp_path_factory.getbasetemp().glob("job*"))


@pytest.fixture(scope="module")
def kept(talk: Talk) -> Told:
    """Bodies kept, as one may ask for, with all that Python itself has to warn of."""
    arguments = ("--profile", "smoke", "-k", KEPT, "--keep-bodies", "--writes", "none")
    return talk(*arguments, PYTHONDEVMODE="1")


MARK = re.compile(b"\xee\x80[\x80-\x82]|\\\\+ue00[0-2]")
"""What marks a server's words until they are replaced."""
CACHES = (".cache", ".hypothesis", ".pytest_cache")
"""What runs leave in the project's root."""


@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        lambda word: word[:HEAD],
        lambda word: base64.b64encode(word.encode()).decode(),
        lambda word: base64.b64encode(f"ab{word}c".encode()).decode(),
        lambda word: base64.b64encode(f"a{word}".encode()).decode(),
        lambda word: word.encode().hex().upper(),
        lambda word: "".join(f"&#{ord(c)};" for c in word),
        lambda word: json.dumps("".join(f"&#x{ord(c):x};" for c in word)),
        lambda word: "".join(f"\\u{ord(c):04X}" for c in word),
    ],
)
def test_the_search_finds_every_spelling(spell: Callable[[str], str]) -> None:
    for word, name in WORDS.items():
        if len(word) >= HEAD:
            assert leaks(f"⟨ {spell(word)} ⟩".encode()) != set(), name
    assert leaks(b"nothing of the kind, UXo 517 qz") == set()


def assert_silent(told: Told, *more: Path) -> None:
    contents = [*told.contents(), *((str(path), path.read_bytes()) for path in more)]
    assert len(contents) > 1
    for place, data in contents:
        assert leaks(data) == set(), place
        assert not MARK.search(data), place


def test_a_loud_run_tells_no_canary(
    loud: Told, beside: Path, server: tuple[Talkative, Mapping[str, str]]
) -> None:
    assert loud.code == 1, loud.output[-4000:]
    assert server[0].planted == CANARIES
    written = {path.name for path in beside.iterdir()}
    assert written == {"debug.log", "known.yaml", "log.txt", "summary.md"}
    reports = {path.name for path in (loud.home / "reports").iterdir()}
    assert reports >= {"run.json", "summary.md", "report.html", "exchanges.har", "junit.xml"}
    assert_silent(loud, *beside.iterdir())


def test_clauses_saw_what_is_not_shown(loud: Told) -> None:
    """Otherwise nothing would have been there to be hidden."""
    run = json.loads((loud.home / "reports" / "run.json").read_text("utf-8"))
    broken = {c for f in run["findings"] for c in (f["clause"], *f["also"])}
    assert broken >= {
        *("response.enums", "response.formats", "response.content-type", "response.complete"),
        *("response.body-schema", "response.no-internals", "response.no-server-error"),
        *("list.total", "list.total-pages", "list.per-page-echo", "send.echo"),
    }
    shown = {f["actual"] for f in run["findings"]}
    assert BY_RULE in shown
    assert any("⟨text of" in actual for actual in shown)
    assert BY_RULE in run["enums"]["/data/results/*/status"]["seen"]
    assert "--showlocals is left out" in " ".join(loud.output.split())


def test_a_finding_that_is_reproduced_tells_no_canary(loud: Told, talk: Talk) -> None:
    run = json.loads((loud.home / "reports" / "run.json").read_text("utf-8"))
    wanted = next(f for f in run["findings"] if f["clause"] == "response.formats")
    arguments = (f"--reproduce={wanted['fingerprint']}", "--writes", "none", "-vv")
    again = talk(*arguments, f"--reports={loud.home / 'reports'}")
    assert "is still there" in " ".join(again.output.split()), again.output
    assert_silent(again)


def test_bodies_that_are_kept_hold_what_is_hidden_otherwise(kept: Told) -> None:
    """The test above looks for the right thing; credentials and signatures are hidden even so."""
    har = kept.har.read_bytes()
    assert leaks(har) >= {"Qzcontent", "Qzfilename", "Qzurlpath", "Qzquoted", "Qzcustomer"}
    assert leaks(har).isdisjoint({"Qzsignature", "Qzerrorsignature", "the key", "the secret"})
    assert b"Qzcookiev" not in har
    for place, data in kept.contents():
        if place != str(kept.har):
            assert leaks(data) == set(), place


def test_a_recording_that_is_judged_again_tells_no_canary(kept: Told, talk: Talk) -> None:
    again = talk(f"--replay={kept.har}", "-k", KEPT, *LOUD)
    assert again.code == 1, again.output
    assert_silent(again)


@pytest.mark.usefixtures("loud", "kept")
def test_caches_hold_no_canary() -> None:
    for name in CACHES:
        for place, data in files(ROOT / name):
            assert leaks(data) == set(), place


def test_a_broken_redaction_is_found_out(kept: Told, talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "broken_redaction.py").write_text(BROKEN, "utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    arguments = (f"--replay={kept.har}", "-k", KEPT, "-p", "broken_redaction")
    again = talk(*arguments, PYTHONPATH=path)
    found = {name for _, data in again.contents() for name in leaks(data)}
    assert found >= {"Qzcontent", "Qzstatusvalue", "Qzuuidfield", "Qzcustomer"}, again.output
    with pytest.raises(AssertionError):
        assert_silent(again)


def test_a_mishap_of_the_suite_tells_no_canary(kept: Told, talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "failing_writer.py").write_text(FAILING, "utf-8")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    arguments = (f"--replay={kept.har}", "-k", KEPT, "-p", "failing_writer", *LOUD)
    told = talk(*arguments, PYTHONPATH=path)
    assert told.code == 3
    assert "RuntimeError: " in told.output
    assert "failing_writer.py:5 in learn" in told.output
    assert_silent(told)


def test_a_plan_tells_no_credentials(talk: Talk) -> None:
    told = talk("--plan", "--profile", "smoke")
    assert told.code == 0, told.output
    assert_silent(told)
