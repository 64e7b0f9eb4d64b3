"""`python -m harness.compare OLD NEW`: prints, writes compare.md and compare.json, and exits.

0 no regression, 1 regressed, 4 a file or an argument has to be corrected, 6 nothing can be told.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from harness.compare import markdown, record, terminal
from harness.compare.comparing import Limits, compare
from harness.compare.reading import CompareError, load
from harness.reports.files import ReportError

MISTAKE = 4


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, and the exit code of everything that has to be corrected first."""
        self.exit(MISTAKE, f"compare: {message}; see --help\n")


def main(arguments: Sequence[str]) -> int:
    """The exit code; everything a person has to correct is told in one sentence."""
    told = _parser().parse_args(arguments)
    try:
        old, new = load(told.old), load(told.new)
        limits = Limits(told.fail_on == "leniency", tuple(told.require), told.max_latency_ratio)
        found = compare(old, new, limits)
        print(terminal.render(found, shutil.get_terminal_size().columns, sys.stdout.isatty()))
        for name, writer in (("compare.md", markdown), ("compare.json", record)):
            writer.write(found, told.reports / name)
    except (CompareError, ReportError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return MISTAKE
    return found.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="compare", description="What changed between two runs.", allow_abbrev=False
    )
    parser.add_argument("old", type=_path, help="run.json of the earlier run")
    parser.add_argument("new", type=_path, help="run.json of the later run")
    parser.add_argument("--reports", type=Path, default=Path("reports"), metavar="DIR",
                        help="where compare.md and compare.json go (default: reports)")  # fmt: skip
    parser.add_argument("--fail-on", choices=("violation", "leniency"), default="violation",
                        help="the least severity of what is new that fails")  # fmt: skip
    parser.add_argument("--require", action="append", default=[], metavar="GLOB",
                        help="clauses that have to stay exercised (repeatable)")  # fmt: skip
    parser.add_argument("--max-latency-ratio", type=_ratio, metavar="N",
                        help="p50 and p95 of an operation may grow by this factor")  # fmt: skip
    return parser


def _path(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("a path is empty; write OLD=a/run.json NEW=b/run.json")
    return Path(text)


def _ratio(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is no factor; give a number above 0, such as 2")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
