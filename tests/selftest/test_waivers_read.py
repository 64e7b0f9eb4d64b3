"""Waiver files are read strictly: every mistake is told, with its line and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from harness.model import Waiver
from harness.waivers import WaiverError, load

TODAY = date(2026, 3, 1)
ENTRY = """\
- clause: send.any-text
  operation: createItem
  match: {place: body /text, kind: NUL, status: 5xx}
  reason: fixed in the next release
  owner: jane
  expires: 2026-03-01
"""
Load = Callable[..., tuple[Waiver, ...]]


@pytest.fixture
def read(tmp_path: Path) -> Load:
    def read(text: str | bytes, **known: Any) -> tuple[Waiver, ...]:
        path = tmp_path / "w.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load([path], TODAY, **known)

    return read


@pytest.fixture
def mistakes(read: Load, tmp_path: Path) -> Callable[..., list[str]]:
    def mistakes(text: str | bytes, **known: Any) -> list[str]:
        with pytest.raises(WaiverError) as caught:
            read(text, **known)
        return [s.replace(f"{tmp_path}/", "") for s in caught.value.sentences]

    return mistakes


def test_an_entry_is_read(read: Load, tmp_path: Path) -> None:
    more = "  link: https://t.example/1\n  profile: gate\n  writes: notes\n"
    (waiver,) = read("# head\n\n" + ENTRY + more)
    assert waiver == Waiver(
        clause="send.any-text", operation="createItem", reason="fixed in the next release",
        owner="jane", match=("body /text", "NUL", "5xx"), link="https://t.example/1",
        expires="2026-03-01", profile="gate", writes="notes",
        place_in_file=f"{tmp_path / 'w.yaml'}:3",
    )  # fmt: skip


def test_a_fingerprint_of_digits_stays_text(read: Load) -> None:
    for fingerprint in ("0123456789", "1e10", "0x1f"):
        (waiver,) = read(ENTRY.replace("match: {place: body /text, kind: NUL, status: 5xx}",
                                       f"fingerprint: {fingerprint}\n  at-most: 2.5"))  # fmt: skip
        assert (waiver.fingerprint, waiver.match, waiver.at_most) == (fingerprint, None, 2.5)


@pytest.mark.parametrize("text", ["", "\n# nothing known\n", "[]"])
def test_a_file_may_hold_nothing(read: Load, text: str) -> None:
    assert read(text) == ()


def without(key: str) -> str:
    return "\n".join(line for line in ENTRY.splitlines() if key not in line).replace(
        "  operation", "- operation" if key == "clause:" else "  operation"
    )


MATCH = "match: {place: body /text, kind: NUL, status: 5xx}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENTRY + "  ownr: x\n", ["w.yaml:1: unknown key 'ownr', did you mean 'owner'?"]),
        (without("clause:"), ["w.yaml:1: clause is missing; name the clause that is broken"]),
        (without("operation:"),
         ["w.yaml:1: operation is missing; name the operation that breaks it"]),
        (without("reason:"), ["w.yaml:1: reason is missing; say why this is tolerated for now"]),
        (ENTRY.replace("fixed in the next release", "'  '"),
         ["w.yaml:1: reason is missing; say why this is tolerated for now"]),
        (without("owner:"), ["w.yaml:1: owner is missing; say who sees to it"]),
        (without("expires:"), ["w.yaml:1: expires is missing; give a date such as 2026-12-31, or "
                               "`never` together with a link"]),
        (without("match:"), ["w.yaml:1: neither fingerprint nor match says which finding; give "
                             "one of them"]),
        (ENTRY + "  fingerprint: abc\n", ["w.yaml:1: fingerprint and match both say which "
                                          "finding; leave one of them out"]),
        (ENTRY.replace(", status: 5xx", ""),
         ["w.yaml:1: match has no status; give it as the report shows it, or '*'"]),
        (ENTRY.replace("kind: NUL, ", ""),
         ["w.yaml:1: match has no kind; give it as the report shows it, or '*'"]),
        (ENTRY.replace("body /text", "''"),
         ["w.yaml:1: match has no place; give it as the report shows it, or '*'"]),
        (ENTRY.replace("kind: NUL", "kind: NUL, knd: x"),
         ["w.yaml:1: unknown key 'knd' in match, did you mean 'kind'?"]),
        (ENTRY.replace("5xx", "500"),
         ["w.yaml:1: the status is '500' in match; write 5xx, or '*'"]),
        (ENTRY.replace("5xx", "bad"),
         ["w.yaml:1: the status is 'bad' in match; write a class, as 5xx, or '*'"]),
        (ENTRY.replace(MATCH, "match: NUL"),
         ["w.yaml:1: match is no mapping; write `key: value` lines",
          "w.yaml:1: match has no place; give it as the report shows it, or '*'",
          "w.yaml:1: match has no kind; give it as the report shows it, or '*'",
          "w.yaml:1: match has no status; give it as the report shows it, or '*'"]),
        (ENTRY.replace("2026-03-01", "soon"),
         ["w.yaml:1: expires is 'soon'; give a date such as 2026-03-01 or `never`"]),
        (ENTRY.replace("2026-03-01", "+30d"),
         ["w.yaml:1: expires is '+30d'; give a date such as 2026-03-01 or `never`"]),
        (ENTRY.replace("2026-03-01", "never"),
         ["w.yaml:1: expires never, but has no link; say where the deviation is followed up"]),
        (ENTRY.replace("2026-03-01", "2026-01-01"),
         ["w.yaml:1: expired on 2026-01-01; remove the entry if the server is mended, else set a "
          "later date"]),
        (ENTRY + "  profile: gat\n", ["w.yaml:1: unknown profile 'gat', did you mean 'gate'?"]),
        (ENTRY + "  writes: some\n",
         ["w.yaml:1: unknown writes 'some'; choose from none, notes, all"]),
        (ENTRY + "  at-most: 5\n",
         ["w.yaml:1: at-most is for intermittent findings, this one is not; leave it out"]),
        (ENTRY.replace("NUL", "'*'") + "  at-most: 0\n",
         ["w.yaml:1: at-most is '0'; give failures per 100 requests, above 0 and up to 100"]),
        (ENTRY + "  owner: joe\n",
         ["w.yaml:1: the key 'owner' stands twice; leave one of them out"]),
        (ENTRY.replace("jane", "[jane, joe]"),
         ["w.yaml:1: owner is no single value; write it as text",
          "w.yaml:1: owner is missing; say who sees to it"]),
        (ENTRY + "  ? [a]\n  : b\n",
         ["w.yaml:1: a waiver has a key that is no text; write `key: value` lines"]),
        ("clause: x\n", ["w.yaml:1: not a list; begin every waiver with `- clause: …`"]),
        ("a: [\n", ["w.yaml:2: not valid YAML (expected the node content, but found '<stream "
                    "end>'); correct the line or the one before"]),
        ("- a\n---\n- b\n", ["w.yaml:2: not valid YAML (but found another document); correct the "
                             "line or the one before"]),
        ("a: \x01\n", ["w.yaml: not valid YAML (special characters are not allowed); correct the "
                       "line or the one before"]),
        ("[" * 600, ["w.yaml: not valid YAML (nested too deep); correct the line or the one "
                      "before"]),
        (b"- \xff\n", ["the waivers w.yaml are not UTF-8 text; save them as UTF-8"]),
    ],
)  # fmt: skip
def test_mistakes(
    mistakes: Callable[..., list[str]], text: str | bytes, expected: list[str]
) -> None:
    assert mistakes(text) == expected


def test_an_entry_that_is_no_mapping(mistakes: Callable[..., list[str]]) -> None:
    told = mistakes(ENTRY + "- just words\n")
    assert told[0] == "w.yaml:7: a waiver is no mapping; write `key: value` lines"


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    one.write_text(ENTRY + without("owner:"))
    two.write_text(ENTRY.replace("2026-03-01", "2026-02-01"))
    with pytest.raises(WaiverError) as caught:
        load([one, two, tmp_path / "gone.yaml"], TODAY)
    assert [s.partition(" ")[0] for s in caught.value.sentences] == [
        f"{one}:7:", f"{two}:1:", "cannot",
    ]  # fmt: skip
    assert caught.value.sentences[2].endswith("gone.yaml: No such file or directory")


def test_misspelt_names_are_told(mistakes: Callable[..., list[str]], read: Load) -> None:
    known = {"clauses": ["send.any-text", "list.total"], "operations": ["createItem"]}
    assert len(read(ENTRY, **known)) == 1
    wrong = ENTRY.replace("send.any-text", "send.anytext").replace("createItem", "zzz")
    assert mistakes(wrong, **known) == [
        "w.yaml:1: unknown clause 'send.anytext', did you mean 'send.any-text'?",
        "w.yaml:1: unknown operation 'zzz'; choose from createItem",
    ]
    many = [f"clause.{n}" for n in range(20)]
    assert mistakes(ENTRY.replace("send.any-text", "zzz"), clauses=many) == [
        "w.yaml:1: unknown clause 'zzz'; see --clauses"
    ]


def test_a_waiver_holds_on_its_last_day(read: Load, tmp_path: Path) -> None:
    assert len(read(ENTRY)) == 1
    with pytest.raises(WaiverError, match="expired on 2026-03-01"):
        load([tmp_path / "w.yaml"], date(2026, 3, 2))
