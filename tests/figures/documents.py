"""The places of the documents that hold figures, and what stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
MEASURED = ROOT / "docs" / "measured"
"""`counts.json` and `shown.txt`, as `make figures` wrote them."""
NUMBER = r"[\d,]+"
BEGIN = "$ .venv/bin/python -m servers.reference --port 8471"
MARKER = re.compile(r"ct[0-9a-z]{6}(?=\d{2})")
LEFT_OUT = "[…]"


@dataclass(frozen=True)
class Phrase:
    """Words of a document around figures: `{name}` stands for each of them."""

    file: str
    words: str

    def told(self, counts: Mapping[str, int]) -> str:
        """The words with the figures."""
        return re.sub(r"\{([^}]*)\}", lambda m: f"{counts[m[1]]:,}", self.words)

    def updated(self, text: str, counts: Mapping[str, int]) -> str:
        """A document with the figures in it. Raises LookupError where the words are not there."""
        parts = [re.escape(part) for part in re.split(r"\{[^}]*\}", self.words)]
        new, count = re.subn(NUMBER.join(parts), self.told(counts).replace("\\", r"\\"), text)
        if not count:
            raise LookupError(f"{self.file} has no words like these any more: {self.words}")
        return new


def _level(profile: str) -> str:
    notes, everything = (
        f"{{{profile} {level} requests}}, of which {{{profile} {level} stored}} stored"
        for level in ("notes", "all")
    )
    return (
        f"| `{profile}` | {{{profile} none requests}} requests, nothing stored | {notes} "
        f"| {everything} |"
    )


PHRASES = (
    Phrase("README.md", _level("smoke")),
    Phrase("README.md", _level("gate")),
    Phrase(
        "README.md",
        "- **Wrong or missing credentials**: {smoke unauthenticated} requests in `smoke`, "
        "{gate unauthenticated} in the others",
    ),
    Phrase("README.md", "`servers/` holds {faults} seeded faults, one small lie each, and "
           "{variants} odd servers"),
    Phrase("README.md", "lists {faults} faults and {variants} odd but correct variants."),
    Phrase("docs/staging.md", "- **A proxy that counts**: {gate unauthenticated} requests of "
           "`gate` carry no or wrong credentials"),
)  # fmt: skip


def updated(text: str, file: str, counts: Mapping[str, int], shown: str) -> str:
    """A document as it should be."""
    for phrase in PHRASES:
        if phrase.file == file:
            text = phrase.updated(text, counts)
    if file == "README.md":
        begin = text.index(BEGIN)
        text = text[:begin] + shown + text[text.index("```", begin) :]
    return text


def shortened(output: str, faults: Sequence[str], options: str) -> str:
    """What README shows of a run's output: no time, no random word, no command a second time."""
    lines = [MARKER.sub("ct25pujo", line) for line in output.splitlines()]
    told = [f"--fault {fault}" for fault in faults]
    return "\n".join(
        [
            f"{BEGIN} {' '.join(told)}",
            f'$ make gate ARGS="{options}"',
            *_lines(lines, "contract: http", 1),
            LEFT_OUT,
            *_section(lines, "Not exercised ("),
            LEFT_OUT,
            *_brief(_findings(lines)),
            "Run",
            *_facts(lines),
            LEFT_OUT,
            *_lines(lines, "violates — ", 1),
            LEFT_OUT,
            *_lines(lines, "exit code ", 1),
            "",
        ]
    )


def _lines(lines: Sequence[str], start: str, count: int) -> list[str]:
    return [line for line in lines if line.startswith(start)][:count]


def _section(lines: Sequence[str], start: str) -> list[str]:
    """A heading and what follows, up to an empty line."""
    first = next((n for n, line in enumerate(lines) if line.startswith(start)), len(lines))
    last = next((n for n in range(first, len(lines)) if not lines[n]), len(lines))
    return list(lines[first:last])


def _findings(lines: Sequence[str]) -> list[str]:
    first = next(n for n, line in enumerate(lines) if line.startswith("Findings ("))
    return list(lines[first : lines.index("Run", first)])


def _brief(lines: Sequence[str]) -> Iterator[str]:
    """The first command of each group whole."""
    is_shown = False
    for line in lines:
        is_shown = is_shown and not line.startswith("  ✗ ")
        if line.strip().startswith("curl "):
            yield f"      curl {LEFT_OUT}" if is_shown else line
            is_shown = True
        else:
            yield line


def _facts(lines: Sequence[str]) -> list[str]:
    """What was tried and how much was sent; the command that repeats it stands elsewhere."""
    facts = list(lines[lines.index("Run") + 1 :])
    last = next(n for n, line in enumerate(facts) if line.startswith("  Duration"))
    return facts[:last]
