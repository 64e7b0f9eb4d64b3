"""How long the judgement of a good page takes, and how many times longer plain openapi-core takes.

``python -m tests.bench.validation [SPEC] [--items 30] [--pages 200]``; for `make bench`. Every page
is different, so nothing is answered from memory; the parsing of the JSON is included.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from harness.contract import Contract, Operation, load
from harness.model import Case, Exchange, Request, Response
from harness.validation import Validator

ROOT = Path(__file__).parents[2]
EXAMPLES: Mapping[str, Any] = {
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "date-time": "2024-05-06T07:08:09.123456Z",
    "uuid": "0b9d4c1e-8a1f-4c1b-9a43-000000000000",
    "string": "<p>Thank you for writing to us, we look into it.</p>",
}


class Figures(NamedTuple):
    """Milliseconds a page, and how many times faster than plain openapi-core that is."""

    fast: float
    plain: float

    @property
    def ratio(self) -> float:
        """Plain openapi-core's time over ours."""
        return self.plain / self.fast


@dataclass(frozen=True, slots=True)
class Bytes:
    """A body in memory."""

    content: bytes

    @property
    def sha256(self) -> str:
        """Of the whole body."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.content)

    def read(self) -> bytes:
        """The whole body."""
        return self.content


def example(schema: Mapping[str, Any], items: int) -> Any:
    """A value that `schema` accepts; the outermost array holds `items` items, others one."""
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "array":
        return [example(schema["items"], 1) for _ in range(items)]
    if schema.get("type") == "object" or "properties" in schema:
        return {k: example(v, items) for k, v in schema.get("properties", {}).items()}
    names = [str(schema.get(keyword)) for keyword in ("format", "x-format", "type")]
    return next(EXAMPLES[name] for name in names if name in EXAMPLES)


def exchange(operation: Operation, body: bytes, status: int = 200) -> Exchange:
    """`body` as an answer of `operation`."""
    case = Case("bench", operation.id, "listing", operation.method, operation.path)
    answer = Response(status, (("Content-Type", "application/json"),), Bytes(body))
    return Exchange(1, case, Request(operation.method, operation.path), answer)


def pages(operation: Operation, items: int, count: int) -> Iterator[Exchange]:
    """Good pages, no two alike."""
    page = example(operation.response_schema(200) or {}, items)
    for number in range(count):
        yield exchange(operation, json.dumps({**page, "number": number}).encode())


def measure(contract: Contract, items: int = 30, count: int = 200) -> Figures:
    """Times for the first listing of `contract`."""
    good = list(pages(contract.listings[0], items, count))
    return Figures(
        _each(Validator(contract), good),
        _each(Validator(contract, fast=False), good[: count // 10]),
    )


def _each(validator: Validator, good: Sequence[Exchange]) -> float:
    assert validator.validate(good[0]) == ()
    start = time.perf_counter()
    for one in good[1:]:
        assert validator.validate(one) == ()
    return (time.perf_counter() - start) / (len(good) - 1) * 1000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("spec", nargs="?", type=Path, default=ROOT / "spec" / "libredesk.yaml")
    parser.add_argument("--items", type=int, default=30)
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    figures = measure(load(options.spec), options.items, options.pages)
    print(
        f"validation of a page of {options.items} items: {figures.fast:.3f} ms, "
        f"plain openapi-core {figures.plain:.3f} ms, {figures.ratio:.1f} times faster"
    )


if __name__ == "__main__":
    main()
