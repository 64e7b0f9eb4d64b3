"""The grid: one witness for each place × kind, derived from the contract, the same for every seed.

A cell that fails alone is a culprit; without the cell's own witness a failure could only be
counted by request (contract.md, *Culprit in the request*).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any
from urllib.parse import quote, urlencode

from harness.contract import Contract, Creates, Operation, Parameter
from harness.model import SEND_PLACEHOLDER, Case
from harness.plan import witnesses as w
from harness.wire.baselines import baselines, defaults
from harness.wire.draft import ABSENT, JSON, Draft, dump
from harness.wire.reading import understand

Named = tuple[str, Draft]
"""What is unusual about the draft, and the draft."""


def grid(contract: Contract, operation: Operation, sink: str) -> list[Case]:
    """All witnesses of one operation."""
    contexts = baselines(operation, sink)
    named = [*_path(operation, contexts), *_query(operation, contexts)]
    if operation.creates:
        named += [*_bodies(operation, contexts), *_properties(operation, contexts, sink)]
    cases = {}
    for name, draft in named:
        identifier = f"grid {operation.id} {name} [{draft.context}]"
        case = draft.case(identifier, "grid")
        cases[identifier] = replace(case, cells=understand(contract, case).cells)
    return list(cases.values())


def _safest(operation: Operation, contexts: Mapping[str, Draft]) -> Draft:
    """The baseline that does least harm."""
    if operation.creates and operation.creates.harmless:
        return contexts[operation.creates.harmless[0]]
    return next(iter(contexts.values()))


def _path(operation: Operation, contexts: Mapping[str, Draft]) -> Iterator[Named]:
    base = _safest(operation, contexts)
    for parameter in operation.path_parameters:
        for kind, raw in w.PATH_VALUES:
            values = {**base.path_values, parameter.name: raw}
            yield f"{parameter.place} {kind} {raw[:12]}", replace(base, path_values=values)


def _query(operation: Operation, contexts: Mapping[str, Draft]) -> Iterator[Named]:
    base = _safest(operation, contexts)
    if not operation.is_safe:
        return
    for parameter in operation.query_parameters:
        for kind, values in w.query_values(parameter, is_page=_is_page(operation, parameter)):
            pairs = tuple((quote(parameter.name, safe=""), raw) for raw in values)
            name = f"{parameter.place} {kind} {'&'.join(values)[:24]}"
            yield name, replace(base, query=pairs)
    yield "query undocumented property", base.with_query(("undocumented", "1"))


def _is_page(operation: Operation, parameter: Parameter) -> bool:
    pagination = operation.pagination
    return bool(pagination and parameter.name == pagination.page)


def _bodies(operation: Operation, contexts: Mapping[str, Draft]) -> Iterator[Named]:
    base = _safest(operation, contexts)
    good = dump(base.json)
    as_form = urlencode({k: _form_value(v) for k, v in base.json.items()}).encode()

    def raw(body: bytes | None, media: str = JSON) -> Draft:
        headers = (("Content-Type", media),) if media else ()
        return replace(base, json=ABSENT, raw=body, headers=headers)

    first = next(iter(base.json))
    upper = {(k.upper() if k == first else k): v for k, v in base.json.items()}
    repeated = good[:-1] + b"," + dump({first: base.json[first]})[1:]
    invalid = good.replace(SEND_PLACEHOLDER.encode(), SEND_PLACEHOLDER.encode() + b" \xff\xfe")
    yield "body empty", raw(None)
    yield "body null", replace(base, json=None)
    yield "body wrong type", replace(base, json=[base.json])
    yield "body wrong type text", replace(base, json=SEND_PLACEHOLDER)
    yield "body malformed", raw(good[:-1])
    yield "body trailing bytes", raw(good + b" x")
    yield "body not UTF-8", raw(invalid)
    yield "body duplicate", raw(repeated)
    yield "body keys in another case", replace(base, json=upper)
    yield "body undocumented property", replace(base, json={**base.json, "undocumented": 1})
    yield "body media type none", raw(good, "")
    yield "body media type text", raw(good, "text/plain")
    yield "body media type JSON API", raw(good, "application/vnd.api+json")
    yield "body media type form", raw(as_form, "application/x-www-form-urlencoded")


def _form_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _properties(operation: Operation, contexts: Mapping[str, Draft], sink: str) -> Iterator[Named]:
    creates = operation.creates
    schema = operation.body_schema
    assert creates is not None
    assert schema is not None
    for name, node in schema.get("properties", {}).items():
        pointer = f"/{name}"
        context = creates.carriers.get(pointer, creates.harmless[0] if creates.harmless else "")
        base = contexts.get(context) or _safest(operation, contexts)
        if name in base.json:
            without = {k: v for k, v in base.json.items() if k != name}
            if pointer in {creates.marker_request, *creates.recipients} or name in schema.get(
                "required", ()
            ):
                yield f"body {pointer} missing", replace(base, json=without)
        for label, value in w.property_values(pointer, node, creates, sink):
            body = {**base.json, name: value}
            yield f"body {pointer} {label}", replace(base, json=body)
    yield from _constants(operation, contexts, sink)


def _constants(operation: Operation, contexts: Mapping[str, Draft], sink: str) -> Iterator[Named]:
    """Documented values where the context names none, recipients too, and defaults left to be."""
    schema = operation.body_schema
    assert schema is not None
    for draft in contexts.values():
        for name, node in schema.get("properties", {}).items():
            if name not in draft.json and node.get("type") == "boolean":
                body = {**draft.json, name: True}
                yield f"body /{name} valid value true", replace(draft, json=body)
    yield from _addressed(operation, contexts, sink)
    yield from _defaults(operation, contexts)


def _addressed(operation: Operation, contexts: Mapping[str, Draft], sink: str) -> Iterator[Named]:
    """Recipients in a context that has none, though it is no harmless one."""
    creates, schema = operation.creates, operation.body_schema
    assert creates is not None
    assert schema is not None
    for pointer in creates.recipients[:1]:
        name = pointer.removeprefix("/")
        value = w.plain_value(pointer, schema["properties"][name], creates, sink)
        for draft in contexts.values():
            if name not in draft.json and draft.context not in creates.harmless:
                body = {**draft.json, name: value}
                yield f"body {pointer} valid value", replace(draft, json=body)


def _defaults(operation: Operation, contexts: Mapping[str, Draft]) -> Iterator[Named]:
    """What a property that is left out stands for, left out where it was spelled out."""
    assert operation.creates is not None
    for name, default in defaults(operation.creates).items():
        for draft in contexts.values():
            if draft.json.get(name, ABSENT) == default:
                without = {k: v for k, v in draft.json.items() if k != name}
                yield f"body /{name} left to its default", replace(draft, json=without)


def pairs(contract: Contract, operation: Operation, sink: str) -> list[Case]:
    """Two optional properties at once, each with a good value: what fails only together."""
    creates, schema = operation.creates, operation.body_schema
    if creates is None or schema is None:
        return []
    contexts = baselines(operation, sink)
    cases = []
    for one, other in combinations(creates.carriers, 2):
        context = _of_both(creates, one, other)
        base = contexts[context]
        names = [pointer.removeprefix("/") for pointer in (one, other)]
        if any(name in base.json for name in names):
            continue
        nodes = (schema["properties"][name] for name in names)
        values = [
            w.plain_value(pointer, node, creates, sink)
            for pointer, node in zip((one, other), nodes, strict=True)
        ]
        draft = replace(base, json={**base.json, **dict(zip(names, values, strict=True))})
        case = draft.case(f"pair {operation.id} {one} {other} [{context}]", "grid")
        cases.append(replace(case, cells=understand(contract, case).cells))
    return cases


def _of_both(creates: Creates, one: str, other: str) -> str:
    """The context that carries both; where they differ, the more harmless one."""
    both = [creates.carriers[one], creates.carriers[other]]
    return next((context for context in both if context in creates.harmless), both[0])


def page_sizes(operation: Operation, sizes: tuple[int, ...]) -> list[Case]:
    """One listing request for each of the page sizes; every one must work."""
    pagination = operation.pagination
    assert pagination is not None
    base = _safest(operation, baselines(operation, "sink.invalid"))
    return [
        base.with_query((pagination.size, str(size))).case(
            f"listing {operation.id} size {size}", "listing", role="size"
        )
        for size in sizes
    ]
