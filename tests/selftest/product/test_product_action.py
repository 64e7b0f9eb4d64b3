"""`action.yml`: well-formed, and its shell steps do what they say, in order, with bash.

A little longer than a file should be: one action, and each test is a job of it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from servers.forked import forked

from .composite import ACTION, EXPRESSION, NAMES, RUN, STEPS, Job, Jobs, step


def expressions(value: object) -> Iterator[str]:
    """Every expression in a value, however deep; a condition is one as a whole."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from [str(inner)] if name == "if" else expressions(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from expressions(inner)
    elif isinstance(value, str):
        yield from EXPRESSION.findall(value)


def named(kind: str, value: object) -> set[str]:
    return {name for text in expressions(value) for name in re.findall(rf"{kind}\.([\w-]+)", text)}


def test_every_input_is_declared_and_used() -> None:
    assert named("inputs", STEPS) == set(ACTION["inputs"])
    for name, given in ACTION["inputs"].items():
        assert set(given) <= {"description", "required", "default"}, name
        assert given["description"]
        assert given.get("required") is True or isinstance(given["default"], str), name


def test_every_output_is_one_of_a_step() -> None:
    known = {step["id"] for step in STEPS if "id" in step}
    assert named("steps", [STEPS, ACTION["outputs"]]) <= known


def test_the_gate_gives_the_outputs_that_are_asked_for(job: Jobs) -> None:
    given = job(dict.fromkeys(NAMES.values(), ""))
    number, gate = step("Gate")
    given.finish(gate, number, given.start(gate, number))
    assert set(given.steps["gate"]) == named("steps.gate.outputs", [STEPS, ACTION["outputs"]])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["name"])
def test_a_step_is_whole_and_takes_inputs_as_data(step: dict[str, Any]) -> None:
    assert ("run" in step) != ("uses" in step)
    assert set(step) <= {"name", "id", "if", "uses", "with", "shell", "env", "run"}
    if "run" in step:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "an input would become a part of the script"
        assert not {"eval", "source"} & set(step["run"].split())
    else:
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])


def test_secrets_are_on_no_command_line() -> None:
    """Only the step that masks them names them, and only for builtins of the shell."""
    secret = re.compile(r"\$\{?(KEY|SECRET|HEADERS|LIBREDESK_API_\w+|LIBREDESK_HEADERS)\b")
    for one in RUN:
        for line in one["run"].splitlines():
            if secret.search(line):
                assert one is STEPS[0]
                command = line.split("$(")[-1].split()[0]  # all of them builtins
                assert command in {"mask", "printf", "while"}, line


def test_a_server_that_conforms(job: Jobs) -> None:
    with forked() as known:
        done = job(known, labels="commit=4f2a91c, run=7").run()
    assert done.code == 0, done.said
    assert done.outputs["verdict"] == "conforms"
    assert done.outputs["exit-code"] == "0"
    assert "# ✅ conforms — 1 of 1 selected clauses exercised" in done.summary
    assert "commit=4f2a91c run=7" in done.summary
    reports = {path.name for path in Path(done.outputs["reports"]).iterdir()}
    assert {"run.json", "summary.md", "report.html", "junit.xml", "exchanges.har"} <= reports
    assert list(done.workspace.iterdir()) == [], "the caller's repository stays as it is"
    assert [line for line in done.commands if not line.startswith("::add-mask::")] == []
    assert secrets_in(done, known["api_key"], known["api_secret"]) == []


def test_a_server_that_violates(job: Jobs) -> None:
    with forked(["real.list-malformed-id"]) as known:
        done = job(known).run()
    assert done.code == 1, done.said
    assert done.outputs["verdict"] == "violates"
    assert (Path(done.outputs["reports"]) / "run.json").exists(), "kept although it failed"
    assert "# ❌ violates — " in done.summary
    errors = [line for line in done.commands if line.startswith("::error ")]
    assert errors[0].startswith("::error title=unknown.malformed-id handleGetMessages::")
    assert errors[-1] == (
        "::error title=Libredesk contract::exit code 1: violates — at least one unwaived finding "
        "breaks the contract; see the job summary and the artifact"
    )


def test_a_server_that_is_not_there(job: Jobs) -> None:
    with forked() as known:
        done = job({**known, "url": "http://127.0.0.1:9"}).run()
    assert done.code == 6, done.said
    assert (done.outputs["verdict"], done.outputs["exit-code"]) == ("inconclusive", "6")
    assert done.commands[-1].startswith("::error title=Libredesk contract::exit code 6: inconc")
    assert "# ⚠️ inconclusive" in done.summary


