"""The order that contradicting answers have in common."""

from __future__ import annotations

import pytest

from harness.evidence.merging import merged


@pytest.mark.parametrize(
    ("sequences", "expected"),
    [
        (["ab", "bc"], "abc"),
        (["ac", "abc"], "abc"),
        (["abcd", "bd", "de"], "abcde"),
        (["ab", "cdef"], "cdef"),
        (["a", "bcd"], "bcd"),
        (["abd", "acd"], "abd"),
        (["ab", "ba"], ""),
        (["aba"], ""),
        (["a", ""], ""),
        ([], ""),
    ],
    ids=["a chain", "a hole", "holes", "the longest run", "single ones", "either of two",
         "a contradiction", "twice", "nothing side by side", "nothing"],
)  # fmt: skip
def test_what_is_certain(sequences: list[str], expected: str) -> None:
    found = "".join(merged(sequences))
    assert found == expected or (expected == "abd" and found == "acd")
