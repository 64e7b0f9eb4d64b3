"""What --write-waivers writes: it waives what was found, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from harness.model import Case, Culprit, Exchange, Finding, Request, Waiver
from harness.waivers import Terms, WaiverError, apply, header_of, load, write

TODAY = date(2026, 3, 1)
EXCHANGE = Exchange(1, Case("c", "op", "grid", "GET", "/"), Request("GET", "/", ()), None)
TERMS = Terms(owner="jane", reason="known: #42", expires="2026-03-31")
ENTRY = """\
- clause: send.any-text
  operation: createItem
  match: {place: body /text, kind: NUL, status: 5xx}
  reason: fixed in the next release
  owner: jane
  expires: 2026-03-01
"""


def finding(**changes: Any) -> Finding:
    base = Finding(
        clause="send.any-text", operation="createItem", severity="violation",
        culprit=Culprit("body /text", "NUL"), status_class="5xx", fingerprint="1234567890",
        expected="e", actual="a", count=4, smallest=EXCHANGE, stability="deterministic",
        requirement="any text is answered without 5xx",
    )  # fmt: skip
    return replace(base, **changes)


WAIVER = Waiver("send.any-text", "createItem", "known", "jane", match=("body /text", "NUL", "5xx"))


FOUND = [
    finding(),
    finding(culprit=Culprit("operation", ""), fingerprint="b"),
    finding(culprit=Culprit("/data/results/*/type", "undocumented value activity (any)"),
            clause="response.enums", operation="listItems", status_class="2xx", fingerprint="c"),
    finding(stability="intermittent", rate=0.4, culprit=Culprit("intermittent", ""),
            fingerprint="123e45"),
    finding(culprit=Culprit("query a: b # 'c' \"d\"", "\ud800\x00\u2028ü"), fingerprint="e",
            status_class="broken off"),
]  # fmt: skip


def test_what_is_written_waives_exactly_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    assert write(FOUND, path, TERMS) == len(FOUND)
    waivers = load([path], TODAY)
    near = [replace(f, culprit=Culprit(f.culprit.place, "another"), fingerprint="z") for f in FOUND]
    findings, unmet = apply([*FOUND, *near], waivers, "release", "none")
    assert [f.waived is not None for f in findings] == [True] * len(FOUND) + [False] * len(near)
    assert unmet == ()
    assert {(w.owner, w.reason, w.expires) for w in waivers} == {tuple(TERMS[:3])}


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), min_size=1, max_size=4, unique=True))
@example([("a", "\x85"), ("\u2028b ", "\ud800"), (" ", "\r\n"), ("c: # '\"", "\ufeff*")])
@settings(max_examples=40, deadline=None, database=None, derandomize=True)
def test_any_culprit_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, culprits: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    found = [finding(culprit=Culprit(*c), fingerprint=str(n)) for n, c in enumerate(culprits)]
    write(found, path, TERMS)
    judged, unmet = apply(found, load([path], TODAY), "gate", "all")
    assert all(f.waived for f in judged)
    assert not unmet


def test_the_order_of_the_findings_does_not_matter(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    write(FOUND, one, TERMS)
    write(FOUND[::-1], two, TERMS)
    assert one.read_text() == two.read_text()


def test_a_written_file_reads_well(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    write([FOUND[0], FOUND[3]], path, TERMS._replace(expires="never", link="https://t.example/1"))
    assert (
        path.read_text()
        == """\
# Known deviations, tolerated until they expire. Written by --write-waivers.

# any text is answered without 5xx
# culprit: body /text: NUL (5xx); fingerprint 1234567890
- clause: send.any-text
  operation: createItem
  match:
    place: body /text
    kind: NUL
    status: 5xx
  owner: jane
  reason: 'known: #42'
  expires: never
  link: https://t.example/1

# any text is answered without 5xx
# culprit: intermittent (5xx, 0.4 per 100 requests); fingerprint 123e45
- clause: send.any-text
  operation: createItem
  fingerprint: 123e45
  at-most: 2
  owner: jane
  reason: 'known: #42'
  expires: never
  link: https://t.example/1
"""
    )


def test_waived_findings_and_leniencies_are_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    lenient = finding(severity="leniency", culprit=Culprit("query page", "zero"))
    findings = [finding(waived=WAIVER), lenient]
    assert write(findings, path, TERMS) == 0
    assert load([path], TODAY) == ()
    assert write(findings, path, TERMS, fail_on="leniency") == 1


def test_extending_a_file_keeps_its_header_and_its_waivers(tmp_path: Path) -> None:
    path, other = tmp_path / "w.yaml", tmp_path / "other.yaml"
    path.write_text("# Ours.\n# Ask jane.\n\n" + ENTRY + "  profile: gate\n")
    other.write_text(ENTRY.replace("NUL", "quote"))
    before = load([path, other], TODAY)
    new = finding(culprit=Culprit("body /text", "emoji"), fingerprint="n")
    write(apply([finding(), new], before, "gate", "all").findings, path, TERMS, keep=before)
    assert path.read_text().startswith("# Ours.\n# Ask jane.\n\n# kept from the file")
    kept, added = load([path], TODAY)
    assert replace(kept, place_in_file=before[0].place_in_file) == before[0]
    assert added.match == ("body /text", "emoji", "5xx")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("# a\n# b\n\n- x\n", "# a\n# b\n"),
        ("# of the entry\n- x\n", ""),
        ("# of the entry\n- x\n\n- y\n", ""),
        ("", ""),
        ("\n\n# late\n", ""),
    ],
)
def test_a_header_ends_with_a_blank_line(tmp_path: Path, text: str, header: str) -> None:
    path = tmp_path / "w.yaml"
    path.write_text(text)
    assert header_of(path) == header
    assert header_of(tmp_path / "gone") == ""


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match=r"cannot write the waivers .*: No such file"):
        write([finding()], tmp_path / "gone" / "w.yaml", TERMS)
    with pytest.raises(WaiverError, match=r"cannot write the waivers .*: Is a directory"):
        write([finding()], tmp_path, TERMS)
    assert list(tmp_path.iterdir()) == [], "no half-written file is left"


def test_permissions_of_a_file_stay(tmp_path: Path) -> None:
    path = tmp_path / "w.yaml"
    write([], path, TERMS)
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o640)
    write([], path, TERMS)
    assert path.stat().st_mode & 0o777 == 0o640