@pytest.mark.parametrize(
    ("allowed", "code", "ends", "kind"),
    [("true", 6, 0, "warning"), ("false", 6, 6, "error"), ("true", 1, 1, "error")],
)
def test_what_cannot_be_judged_may_be_a_warning(
    job: Jobs, allowed: str, code: int, ends: int, kind: str
) -> None:
    given = job(dict.fromkeys(NAMES.values(), ""), allow_inconclusive=allowed)
    given.steps["gate"] = {"exit-code": str(code), "meaning": "why"}
    number, verdict = step("Verdict")
    given.finish(verdict, number, given.start(verdict, number))
    assert given.code == ends
    (told,) = given.commands
    assert told.startswith(f"::{kind} title=Libredesk contract::why")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"url": ""}, "LIBREDESK_URL is empty, as a secret is that CI does not have"),
        ({"args": "-k 'list."}, "the input args has a quotation mark that is not closed"),
        ({"args": "--plan"}, "the input args lets nothing be tested, or moves the reports away"),
        *(
            ({"args": args}, "the input args lets nothing be tested")
            for args in ("--collect-only -q", "--clauses", "--markers")
        ),
    ],
    ids=["no URL", "a quotation mark", "--plan", "--collect-only", "--clauses", "--markers"],
)
def test_a_mistake_is_told(job: Jobs, inputs: dict[str, str], says: str) -> None:
    with forked() as known:
        done = job(known, **inputs).run()
    assert done.code == 4, done.said
    assert done.outputs["verdict"] == "misconfigured"
    assert [line for line in done.commands if line.startswith("::error") and says in line]
    assert "# ⚠️ exit code 4: misconfigured" in done.summary


def test_secrets_that_are_not_there(job: Jobs) -> None:
    """As in a pull request from a fork: every input is there, and empty."""
    done = job(dict.fromkeys(NAMES.values(), ""), profile="", args="").run()
    assert done.code == 4, done.said
    assert done.outputs["verdict"] == "misconfigured"
    assert "embedded reference server" not in done.said


def test_waivers_lie_in_the_callers_repository(job: Jobs) -> None:
    with forked(["real.list-malformed-id"]) as known:
        given = job(known, waivers="known.yaml")
        (given.workspace / "known.yaml").write_text(
            "- clause: unknown.malformed-id\n  operation: handleGetMessages\n"
            "  match: {place: path uuid, kind: '*', status: 5xx}\n  reason: known\n"
            "  owner: jane\n  link: https://tracker.example/1\n  expires: never\n"
        )
        (given.workspace / "yaml.py").write_text("raise SystemExit('the caller has a yaml.py')")
        (given.workspace / "conftest.py").write_text("raise SystemExit('and a conftest.py')")
        done = given.run()
    assert done.code == 0, done.said
    assert "waived" in done.summary


def test_inputs_are_data(job: Jobs, tmp_path: Path) -> None:
    """What a shell would carry out, in every input at once."""
    bait = f"$(touch {tmp_path}/a)`touch {tmp_path}/b`; touch {tmp_path}/c #"
    names = (name.replace("-", "_") for name in ACTION["inputs"])
    with forked() as known:
        done = job(known, **dict.fromkeys(names, bait)).run()
    assert done.code == 4, done.said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job", "runner"]


def secrets_in(done: Job, *secrets: str) -> list[str]:
    """Those that stand in the log, but for what masks them, or in a report."""
    log = [text for name, text in done.output.items() if name != "Mask credentials"]
    files = [p for p in Path(done.outputs["reports"]).rglob("*") if p.is_file()]
    texts = [*log, *(path.read_text("utf-8") for path in files)]
    return [secret for secret in secrets for text in texts if secret in text]


def test_what_is_secret_is_masked(job: Jobs) -> None:
    """Line by line, with what GitHub would decode encoded, and as Basic sends it."""
    given = job(
        {"url": "", "api_key": "a-key", "api_secret": "50%-a-secret", "conversation": ""},
        headers="X-Proxy: let-me-in\r\nX-Other: me-too\n",
    )
    given.finish(STEPS[0], 0, given.start(STEPS[0], 0))
    basic = base64.b64encode(b"a-key:50%-a-secret").decode()
    headers = ("X-Proxy: let-me-in", "X-Other: me-too", "let-me-in", "me-too")
    for text in ("a-key", "50%25-a-secret", basic, *headers):
        assert f"::add-mask::{text}" in given.commands
    assert "::add-mask::" not in given.commands, "GitHub warns of an empty mask"
