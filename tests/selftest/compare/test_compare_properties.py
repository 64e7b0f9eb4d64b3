"""A run is like itself, and what is new one way is gone or not comparable the other way."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.compare import markdown, terminal
from harness.compare.comparing import compare
from harness.compare.record import record as as_record
from tests.selftest.compare.conftest import LIST, SEND, clause, finding, reach, record, waiver

ALIKE = settings(max_examples=60, deadline=None, database=None, derandomize=True)
POOL = [
    finding(c, o, place=p, kind=k)
    for c, o, p, k in [
        ("send.any-text", SEND, "body /text", "NUL"), ("send.any-text", SEND, "body /to", "emoji"),
        ("list.total", LIST, "/total", "wrong count, beyond; last"),
        ("list.total", LIST, "query page", "zero"), ("auth.wrong", SEND, "operation", ""),
        ("response.enums", LIST, "/items/*/type", "undocumented value x, any"),
        ("auth.wrong", LIST, "intermittent", ""), ("send.any-text", SEND, "not attributed", ""),
    ]
]  # fmt: skip
TEXT = st.text(max_size=12)


@st.composite
def runs(draw: st.DrawFn) -> dict[str, Any]:
    found = []
    for one in draw(st.lists(st.sampled_from(POOL), unique_by=lambda f: f["fingerprint"])):
        changed = {**one, "severity": draw(st.sampled_from(["violation", "leniency"]))}
        found.append({**changed, "waived": draw(st.sampled_from([None, waiver(one)]))})
    clauses = [clause(f["clause"], f["operation"], draw(st.integers(0, 2))) for f in POOL] + [
        clause("auth.basic", LIST)
    ]
    unique = {(c["id"], c["operation"]): c for c in clauses}
    return record(
        *found,
        seed=draw(st.integers(1, 2)),
        profile=draw(st.sampled_from(["smoke", "gate", "release"])),
        writes=draw(st.sampled_from(["none", "notes", "all"])),
        labels=draw(st.dictionaries(TEXT, TEXT, max_size=2)),
        clauses=list(unique.values()),
        reach=reach(*draw(st.lists(st.sampled_from(POOL)))),
        enums={"/t": {"seen": sorted(draw(st.sets(TEXT, max_size=3))), "unseen": []}},
        gaps=[{"operation": SEND, "status": s, "about": "x", "count": 1, "clause": ""}
              for s in sorted(draw(st.sets(st.sampled_from(["404", "409"]))))],
    )  # fmt: skip


@ALIKE
@given(runs())
def test_a_run_is_like_itself(run: dict[str, Any]) -> None:
    found = compare(run, run)
    assert found.exit_code == 0
    assert (found.changes, found.no_longer, found.newly, found.observations) == ((), (), (), ())
    assert (found.differences, found.unchanged) == ((), len(run["findings"]))
    assert {ratio for one in found.latency for ratio in one.ratios.values()} == {1.0}


@ALIKE
@given(runs(), runs())
def test_the_other_way_round_everything_is_the_other_way_round(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    there, back = compare(one, other), compare(other, one)
    swapped = {
        "new": "gone", "new, not reached before": "not comparable", "gone": "new",
        "not comparable": "new, not reached before", "waived to violated": "violated to waived",
        "violated to waived": "waived to violated", "leniency to violation":
        "violation to leniency", "violation to leniency": "leniency to violation",
    }  # fmt: skip
    seen = [{(c.kind, c.finding["fingerprint"]) for c in found.changes} for found in (there, back)]
    assert {(swapped[kind], name) for kind, name in seen[0]} == seen[1]
    assert (there.no_longer, there.newly) == (back.newly, back.no_longer)
    assert there.unchanged == back.unchanged
    appeared = [
        {(o.kind, o.where, o.what) for o in found.observations if (o.change == "appeared") is which}
        for found, which in ((there, True), (back, False))
    ]
    assert appeared[0] == appeared[1]


@ALIKE
@given(runs(), runs())
def test_no_comparison_breaks_a_report(one: dict[str, Any], other: dict[str, Any]) -> None:
    found = compare(one, other)
    assert as_record(found)["exit_code"] == found.exit_code
    assert terminal.render(found, 80, colour=False).isprintable() is False
    assert markdown.render(found).startswith("# ")
