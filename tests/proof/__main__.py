"""`make prove`: the suite against every fault and every odd but correct server of the catalogue.

Writes `proof.md` and `proof.json`. Exit status 0 if everything holds that must, 1 if not.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from tests.proof import harm, peerboard, report
from tests.proof.board import Board, board
from tests.proof.selection import Extent, trials
from tests.proof.trials import ROOT, Outcome, Trial, run

EVERY = 50
"""Runs between two lines that tell how far it got."""


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; `argv` without the program's name."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--sample", default=1, help="every Nth fault and variant", **number)
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="ids that begin")
    parser.add_argument("--fault-seeds", default=1, help="for every fault", **number)
    parser.add_argument("--rare-seeds", default=5, help="for rare and combined ones", **number)
    parser.add_argument("--variant-seeds", default=3, help="for variants in gate", **number)
    parser.add_argument("--smoke-seeds", default=20, help="for variants in smoke", **number)
    parser.add_argument(
        "--weather", default=0, metavar="SEEDS", type=int, help="also in bad weather of every kind"
    )
    parser.add_argument("--processes", default=os.cpu_count() or 1, **number)
    parser.add_argument("--peers", action="store_true", help="other tools on the same servers")
    parser.add_argument("--harm", action="store_true", help="only what is done to foreign servers")
    parser.add_argument("--reports", type=Path, default=ROOT / "reports", metavar="DIR")
    options = parser.parse_args(argv)
    counts = ("sample", "processes", "fault_seeds", "rare_seeds", "variant_seeds", "smoke_seeds")
    for name in counts:
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} takes a whole number from 1 on")
    return options


def main(argv: Sequence[str] | None = None) -> int:
    """Prove; the exit status."""
    options = arguments(argv)
    if options.harm:
        return harm.prove(options.sample, options.processes, options.reports)
    extent = Extent(
        sample=options.sample,
        only=tuple(options.only),
        fault_seeds=options.fault_seeds,
        rare_seeds=options.rare_seeds,
        variant_seeds=options.variant_seeds,
        smoke_seeds=options.smoke_seeds,
        weather_seeds=options.weather,
    )
    wanted = trials(extent)
    if all(not trial.kind and not trial.weather for trial in wanted):
        print(f"no fault and no variant begins with {' or '.join(extent.only)}", file=sys.stderr)
        return 2
    start = time.monotonic()
    outcomes = list(carry_out(wanted, options.processes))
    notes = list(_notes(wanted, outcomes, options.sample))
    found = board(outcomes, time.monotonic() - start, notes)
    if options.peers and len(outcomes) == len(wanted):
        found["peers"] = peerboard.measure(extent, outcomes, options.processes)
    return conclude(found, options.reports)


def carry_out(wanted: Sequence[Trial], processes: int) -> Iterator[Outcome]:
    """Outcomes as they come; those that there are when somebody interrupts."""
    start = time.monotonic()
    with ProcessPoolExecutor(processes) as pool:
        # The first two write the plans into the cache that all others read.
        first = [pool.submit(run, trial) for trial in wanted[:2]]
        for done in as_completed(first):
            yield done.result()
        rest = [pool.submit(run, trial) for trial in wanted[2:]]
        try:
            for count, done in enumerate(as_completed(rest), 3):
                yield done.result()
                if count % EVERY == 0 or count == len(wanted):
                    _tell(count, len(wanted), time.monotonic() - start)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)


def _tell(count: int, total: int, seconds: float) -> None:
    print(f"{count} of {total} runs, {seconds / 60:.1f} min", flush=True)


def _notes(wanted: Sequence[Trial], outcomes: Sequence[Outcome], sample: int) -> Iterator[str]:
    if len(outcomes) < len(wanted):
        yield f"Interrupted after {len(outcomes)} of {len(wanted)} runs."
    if sample > 1:
        yield f"A sample: every {sample}th fault and variant."


def conclude(found: Board, folder: Path) -> int:
    """Write the reports and say what does not hold; the exit status."""
    try:
        made = report.write(found, folder)
    except OSError as error:
        print(f"the reports can't be written to {folder}: {error.strerror}", file=sys.stderr)
        return 2
    for row in found["figures"]:
        mark = "✓" if row["holds"] else "✗"
        print(f"{mark} {row['what']}: {row['measured']} (wanted: {row['wanted']})")
    for row in _wrong(found):
        print(f"  {row}")
    print(f"{made[0]} and {made[1].name}, {found['seconds'] / 60:.1f} min")
    return 0 if all(row["holds"] for row in found["figures"]) else 1


def _wrong(found: Board) -> Iterator[Any]:
    for row in found["escapes"]:
        yield f"{row['fault']} seed {row['seed']}: {'; '.join(row['findings']) or 'not caught'}"
    for row in found["weather"]:
        yield from (f"{row['kind']}: {told}" for told in row["wrong"])
    for row in found["variants"]:
        if row["violations"] or row["mistakes"] or row["verdict"] != "conforms":
            told = "; ".join([*row["violations"], *row["mistakes"]]) or row["verdict"]
            yield f"{row['variant']} {row['profile']} seed {row['seed']}: {told}"


if __name__ == "__main__":
    sys.exit(main())
