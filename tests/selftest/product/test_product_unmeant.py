"""No green run of a target that nobody meant: whatever is mistyped, empty or lost says so."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from servers.forked import forked

from .conftest import PATIENCE, ROOT, Outcome, Serve, Served, Start, environment
from .test_product_ci import make
from .test_product_mistakes import check_sober, sentences

QUICK = ("--profile", "smoke", "-k", "unknown.malformed-id")
NOT_SET = "LIBREDESK_URL is not set"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no NAME=value line"),
        ("FOO=bar\n", "holds no setting; set it to the target's base URL, or leave out --cred"),
        ("LIBREDESK_URI=https://desk.example\n", "did you mean LIBREDESK_URL?"),
        ("LIBREDESK_AGAINST=https://desk.example\n", "nor does "),
    ],
)
def test_a_credentials_file_without_a_url(
    start: Start, tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "staging.env"
    path.write_text(content)
    outcome = start(*QUICK, f"--credentials={path}")
    assert outcome.code == 4, outcome.output
    (told,) = sentences(outcome)
    assert told.startswith(NOT_SET)
    assert says in told
    check_sober(outcome)


@pytest.mark.parametrize(
    "name",
    ["LIBREDESK_URI", "LIBREDESK_BASE_URL", "libredesk_url", "CONTRACT_TARGET", "LIBRDESK_URL",
     "LIBREDESK_APP__ROOT_URL"],
)  # fmt: skip
def test_a_variable_that_is_no_setting(start: Start, name: str) -> None:
    outcome = start(*QUICK, environ={name: "https://desk.example"})
    assert outcome.code == 4, outcome.output
    (told,) = sentences(outcome)
    assert told.startswith(f"{NOT_SET} ({name} is, but no setting has that name")
    check_sober(outcome)


def test_the_servers_own_variables_do_not_stop_a_run(start: Start, serve: Serve) -> None:
    served = serve()
    outcome = start(*QUICK, environ=served.reading | {"LIBREDESK_APP__ROOT_URL": "http://x"})
    assert outcome.code == 0, outcome.output
    assert "embedded" not in outcome.output


def test_an_option_that_came_out_empty(start: Start, serve: Serve) -> None:
    for environ in ({}, serve().reading):
        for option, wanted in (("credentials", "FILE"), ("replay", "HAR"), ("against", "URL")):
            outcome = start(*QUICK, f"--{option}=", environ=environ)
            assert outcome.code == 4, outcome.output
            assert sentences(outcome) == [
                f"--{option} is empty, as a variable is that CI does not have; give {wanted}, or "
                "leave it out"
            ]


@pytest.mark.parametrize("quiet", [(), ("-q",), ("--no-header",), ("-p", "no:terminal")])
def test_who_tests_the_embedded_server_is_told(start: Start, quiet: tuple[str, ...]) -> None:
    """Before anything is sent, in the headline, and in what people read later."""
    outcome = start(*QUICK, *quiet, environ={"LIBREDESK_PROFILE": "smoke"})
    assert outcome.code == 0, outcome.output
    first = f"contract: the embedded reference server ({NOT_SET}), profile smoke"
    assert outcome.said.count(first) == 1
    assert outcome.run["headline"].endswith("; target: the embedded server")
    assert (outcome.run["headline"] in outcome.said) == ("no:terminal" not in quiet)
    for name in ("summary.md", "report.html"):
        assert "target: the embedded server" in (outcome.reports / name).read_text("utf-8")


@pytest.fixture(scope="module")
def served(serve: Serve) -> Served:
    return serve("real.list-malformed-id")


@pytest.fixture(scope="module")
def found(start: Start, served: Served) -> Outcome:
    """A server of somebody's that breaks a clause."""
    return start(*QUICK, environ=served.reading)


def test_a_finding_is_not_looked_for_on_the_embedded_server(
    start: Start, found: Outcome, served: Served
) -> None:
    fingerprint = min(found.fingerprints)
    words = (f"--reproduce={fingerprint}", f"--reports={found.reports}")
    outcome = start(*words)
    assert outcome.code == 4, outcome.output
    assert sentences(outcome) == [
        f"--reproduce {fingerprint}: it was found on {served.known['url']}, and no target is "
        "given; set LIBREDESK_URL to the base URL of the server that is asked again"
    ]
    again = start(*words, environ=served.reading)
    assert again.code == 1, again.output
    with forked() as mended:
        other = start(*words, environ=served.reading | {"LIBREDESK_URL": mended["url"]})
    assert other.code == 0, "another server that is named is meant"


def test_a_finding_of_the_embedded_server_is_looked_for_there(
    start: Start, found: Outcome, tmp_path: Path
) -> None:
    """Its record says that it was: the suite's own developers need no target."""
    record = {**found.run, "target": "http://127.0.0.1:1 (embedded)"}
    (tmp_path / "run.json").write_text(json.dumps(record))
    outcome = start(f"--reproduce={min(found.fingerprints)}", f"--reports={tmp_path}")
    assert outcome.code == 0, outcome.output
    assert "the embedded reference server" in outcome.said


