"""Measure the figures of the documents, keep them in docs/measured/ and put them into the text.

`make figures`; with `--check` nothing is written, and what is out of date is told.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.figures.documents import MEASURED, PHRASES, ROOT, shortened, updated
from tests.figures.measuring import SHOWN, counts, shown

OPTIONS = "--writes notes --label commit=4f2a91c"


def main() -> int:
    """0, or 1 where `--check` found something out of date."""
    parser = argparse.ArgumentParser(prog="python -m tests.figures", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args().check
    found, text = counts(), shortened(shown(), SHOWN, OPTIONS)
    wanted = {
        MEASURED / "counts.json": json.dumps(found, indent=2) + "\n",
        MEASURED / "shown.txt": text,
    }
    for file in dict.fromkeys(["README.md", *(phrase.file for phrase in PHRASES)]):
        path = ROOT / file
        try:
            wanted[path] = updated(path.read_text("utf-8"), file, found, text)
        except LookupError as error:
            print(f"figures: {error}; write them anew, or change tests/figures/documents.py")
            return 1
    old = {path: path.read_text("utf-8") if path.exists() else "" for path in wanted}
    stale = [path for path, new in wanted.items() if old[path] != new]
    for path in stale:
        print(f"{'out of date' if is_check else 'written'}: {path.relative_to(ROOT)}")
        if not is_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], "utf-8")
    return int(is_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
