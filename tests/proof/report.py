"""The scoreboard as `proof.md` and `proof.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.proof.board import Board


def write(board: Board, folder: Path) -> tuple[Path, Path]:
    """Both files, written whole. Raises OSError if the folder can't be written to."""
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "proof.md", folder / "proof.json"
    for path, text in zip(made, (markdown(board), json.dumps(board, indent=1)), strict=True):
        part = path.with_suffix(path.suffix + ".part")
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(path)
    return made


def markdown(board: Board) -> str:
    """For people: figures first, then kinds, peers, escapes and alarms."""
    return "\n".join(
        [
            "# What the suite catches, and that it does not cry wolf",
            "",
            *(f"> {note}\n" for note in board["notes"]),
            f"{len(board['faults'])} runs against servers with one fault each, "
            f"{len(board['variants'])} against odd but correct ones, in "
            f"{board['seconds'] / 60:.1f} minutes.",
            "",
            *_table(("what must hold", "wanted", "measured", ""), _figures(board)),
            "",
            "## By kind of fault, gate profile, seed 1",
            "",
            *_table(
                ("kind", "caught", "clause and culprit right", "first finding after", "a run"),
                _kinds(board),
            ),
            "",
            *_weather(board),
            *_peers(board),
            "## Escapes",
            "",
            *(_escapes(board) or ["None."]),
            "",
            "## False alarms",
            "",
            *(_alarms(board) or ["None."]),
        ]
    )


def _figures(board: Board) -> Iterator[Sequence[str]]:
    for row in board["figures"]:
        yield row["what"], row["wanted"], row["measured"], "holds" if row["holds"] else "**fails**"


def _kinds(board: Board) -> Iterator[Sequence[str]]:
    for row in board["kinds"]:
        yield (
            row["about"],
            f"{row['caught']} of {row['total']}",
            str(row["right"]),
            f"{row['first']} requests",
            f"{row['seconds']:.1f} s",
        )


def _weather(board: Board) -> list[str]:
    rows = board.get("weather", [])
    if not rows:
        return []
    return [
        "## In bad weather",
        "",
        *_table(
            ("weather", "runs", "attempts lost, of requests", "a run", "wrong verdicts"),
            (
                (row["kind"], str(row["runs"]), f"{row['lost']} of {row['requests']}",
                 f"{row['seconds']:.1f} s", "; ".join(row["wrong"]) or "none")
                for row in rows
            ),
        ),
        "",
    ]  # fmt: skip


def _peers(board: Board) -> list[str]:
    rows = board.get("peers", [])
    if not rows:
        return []
    return [
        "## Beside other tools, on the same servers",
        "",
        *_table(
            ("tool", "faults it fails on", "by something that no correct server shows",
             "correct servers it fails on", "requests", "seconds"),
            (
                (row["tool"], f"{row['failed']} of {row['faults']}",
                 str(row["told_apart"]), f"{row['alarms']} of {row['correct']}",
                 str(row["requests"]), f"{row['seconds']:.1f}")
                for row in rows
            ),
        ),
        "",
        *(f"- {row['tool']} is unable to tell on: {', '.join(row['unable'])}."
          for row in rows if row["unable"]),
        "",
    ]  # fmt: skip


def _escapes(board: Board) -> list[str]:
    return [
        f"- `{row['fault']}`, seed {row['seed']}: {row['lie']} Wanted {row['clause']}, "
        f"{row['culprit']}; got {'; '.join(row['findings']) or 'nothing'}."
        for row in board["escapes"]
    ]


def _alarms(board: Board) -> list[str]:
    return [
        f"- `{row['variant']}`, {row['profile']}, seed {row['seed']}: {row['verdict']}; "
        f"{'; '.join(row['violations']) or '; '.join(row['reasons'])}"
        for row in board["alarms"]
    ]


def _table(heads: Sequence[str], rows: Any) -> list[str]:
    lines = [heads, ["---"] * len(heads), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