def test_a_recording_says_whose_it_is(start: Start, found: Outcome, conforming: Outcome) -> None:
    """Also where a target is named, which nothing is sent to."""
    recorded = f"--replay={found.reports / 'exchanges.har'}"
    outcome = start(*QUICK, recorded, environ={"LIBREDESK_URL": "https://desk.example"})
    assert outcome.run["headline"].endswith(f"; judged from a recording of {found.run['target']}")
    embedded = start(*QUICK, f"--replay={conforming.reports / 'exchanges.har'}")
    assert embedded.run["headline"].endswith("; judged from a recording of the embedded server")


@pytest.mark.parametrize("words", [("--rootdir={tmp}",), ("-c", "{tmp}/pytest.ini")])
def test_a_root_at_which_no_setting_stands(
    start: Start, tmp_path: Path, words: tuple[str, ...], serve: Serve
) -> None:
    """LIBREDESK_URL would be nobody's name there."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = [word.format(tmp=tmp_path) for word in words]
    spec = f"--spec={ROOT / 'spec/libredesk.yaml'}"
    environ = serve().reading | {"PYTHONPATH": str(ROOT)}
    outcome = start(
        *QUICK, *options, spec, "-p", "harness.plugin", "tests/contract", environ=environ
    )
    assert outcome.code == 4, outcome.output
    (told,) = sentences(outcome)
    assert told.startswith(f"pytest takes {tmp_path} for its root, but the settings stand in ")
    assert "leave out --rootdir" in told


def test_another_apis_document_is_not_kept_by_the_embedded_server(start: Start) -> None:
    library = ROOT / "tests/selftest/other_api/library.yaml"
    outcome = start("--profile", "smoke", f"--spec={library}")
    assert outcome.code == 6, outcome.output
    assert outcome.run["headline"].endswith("; target: the embedded server")


NOTHING = {
    "-k": ("-k", "nothing_matches"),
    "--deselect": ("--deselect", "tests/contract"),
    "--ignore": ("tests", "--ignore=tests/contract", "-k", "nothing_matches"),
}


@pytest.mark.parametrize("words", NOTHING.values(), ids=NOTHING)
def test_a_target_of_which_nothing_is_asked_is_not_green(
    start: Start, served: Served, words: tuple[str, ...]
) -> None:
    before = len(served.lines())
    outcome = start(*words, environ=served.reading)
    assert outcome.code == 5, outcome.output
    assert len(served.lines()) == before
    check_sober(outcome)


def test_clauses_beside_self_tests(start: Start, served: Served) -> None:
    """Self-tests alone are green and no verdict; beside a target that is named they are not."""
    tests = ("tests/contract", "tests/selftest/test_verdict.py", "-k", "test_verdict")
    outcome = start(*tests, environ=served.reading)
    assert outcome.code == 5, outcome.output
    url = served.known["url"]
    assert f"contract: no clause was selected, so {url} was not tested" in outcome.said
    assert start("tests/selftest/test_verdict.py", environ=served.reading).code == 0


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A copy of the suite, to break."""
    for name in ("harness", "servers", "spec", "tests/contract"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def run_in(suite: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--profile", "smoke", *words],
        cwd=suite, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


@pytest.mark.parametrize("breaks", ["import nothing_of_that_name", "def test_it(): assert False"])
def test_tests_that_fail_beside_the_clauses_are_not_outvoted(suite: Path, breaks: str) -> None:
    (suite / "tests/contract/test_broken.py").write_text(f"{breaks}\n")
    words = ("--continue-on-collection-errors", "-k", "unknown.malformed-id or test_it")
    code, said = run_in(suite, *words)
    assert code == 3, said
    assert run_in(suite, "-k", "unknown.malformed-id", "--ignore-glob=*broken*")[0] == 0


@pytest.mark.parametrize("name", ["ARG", "CREDENTIALS", "URL", "PROFILE", "args"])
def test_make_knows_its_variables(name: str) -> None:
    made = make(f"{name}=--credentials=staging.env")
    assert made.returncode == 2, made.stdout
    assert f"make knows no {name}=…; write options as ARGS=" in made.stdout
    assert "contract:" not in made.stdout


def test_make_hands_a_mistyped_setting_on() -> None:
    made = make("LIBREDESK_URI=https://desk.example", "ARGS=-k unknown.malformed-id")
    assert made.returncode == 2, made.stdout
    assert f"{NOT_SET} (LIBREDESK_URI is, but no setting has that name" in made.stdout
    assert "exit code 4: misconfigured" in made.stdout


def test_make_test_is_no_gate() -> None:
    made = make("LIBREDESK_URL=https://desk.example", goal="test")
    assert made.returncode == 2, made.stdout
    assert "LIBREDESK_URL is for make gate; make test tests the suite itself" in made.stdout
    assert "pytest" not in made.stdout
