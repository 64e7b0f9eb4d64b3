"""Requests that Schemathesis and Hypothesis derive from the document, kept as wire requests.

Two phases: Schemathesis' coverage (each keyword of each schema, kept and broken) and fuzzing, half
valid, half not. What comes out depends on the document, the versions of both libraries and the seed
alone; importing this module costs their import, so callers with a cached plan never do.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypedDict

import hypothesis
import schemathesis
from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.errors import Unsatisfiable
from hypothesis.internal.conjecture import providers
from schemathesis import GenerationMode

from harness.contract import Contract, Operation
from harness.model import Case
from harness.plan.prepared import PINNED, Made, Source, made, wire_cases

BASE = "http://target.invalid"
SPARE = 1.3
"""Examples per wanted case: some are the same on the wire, some cannot be sent."""


class Sizes(TypedDict):
    """How much to generate: the coverage phase whole or not, and that many fuzzed cases at most."""

    coverage: bool
    fuzz: int


def generate(
    contract: Contract, seed: int, sizes: Sizes, sink_domain: str, home: Path | None = None
) -> list[Case]:
    """Cases of all operations, no two alike on the wire.

    Coverage and fuzz, operations, valid and invalid take turns, so that any slice from the front is
    a fair one. The fuzzed cases of another `sizes["fuzz"]` are others. No undocumented method, no
    credentials but good ones, no path id but `{read}` and `{write}`; recipients, references and
    every `@` as `harness.plan.sink` says. `home` keeps Hypothesis' tables of Unicode, which take
    two seconds to make; without it they are made anew.
    """
    coverage: list[list[Case]] = []
    fuzz: list[list[Case]] = []
    with _nothing_local(home):
        for operation in contract.operations:
            source = Source(contract, operation, sink_domain)
            if sizes["coverage"]:
                cases = wire_cases(source, "coverage", _coverage(source))
                coverage.append(sorted(cases, key=lambda case: _lot(seed, case)))
            if sizes["fuzz"]:
                share = round(sizes["fuzz"] / (2 * len(contract.operations)) * SPARE) + 1
                fuzz.append(list(wire_cases(source, "fuzz", _fuzz(source, seed, share))))
    coverage, fuzz = _distinct(coverage), _distinct(fuzz, coverage)
    few = {case.id for case in _in_turn(fuzz)[: sizes["fuzz"]]}
    kept = [[case for case in lane if case.id in few] for lane in fuzz]
    return _in_turn([lane for lanes in zip_longest(coverage, kept) for lane in lanes if lane])


def _schema(contract: Contract) -> Any:
    """Loaded afresh for each pass: a schema object remembers what it has generated."""
    config = schemathesis.Config()
    config.projects.default.update(base_url=BASE)
    config.projects.default.generation.update(with_security_parameters=False)
    config.projects.default.phases.coverage.unexpected_methods = set()
    raw = json.loads(json.dumps(contract.raw, default=str))
    return schemathesis.openapi.from_dict(raw, config=config)


def _found(schema: Any, operation: Operation) -> Any:
    every = (result.ok() for result in schema.get_all_operations())
    return next(
        o for o in every if (o.method.upper(), o.path) == (operation.method, operation.path)
    )


def _coverage(source: Source) -> Iterator[Made]:
    schema = _schema(source.contract)
    found = _found(schema, source.operation)
    cases = schema.iter_coverage_cases(
        found,
        generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
        generation_config=schema.config.generation_for(operation=found, phase="coverage"),
    )
    yield from (made(source, case) for case in cases)


def _fuzz(source: Source, seed: int, examples: int) -> Iterator[Made]:
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    both = [_drawn(source, mode, seed, examples) for mode in modes]
    yield from (one for pair in zip_longest(*both) for one in pair if one is not None)


def _drawn(source: Source, mode: GenerationMode, seed: int, examples: int) -> list[Made]:
    found = _found(_schema(source.contract), source.operation)
    path = {parameter.name: PINNED for parameter in source.operation.path_parameters}
    pinned = {"path_parameters": path} if path else {}
    drawn: list[Made] = []

    def draw(case: Any) -> None:
        drawn.append(made(source, case))

    settings = hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    strategy = found.as_strategy(generation_mode=mode, **pinned)
    test: Any = hypothesis.given(strategy)(draw)  # type: ignore[no-untyped-call]
    with suppress(Unsatisfiable):  # nothing can be wrong with a request that holds nothing
        hypothesis.seed(seed)(settings(test))()
    return drawn


@contextmanager
def _nothing_local(home: Path | None) -> Iterator[None]:
    """Hypothesis mixes constants of every loaded module into what it draws: not of ours.

    Otherwise a plan would change with each edit of this project. Private to Hypothesis, guarded by
    tests/selftest/plan/test_generated.py.
    """
    known = providers._get_local_constants
    nothing = type(known())()
    with tempfile.TemporaryDirectory(prefix="hypothesis-") as temporary:
        set_hypothesis_home_dir(home or temporary)
        providers._get_local_constants = lambda: nothing
        providers.CONSTANTS_CACHE.cache.clear()
        try:
            yield
        finally:
            providers._get_local_constants = known
            providers.CONSTANTS_CACHE.cache.clear()
            set_hypothesis_home_dir(None)


def _lot(seed: int, case: Case) -> str:
    """An order that mixes the coverage phase, which goes property by property, anew per seed."""
    return hashlib.sha256(f"{seed} {case.id}".encode()).hexdigest()


def _in_turn(lanes: Sequence[Sequence[Case]]) -> list[Case]:
    return [case for turn in zip_longest(*lanes) for case in turn if case is not None]


def _distinct(
    lanes: Sequence[Sequence[Case]], known: Sequence[Sequence[Case]] = ()
) -> list[list[Case]]:
    """`lanes` without what is the same on the wire as something before it, or in `known`."""
    seen = {_on_thewire_cases(case) for lane in known for case in lane}
    kept: list[list[Case]] = [[] for _ in lanes]
    for lane, fresh in zip(lanes, kept, strict=True):
        for case in lane:
            wire = _on_thewire_cases(case)
            if wire not in seen:
                seen.add(wire)
                fresh.append(case)
    return kept


def _on_thewire_cases(case: Case) -> tuple[object, ...]:
    return (case.method, case.path, case.query, case.headers, case.body)
