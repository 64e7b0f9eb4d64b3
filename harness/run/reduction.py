"""Delta debugging over what differs from the baseline, for failures that no witness explains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from harness.contract import Contract
from harness.culprits.requests import cells_of, combined, roots
from harness.model import Case, Cell, Culprit, Deviation
from harness.wire.baselines import baselines
from harness.wire.draft import Draft, read
from harness.wire.reading import understand

Fails = Callable[[Case], bool | None]
"""Whether a request fails like the one to be reduced; None when nothing may be sent any more."""


def reduce(contract: Contract, deviation: Deviation, sink: str, fails: Fails) -> Culprit | None:
    """The smallest set of places that still fails; None if the budget ended before it was found.

    Sends one request for each place that it tries to leave out.
    """
    case = deviation.exchange.case
    operation = contract.operation(case.operation)
    context = understand(contract, case).context
    good = baselines(operation, sink).get(context)
    if good is None or case.method != operation.method:
        return None
    failing = read(operation, case)
    places = sorted(roots(cells_of(contract, deviation.exchange)))
    index = 0
    while len(places) > 1 and index < len(places):
        rest = places[:index] + places[index + 1 :]
        smaller = compose(good, failing, rest)
        outcome = fails(smaller.case(f"reduce {case.id} {'+'.join(rest)}"[:200], "reduce"))
        if outcome is None:
            return None
        if outcome:
            places = rest
        else:
            index += 1
    kept = compose(good, failing, places).case("reduced", "reduce")
    cells = [c for c in understand(contract, kept).cells if c.place.startswith(tuple(places))]
    return combined(cells or [Cell(place, "") for place in places])


def compose(good: Draft, failing: Draft, places: list[str]) -> Draft:
    """The good request with the failing one's values at some places."""
    draft = good
    path = {p.removeprefix("path ") for p in places if p.startswith("path ")}
    if path:
        values = {k: failing.path_values.get(k, v) for k, v in good.path_values.items()}
        draft = replace(draft, path_values={**draft.path_values, **_only(values, path)})
    query = {p.removeprefix("query ") for p in places if p.startswith("query ")}
    undocumented = "query" in places
    documented = {p.name for p in good.operation.query_parameters}
    pairs = tuple(
        (k, v) for k, v in failing.query if k in query or (undocumented and k not in documented)
    )
    draft = replace(draft, query=pairs)
    return _with_body(draft, failing, places)


def _only(values: Mapping[str, str], names: set[str]) -> dict[str, str]:
    return {k: v for k, v in values.items() if k in names}


def _with_body(draft: Draft, failing: Draft, places: list[str]) -> Draft:
    if "body" in places and not isinstance(failing.json, dict):
        return replace(draft, json=failing.json, raw=failing.raw, headers=failing.headers)
    if not isinstance(failing.json, dict) or not isinstance(draft.json, dict):
        return draft
    body: dict[str, Any] = dict(draft.json)
    for name in dict.fromkeys([*body, *failing.json]):
        documented = name in (draft.operation.body_schema or {}).get("properties", {})
        place = f"body /{name}" if documented else "body"
        if place not in places:
            continue
        if name in failing.json:
            body[name] = failing.json[name]
        else:
            body.pop(name)
    headers = failing.headers if "body" in places else draft.headers
    return replace(draft, json=body, raw=None, headers=headers)
