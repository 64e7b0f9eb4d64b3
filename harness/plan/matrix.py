"""The credentials matrix, scheme × defect × operation, and the undocumented methods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from harness.contract import Contract, Operation, SecurityScheme
from harness.model import Case, Cell, Credentials
from harness.wire.baselines import LISTING, baselines
from harness.wire.draft import JSON, Draft
from harness.wire.kinds import UNDOCUMENTED_VALUE

METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "HEAD", "OPTIONS")
MISSING = "missing"
EMPTY = "empty"
GARBAGE = "printable garbage"
BEARER = "Bearer"
RARE = (
    "secret less its last character", "secret and one more", "secret in another case", "swapped",
    "Bearer with a wrong secret", "header twice", "secret less its first character", "extra part",
    "secret alone", "form of another scheme", "blank secret",
)  # fmt: skip
"""Defects that few servers take for good where they refuse the others."""
WHOLE_ONLY = frozenset({"two schemes"})
"""Defects that only a whole matrix has room for."""
PATHS = (("known", ""), ("unknown", "{unknown}"), ("no id", "not-a-uuid"))


def harmless(operation: Operation, sink: str, *, writes: bool) -> Draft:
    """The request that does least harm if a server fails to refuse it."""
    contexts = baselines(operation, sink)
    if not operation.creates:
        return contexts[LISTING]
    draft = contexts[(operation.creates.harmless or tuple(contexts))[0]]
    if writes:
        return draft
    unknown = {name: "{unknown}" for name in draft.path_values}
    return replace(draft, json={}, path_values=unknown)


def matrix(
    contract: Contract, sink: str, defects: dict[str, Sequence[str]], *, whole: bool, writes: bool
) -> list[Case]:
    """Cells with defective credentials.

    Without `whole` the operations take turns, and so do the schemes for what is `RARE`.

    `defects` names what can be wrong with each scheme. Without `writes` a send with defective
    credentials is empty and names nothing: the server may have no authentication.
    """
    operations = [o for o in contract.operations if o.security]
    cases = [_missing(o, sink, path, raw) for o in operations for path, raw in PATHS]
    cases += [case for o in operations for case in _missing_in_other_contexts(o, sink)]
    if not writes:  # what cannot be stored stands in for none of these, it is one more
        empty = [harmless(o, sink, writes=False) for o in operations if o.creates]
        cases += [_without_credentials(draft, EMPTY, f"{MISSING} in|{EMPTY}") for draft in empty]
    for scheme, defect, turn in _turns(contract, defects, whole=whole):
        takers = [o for o in operations if scheme.name in o.security]
        for operation in takers if whole else takers[turn % len(takers) :][:1] if takers else []:
            draft = harmless(operation, sink, writes=writes)
            draft = replace(draft, credentials=Credentials(scheme.name, defect))
            cases.append(
                draft.case(
                    f"auth {operation.id} {scheme.name} {defect}",
                    "auth",
                    cells=(_cell(scheme, defect),),
                    role=f"defect|{scheme.name}|{defect}",
                )
            )
    return cases


def _turns(
    contract: Contract, defects: dict[str, Sequence[str]], *, whole: bool
) -> Iterator[tuple[SecurityScheme, str, int]]:
    """Each scheme with each of its defects, and whose turn it is: a number for each."""
    of_no_scheme: set[str] = set()
    for scheme in contract.schemes.values():
        for turn, defect in enumerate(defects.get(scheme.name, ())):
            if defect == GARBAGE:
                if scheme.header in of_no_scheme:
                    continue
                of_no_scheme.add(scheme.header)
            rare = defect in RARE and scheme.name != _in_turn(defect, defects)
            if whole or not (rare or defect in WHOLE_ONLY):
                yield scheme, defect, turn


def _in_turn(defect: str, defects: dict[str, Sequence[str]]) -> str:
    """The one scheme that a rare defect is tried with, where the schemes take turns."""
    having = [name for name, own in defects.items() if defect in own]
    return having[RARE.index(defect) % len(having)]


def _cell(scheme: SecurityScheme, defect: str) -> Cell:
    """Of credentials that name no documented scheme, none is to blame."""
    header = f"header {scheme.header}"
    if defect == GARBAGE:
        return Cell(header, defect)
    if defect.startswith(BEARER):
        return Cell(f"{header} {BEARER}", defect.removeprefix(f"{BEARER} with a "))
    return Cell(scheme.place, defect)


def _missing(operation: Operation, sink: str, path: str, raw: str) -> Case:
    draft = harmless(operation, sink, writes=True)
    if raw:
        draft = replace(draft, path_values={name: raw for name in draft.path_values})
    return _without_credentials(draft, path, f"{MISSING}|{path}")


def _missing_in_other_contexts(operation: Operation, sink: str) -> Iterator[Case]:
    """What is refused may still be stored, and of one kind only; as far as the policy allows."""
    if operation.creates:
        for name, draft in baselines(operation, sink).items():
            if name not in operation.creates.harmless:
                yield _without_credentials(draft, name, f"{MISSING} in|{name}")


def _without_credentials(draft: Draft, name: str, role: str) -> Case:
    return replace(draft, credentials=None).case(
        f"auth {draft.operation.id} {MISSING} {name}",
        "auth",
        cells=(Cell("header Authorization", MISSING),),
        group="without credentials",
        role=role,
    )


def _with_body(
    draft: Draft, documented: Sequence[Operation], sink: str, *, embedded: bool
) -> Draft:
    """With what the path's sending operation would accept: an empty body is refused by any."""
    sender = next((o for o in documented if o.creates), None)
    headers = (("Content-Type", JSON),)
    if sender is None:
        return replace(draft, headers=headers, json={})
    good = harmless(sender, sink, writes=True)
    values = good.path_values if embedded else draft.path_values
    return replace(draft, headers=headers, json=good.json, path_values=values)


def methods(contract: Contract, sink: str, *, embedded: bool) -> list[Case]:
    """Methods that no operation documents, once for each path."""
    cases = []
    for path in dict.fromkeys(o.path for o in contract.operations):
        documented = [o for o in contract.operations if o.path == path]
        first = next(o for o in documented if o.first_on_path)
        target = "{read}" if embedded else "{unknown}"
        for method in METHODS:
            if method in {o.method for o in documented}:
                continue
            draft = Draft(
                operation=first,
                path_values={p.name: target for p in first.path_parameters},
                method=method,
                credentials=Credentials(first.security[0]) if first.security else None,
            )
            if method in {"PUT", "PATCH"}:
                draft = _with_body(draft, documented, sink, embedded=embedded)
            cases.append(
                draft.case(
                    f"method {method} {path}",
                    "method",
                    cells=(Cell(f"method {method}", UNDOCUMENTED_VALUE),),
                )
            )
    return cases
