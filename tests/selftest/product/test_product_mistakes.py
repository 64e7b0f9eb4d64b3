"""Bad input ends with clear sentences and exit code 4, before anything is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from .conftest import Outcome, Serve, Start

READ = "7f9c24e5-1b3d-4a86-b0de-52c8f0a1d3e9"
TARGET = {
    "LIBREDESK_API_KEY": "canary-key-1",
    "LIBREDESK_API_SECRET": "canary-secret-1",
    "LIBREDESK_CONVERSATION": READ,
}
WAIVER = """
- clause: list.total
  operation: handleGetMessages
  match: {place: /data/total, kind: "wrong count, any", status: 2xx}
  owner: o
"""
REASON, LATER = "  reason: r\n", "  expires: 2999-12-31\n"
KNOWN = "--waivers={tmp}/known.yaml"
SPEC = "--spec={tmp}/api.yaml"


@dataclass(frozen=True)
class Mistake:
    """Arguments and environment of one run; `{tmp}` is a directory that holds `files`."""

    says: tuple[str, ...]
    """For each sentence, what it must name: what is wrong, and what to do."""
    arguments: tuple[str, ...] = ()
    environ: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def run(self, start: Start, tmp: Path) -> Outcome:
        for name, content in self.files.items():
            (tmp / name).write_text(content, "utf-8")
        arguments = [argument.format(tmp=tmp) for argument in self.arguments]
        return start(*arguments, environ=self.environ)


MISTAKES = {
    "url-no-scheme": Mistake(
        ("LIBREDESK_URL is 'desk.example', which has no scheme; write https://desk.example",),
        environ=TARGET | {"LIBREDESK_URL": "desk.example"},
    ),
    "url-no-host": Mistake(
        ("LIBREDESK_URL is 'http://', which has no host; write https://HOST",),
        environ=TARGET | {"LIBREDESK_URL": "http://"},
    ),
    "key-without-url": Mistake(
        ("LIBREDESK_URL is not set; set it to the target's base URL, or unset LIBREDESK_API_KEY",),
        environ={"LIBREDESK_API_KEY": "canary-key-1"},
    ),
    "write-is-read": Mistake(
        ("LIBREDESK_WRITE_CONVERSATION is the same as LIBREDESK_CONVERSATION; give the id of",),
        environ=TARGET
        | {"LIBREDESK_URL": "http://127.0.0.1:9", "LIBREDESK_WRITE_CONVERSATION": READ.upper()},
    ),
    "unknown-profile": Mistake(
        ("unknown profile 'gat', did you mean 'gate'?",), ("--profile", "gat")
    ),
    "spec-missing": Mistake(("cannot read the spec {tmp}/api.yaml: No such file",), (SPEC,)),
    "spec-invalid-yaml": Mistake(
        ("the spec {tmp}/api.yaml is not valid YAML",), (SPEC,), files={"api.yaml": "paths: ["}
    ),
    "spec-no-openapi": Mistake(
        ("the spec {tmp}/api.yaml is not an OpenAPI 3 document",),
        (SPEC,),
        files={"api.yaml": "swagger: '2.0'\npaths: {}\n"},
    ),
    "waivers-missing": Mistake(
        ("--waivers: {tmp}/known.yaml does not exist; give the path",), (KNOWN,)
    ),
    "waivers-invalid-yaml": Mistake(
        ("{tmp}/known.yaml:1: not valid YAML",), (KNOWN,), files={"known.yaml": "- clause: ["}
    ),
    "waivers-of-all-sorts": Mistake(
        (
            "{tmp}/known.yaml:2: unknown key 'reasn', did you mean 'reason'?",
            "{tmp}/known.yaml:10: reason is missing; say why",
            "{tmp}/known.yaml:16: expired on 2020-01-31; remove the entry if",
            "{tmp}/known.yaml:23: unknown clause 'list.totl', did you mean 'list.total'?",
        ),
        (KNOWN,),
        files={
            "known.yaml": WAIVER + LATER + REASON + "  reasn: r\n"
            + WAIVER + LATER
            + WAIVER + REASON + "  expires: 2020-01-31\n"
            + WAIVER.replace("list.total", "list.totl") + LATER + REASON
        },
    ),
    "reports-below-a-file": Mistake(
        ("cannot write into {tmp}/file/reports; allow it, or give another place by --reports",),
        ("--reports={tmp}/file/reports",),
        files={"file": ""},
    ),
    "reports-is-a-file": Mistake(
        ("cannot write into {tmp}/file; allow it, or give another place by --reports DIR",),
        ("--reports={tmp}/file",),
        files={"file": ""},
    ),
    "nothing-to-replay": Mistake(
        ("{tmp}/old.har holds no exchanges that this version can replay; give",),
        ("--replay={tmp}/old.har",),
        files={"old.har": '{"log": {}}'},
    ),
}  # fmt: skip


def sentences(outcome: Outcome) -> list[str]:
    """The mistakes that a run complains about."""
    head = "ERROR: contract: "
    return [
        line.removeprefix(head) for line in outcome.output.splitlines() if line.startswith(head)
    ]


def check_sober(outcome: Outcome) -> None:
    """No mistake is answered with the inside of the suite, with a secret, or with a report."""
    assert "Traceback" not in outcome.output
    assert not re.search(r"\.py\b", outcome.output), "who mistyped a setting needs no source"
    assert "canary-" not in outcome.output
    assert not (outcome.reports / "run.json").exists()


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_one_sentence_and_exit_code_4(
    mistake: Mistake, start: Start, tmp_path: Path
) -> None:
    outcome = mistake.run(start, tmp_path)
    assert outcome.code == 4, outcome.output
    told = sentences(outcome)
    assert len(told) == len(mistake.says), told
    for sentence, says in zip(told, mistake.says, strict=True):
        assert says.format(tmp=tmp_path) in sentence
    check_sober(outcome)


def test_all_mistakes_in_settings_are_told_at_once_and_nothing_is_sent(
    start: Start, serve: Serve
) -> None:
    served = serve()
    environ = served.writing | {
        "LIBREDESK_API_SECRET": "",
        "LIBREDESK_WRITE_CONVERSATION": served.known["conversation"],
    }
    outcome = start("--profile", "gat", "--seed", "x", "--walk-limit", "0", environ=environ)
    assert outcome.code == 4
    expected = (
        "unknown profile 'gat', did you mean 'gate'?",
        "--seed is 'x'; give a whole number",
        "--walk-limit is '0'; give a whole number",
        "LIBREDESK_API_SECRET is not set",
        "LIBREDESK_WRITE_CONVERSATION is the same as LIBREDESK_CONVERSATION",
    )
    told = sentences(outcome)
    assert len(told) == len(expected), told
    assert all(any(text in sentence for sentence in told) for text in expected), told
    check_sober(outcome)
    assert served.lines() == []


def test_mistakes_in_settings_spec_and_waivers_are_told_at_once(
    start: Start, tmp_path: Path
) -> None:
    """Otherwise whoever mends them needs a run for each."""
    spec, known = tmp_path / "api.yaml", tmp_path / "known.yaml"
    spec.write_text("swagger: '2.0'", "utf-8")
    known.write_text(WAIVER + LATER, "utf-8")
    outcome = start("--profile", "gat", f"--spec={spec}", f"--waivers={known}")
    assert outcome.code == 4
    told = "\n".join(sentences(outcome))
    assert "unknown profile 'gat'" in told
    assert "is not an OpenAPI 3 document" in told
    assert "reason is missing" in told
    check_sober(outcome)


def test_nothing_selected_is_exit_code_5(start: Start) -> None:
    outcome = start("-k", "nothing_matches")
    assert outcome.code == 5, outcome.output
    assert "75 deselected" in outcome.said
    check_sober(outcome)
